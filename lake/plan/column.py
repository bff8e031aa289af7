"""What the flow of columns speaks of: columns of tables, and what reaches a column of a SELECT."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

ROWS = "*"
"""Stands for the rows of a table themselves: what a count is of, whatever columns it names."""

Base = tuple[str, str]
"""A table and its column."""


class PlanError(Exception):
    """A SELECT whose flow cannot be resolved, and is therefore denied."""


class Trait(IntEnum):
    """How well the values of a column tell one record from another; a higher number tells better."""

    CATEGORY = 0
    ATTRIBUTE = 1
    IDENTIFIER = 2


@dataclass(frozen=True)
class Column:
    """A column of a table that a SELECT may read.

    Attributes:
        name: Its name; `*` stands for the rows themselves.
        sql_type: DuckDB type.
        trait: `CATEGORY` for codes that many records share, `ATTRIBUTE` for amounts and dates of a record, `IDENTIFIER`
            for what tells a person, a workshop, a file or an event apart.
        picked: Whether single records were picked out on the way to it, so that no aggregate makes it less than one.
        is_record: Whether its values are of single records; no value of any other column can be one's.
    """

    name: str
    sql_type: str = "varchar"
    trait: Trait = Trait.CATEGORY
    picked: bool = False
    is_record: bool = True


@dataclass(frozen=True)
class ColumnFlow:
    """What reaches one column: base columns by what became of them on the way.

    Attributes:
        records: Base columns that reach it as they are, single records included.
        aggregates: Base columns that reach it through an allow-listed aggregate only.
        trait: How well the column tells records apart.
        picked: Whether single records were picked out on the way.
        copied: Base columns whose values it holds as they stand.
        computed: Base columns that its values are computed from, row by row.
        gathered: Base columns that its values are computed from over many rows, by an aggregate. Base columns that are
            in none of the three only decide which rows there are.
    """

    records: frozenset[Base]
    aggregates: frozenset[Base]
    trait: Trait
    picked: bool
    copied: frozenset[Base] = frozenset()
    computed: frozenset[Base] = frozenset()
    gathered: frozenset[Base] = frozenset()

    @property
    def bases(self) -> frozenset[Base]:
        """All base columns that reach the column."""
        return self.records | self.aggregates


Tables = Mapping[str, Sequence[Column]]
"""Tables by name, `schema.table` or `table`."""
