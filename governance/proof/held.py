"""What the flow proof holds of a table: its columns with their labels, and of its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from governance.access.labels import Granularity, Label, join, untagged
from lake.plan.column import ROWS, Column, Trait


@dataclass(frozen=True)
class HeldColumn:
    """A column of a table, with its label.

    Attributes:
        name: Its name; `*` stands for the rows of the table themselves.
        sql_type: DuckDB type.
        label: What it is declared as; `None` where it is untagged.
        trait: How well it tells one record from another.
        picked: Whether single records were picked out on the way to it.
    """

    name: str
    sql_type: str = "varchar"
    label: Label | None = None
    trait: Trait = Trait.CATEGORY
    picked: bool = False

    def planned(self) -> Column:
        """Return the column as a plan sees it: untagged it counts as one of single records."""
        is_record = self.label is None or self.label.granularity is Granularity.RECORD
        return Column(self.name, self.sql_type, self.trait, self.picked, is_record)


Held = Mapping[str, Sequence[HeldColumn]]
"""Tables by name, `schema.table` or `table`."""


def label_of(held: Held, table: str, column: str) -> Label:
    """Return the label of a column, or of the rows of a table (`*`): those are as restricted as all its columns.

    Raises:
        RefusedError: it is untagged.
    """
    columns = {item.name: item for item in held[table]}
    if column == ROWS and ROWS not in columns:
        return join(label_of(held, table, name) for name in columns)
    found = columns[column].label
    if found is None:
        raise untagged(f"column {table}.{column}")
    return found
