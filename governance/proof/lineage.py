"""From a column of a model down to the columns of the sources, along what the flow proof found.

What belongs here: putting the flows of single models together. The flows themselves are the proof's; nothing is
resolved a second time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Self

from governance.proof.model import ModelProof
from lake.plan.column import Base, ColumnFlow


class Nearness(IntEnum):
    """What became of a source column on its way into a column; the first is the nearest."""

    AS_IT_IS = 0
    COMPUTED = 1
    AGGREGATED = 2
    DECIDES_ROWS = 3
    """Its values are not in the column: they filter, join, group or order the rows."""


Origins = Mapping[Base, Nearness]
"""Source columns that reach a column; a row count comes from `*`, the rows of a table."""


@dataclass(frozen=True)
class ColumnLineage:
    """Where the columns of the models come from.

    Attributes:
        steps: Columns that each model reads itself, by relation and column.
        origins: Columns of sources that they come from in the end, by relation and column.
    """

    steps: Mapping[str, Mapping[str, Origins]]
    origins: Mapping[str, Mapping[str, Origins]]

    @classmethod
    def of(cls, models: Mapping[str, ModelProof]) -> Self:
        """Put together what was proven of models, each after those that it reads."""
        return cls.along(
            {
                relation: {column: _step(flow) for column, flow in model.flows.items()}
                for relation, model in models.items()
            }
        )

    @classmethod
    def along(cls, steps: Mapping[str, Mapping[str, Origins]]) -> Self:
        """Follow what each model reads itself down to the sources; models come after those that they read."""
        origins: dict[str, dict[str, Origins]] = {}
        for relation, columns in steps.items():
            origins[relation] = {column: _origins(step, origins) for column, step in columns.items()}
        return cls(steps, origins)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls.along(
            {
                relation: {
                    column: {(table, name): Nearness(nearness) for table, name, nearness in bases}
                    for column, bases in columns.items()
                }
                for relation, columns in document.items()
            }
        )

    def to_json(self) -> dict[str, Any]:
        """Return the steps, from which the rest follows."""
        return {
            relation: {
                column: [[*base, int(nearness)] for base, nearness in sorted(step.items())]
                for column, step in columns.items()
            }
            for relation, columns in self.steps.items()
        }


def sources_of(origins: Origins) -> dict[str, Nearness]:
    """Return the tables among the origins, each by its nearest column."""
    nearest: dict[str, Nearness] = {}
    for (table, _), nearness in sorted(origins.items()):
        nearest[table] = min(nearness, nearest.get(table, nearness))
    return nearest


def shown(origins: Origins) -> list[Base]:
    """Return the origins that tell a reader where values come from: without those that decide rows, if any is left."""
    valued = [base for base, nearness in origins.items() if nearness is not Nearness.DECIDES_ROWS]
    return sorted(valued or origins)


def _step(flow: ColumnFlow) -> Origins:
    return {base: _nearness(flow, base) for base in flow.bases}


def _nearness(flow: ColumnFlow, base: Base) -> Nearness:
    if base in flow.gathered:
        return Nearness.AGGREGATED
    if base in flow.computed:
        return Nearness.COMPUTED
    return Nearness.AS_IT_IS if base in flow.copied else Nearness.DECIDES_ROWS


def _origins(step: Origins, known: Mapping[str, Mapping[str, Origins]]) -> Origins:
    """Follow a step to the sources: along a way the farthest counts, among several ways the nearest."""
    return _nearest(
        (origin, max(nearness, further))
        for (table, column), nearness in step.items()
        for origin, further in known.get(table, {}).get(column, {(table, column): Nearness.AS_IT_IS}).items()
    )


def _nearest(found: Iterable[tuple[Base, Nearness]]) -> Origins:
    nearest: dict[Base, Nearness] = {}
    for base, nearness in found:
        nearest[base] = min(nearness, nearest.get(base, nearness))
    return nearest
