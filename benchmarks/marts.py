"""All marts of three years, and one month of them, against what computing alone costs.

`marts_ratio` is our seconds for a full rebuild of all marts over 36 months of the `demo` country — dbt, contracts, data
tests, comparison and Delta — to those of one DuckDB session that computes the same aggregates from the same silver
files: the compiled SQL of the models in order, kept in its own tables. `one_month_ratio` is our seconds for a month
that came after the history to those for the same month in a home that holds nothing else; what that build wrote is read
from the Delta logs (cohorts of transfers apart: what happens to a file belongs to the month of its referral).
Both sides of a ratio run in turn, twice, in processes of their own; start-up and parsing are not counted. A month's run
sixteen times, now one first and now the other, on copies that are on the disk before either begins, and
`one_month_ratio` is the median of the turns' ratios: a shared machine runs up to twice as slow from one second to
another, which moves the best on either side more than a median. One turn's ratio strays by a tenth, hence sixteen. The
ratio of the best is printed beside it.
`SCALE=small` takes about eleven minutes.
"""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.history import FIRST, LAST, MONTH, SMALL_FIRST
from benchmarks.marts_worker import Built, build, compute
from benchmarks.national import SEED
from benchmarks.report import Bar, Stopwatch, at_most, publish
from benchmarks.worker import work
from lake import tables
from lake.layout import Home
from orchestration.generator.batches import OPERATIONAL
from orchestration.generator.generate import generate
from orchestration.generator.scales import Scale
from vocabulary.periods import Period

TURNS, MONTH_TURNS = 2, 16


def main() -> int:
    """Measure both; report."""
    scale = os.environ.get("SCALE", "full")
    clock = Stopwatch()
    with tempfile.TemporaryDirectory(prefix="amar-bench-marts-") as name:
        folder = Path(name)
        grown, alone = _homes(folder, scale)
        clock.lap("extracts and silver")
        whole = [(_rebuild(grown), compute(grown)) for _ in range(TURNS)]
        clock.lap("all marts, both")
        pairs, strays = _one_month(folder, grown, alone)
        clock.lap("one month, both")
    ours, floor = min((one for one, _ in whole), key=_seconds), min((other for _, other in whole), key=_seconds)
    marts_ratio = ours.seconds / floor.seconds
    month_ratio = median(one.seconds / other.seconds for one, other in pairs)
    best_after, best_alone = (min(side, key=_seconds).seconds for side in zip(*pairs, strict=True))
    return publish(
        f"marts-{scale}" if scale == "small" else "marts",
        rows=floor.rows,
        ratios={
            "marts_ratio": marts_ratio,
            "one_month_ratio": month_ratio,
            "one month, of the best": best_after / best_alone,
            **{f"one month, turn {turn}": one.seconds / other.seconds for turn, (one, other) in enumerate(pairs, 1)},
        },
        seconds={
            "ours": round(ours.seconds, 2),
            "of it models": round(ours.models, 2),
            "of it tests": round(ours.tests, 2),
            "floor": round(floor.seconds, 2),
            "one month after 36, best": round(best_after, 2),
            "one month alone, best": round(best_alone, 2),
            **clock.seconds,
        },
        peak_rss_mib=ours.peak_mib,
        bars={
            "marts_ratio": at_most(2.0, marts_ratio),
            "one_month_ratio": at_most(1.2, month_ratio),
            "partitions_outside_month": Bar("== 0", strays, strays == 0),
        },
    )


def _rebuild(home: Home) -> Built:
    """Build all marts where there are none."""
    shutil.rmtree(home.lake / "gold", ignore_errors=True)
    return build(home, None)


def _seconds(built: Built) -> float:
    return built.seconds


def _homes(folder: Path, scale: str) -> tuple[Home, Home]:
    """Make a home with the history and one with nothing, both to be given the month later."""
    history, month = folder / "history", folder / "month"
    first = FIRST if scale == "full" else SMALL_FIRST
    for out, start, end in ((history, first, LAST), (month, MONTH, MONTH)):
        generate(out, scale=Scale.DEMO, seed=SEED, first=start, last=end, defects=0.001, sources=OPERATIONAL)
    work(Home(folder / "grown", history), OPERATIONAL)
    return Home(folder / "grown", month), Home(folder / "alone", month)


def _one_month(folder: Path, grown: Home, alone: Home) -> tuple[list[tuple[Built, Built]], int]:
    """Give both homes the month and build it, each turn from copies; count partitions written outside it."""
    for home in (grown, alone):
        work(home, OPERATIONAL)
    pairs, strays = list[tuple[Built, Built]](), 0
    for turn in range(MONTH_TURNS):
        copies = [Home(folder / f"{home.root.name}{turn}", home.landing) for home in (grown, alone)]
        for home, copy in zip((grown, alone), copies, strict=True):
            shutil.copytree(home.root, copy.root)
        os.sync()
        before = tables.versions(copies[0], "gold")
        built = {home.root: build(home, MONTH) for home in (copies if turn % 2 == 0 else reversed(copies))}
        pairs.append((built[copies[0].root], built[copies[1].root]))
        strays = max(strays, _written_elsewhere(copies[0], before))
        for copy in copies:
            shutil.rmtree(copy.root)
    return pairs, strays


def _written_elsewhere(home: Home, before: dict[str, int]) -> int:
    """Count, from the Delta logs, the partitions that the build wrote and that neither are the month nor hold it.

    A file that was referred in an earlier month and went on in this one changes its cohort's figures, and so the
    evaluation of the units in that period, which has no source of its own to tell by.
    """
    month = Period.parse(MONTH)
    written = {
        (name, *partition)
        for name, version in before.items()
        for partition in _partitions_written(Path(tables.uri(home, "gold", name)), since=version)
    }
    cohorts = {period for name, period, source in written if _is_cohort(name, source)}
    strays = sorted(
        {(name, period) for name, period, source in written if not _is_cohort(name, source)}
        - {("mart_evaluation", period) for period in cohorts}
    )
    strays = [stray for stray in strays if not _holds(Period.parse(stray[1]), month)]
    for name, period in strays:
        print(f"  written outside {MONTH}: gold/{name} {period}")
    return len(strays)


def _holds(period: Period, month: Period) -> bool:
    return period.start <= month.start <= month.end <= period.end


def _is_cohort(table: str, source: str) -> bool:
    """Tell whether the months of a partition are those of a transfer's referral: later events belong to them too."""
    return source == "pension_transfer" or "transfer" in table


def _partitions_written(table: Path, since: int) -> set[tuple[str, str]]:
    """Read from a Delta log the partitions whose files came or went after a version: period and source, if any."""
    commits = (path for path in (table / "_delta_log").glob("*.json") if int(path.stem) > since)
    actions = (json.loads(line) for commit in commits for line in commit.read_text().splitlines())
    files = (action.get("add") or action.get("remove") or {} for action in actions)
    values = (file.get("partitionValues") or {} for file in files)
    return {
        (value["period"], value.get("main_source", value.get("source", ""))) for value in values if "period" in value
    }


if __name__ == "__main__":
    sys.exit(main())
