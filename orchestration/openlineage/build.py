"""What is told of a build of the marts: the run, in it one of each mart, and one of the checks of each mart."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from openlineage.client.event_v2 import RunState

from governance.proof.lineage import ColumnLineage
from governance.releases.code import code_version
from lake import tables
from lake.contracts.model import load_sources, source_ids
from orchestration import dbt
from orchestration.column_lineage import key_columns
from orchestration.openlineage import columns, datasets
from orchestration.openlineage.datasets import Dataset, Told
from orchestration.openlineage.events import Work, event, run_id_of
from orchestration.openlineage.intake import SILVER_CHECKS, as_facets, assertion, assertions, slices_hash
from orchestration.openlineage.log import Event
from orchestration.openlineage.observe import Account, table_version
from orchestration.openlineage.settings import LineageSettings
from orchestration.settings import Settings

JOB = "build.marts"
Node = Mapping[str, Any]


def build_work(context: dg.AssetExecutionContext, months: Sequence[str]) -> Work:
    """Return the run that builds the marts."""
    return Work(
        job=JOB,
        run_id=run_id_of(context.run.run_id, JOB, str(context.retry_number)),
        kind="TASK",
        description="Every mart with its checks, by dbt: of all months, or of those that changed.",
        path="dbt_project/dbt_project.yml",
        code=code_version().source_hash,
        months=tuple(months),
        engine="dbt-core",
        parent=(context.run.run_id, context.run.job_name),
    )


def build_outputs(document: Mapping[str, Any]) -> list[Told]:
    """Return what a build writes, by name."""
    nodes = sorted(_marts(document).values(), key=lambda node: str(node["name"]))
    return [Told(Dataset(f"gold.{node['name']}", "A mart.", datasets.OFFICE)) for node in nodes]


def tell_build(
    account: Account,
    settings: Settings,
    work: Work,
    document: Mapping[str, Any],
    results: Iterable[dbt.NodeResult],
    flows: ColumnLineage,
    instance: dg.DagsterInstance,
) -> None:
    """Say what became of each mart: what it was made from and by which SQL, and what its checks said."""
    home, results = settings.amar_home, list(results)
    told = _Telling(
        LineageSettings(),
        work,
        flows,
        key_columns(),
        sources=_sources(settings, instance),
        made_from=f"built-from:{slices_hash(home, source_ids())};code:{dbt.code_hash(settings)}",
    )
    marts = _marts(document)
    checks = _checks(document, results)
    for result in results:
        if result.unique_id in marts and not result.skipped:
            version = table_version(home, "gold", result.name, told.made_from)
            account.parts += told.mart(marts[result.unique_id], result, version)
            if checks[result.unique_id]:
                account.parts += told.checks(marts[result.unique_id], checks[result.unique_id], version)


@dataclass(frozen=True)
class _Telling:
    """What the events of one build have in common."""

    settings: LineageSettings
    build: Work
    flows: ColumnLineage
    keys: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, Told]
    made_from: str

    def mart(self, node: Node, result: dbt.NodeResult, version: str) -> Iterator[Event]:
        """Tell of one mart that was tried."""
        name, path = f"gold.{node['name']}", f"dbt_project/{node['original_file_path']}"
        work = self._part(f"{JOB}.{node['name']}", "MODEL", path, f"Builds {name}.", result.compiled)
        origins = self.flows.origins.get(name, {})
        inputs = [self._source(table) for table in sorted(self._tables(origins.values()))]
        began, ended = _span(result)
        yield event(self.settings, RunState.START, work, began)
        if not result.passed:
            failed = work.failed(dbt.DbtError())
            yield event(self.settings, RunState.FAIL, failed, ended, inputs=inputs)
            return
        lineage = columns.of_gold(self.settings.openlineage_namespace, origins, self.keys)
        out = Told(datasets.gold(node), version, {"columnLineage": lineage})
        yield event(self.settings, RunState.COMPLETE, work, ended, inputs=inputs, outputs=[out])

    def checks(self, node: Node, checked: Sequence[tuple[Node, dbt.NodeResult]], version: str) -> Iterator[Event]:
        """Tell what the checks of one mart said."""
        path = f"dbt_project/{node['original_file_path']}"
        work = self._part(f"{JOB}.{node['name']}.checks", "TEST", path, f"Checks gold.{node['name']}.", "")
        began, ended = (pick(_span(result)[place] for _, result in checked) for place, pick in ((0, min), (1, max)))
        judged = as_facets([_assertion(test, result) for test, result in checked])
        yield event(self.settings, RunState.START, work, began)
        inputs = [Told(datasets.gold(node), version, input_facets=judged)]
        yield event(self.settings, RunState.COMPLETE, work, ended, inputs=inputs)

    def _part(self, job: str, kind: str, path: str, description: str, sql: str) -> Work:
        return Work(
            job=job,
            run_id=run_id_of(self.build.run_id, job),
            kind=kind,
            description=description,
            path=path,
            code=self.build.code,
            sql=sql,
            months=self.build.months,
            engine="duckdb",
            parent=(self.build.run_id, self.build.job),
        )

    def _tables(self, origins: Iterable[Mapping[tuple[str, str], Any]]) -> set[str]:
        return {table for column in origins for table, _ in column}

    def _source(self, table: str) -> Told:
        if table in self.sources:
            return self.sources[table]
        layer, _, name = table.partition(".")
        about = f"{name}: words and figures that are part of the code ({layer})."
        return Told(Dataset(table, about, datasets.OFFICE), f"code:{self.build.code}")


def _sources(settings: Settings, instance: dg.DagsterInstance) -> dict[str, Told]:
    """Return the tables of the lake that marts read, at their versions, with what their checks said."""
    home = settings.amar_home
    found = {
        f"silver.{entity.name}": Told(
            datasets.silver(source, entity),
            table_version(home, "silver", entity.name, f"slices:{slices_hash(home, [source.id])}"),
            input_facets=assertions(instance, ["silver", entity.name], SILVER_CHECKS),
        )
        for source in load_sources()
        for entity in source.entities
    }
    for layer in ("silver", "bronze"):
        for name, version in tables.versions(home, layer).items():
            about = Dataset(f"{layer}.{name}", f"{name} of the lake.", datasets.OFFICE)
            found.setdefault(f"{layer}.{name}", Told(about, f"delta:{version}"))
    return found


def _marts(document: Mapping[str, Any]) -> dict[str, Node]:
    return {
        key: node
        for key, node in document["nodes"].items()
        if node["resource_type"] == "model" and node["schema"] == "gold"
    }


def _checks(
    document: Mapping[str, Any], results: Iterable[dbt.NodeResult]
) -> Mapping[str, list[tuple[Node, dbt.NodeResult]]]:
    """Return the tests that ran, by the model that they are of."""
    found: defaultdict[str, list[tuple[Node, dbt.NodeResult]]] = defaultdict(list)
    for result in results:
        node = document["nodes"].get(result.unique_id)
        if node and node["resource_type"] == "test" and not result.skipped:
            found[str(node.get("attached_node") or "")].append((node, result))
    return found


def _assertion(test: Node, result: dbt.NodeResult) -> Any:
    kind = str((test.get("test_metadata") or {}).get("name") or "custom_sql")
    severity = str(test["config"].get("severity") or "error").lower()
    column = test.get("column_name")
    return assertion(result.name, passed=result.passed, severity=severity, kind=kind, column=column)


def _span(result: dbt.NodeResult) -> tuple[datetime, datetime]:
    """Return when a node began and ended; dbt's clock has no zone and means UTC."""
    ended = result.ended or datetime.now(UTC)
    began = result.began or ended
    return began.replace(tzinfo=began.tzinfo or UTC), ended.replace(tzinfo=ended.tzinfo or UTC)
