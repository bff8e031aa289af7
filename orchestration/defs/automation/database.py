"""Sensors on sources that are pulled from a database: a newer watermark starts a run for the months of the new rows."""

import hashlib
from typing import Final

import dagster as dg

from lake.contracts.model import Source, load_sources
from lake.layout import Home
from orchestration.defs.automation.busy import is_busy
from orchestration.defs.jobs import ingest_job
from orchestration.partitions import contiguous_ranges, range_tags
from orchestration.resources import Lake
from orchestration.retries import UNATTENDED
from orchestration.sources.database import has_news, is_pulled, pending_pulls

ASKED: Final = 3
"""Runs that one watermark is asked for in, a look apart: a connection that broke in the middle comes back."""


def database_sensor(source: Source) -> dg.SensorDefinition:
    """Make the sensor of one source."""

    @dg.sensor(
        name=f"database_{source.id}",
        job=ingest_job(source.id),
        minimum_interval_seconds=300,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"New rows in the database of {source.id} start a run for the months that they belong to.",
    )
    def _sensor(context: dg.SensorEvaluationContext, lake: Lake) -> dg.SensorResult:
        return watch(lake.home, source, context, runs_per_tick=lake.settings().runs_per_tick)

    return _sensor


def watch(home: Home, source: Source, context: dg.SensorEvaluationContext, *, runs_per_tick: int) -> dg.SensorResult:
    """Ask a source's database once whether it has rows that bronze does not hold.

    Bronze is the memory of what was read; the cursor only tells what was asked for last and how often. Rows that are
    still news after their run were not read to the end: they are asked for again, `ASKED` times in all, and then not
    before newer rows come.

    Raises:
        orchestration.sources.sql.errors.DatabaseSourceError: the database cannot be asked; the tick fails and says why.
    """
    if is_busy(context.instance, f"ingest_{source.id}"):
        return dg.SensorResult(skip_reason="a run of this source is under way")
    news = has_news(home, source)
    if news is None:
        return dg.SensorResult(skip_reason="nothing new")
    times, _, asked = (context.cursor or "").partition(" ")
    before = int(times) if asked == news.cursor else 0
    if before >= ASKED:
        return dg.SensorResult(skip_reason=f"the rows up to this watermark were asked for {before} times")
    wish = f"{before + 1} {news.cursor}"
    periods = {pull.period and pull.period.code for pull in pending_pulls(home, source)}
    ranges = [range_tags(*ends) for ends in contiguous_ranges(period for period in periods if period)]
    wanted = [*([{}] if None in periods else []), *ranges]
    requests = [
        dg.RunRequest(_run_key(wish, tags), tags={**tags, UNATTENDED: "database"}) for tags in wanted[:runs_per_tick]
    ]
    cursor = wish if len(wanted) <= runs_per_tick else context.cursor
    return dg.SensorResult(run_requests=requests, cursor=cursor, skip_reason=None if requests else "nothing new")


def _run_key(wish: str, tags: dict[str, str]) -> str:
    return hashlib.sha256(f"{wish} {sorted(tags.items())}".encode()).hexdigest()


@dg.definitions
def database_sensors() -> dg.Definitions:
    """Load a sensor for each source that has a database."""
    return dg.Definitions(sensors=[database_sensor(source) for source in load_sources() if is_pulled(source)])
