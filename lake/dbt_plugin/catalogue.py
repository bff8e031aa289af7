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
        views = list(pool.map(lambda table: source_sql(home, _layer(table), table), sources))
        marts = dict(zip(names, pool.map(lambda name: tables.open_table(home, "gold", name), names), strict=True))
    for table, query in zip(sources, views, strict=True):
        connection.execute(f"create or replace view {_layer(table)}.{table.name} as {query}")
    for name, mart in marts.items():
        connection.execute(f"create or replace view gold.{name} as {mart_sql(mart)}")
    return marts


def _layer(table: Table) -> Layer:
    return "silver" if table.layer == "silver" else "bronze"


def source_sql(home: Home, layer: Layer, table: Table) -> str:
    """Return a query over a table's snapshot with exactly the columns of its contract, in order.

    Raises:
        lake.tables.TableError: the table uses deletion vectors or column mapping.
    """
    if not tables.exists(home, layer, table.name):
        return f"select {_nulls(table.columns)} where false"
    held = tables.open_table(home, layer, table.name)
    present = {field.name for field in held.schema().fields}
    columns = ", ".join(f'"{column.name}"' if column.name in present else _nulls([column]) for column in table.columns)
    return f"select {columns} from {duck.snapshot_sql(held)}"


def mart_sql(table: DeltaTable, within: FilterConjunctionType | None = None) -> str:
    """Return a query over the snapshot of a table of gold, or some partitions, with its columns in the table's order.

    All files of a mart have its columns: where they change, the mart is written anew (`lake.dbt_plugin.gold`).
    """
    columns = ", ".join(f'"{field.name}"' for field in table.schema().fields)
    return f"select {columns} from {duck.snapshot_sql(table, is_uniform=True, within=within)}"


def _nulls(columns: Sequence[Column]) -> str:
    return ", ".join(f'cast(null as {column.sql_type}) as "{column.name}"' for column in columns)
