"""Views over the lake for dbt: `silver.<table>`, `bronze.received_file` and the gold tables that already exist.

A view reads the Parquet files of the snapshot that is current when the connection opens. A table that does not exist
yet is a typed view without rows, so that a lake with some of its sources still builds.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import duckdb
from deltalake import DeltaTable
from deltalake.table import FilterConjunctionType

from lake import duck, tables
from lake.dbt_plugin.sources import Column, Table, lake_tables
from lake.layout import Home, Layer

_AT_ONCE = 4


def register(connection: duckdb.DuckDBPyConnection, home: Home) -> dict[str, DeltaTable]:
    """Create the schemas and views of a lake; replaces those that are there.

    Returns:
        The tables of gold as they were opened, by name.

    Raises:
        lake.tables.TableError: a table uses deletion vectors or column mapping.
    """
    for schema in ("bronze", "silver", "gold"):
        connection.execute(f"create schema if not exists {schema}")
    sources, names = lake_tables(), tables.names(home, "gold")
    with ThreadPoolExecutor(_AT_ONCE) as pool:  # a Delta log is read outside Python, and there are dozens
        held = list(pool.map(lambda table: _opened(home, table), sources))
        marts = dict(zip(names, pool.map(lambda name: tables.open_table(home, "gold", name), names), strict=True))
    is_uniform = _are_uniform(connection, held)
    for table, snapshot, uniform in zip(sources, held, is_uniform, strict=True):
        query = _source_sql(table, snapshot, is_uniform=uniform)
        connection.execute(f"create or replace view {_layer(table)}.{table.name} as {query}")
    for name, mart in marts.items():
        connection.execute(f"create or replace view gold.{name} as {mart_sql(mart)}")
    return marts


def _layer(table: Table) -> Layer:
    return "silver" if table.layer == "silver" else "bronze"


def _opened(home: Home, table: Table) -> DeltaTable | None:
    layer = _layer(table)
    return tables.open_table(home, layer, table.name) if tables.exists(home, layer, table.name) else None


def _are_uniform(connection: duckdb.DuckDBPyConnection, snapshots: Sequence[DeltaTable | None]) -> tuple[bool, ...]:
    """Tell of each table whether all its files have the same columns.

    Each file is opened once for this. A view over files that may differ opens all of them whenever a query is bound to
    it, and a run over a lake of some years binds a hundred.
    """
    files = [snapshot.file_uris() if snapshot else [] for snapshot in snapshots]
    listed = [file for of_table in files for file in of_table]
    query = """
        select file_name, list({name: name, type: duckdb_type} order by column_id)::varchar
        from parquet_schema($files) where column_id > 0 group by file_name
    """
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
