"""The proof of a dbt project: every model in its order, each by what is proven of those before it.

What is judged is the SQL that dbt compiled — macros, ephemeral models and snapshots are expanded in it — and the labels
that contracts and the project's YAML declare. Nothing is run and no data are read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from governance.access.labels import Label, parse_label
from governance.clauses import Basis, RefusedError
from governance.proof.held import HeldColumn
from governance.proof.model import ModelProof, Refusal, judge
from governance.proof.steps import check_steps, load_steps
from governance.proof.ways import Proof, with_ways
from lake.dbt_plugin.sources import correction_tables, lake_tables
from lake.plan.column import ROWS, PlanError, Trait
from lake.plan.flows import Planner

_SNAPSHOT_COLUMNS = {"dbt_scd_id": "varchar"} | dict.fromkeys(
    ("dbt_updated_at", "dbt_valid_from", "dbt_valid_to"), "timestamp"
)

_KNOWN_OPERATIONS = frozenset({"{{ refresh_lake() }}"})
"""What may run beside the models: reading the lake's current snapshots."""


@dataclass(frozen=True)
class Node:
    """A model, seed or snapshot as the project declares it.

    Attributes:
        name: Its name.
        kind: `model`, `seed` or `snapshot`.
        relation: `schema.table` that it becomes.
        sql: What dbt compiled; empty for a seed.
        columns: Declared columns with DuckDB type and label; `None` where a column is untagged.
    """

    name: str
    kind: str
    relation: str
    sql: str
    columns: Mapping[str, tuple[str, Label | None]]


def prove(manifest: Mapping[str, Any], compiled: Mapping[str, str]) -> Proof:
    """Judge a project.

    Args:
        manifest: dbt's manifest.
        compiled: SQL that dbt compiled of each model and snapshot, by its unique id.
    """
    tables: dict[str, tuple[HeldColumn, ...]] = {}
    models: dict[str, ModelProof] = {}
    refusals: list[Refusal] = []
    names: dict[str, str] = {}
    with Planner(_database(manifest)) as planner:
        for relation, columns in _source_tables(manifest):
            names[relation] = relation
            _declare(planner, tables, refusals, relation, columns)
        refusals += _unjudged(manifest)
        for node in _nodes(manifest, compiled):
            names[node.relation] = node.name
            if node.kind == "seed":
                _declare(planner, tables, refusals, node.relation, _seed_columns(node))
                continue
            labels = {column: label for column, (_, label) in node.columns.items()}
            found = judge(planner, node.relation, node.sql, tables, labels)
            models[node.relation] = found
            refusals += found.refusals
            _declare(planner, tables, refusals, node.relation, _built_columns(node, found))
    refusals += check_steps(load_steps(), tables)
    proof = Proof(models, tables, names, ())
    return replace(proof, refusals=tuple(with_ways(proof, refusal) for refusal in refusals))


def _declare(
    planner: Planner,
    tables: dict[str, tuple[HeldColumn, ...]],
    refusals: list[Refusal],
    relation: str,
    columns: Sequence[HeldColumn],
) -> None:
    if not columns:
        return
    tables[relation] = tuple(columns)
    try:
        planner.declare(relation, [column.planned() for column in columns])
    except PlanError as error:
        sentence = f"table {relation} cannot be declared, so it is refused: {error} (HOUSE-6, {Basis.HOUSE})"
        refusals.append(Refusal(relation, "", "HOUSE-6", sentence))


def _source_tables(manifest: Mapping[str, Any]) -> Iterator[tuple[str, list[HeldColumn]]]:
    """Give what the lake and the vocabulary hold: the lake's tables by their contracts, the others as declared."""
    of_lake = {f"{table.layer}.{table.name}": table for table in lake_tables()}
    for relation, table in of_lake.items():
        yield (
            relation,
            [
                HeldColumn(
                    column.name,
                    column.sql_type,
                    _label({"access_class": column.access_class, "granularity": column.granularity}),
                    column.trait,
                )
                for column in table.columns
            ],
        )
    for source in manifest["sources"].values():
        relation = f"{source['schema']}.{source['identifier']}"
        if relation not in of_lake:
            yield (
                relation,
                [
                    HeldColumn(name, column.get("data_type") or "varchar", _label(_meta(column)))
                    for name, column in source["columns"].items()
                ],
            )


def _nodes(manifest: Mapping[str, Any], compiled: Mapping[str, str]) -> Iterator[Node]:
    """Give seeds, models and snapshots, each after those that it reads."""
    wanted = {
        key: node for key, node in manifest["nodes"].items() if node["resource_type"] in ("model", "seed", "snapshot")
    }
    done: set[str] = set()

    def visit(key: str) -> Iterator[Node]:
        if key in done or key not in wanted:
            return
        done.add(key)
        for parent in sorted(wanted[key].get("depends_on", {}).get("nodes", [])):
            yield from visit(parent)
        if wanted[key]["config"].get("materialized") != "ephemeral":  # judged in the models that it is written into
            yield _node(wanted[key], compiled.get(key, ""))

    for key in sorted(wanted):
        yield from visit(key)


def _unjudged(manifest: Mapping[str, Any]) -> Iterator[Refusal]:
    """Refuse what would run without being judged: hooks with SQL of their own, and models that are no SELECT."""
    for node in manifest["nodes"].values():
        name, kind = node["name"], node["resource_type"]
        hooks = node.get("config", {}).get("pre-hook") or node.get("config", {}).get("post-hook")
        if kind == "operation" and node["raw_code"].strip() not in _KNOWN_OPERATIONS:
            yield _refused(name, f"the project runs SQL before or after its models that nobody judges: {name}")
        elif kind in ("model", "seed", "snapshot") and hooks:
            yield _refused(name, f"{kind} {name} has a hook, which runs SQL that nobody judges")
        elif kind == "model" and node.get("language", "sql") != "sql":
            yield _refused(name, f"model {name} is no SELECT, so its flow cannot be resolved")


def _refused(model: str, reason: str) -> Refusal:
    return Refusal(model, "", "HOUSE-6", f"{reason} (HOUSE-6, {Basis.HOUSE})")


def _node(node: Mapping[str, Any], sql: str) -> Node:
    types = node["config"].get("column_types") or {}
    return Node(
        name=node["name"],
        kind=node["resource_type"],
        relation=f"{node['schema']}.{node.get('alias') or node['name']}",
        sql=sql,
        columns={
            name: (column.get("data_type") or types.get(name) or "varchar", _label(_meta(column)))
            for name, column in node["columns"].items()
        },
    )


def _seed_columns(node: Node) -> list[HeldColumn]:
    return [HeldColumn(name, kind, label) for name, (kind, label) in node.columns.items()]


def _built_columns(node: Node, found: ModelProof) -> list[HeldColumn]:
    """Give a model's columns as later models read them; a refused one keeps what is declared of it."""
    if not found.columns:
        return _seed_columns(node)
    columns = [
        HeldColumn(item.name, _contract_type(node, item), item.label, item.trait, item.picked) for item in found.columns
    ]
    if node.kind == "snapshot":
        rows = columns[-1]
        columns += [HeldColumn(name, kind, rows.label, Trait.IDENTIFIER) for name, kind in _SNAPSHOT_COLUMNS.items()]
    return columns


def _contract_type(node: Node, column: HeldColumn) -> str:
    declared = node.columns.get(column.name)
    return declared[0] if declared and column.name != ROWS and node.relation.startswith("gold.") else column.sql_type


def _meta(column: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**column.get("meta", {}), **column.get("config", {}).get("meta", {})}


def _label(meta: Mapping[str, Any]) -> Label | None:
    """Read a label; what is untagged or unknown is none, and whatever needs it is refused."""
    try:
        return parse_label(meta.get("access_class"), meta.get("granularity"), subject="")
    except RefusedError:
        return None


def _database(manifest: Mapping[str, Any]) -> str:
    """Return the database that the compiled SQL names."""
    return next((node["database"] for node in manifest["nodes"].values() if node.get("database")), "amar")


def declared(manifest: Mapping[str, Any]) -> dict[str, dict[str, Label | None]]:
    """Return every table of a project with the declared labels of its columns, without a proof."""
    tables = {
        relation: {column.name: column.label for column in columns} for relation, columns in _source_tables(manifest)
    }
    for table in correction_tables():
        meta = {column.name: vars(column) for column in table.columns}
        tables[f"{table.layer}.{table.name}"] = {name: _label(words) for name, words in meta.items()}
    for node in _nodes(manifest, {}):
        tables[node.relation] = {name: label for name, (_, label) in node.columns.items()}
    return tables
