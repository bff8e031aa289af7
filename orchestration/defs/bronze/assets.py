"""Bronze assets: one a source, the files of each Jalali month as received, each exactly once."""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from lake import bronze, tables
from lake.contracts.model import Source, load_sources
from lake.layout import Home
from lake.lock import writer_lock
from orchestration.charts import bars
from orchestration.duty import arrivals, today
from orchestration.ingest import Intake, take_in
from orchestration.openlineage import intake as lineage
from orchestration.openlineage.observe import observed
from orchestration.outages import outage_result, outage_spec
from orchestration.partitions import MONTHS, ONE_RUN, asked_again
from orchestration.refusals import refusal_result, refusal_spec
from orchestration.resources import Lake
from orchestration.retries import quiet_seconds, retrying
from orchestration.sources.database import is_pulled
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
        check_specs=_checks(source),
    )
    def _asset(context: dg.AssetExecutionContext, lake: Lake) -> Iterator[dg.MaterializeResult[Any]]:
        periods = context.partition_keys if source.partitioned else None
        home, settings = lake.home, lake.settings()
        work = lineage.bronze_work(context, source, periods or ())
        with (
            retrying(context),
            writer_lock(home, f"ingest {source.id}"),
            observed(home, work, outputs=lineage.bronze_outputs(source)) as told,
        ):
            intake = take_in(
                home,
                source,
                periods=periods,
                ingest_id=context.run.run_id,
                workers=settings.threads,
                quiet_seconds=quiet_seconds(context.run, settings),
                again=asked_again(context.run.tags, periods),
                keyring=lake.keyring,
            )
            lineage.tell_bronze(told, home, source, intake)
        for file in intake.turned_away:
            context.log.warning("%s/%s set aside: %s: %s", source.id, file.file_name, file.rule, file.reason)
        if intake.failure:
            context.log.error("%s", intake.failure)
        for event in _observations(source, intake):
            context.log_event(event)
        key = dg.AssetKey(["bronze", source.id])
        refused = refusal_result(key, bronze.rejected(home, source.id), context.run.run_id)
        results = [_freshness(source, intake), _columns(intake), refused]
        if is_pulled(source):
            results.append(outage_result(key, intake.failure))
        if periods is not None:
            results.append(_arrival(home, source, periods))
        yield dg.MaterializeResult(metadata=_metadata(home, source, intake), check_results=results)

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
        "files_not_ready": len(intake.not_ready),
        "rows_by_month": bars(dict(sorted(by_period.items())), "rows by month"),
    }


def _checks(source: Source) -> list[dg.AssetCheckSpec]:
    asset = ["bronze", source.id]
    specs = [
        dg.AssetCheckSpec("freshness", asset=asset, description="Files were prepared within the contract's latency."),
        dg.AssetCheckSpec("columns", asset=asset, description="Files have no column that the contract does not know."),
        refusal_spec(dg.AssetKey(asset)),
    ]
    if is_pulled(source):
        specs.append(outage_spec(dg.AssetKey(asset)))
    if source.partitioned:
        description = "Of each month past its due day something arrived, and from all who must report."
        specs.append(dg.AssetCheckSpec("arrival", asset=asset, description=description))
    return specs


def _columns(intake: Intake) -> dg.AssetCheckResult:
    """Name the columns that the contract does not know; bronze keeps them."""
    metadata = {f"files_with/{column}": len(files) for column, files in sorted(intake.new_columns.items())}
    return dg.AssetCheckResult(
        check_name="columns", passed=not metadata, severity=dg.AssetCheckSeverity.WARN, metadata=metadata
    )


def _arrival(home: Home, source: Source, periods: Sequence[str]) -> dg.AssetCheckResult:
    """Tell who owes what of the months of this run, as of today."""
    overdue = arrivals(source, periods, bronze.registered(home, source.id), today())
    empty = [arrival.period for arrival in overdue if not arrival.files]
    silent = sorted({code for arrival in overdue for code in arrival.silent})
    return dg.AssetCheckResult(
        check_name="arrival",
        passed=all(arrival.complete for arrival in overdue),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "months_overdue": len(overdue),
            "months_without_files": len(empty),
            "months": ", ".join(empty[:12]),
            "units_expected": sum(arrival.expected for arrival in overdue),
            "units_missing": sum(len(arrival.missing) for arrival in overdue),
            "offices_silent": len(silent),
            "offices": ", ".join(silent[:40]),
        },
    )


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
