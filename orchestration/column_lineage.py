"""Where columns come from, for those who look: Dagster's pages, dbt's pages, lineage events.

What the models do is the flow proof's to say (`governance.proof.lineage`), what intake does the contracts'; here both
are only put into words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import dagster as dg

from governance.proof.lineage import Nearness, Origins, shown
from lake.contracts.model import Entity, load_sources
from lake.plan.column import ROWS, Base

AS_RECEIVED: Final = ("_file_sha256", "_row_number")
"""Columns of silver that bronze has just so."""

_DONE: Final = {
    Nearness.AS_IT_IS: "",
    Nearness.COMPUTED: " (computed)",
    Nearness.AGGREGATED: " (aggregated)",
    Nearness.DECIDES_ROWS: " (decides rows)",
}
_NAMED: Final = 12


@dataclass(frozen=True)
class Received:
    """What a column of silver is made of.

    Attributes:
        column: Column of bronze.
        is_pseudonym: Whether only a pseudonym of it is left.
    """

    column: str
    is_pseudonym: bool


def silver_origins(entity: Entity) -> dict[str, tuple[Received, ...]]:
    """Return the columns of bronze that each column of a silver table is made of."""
    received = {column.name for column in entity.received}
    cells = tuple(cell.name for cell in entity.wide.cells) if entity.wide else ()
    inputs = {column.name: column.inputs for column in entity.columns}

    def texts(name: str) -> Iterator[str]:
        if name in received:
            yield name
        elif inputs.get(name):
            for further in inputs[name]:
                yield from texts(further)
        elif name in inputs:
            yield from cells
        else:
            yield AS_RECEIVED[0]  # what the file itself says, as who sent it

    made = {
        column.silver_name: tuple(Received(name, bool(column.pseudonym)) for name in sorted({*texts(column.name)}))
        for column in entity.kept
    }
    return made | {name: (Received(name, is_pseudonym=False),) for name in AS_RECEIVED}


def key_columns() -> dict[str, tuple[str, ...]]:
    """Return the columns that tell the rows of each silver table apart: what a count of its rows counts."""
    return {
        f"silver.{entity.name}": tuple(column.silver_name for column in entity.key) or AS_RECEIVED
        for source in load_sources()
        for entity in source.entities
    }


def named(bases: list[Base], keys: Mapping[str, tuple[str, ...]]) -> list[Base]:
    """Return columns in place of rows: a count of rows is told by what tells them apart, where that is known."""
    found = dict.fromkeys(
        (table, name) for table, column in bases for name in (keys.get(table, (ROWS,)) if column == ROWS else (column,))
    )
    return list(found)


def of_silver(entity: Entity) -> dg.TableColumnLineage:
    """Return Dagster's column lineage of a silver table."""
    return dg.TableColumnLineage(
        {
            name: [dg.TableColumnDep(["bronze", entity.source], origin.column) for origin in origins]
            for name, origins in silver_origins(entity).items()
            if origins
        }
    )


def of_model(step: Mapping[str, Origins]) -> dg.TableColumnLineage:
    """Return Dagster's column lineage of a model: what it reads itself; Dagster's pages follow it further."""
    return dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(table.split("."), name) for table, name in shown(origins) if name != ROWS]
            for column, origins in step.items()
            if column != ROWS
        }
    )


def in_words(origins: Origins, keys: Mapping[str, tuple[str, ...]]) -> str:
    """Say where a column comes from, in English and Persian, as dbt's pages show it; of many sources the tables."""
    valued = [base for base, nearness in origins.items() if nearness is not Nearness.DECIDES_ROWS]
    if not valued:
        return "Constant of the model. · ثابت، نوشته‌شده در مدل."
    bases = named(shown(origins), keys)
    if len(bases) > _NAMED:
        listed = ", ".join(f"`{table}`" for table in sorted({table for table, _ in bases}))
    else:
        done = {base: _DONE[origins.get(base, Nearness.AGGREGATED)] for base in bases}
        listed = ", ".join(f"`{table}.{column}`{done[table, column]}" for table, column in bases)
    return f"From · از: {listed}"
