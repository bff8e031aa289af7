"""The proof of one model: what flows into each column, and whether it is declared as at least that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from governance.access.flow import check_declared, flowing
from governance.access.labels import Label, untagged
from governance.clauses import Basis, RefusedError
from governance.proof.held import Held, HeldColumn, label_of
from lake.plan.column import ROWS, Base, ColumnFlow, PlanError, Trait
from lake.plan.flows import Planner


@dataclass(frozen=True)
class Refusal:
    """A column that may not be as it is declared.

    Attributes:
        model: Name of the model, empty for one that is judged by itself.
        column: Its column; empty where the whole model is refused.
        clause: Clause or house rule that decides.
        sentence: What is refused and why.
        paths: Ways by which it gets there, each from the column where it comes from to this one.
    """

    model: str
    column: str
    clause: str
    sentence: str
    paths: tuple[tuple[Base, ...], ...] = ()

    def __str__(self) -> str:
        """Return the sentence with the paths, a line each."""
        ways = (" → ".join(f"{table}.{column}" for table, column in path) for path in self.paths)
        return "\n".join([self.sentence, *(f"    {way}" for way in ways)])


@dataclass(frozen=True)
class ModelProof:
    """What was found of a model.

    Attributes:
        name: Its name.
        columns: Its columns as later models read them, and under `*` its rows.
        flows: What reaches each of them.
        inflow: Label of what flows into each of them.
        refusals: What is refused.
    """

    name: str
    columns: tuple[HeldColumn, ...]
    flows: Mapping[str, ColumnFlow]
    inflow: Mapping[str, Label]
    refusals: tuple[Refusal, ...]


def prove_model(name: str, sql: str, tables: Held, declared: Mapping[str, Label | None]) -> list[Refusal]:
    """Judge one SELECT over labelled tables.

    Args:
        name: Name of the model.
        sql: Its SELECT, with all macros expanded.
        tables: Tables that it may read, with the labels of their columns.
        declared: Label that each of its columns is declared with.

    Returns:
        What is refused; nothing where the model may be built.
    """
    with Planner() as planner:
        for table, columns in tables.items():
            planner.declare(table, [column.planned() for column in columns])
        return list(judge(planner, name, sql, tables, declared).refusals)


def judge(planner: Planner, name: str, sql: str, tables: Held, declared: Mapping[str, Label | None]) -> ModelProof:
    """Judge one SELECT in a planner that knows the tables."""
    try:
        flows = planner.flows(sql)
        types = planner.types(sql)
    except PlanError as error:
        sentence = f"model {name} cannot be resolved, so it is refused: {error} (HOUSE-6, {Basis.HOUSE})"
        return ModelProof(name, (), {}, {}, (Refusal(name, "", "HOUSE-6", sentence),))
    refusals: list[Refusal] = []
    inflow: dict[str, Label] = {}
    for column, flow in flows.items():
        try:
            inflow[column] = inflow_of(flow, tables)
            if column != ROWS:
                _check(name, column, declared.get(column), inflow[column])
        except RefusedError as error:
            paths = _paths(name, column, flow, tables, declared.get(column))
            refusals.append(Refusal(name, column, error.clause, str(error), paths))
    refusals += [_phantom(name, column) for column in declared if column not in flows]
    columns = tuple(_held(column, flow, types, inflow, declared) for column, flow in flows.items())
    return ModelProof(name, columns, flows, inflow, tuple(refusals))


def inflow_of(flow: ColumnFlow, tables: Held) -> Label:
    """Return the label of what flows into a column.

    Raises:
        RefusedError: something that flows in is untagged.
    """
    return flowing(
        (label_of(tables, *base) for base in sorted(flow.records)),
        (label_of(tables, *base) for base in sorted(flow.aggregates)),
    )


def offending(flow: ColumnFlow, tables: Held, declared: Label | None) -> Iterable[Base]:
    """Give the base columns by which a column is more restricted than it is declared, sorted."""
    for base in sorted(flow.bases):
        try:
            label = label_of(tables, *base)
            single = flowing([label], []) if base in flow.records else flowing([], [label])
            if declared is None:
                continue
            check_declared(declared, single, subject="")
        except RefusedError:
            yield base


def _check(model: str, column: str, declared: Label | None, inflow: Label) -> None:
    if declared is None:
        raise untagged(f"column {model}.{column}")
    check_declared(declared, inflow, subject=f"column {model}.{column}")


def _paths(
    model: str, column: str, flow: ColumnFlow, tables: Held, declared: Label | None
) -> tuple[tuple[Base, ...], ...]:
    return tuple((base, (model, column)) for base in offending(flow, tables, declared))


def _phantom(model: str, column: str) -> Refusal:
    error = RefusedError(
        f"column {model}.{column} is declared, but the model does not have it", clause="HOUSE-6", basis=Basis.HOUSE
    )
    return Refusal(model, column, error.clause, str(error))


def _held(
    column: str,
    flow: ColumnFlow,
    types: Mapping[str, str],
    inflow: Mapping[str, Label],
    declared: Mapping[str, Label | None],
) -> HeldColumn:
    label = inflow.get(column) if column == ROWS else declared.get(column)
    trait = Trait.CATEGORY if column == ROWS else flow.trait
    return HeldColumn(column, types.get(column, "varchar"), label, trait, flow.picked)
