"""The job from end to end, stage by stage: what `amar ingest`, `build`, `release` and `up` are made of.

Each stage runs through Dagster and does only what is behind: a second run finds nothing to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import dagster as dg

from lake import slices
from lake.contracts.model import Source, load_source, source_ids
from orchestration import runs
from orchestration.ingest import find_pending
from orchestration.partitions import contiguous_ranges, range_tags
from orchestration.settings import Settings


@dataclass
class IngestSummary:
    """What an ingest did: months by source that were run."""

    months: dict[str, list[str]] = field(default_factory=dict)

    @property
    def did_anything(self) -> bool:
        """Whether any source had something new."""
        return bool(self.months)


def ingest(settings: Settings, sources: Sequence[str] = ()) -> IngestSummary:
    """Take in what is new in the landing folder and bring silver up to date.

    Args:
        settings: The installation's settings.
        sources: Sources to look at; all by default.

    Raises:
        lake.contracts.model.ContractError: a source has no contract.
        orchestration.runs.RunFailedError: a run failed.
    """
    summary = IngestSummary()
    home = settings.amar_home
    chosen = [load_source(name) for name in sources or source_ids()]
    pending = {source.id: find_pending(home, source) for source in chosen}
    if any(found.unclaimed for found in pending.values()):
        runs.execute(home, _ingest_definitions(), "set_aside_files")
    for source in chosen:
        months = {*pending[source.id].by_period, *slices.stale(home, source, settings.keyring())}
        if months:
            in_order = sorted(months, key=lambda month: month or "")
            summary.months[source.id] = [month or "all" for month in in_order]
            _run_ingest(settings, source, in_order)
    return summary


def _run_ingest(settings: Settings, source: Source, months: Sequence[str | None]) -> None:
    definitions = _ingest_definitions()
    job = f"ingest_{source.id}"
    if not source.partitioned:
        runs.execute(settings.amar_home, definitions, job)
        return
    for first, last in contiguous_ranges(month for month in months if month):
        runs.execute(settings.amar_home, definitions, job, tags=range_tags(first, last))


def _ingest_definitions() -> dg.Definitions:
    from orchestration.defs.bronze.assets import bronze_assets
    from orchestration.defs.bronze.rejected import rejected_file
    from orchestration.defs.jobs import ingest_jobs, set_aside_job
    from orchestration.defs.silver.assets import silver_assets
    from orchestration.resources import Lake

    return dg.Definitions(
        assets=[rejected_file, *bronze_assets, *silver_assets],
        jobs=[*ingest_jobs, set_aside_job],
        resources={"lake": Lake()},
    )
