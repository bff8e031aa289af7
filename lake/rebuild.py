"""Silver tables whose contract gives a column another type: emptied under the new type, so that all slices come anew.

Bronze is text, so nothing is lost; what releases read stays in the table's older versions.
"""

from collections.abc import Iterable

import polars as pl
from deltalake import DeltaTable, Schema

from lake import bronze, slices, tables
from lake.chunk import silver_schema
from lake.contracts.model import Entity, Source
from lake.layout import Home
from lake.retention.register import ExpiredBronzeError, expired_months
from lake.slice_writer import plain


def retyped_tables(home: Home, source: Source) -> list[str]:
    """Return the objects of a source whose silver table has a column of another type than the contract gives it."""
    return [entity.name for entity in _retyped(home, source)]


def start_anew(home: Home, source: Source) -> list[str]:
    """Empty the silver tables of a source that hold a column with another type than the contract gives it.

    What is noted of the source's slices is dropped first, so a run that dies here leaves every slice stale.

    Args:
        home: The installation; the caller holds its writer lock and builds all slices of the source afterwards.
        source: Whose tables.

    Returns:
        The tables that were emptied.

    Raises:
        lake.retention.register.ExpiredBronzeError: months of the source's bronze have expired, so their rows could not
            be made again; nothing was emptied.
    """
    retyped = list(_retyped(home, source))
    gone = expired_months(home, source.id)
    if retyped and gone:
        raise ExpiredBronzeError(
            f"silver/{retyped[0].name} is not emptied for a column of another type: {len(gone)} months of "
            f"bronze/{source.id} have expired ({min(gone)} … {max(gone)}) and could not be made again. Keep the type "
            "and give the new one to a column of another name (HOUSE-4)"
        )
    if retyped:
        slices.forget(home, source, {file.period for file in bronze.registered(home, source.id)})
    for entity in retyped:
        note = {"source": source.id, "emptied": "a contract changed the type of a column"}
        tables.replace(home, "silver", entity.name, plain(_nothing(entity, source)), note=note)
    return [entity.name for entity in retyped]


def _retyped(home: Home, source: Source) -> Iterable[Entity]:
    for entity in source.entities:
        if tables.exists(home, "silver", entity.name):
            wanted = Schema.from_arrow(plain(_nothing(entity, source)).schema)
            held = tables.open_table(home, "silver", entity.name)
            if tables.type_changes(held, wanted) or _lets_go(held, wanted):
                yield entity


def _lets_go(held: DeltaTable, wanted: Schema) -> bool:
    """Tell whether the table holds a column that the contract keeps in bronze now, or turns into a pseudonym."""
    return bool({column.name for column in held.schema().fields} - {column.name for column in wanted.fields})


def _nothing(entity: Entity, source: Source) -> pl.DataFrame:
    return pl.DataFrame(schema={**silver_schema(entity), **({"period": pl.String()} if source.partitioned else {})})
