"""Gold assets: the dbt project's models, run by dbt, one invocation for any range of months."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets
from pydantic import Field

from lake import tables
from lake.lock import writer_lock
from orchestration import dbt, progress
from orchestration.resources import Lake
from orchestration.runs import scratch_folder
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

    @dbt_assets(
        name="marts",
        manifest=dbt.manifest(settings),
        dagster_dbt_translator=LayerTranslator(),
        exclude="resource_type:unit_test",
    )
    def marts(context: dg.AssetExecutionContext, lake: Lake, config: MartsConfig) -> Iterator[Any]:
        now = lake.settings()
        home = now.amar_home
        scratch = scratch_folder(home, context.run_id)
        os.environ.update(dbt.environment(home, scratch, now.threads))
        runner = DbtCliResource(
            project_dir=str(now.dbt_project), profiles_dir=str(now.dbt_project), dbt_executable=dbt.executable()
        )
        command = ["build", "--exclude-resource-type", "unit_test"]
        if config.periods:
            command += ["--vars", json.dumps({"periods": config.periods})]
        total = len(context.selected_asset_keys)
        with writer_lock(home, "build the marts"):
            invocation = runner.cli(command, context=context, target_path=scratch / "target")
            done = 0
            for event in invocation.stream():
                if isinstance(event, dg.Output | dg.AssetMaterialization):
                    done += 1
                    progress.report("dbt models", min(done, total), total)
                yield event
        _report_versions(context, lake)
        shutil.rmtree(scratch, ignore_errors=True)

    return marts


def _report_versions(context: dg.AssetExecutionContext, lake: Lake) -> None:
    versions = tables.versions(lake.home, "gold")
    listed = ", ".join(f"{name} v{version}" for name, version in sorted(versions.items()))
    context.log.info("gold: %s", listed)


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
