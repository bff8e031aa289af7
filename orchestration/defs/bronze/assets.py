"""Bronze assets: one a source, the files of each Jalali month as received, each exactly once."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from lake import tables
from lake.contracts.model import Source, load_sources
from lake.layout import Home
from lake.lock import writer_lock
from orchestration.charts import bars
from orchestration.ingest import Intake, take_in
from orchestration.partitions import MONTHS, ONE_RUN
from orchestration.resources import Lake
from vocabulary.periods import Period


def bronze_asset(source: Source) -> dg.AssetsDefinition:
    """Make the bronze asset of one source."""

    @dg.asset(
        key=["bronze", source.id],
        partitions_def=MONTHS if source.partitioned else None,
        backfill_policy=ONE_RUN if source.partitioned else None,
        group_name=source.id,
        owners=[f"team:{source.owner}"],
        tags={"layer": "bronze", "domain": source.domain, "access": "private"},
        kinds={"deltalake", "polars"},
        description=f"{source.name}, as received. {source.purpose}",
        metadata={"contract": f"lake/contracts/{source.id}.yaml", "contract_version": source.version},
        check_specs=[
            dg.AssetCheckSpec(
                "freshness",
                asset=["bronze", source.id],
                description="Files were prepared within the contract's latency.",
            )
        ],
    )
    def _asset(context: dg.AssetExecutionContext, lake: Lake) -> Iterator[dg.MaterializeResult[Any]]:
        periods = context.partition_keys if source.partitioned else None
        home = lake.home
        with writer_lock(home, f"ingest {source.id}"):
            intake = take_in(
                home, source, periods=periods, ingest_id=context.run.run_id, workers=lake.settings().threads
            )
        for file in intake.turned_away:
            context.log.warning("%s/%s set aside: %s: %s", source.id, file.file_name, file.rule, file.reason)
        for event in _observations(source, intake):
            context.log_event(event)
        yield dg.MaterializeResult(metadata=_metadata(home, source, intake), check_results=[_freshness(source, intake)])

    return _asset


def _observations(source: Source, intake: Intake) -> Iterator[dg.AssetObservation]:
    """Give each month its own row count: one run may have taken in many."""
    for period, rows in intake.rows_by_period.items():
        yield dg.AssetObservation(["bronze", source.id], partition=period, metadata={"rows_taken_in": rows})


def _metadata(home: Home, source: Source, intake: Intake) -> dict[str, Any]:
    by_period = {period or "all": rows for period, rows in intake.rows_by_period.items()}
    total = tables.count(home, "bronze", source.id) if tables.exists(home, "bronze", source.id) else 0
    return {
        "dagster/row_count": total,
        "rows_in_run": intake.rows,
        "files_accepted": len(intake.accepted),
        "files_set_aside": len(intake.turned_away),
        "files_seen_before": len(intake.repeated),
        "rows_by_month": bars(dict(sorted(by_period.items())), "rows by month"),
    }


def _freshness(source: Source, intake: Intake) -> dg.AssetCheckResult:
    late = [
        file.file_name
        for file in intake.accepted
        if file.period
        and file.prepared_on
        and source.latency_days is not None
        and (file.prepared_on - Period.parse(file.period).end).days > source.latency_days
    ]
    return dg.AssetCheckResult(
        check_name="freshness",
        passed=not late,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"files": len(intake.accepted), "late_files": len(late), "examples": ", ".join(late[:10])},
    )


@dg.definitions
def bronze_definitions() -> dg.Definitions:
    """Load the bronze asset of every contract."""
    return dg.Definitions(assets=[bronze_asset(source) for source in load_sources()])
