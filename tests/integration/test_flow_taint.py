"""The taint test of the flow proof: no column moves that the proof does not let move (`taint.py`).

Here each model is run on changes of each column that the proof lets reach a part of its columns only, of all together
that it lets reach none, and of one that it lets reach all. In `make torture` every column is changed alone, in every
way, over several sets of rows, and in models that compute single months too.
"""

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import taint
import yaml
from dbt_runner import PROJECT
from taint import KINDS, Bench, Model, Seen, watch
from taint_rows import Columns, Recipe

from governance.proof.lineage import ColumnLineage, Nearness
from governance.proof.project import Proof, prove
from lake.plan.column import ROWS

RECIPES = yaml.safe_load(Path(__file__).with_name("taint_recipes.yaml").read_text())
IS_TORTURE = os.environ.get("AMAR_TORTURE") == "1"
LEAST_FLOWS = 1000
"""So many flows must be seen, or the test proves nothing."""


class Project:
    """The project as one run of dbt compiled it, with its proof."""

    def __init__(self, world: Path, run: str) -> None:
        """Read what the run left."""
        self.manifest = json.loads((world / "scratch" / "first" / "target" / "manifest.json").read_text())
        compiled = world / "scratch" / run / "target" / "compiled" / "amar"
        models = {key: node for key, node in self.manifest["nodes"].items() if node["resource_type"] == "model"}
        self.compiled = {key: (compiled / node["original_file_path"]).read_text() for key, node in models.items()}
        self.proof: Proof = prove(self.manifest, self.compiled)
        self.columns: Columns = {
            relation: [(column.name, column.sql_type) for column in columns if column.name != ROWS]
            for relation, columns in self.proof.tables.items()
        }

    def models(self) -> Iterator[Model]:
        """Give every model by its relation."""
        for key, sql in sorted(self.compiled.items()):
            reads = {self._relation(parent) for parent in self.manifest["nodes"][key]["depends_on"]["nodes"]}
            flows = self.proof.models[self._relation(key)].flows
            bases = {column: flow.bases for column, flow in flows.items()}
            yield Model(self._relation(key), sql, tuple(sorted(reads)), bases)

    def _relation(self, key: str) -> str:
        node: Mapping[str, Any] = self.manifest["nodes"].get(key) or self.manifest["sources"][key]
        return f"{node['schema']}.{node.get('alias') or node.get('identifier') or node['name']}"


@pytest.fixture(scope="module")
def whole(world: Path) -> Project:
    return Project(world, "second")


def recipe(model: Model, seed: int = 0) -> Recipe:
    """Return how the rows of a model are drawn; further seeds draw others."""
    first, rows = RECIPES.get(model.relation, (0, 16))
    return Recipe(first + seed, rows)


def sampled(bench: Bench, project: Project, model: Model, seen: Seen) -> None:
    """Change what could have been missed, and one column more."""
    filled = bench.fill(model, recipe(model))
    chance = zlib.crc32(model.relation.encode())
    read, some = taint.everything(model, project.columns), taint.partial(model, project.columns)
    watch(seen, filled, model, taint.idle(model, project.columns), "all")
    for place, base in enumerate([*some, read[chance % len(read)]]):
        watch(seen, filled, model, [base], KINDS[(chance + place) % 2])


def exhausted(bench: Bench, project: Project, model: Model, seen: Seen) -> None:
    """Change every column that a model reads, in every way, over several sets of rows."""
    for seed in range(2):
        filled = bench.fill(model, recipe(model, seed))
        if filled.rows > taint.MOST_ROWS:
            continue
        for kind in KINDS:
            for base in taint.everything(model, project.columns):
                watch(seen, filled, model, [base], kind)
            for bases in taint.beyond(model, project.columns):
                watch(seen, filled, model, bases, kind)


def test_every_honest_model_passes_and_nothing_waives_the_proof(whole, world):
    assert whole.proof.refusals == ()
    assert Project(world, "first").proof.refusals == (), "in a run over some months"
    assert {model.relation for model in whole.models()} == set(whole.proof.models)
    assert [path.name for path in PROJECT.rglob("*waive*")] == []


def test_nothing_moves_that_the_proof_does_not_know(whole):
    bench, seen, models = Bench(whole.columns), Seen(), list(whole.models())
    for model in models:
        sampled(bench, whole, model, seen)
    assert seen.missed == set()
    assert len(seen.flows) >= LEAST_FLOWS
    assert len({relation for relation, _, _ in seen.flows}) >= 0.85 * len(models)
    assert sum(seen.failed.values()) <= 0.02 * seen.runs
    bench.close()


def test_a_flow_that_the_proof_lost_is_seen(whole):
    bench, caught = Bench(whole.columns), 0
    for model in [each for each in whole.models() if each.relation.startswith("staging.")]:
        honest = Seen()
        sampled(bench, whole, model, honest)
        if honest.flows:
            _, column, base = min(honest.flows)
            broken = replace(model, flows={**model.flows, column: model.flows[column] - {base}})
            seen = Seen()
            sampled(bench, whole, broken, seen)
            assert seen.missed, model.relation
            caught += 1
    assert caught >= 12
    bench.close()


@pytest.mark.skipif(not IS_TORTURE, reason="minutes: make torture")
@pytest.mark.parametrize("run", ["second", "first"], ids=["every month", "some months"])
def test_nothing_moves_however_it_is_changed(world, run):
    project, seen = Project(world, run), Seen()
    bench = Bench(project.columns)
    for model in project.models():
        exhausted(bench, project, model, seen)
    assert seen.missed == set()
    assert len(seen.flows) >= 3 * LEAST_FLOWS
    bench.close()


def test_every_mart_column_comes_from_a_source_or_is_declared_a_constant(whole: Project) -> None:
    lineage = ColumnLineage.of(whole.proof.models)
    marts = {
        key: node for key, node in whole.manifest["nodes"].items() if key in whole.compiled and "marts" in node["fqn"]
    }
    assert len(marts) > 30
    for node in marts.values():
        origins = lineage.origins[f"gold.{node['name']}"]
        columns = set(node["columns"])
        constants = {
            column for column in columns if all(item is Nearness.DECIDES_ROWS for item in origins[column].values())
        }
        assert constants == set(node["config"]["meta"].get("constants", [])), node["name"]
        sources = {table.split(".")[0] for column in columns for table, _ in origins[column]}
        assert sources <= {"silver", "bronze", "vocabulary", "reference"}, node["name"]


def test_lineage_is_the_flow_that_was_proven(whole: Project) -> None:
    lineage, models = ColumnLineage.of(whole.proof.models), whole.proof.models
    for relation, model in models.items():
        for column, flow in model.flows.items():
            assert set(lineage.steps[relation][column]) == flow.bases
            met, left = set(flow.bases), list(flow.bases)
            while left:
                table, name = left.pop()
                further = models[table].flows[name].bases - met if table in models else ()
                met.update(further)
                left += further
            reached = {base for base in met if base[0] not in models}
            assert set(lineage.origins[relation][column]) == reached, (relation, column)
