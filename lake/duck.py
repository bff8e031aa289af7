"""DuckDB over the lake: a connection and the SQL text of a table's current snapshot.

The snapshot is read through its Parquet files, which pins the version and prunes partitions; the DuckDB extension for
Delta is not used (see docs/adr/0003-delta-through-duckdb.md).
"""

import duckdb
import pyarrow as pa
from deltalake import DeltaTable
from deltalake.table import FilterConjunctionType

from lake import tables
from lake.layout import Home, Layer


def connect(home: Home, *, threads: int = 2, memory_limit: str = "2GB") -> duckdb.DuckDBPyConnection:
    """Open an in-memory database with bounded memory; what does not fit spills into the home's scratch folder."""
    connection = duckdb.connect(":memory:")
    spill = str(home.spill.resolve()).replace("'", "''")
    connection.execute(f"set temp_directory = '{spill}'")
    connection.execute(f"set threads = {int(threads)}")
    connection.execute(f"set memory_limit = '{memory_limit}'")
    connection.execute("set timezone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    return connection


def relation_sql(home: Home, layer: Layer, name: str, *, at: int | None = None) -> str:
    """Return a table expression over a Delta table's snapshot, for use after `from`.

    Args:
        home: The installation.
        layer: Layer of the table.
        name: Name of the table.
        at: Version to read; the newest by default.

    Raises:
        lake.tables.TableError: the table is missing or cannot be read directly.
    """
    return snapshot_sql(tables.open_table(home, layer, name, at))


def snapshot_sql(table: DeltaTable, *, is_uniform: bool = False, within: FilterConjunctionType | None = None) -> str:
    """Return a table expression over the snapshot of an open table, for use after `from`.

    Args:
        table: The table, at the version to read.
        is_uniform: Whether all its files have the same columns; then one is opened to learn them instead of each.
        within: Partitions to read, such as `[("period", "in", ["1399-12"])]`; all by default.
    """
    files = sorted(table.file_uris(file_pruning_predicate=within))
    if not files:
        return empty_sql(pa.schema(table.schema().to_arrow()))
    partitions = table.metadata().partition_columns
    listed = ", ".join(_quote(file) for file in files)
    options = [] if is_uniform else ["union_by_name = true"]
    if partitions:
        typed = ", ".join(f"{_quote(column)}: 'VARCHAR'" for column in partitions)
        options += ["hive_partitioning = true", f"hive_types = {{{typed}}}"]
    else:
        options += ["hive_partitioning = false"]
    return f"read_parquet([{listed}], {', '.join(options)})"


def empty_sql(schema: pa.Schema) -> str:
    """Return a table expression of no rows with the columns of `schema`."""
    columns = ", ".join(f'cast(null as {sql_type(field.type)}) as "{field.name}"' for field in schema)
    return f"(select {columns} where false)"


def sql_type(arrow: pa.DataType) -> str:
    """Return DuckDB's name of an Arrow type that the lake uses.

    Raises:
        lake.tables.TableError: the lake does not use this type.
    """
    if pa.types.is_decimal(arrow):
        return f"decimal({arrow.precision}, {arrow.scale})"
    if pa.types.is_timestamp(arrow):
        return "timestamptz" if arrow.tz else "timestamp"
    text = str(arrow)
    try:
        return _SQL_TYPES[text]
    except KeyError as error:
        raise tables.TableError(f"the lake has no columns of type {text}") from error


_SQL_TYPES = {
    "string": "varchar",
    "large_string": "varchar",
    "string_view": "varchar",
    "int64": "bigint",
    "int32": "integer",
    "double": "double",
    "bool": "boolean",
    "date32[day]": "date",
    "binary": "blob",
    "large_binary": "blob",
    "binary_view": "blob",
}


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
