"""The ways from the sources to a column, model by model, along what was proven."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from governance.access.flow import aggregated
from governance.access.labels import Label, covers
from governance.clauses import Basis, RefusedError
from governance.proof.held import HeldColumn, label_of
from governance.proof.model import ModelProof, Refusal
from lake.plan.column import ROWS, Base


@dataclass(frozen=True)
class Proof:
    """What was proven of a project.

    Attributes:
        models: Proof of each model by its relation, in the order of their building.
        tables: Every table with its columns: sources, seeds, models.
        names: Name of the source table, seed or model behind each relation.
        refusals: What is refused.
    """

    models: Mapping[str, ModelProof]
    tables: Mapping[str, tuple[HeldColumn, ...]]
    names: Mapping[str, str]
    refusals: tuple[Refusal, ...]

    @property
    def column_count(self) -> int:
        """Number of model columns that were judged."""
        return sum(len(model.flows) - 1 for model in self.models.values())


@dataclass(frozen=True)
class Step:
    """One step of a way: a column and what the next one takes of it.

    Attributes:
        table: Relation of the column.
        column: Its name; `*` stands for the rows of the relation.
        label: Its label.
        is_lowered: Whether only an allow-listed aggregate of it goes on.
    """

    table: str
    column: str
    label: Label
    is_lowered: bool


def way_to(proof: Proof, relation: str, column: str) -> tuple[Step, ...]:
    """Return the way by which a column is as restricted as it is, from its source; the shortest in words of the labels.

    Raises:
        RefusedError: there is no such column among what was proven.
    """
    if relation not in proof.tables or column not in {ROWS, *(item.name for item in proof.tables[relation])}:
        raise RefusedError(f"{relation}.{column} is no column of the project", clause="HOUSE-6", basis=Basis.HOUSE)
    bases = _upstream(proof, (relation, column))
    last = Step(relation, column, label_of(proof.tables, relation, column), is_lowered=False)
    return (
        *(_step(proof, base, after) for base, after in pairwise((*bases, (relation, column)))),
        last,
    )


def with_ways(proof: Proof, refusal: Refusal) -> Refusal:
    """Return a refusal whose paths begin at the sources."""
    paths = tuple((*_upstream(proof, path[0]), *path) for path in refusal.paths)
    return replace(refusal, paths=paths)


def _upstream(proof: Proof, base: Base) -> tuple[Base, ...]:
    """Return the columns before `base` on its most telling way, the source first."""
    way: list[Base] = []
    here = base
    while (following := _telling(proof, here)) and following not in way and following != base:
        way.insert(0, following)
        here = following
    return tuple(way)


def _telling(proof: Proof, base: Base) -> Base | None:
    """Return which of the columns that reach a column says most of its label; `None` for one of a source."""
    model = proof.models.get(base[0])
    flow = model.flows.get(base[1]) if model else None
    if model is None or flow is None or not flow.bases:
        return None
    wanted = model.inflow.get(base[1])

    def rank(other: Base) -> tuple[bool, bool, bool, bool, Base]:
        label = label_of(proof.tables, *other)
        going = label if other in flow.records else aggregated(label)
        says_less = wanted is None or not covers(going, wanted)
        return says_less, other[1] != base[1], other not in flow.records, other[1] == ROWS, other

    return min(_tagged(proof, flow.bases), key=rank, default=None)


def _tagged(proof: Proof, bases: frozenset[Base]) -> Iterator[Base]:
    for base in bases:
        try:
            label_of(proof.tables, *base)
        except RefusedError:
            continue
        yield base


def _step(proof: Proof, base: Base, after: Base) -> Step:
    flow = proof.models[after[0]].flows[after[1]]
    return Step(
        *base, label_of(proof.tables, *base), is_lowered=base in flow.aggregates and _is_of_records(proof, base)
    )


def _is_of_records(proof: Proof, base: Base) -> bool:
    label = label_of(proof.tables, *base)
    return aggregated(label) != label
