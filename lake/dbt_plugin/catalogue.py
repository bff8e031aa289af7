"""Views over the lake for dbt: `silver.<table>`, `bronze.received_file` and the gold tables that already exist.

A view reads the Parquet files of the snapshot that was current when its table was opened, which is once for a run. A
table that does not exist yet is a typed view without rows, so that a lake with some of its sources still builds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
from deltalake import DeltaTable
from deltalake.table import FilterConjunctionType

from lake import duck, tables
from lake.dbt_plugin.sources import Column, Table, lake_tables
from lake.layout import Home, Layer


@dataclass(frozen=True)
class Snapshot:
    """A lake as it was when its tables were opened.

    Attributes:
        views: Of each relation that dbt sees the query over its snapshot, by `schema.name`.
        marts: The tables of gold, by name.
    """

    views: Mapping[str, str]
    marts: Mapping[str, DeltaTable]


def snapshot(home: Home) -> Snapshot:
    """Open every table of a lake at its newest version.

    Raises:
        lake.tables.TableError: a table uses deletion vectors or column mapping.
    """
    sources, names = lake_tables(), tables.names(home, "gold")
    held = [_opened(home, table) for table in sources]
    marts = {name: tables.open_table(home, "gold", name) for name in names}
    views = {
        f"{_layer(table)}.{table.name}": _source_sql(table, opened, is_uniform=uniform)
        for table, opened, uniform in zip(sources, held, _are_uniform(home, held), strict=True)
    }
    return Snapshot(views | {f"gold.{name}": mart_sql(mart) for name, mart in marts.items()}, marts)


def register(connection: duckdb.DuckDBPyConnection, lake: Snapshot) -> None:
    """Create the schemas and views of a lake; replaces those that are there."""
    for schema in ("bronze", "silver", "gold"):
        connection.execute(f"create schema if not exists {schema}")
    for relation, query in lake.views.items():
        connection.execute(f"create or replace view {relation} as {query}")


def _layer(table: Table) -> Layer:
    return "silver" if table.layer == "silver" else "bronze"


def _opened(home: Home, table: Table) -> DeltaTable | None:
    layer = _layer(table)
    return tables.open_table(home, layer, table.name) if tables.exists(home, layer, table.name) else None


def _are_uniform(home: Home, held: Sequence[DeltaTable | None]) -> tuple[bool, ...]:
    """Tell of each table whether all its files have the same columns.

    Each file is opened once for this. A view over files that may differ opens all of them whenever a query is bound to
    it, and a run over a lake of some years binds a hundred.
    """
    files = [table.file_uris() if table else [] for table in held]
    listed = [file for of_table in files for file in of_table]
    query = """
        select file_name, list({name: name, type: duckdb_type} order by column_id)::varchar
        from parquet_schema($files) where column_id > 0 group by file_name
    """
    with duck.connect(home) as connection:
        columns = dict(connection.execute(query, {"files": listed}).fetchall()) if listed else {}
    return tuple(len({columns.get(file, file) for file in of_table}) <= 1 for of_table in files)


def _source_sql(table: Table, held: DeltaTable | None, *, is_uniform: bool) -> str:
    """Return a query over a table's snapshot with exactly the columns of its contract, in order."""
    if held is None:
        return f"select {_nulls(table.columns)} where false"
    present = {field.name for field in held.schema().fields}
    columns = ", ".join(f'"{column.name}"' if column.name in present else _nulls([column]) for column in table.columns)
    return f"select {columns} from {duck.snapshot_sql(held, is_uniform=is_uniform)}"


def mart_sql(table: DeltaTable, within: FilterConjunctionType | None = None) -> str:
    """Return a query over the snapshot of a table of gold, or some partitions, with its columns in the table's order.

    All files of a mart have its columns: where they change, the mart is written anew (`lake.dbt_plugin.gold`).
    """
    columns = ", ".join(f'"{field.name}"' for field in table.schema().fields)
    return f"select {columns} from {duck.snapshot_sql(table, is_uniform=True, within=within)}"


def _nulls(columns: Sequence[Column]) -> str:
    return ", ".join(f'cast(null as {column.sql_type}) as "{column.name}"' for column in columns)
