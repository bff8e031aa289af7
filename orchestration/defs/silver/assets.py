"""Silver assets: typed rows by object and Jalali month; what is not fit for them is set aside."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from governance.settings import Settings as GovernanceSettings
from lake import tables
from lake.balance import FileBalance, file_balances
from lake.contracts.model import Entity, Source, load_sources
from lake.layout import Home
from lake.lock import writer_lock
from lake.retyped import RetypedColumn, find_retyped
from lake.silver import SliceResult
from orchestration import column_lineage
from orchestration.charts import bars
from orchestration.correction_events import enter_corrections
from orchestration.ingest import build_slices
from orchestration.openlineage import intake as lineage
from orchestration.openlineage.observe import observed
from orchestration.partitions import MONTHS, ONE_RUN
from orchestration.resources import Lake
from orchestration.retries import retrying

_NAMED = 20
"""So many columns are named in a check; all are in the log."""


def silver_asset(source: Source) -> dg.AssetsDefinition:
    """Make the silver assets of one source: one for each object in it."""

    @dg.multi_asset(
        name=f"silver_{source.id}",
        specs=[_spec(source, entity) for entity in source.entities],
        partitions_def=MONTHS if source.partitioned else None,
        backfill_policy=ONE_RUN if source.partitioned else None,
        check_specs=[check for entity in source.entities for check in _checks(entity)],
    )
    def _asset(context: dg.AssetExecutionContext, lake: Lake) -> Iterator[dg.MaterializeResult[Any]]:
        periods: Sequence[str | None] = context.partition_keys if source.partitioned else [None]
        home = lake.home
        work = lineage.silver_work(context, source, periods)
        with (
            retrying(context),
            writer_lock(home, f"build silver of {source.id}"),
            observed(home, work, outputs=lineage.silver_outputs(source)) as told,
        ):
            enter_corrections(home, source, GovernanceSettings(), now=datetime.now(UTC))
            results = build_slices(home, source, lake.keyring, periods=periods, workers=lake.settings().threads)
            lineage.tell_silver(told, home, source, context.instance)
        balances = file_balances(home, source, [period for period in periods if period] if source.partitioned else None)
        retyped = find_retyped(home, source, periods)
        for column in retyped:
            context.log.error("%s", column)
        for entity in source.entities:
            for event in _observations(entity, results):
                context.log_event(event)
            yield _result(home, entity, results, balances, retyped)

    return _asset


def _observations(entity: Entity, results: Sequence[SliceResult]) -> Iterator[dg.AssetObservation]:
    """Give each month its own row count: one run may have built many."""
    for result in results:
        metadata = {"dagster/row_count": result.used[entity.name], **result.rows}
        yield dg.AssetObservation(["silver", entity.name], partition=result.period, metadata=metadata)


def _spec(source: Source, entity: Entity) -> dg.AssetSpec:
    columns = [
        dg.TableColumn(
            column.silver_name, column.logical_type, column.description, tags={"access": column.access_class}
        )
        for column in entity.kept
    ]
    return dg.AssetSpec(
        key=["silver", entity.name],
        deps=[dg.AssetKey(["bronze", source.id])],
        group_name=source.id,
        owners=[f"team:{source.owner}"],
        tags={"layer": "silver", "domain": source.domain},
        kinds={"deltalake", "pandera"},
        description=f"{entity.description} Grain: {entity.grain}.",
        metadata={"dagster/column_schema": dg.TableSchema(columns=columns)},
    )


def _checks(entity: Entity) -> list[dg.AssetCheckSpec]:
    key = ["silver", entity.name]
    return [
        dg.AssetCheckSpec("balance", asset=key, description="Each bronze row has exactly one state, file by file."),
        dg.AssetCheckSpec(
            "contract", asset=key, description="Rows keep to the contract; those that do not are set aside."
        ),
        dg.AssetCheckSpec(
            "retyped_column", asset=key, description="No file has a column of which nearly no value can be read."
        ),
    ]


def _result(
    home: Home,
    entity: Entity,
    results: Sequence[SliceResult],
    balances: Sequence[FileBalance],
    retyped: Sequence[RetypedColumn],
) -> dg.MaterializeResult[Any]:
    states, breaches, findings = Counter[str](), Counter[str](), Counter[str]()
    for result in results:
        states.update(result.rows)
        breaches.update(result.breaches)
        findings.update(result.findings)
    broken = [balance.file_name for balance in balances if not balance.balanced]
    balance = dg.AssetCheckResult(
        check_name="balance",
        asset_key=["silver", entity.name],
        passed=not broken,
        metadata={"files": len(balances), "unbalanced": ", ".join(broken[:10])},
    )
    contract = dg.AssetCheckResult(
        check_name="contract",
        asset_key=["silver", entity.name],
        passed=not breaches,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"quarantined": states["quarantined"], **{f"rule/{rule}": count for rule, count in breaches.items()}},
    )
    metadata: dict[str, Any] = {
        "dagster/column_lineage": column_lineage.of_silver(entity),
        "rows_in_run": sum(result.used[entity.name] for result in results),
        "slices_in_run": len(results),
        "rows_by_state": bars(dict(states), "bronze rows by state"),
        "rows_corrected": sum(sum(result.corrected.values()) for result in results),
        "findings_by_rule": bars(dict(sorted(findings.items())), "findings by rule, warnings too"),
        "quarantined_by_rule": bars(dict(sorted(breaches.items())), "quarantined rows by rule"),
    }
    if tables.exists(home, "silver", entity.name):
        metadata["delta_version"] = tables.version(home, "silver", entity.name)
        metadata["dagster/row_count"] = tables.count(home, "silver", entity.name)
    checks = [balance, contract, _retyped(entity, [item for item in retyped if item.object == entity.name])]
    return dg.MaterializeResult(asset_key=["silver", entity.name], metadata=metadata, check_results=checks)


def _retyped(entity: Entity, found: Sequence[RetypedColumn]) -> dg.AssetCheckResult:
    """Name the columns that hold something else than the contract says, with their files."""
    listed = {f"{item.file_name}/{item.column}": str(item) for item in found[:_NAMED]}
    return dg.AssetCheckResult(
        check_name="retyped_column",
        asset_key=["silver", entity.name],
        passed=not found,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"columns": len(found), "rows": sum(item.rows for item in found), **listed},
    )


@dg.definitions
def silver_definitions() -> dg.Definitions:
    """Load the silver assets of every contract."""
    return dg.Definitions(assets=[silver_asset(source) for source in load_sources()])
