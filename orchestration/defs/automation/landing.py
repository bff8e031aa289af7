"""Sensors on the landing folder, one a source: complete new files start runs, one for each stretch of months.

What a complete file is, is said in `orchestration.watching`; what a run does with it, in the assets.
"""

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import dagster as dg

from lake import bronze
from lake.contracts.model import Source, load_sources
from lake.layout import Home
from orchestration.defs.automation.busy import is_busy
from orchestration.defs.jobs import ingest_job, set_aside_job
from orchestration.partitions import contiguous_ranges, range_tags
from orchestration.resources import Lake
from orchestration.retries import UNATTENDED
from orchestration.sources.archive import claimed_names
from orchestration.sources.landing import FileRejectedError, candidate_paths, printable, read_claim
from orchestration.watching import Memory, fits_checksum, look_at, remember, step
from vocabulary.periods import Period, month_range


@dataclass
class Claims:
    """What the names of complete files claim.

    Attributes:
        by_period: Files by month; None for a source without partitions. An archive may stand under several.
        unclaimed: Files of which a name claims nothing that exists.
    """

    by_period: dict[str | None, set[str]] = field(default_factory=lambda: defaultdict(set))
    unclaimed: set[str] = field(default_factory=set)


def landing_sensor(source: Source, clock: Callable[[], float] = time.time) -> dg.SensorDefinition:
    """Make the sensor of one source.

    Args:
        source: Whose files.
        clock: Tells the seconds since 1970.
    """

    @dg.sensor(
        name=f"landing_{source.id}",
        jobs=[ingest_job(source.id), set_aside_job()],
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Complete new files of {source.id} start a run for each stretch of months that they claim.",
    )
    def _sensor(context: dg.SensorEvaluationContext, lake: Lake) -> dg.SensorResult:
        settings = lake.settings()
        return watch(
            lake.home,
            source,
            context,
            now=clock(),
            quiet_seconds=settings.landing_quiet_seconds,
            runs_per_tick=settings.runs_per_tick,
        )

    return _sensor


def watch(
    home: Home,
    source: Source,
    context: dg.SensorEvaluationContext,
    *,
    now: float,
    quiet_seconds: float,
    runs_per_tick: int,
) -> dg.SensorResult:
    """Look at a source's landing folder once.

    Files stay waiting while a run of the source is queued or under way, and beyond so many runs at once.

    Args:
        home: The installation.
        source: Whose files.
        context: The sensor's: what it remembers, and the runs that there are.
        now: Seconds since 1970.
        quiet_seconds: How long a file without sidecar must lie untouched.
        runs_per_tick: How many runs to ask for at most.
    """
    folder = home.landing / source.id
    memory = Memory.from_cursor(context.cursor)
    looks = look_at(folder, candidate_paths(home.landing, source.id))
    tick = step(
        memory,
        looks,
        now=now,
        quiet_seconds=quiet_seconds,
        is_intact=lambda name: fits_checksum(folder / name),
        is_known=_known_names(home, source),
    )
    for name, entry in tick.waiting.items():
        if entry.is_broken and name not in memory.waiting:
            context.log.warning("%s/%s waits: it does not fit its .sha256", source.id, name)
    busy = is_busy(context.instance, f"ingest_{source.id}")
    claims = Claims() if busy else claims_of(source, folder, tick.settled)
    wanted = list(_requests(source, claims, tick.settled))
    requests = [request for request, _ in wanted[:runs_per_tick]]
    taken = {name for _, names in wanted for name in names}
    left = {name for _, names in wanted[runs_per_tick:] for name in names}
    cursor = remember(memory, looks, tick, taken - left, now=now).to_cursor()
    reason = _reason(waiting=len(tick.waiting), settled=len(tick.settled), busy=busy)
    return dg.SensorResult(run_requests=requests, cursor=cursor, skip_reason=None if requests else reason)


def claims_of(source: Source, folder: Path, names: Iterable[str]) -> Claims:
    """Read what files claim by their names; nothing of them is read but the list of an archive's members."""
    claims = Claims()
    for name in names:
        for claimed in claimed_names(folder / name, printable(name)):
            try:
                period = read_claim(source, claimed).period
            except FileRejectedError:
                claims.unclaimed.add(name)
            else:
                claims.by_period[period.code if period and source.partitioned else None].add(name)
    return claims


def _requests(
    source: Source, claims: Claims, versions: Mapping[str, str]
) -> Iterator[tuple[dg.RunRequest, frozenset[str]]]:
    """Give the runs that the files ask for, each with its files: nameless ones first, then the months in order."""
    if claims.unclaimed:
        key = _run_key("unclaimed", claims.unclaimed, versions)
        yield (
            dg.RunRequest(key, job_name="set_aside_files", tags={UNATTENDED: "landing"}),
            frozenset(claims.unclaimed),
        )
    job = f"ingest_{source.id}"
    for months, tags in _stretches(claims.by_period):
        names = frozenset(name for month in months for name in claims.by_period.get(month, ()))
        key = _run_key(source.id, names, versions)
        yield dg.RunRequest(key, job_name=job, tags={**tags, UNATTENDED: "landing"}), names


def _stretches(by_period: Mapping[str | None, set[str]]) -> Iterator[tuple[list[str | None], dict[str, str]]]:
    if None in by_period:
        yield [None], {}
    for first, last in contiguous_ranges(period for period in by_period if period):
        months: list[str | None] = [month.code for month in month_range(Period.parse(first), Period.parse(last))]
        yield months, range_tags(first, last)


def _run_key(purpose: str, names: Iterable[str], versions: Mapping[str, str]) -> str:
    """Name a run after the very files that it is for, so that they never start a second one."""
    listed = "\n".join(f"{name}\t{versions[name]}" for name in sorted(names))
    return f"{purpose}-{hashlib.sha256(listed.encode('utf-8', 'surrogateescape')).hexdigest()}"


def _known_names(home: Home, source: Source) -> Callable[[str], bool]:
    """Return who tells whether the lake has a file of a name; the register is read if it is asked."""

    @cache
    def names() -> frozenset[str]:
        taken_in = [file.file_name for file in bronze.registered(home, source.id)]
        set_aside = [file.file_name for file in bronze.rejected(home, source.id)]
        return frozenset(name.split("!", 1)[0] for name in (*taken_in, *set_aside))

    return lambda name: name in names()


def _reason(*, waiting: int, settled: int, busy: bool) -> str:
    if settled and busy:
        return f"{settled} complete files wait for the run under way"
    return f"{waiting} files are not complete yet" if waiting else "nothing new"


@dg.definitions
def landing_sensors() -> dg.Definitions:
    """Load a sensor for each source that sends files."""
    return dg.Definitions(sensors=[landing_sensor(source) for source in load_sources()])
