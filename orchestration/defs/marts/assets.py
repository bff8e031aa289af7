"""Gold assets: the dbt project's models, run by dbt, one invocation for any range of months."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from pydantic import Field

from governance.proof.lineage import ColumnLineage
from lake import tables
from lake.lock import writer_lock
from orchestration import column_lineage, dbt, progress, proof
from orchestration.openlineage import build as lineage
from orchestration.openlineage.observe import observed
from orchestration.resources import Lake
from orchestration.settings import Settings

JOB = "build_marts"


class MartsConfig(dg.Config):
    """What to build."""

    periods: list[str] = Field(default_factory=list, description="Jalali months; none = every month.")


class LayerTranslator(DagsterDbtTranslator):
    """Names assets by layer: `gold/<mart>`, `silver/<entity>`, `staging/<model>`."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return layer and name."""
        name = dbt_resource_props["name"]
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], name])
        return dg.AssetKey([_layer(dbt_resource_props), name])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Group by layer."""
        return "marts" if _layer(dbt_resource_props) == "gold" else _layer(dbt_resource_props)

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:  # noqa: ARG002  dagster's signature
        """Return the Office of Statistics, which answers for every mart (DASH-B)."""
        return ["team:office-of-statistics"]


def _layer(properties: Mapping[str, Any]) -> str:
    fqn = properties["fqn"]
    folder = fqn[1] if len(fqn) > 2 else properties["resource_type"]
    return {"marts": "gold", "seed": "reference"}.get(folder, str(folder))


def marts_asset(settings: Settings) -> dg.AssetsDefinition:
    """Make the assets of the dbt project; its manifest is parsed where the project changed."""
    translator = LayerTranslator()
    document = json.loads(dbt.manifest(settings).read_text())

    @dbt_assets(name="marts", manifest=document, dagster_dbt_translator=translator, exclude="resource_type:unit_test")
    def marts(context: dg.AssetExecutionContext, lake: Lake, config: MartsConfig) -> Iterator[Any]:
        keys = {unique_id: translator.get_asset_key(node) for unique_id, node in document["nodes"].items()}
        total = len(document["nodes"])
        finished: list[str] = []

        def on_finished(unique_id: str) -> None:
            finished.append(unique_id)
            progress.report("dbt models and tests", len(finished), total)

        work = lineage.build_work(context, config.periods)
        with (
            writer_lock(lake.home, "build the marts"),
            observed(lake.home, work, outputs=lineage.build_outputs(document)) as told,
        ):
            form = proof.form_of(config.periods)
            proof.check(lake.settings(), form)
            results = dbt.build(lake.settings(), config.periods, on_finished)
            proof.check_ran(lake.settings(), form, results)
            flows = proof.column_lineage(lake.settings(), form)
            failed = [result for result in results if not result.passed and not result.skipped]
            lineage.tell_build(told, lake.settings(), work, document, results, flows, context.instance)
            if failed:
                told.failure = dbt.DbtError(f"{len(failed)} models or tests failed")
        checks = {key.name: key for key in context.selected_asset_check_keys}
        for result in results:
            if result.name in checks:
                yield _check(result, checks[result.name])
            elif result.passed and keys.get(result.unique_id) in context.selected_asset_keys:
                yield _materialized(lake, result, keys[result.unique_id], flows)
        if failed:
            raise dbt.DbtError("; ".join(f"{result.name}: {result.message}" for result in failed))

    return marts


def _materialized(
    lake: Lake, result: dbt.NodeResult, key: dg.AssetKey, flows: ColumnLineage
) -> dg.MaterializeResult[Any]:
    metadata: dict[str, Any] = {"seconds": result.seconds, "dbt": result.message}
    layer, name = key.path
    if step := flows.steps.get(f"{layer}.{name}"):
        metadata["dagster/column_lineage"] = column_lineage.of_model(step)
    if layer == "gold":
        metadata["delta_version"] = tables.version(lake.home, "gold", name)
        metadata["dagster/row_count"] = tables.count(lake.home, "gold", name)
    return dg.MaterializeResult(asset_key=key, metadata=metadata)


def _check(result: dbt.NodeResult, key: dg.AssetCheckKey) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=result.passed,
        metadata={"failures": result.failures or 0, "dbt": result.message},
    )


@dg.definitions
def marts_definitions() -> dg.Definitions:
    """Load the marts and the job that builds them."""
    asset = marts_asset(Settings())
    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.assets(asset),
        executor_def=dg.in_process_executor,
        description="All models of the dbt project, in one dbt invocation.",
    )
    return dg.Definitions(assets=[asset], jobs=[job])
