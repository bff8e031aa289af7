"""Read-only SQL over the lake for analysts: views of what they may see, nothing else within reach.

What a statement may read is decided by the caller, who opens tables by columns and units; who may see what is
governance's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import duckdb
import pyarrow as pa

from lake import duck, tables
from lake.layout import Home, Layer
from lake.statement import QueryError, Statement

UNIT_COLUMNS = ("unit_code", "area_code")
"""Columns that tell whose row it is, the first that a table has."""


@dataclass(frozen=True)
class View:
    """What is open of one table.

    Attributes:
        columns: Its open columns.
        units: Units whose rows are open; `None` means every row.
    """

    columns: tuple[str, ...]
    units: frozenset[str] | None = None


def table_columns(home: Home, table: str) -> tuple[str, ...]:
    """Return the columns of a table as the lake holds it, `gold.mart_insured`.

    Raises:
        QueryError: the lake has no such table.
    """
    layer, name = _split(table)
    if not tables.exists(home, layer, name):
        raise QueryError(f"there is no table {table}: build the marts (amar build), or see amar status")
    return tuple(field.name for field in tables.open_table(home, layer, name).schema().fields)


def unit_column(columns: tuple[str, ...]) -> str | None:
    """Return the column that tells whose row it is, or `None` where the table has none."""
    return next((name for name in UNIT_COLUMNS if name in columns), None)


def run_query(home: Home, statement: Statement, views: Mapping[str, View]) -> pa.Table:
    """Run a statement and return its rows.

    The connection has the views that are given, may read the files of gold and silver only, and its settings are locked
    before the statement runs.

    Args:
        home: The installation.
        statement: What is asked.
        views: What is open of each table that it names.

    Raises:
        QueryError: the statement is wrong, or names what no view holds; the message is DuckDB's.
    """
    with duck.connect(home) as connection:
        for layer in sorted({_split(table)[0] for table in views}):
            connection.execute(f"create schema {layer}")
        for table, view in views.items():
            connection.execute(_view_sql(home, table, view))
        folders = ", ".join(
            f"'{(home.lake / layer).resolve()}/'" for layer in sorted({_split(name)[0] for name in views})
        )
        connection.execute(f"set allowed_directories = [{folders}]")
        connection.execute("set python_enable_replacements = false")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        try:
            return connection.sql(statement.sql).to_arrow_table()
        except duckdb.Error as error:
            raise QueryError(str(error)) from error


def _view_sql(home: Home, table: str, view: View) -> str:
    layer, name = _split(table)
    columns = ", ".join(f'"{column}"' for column in view.columns)
    text = f'create view {layer}."{name}" as select {columns} from {duck.relation_sql(home, layer, name)}'
    if view.units is None:
        return text
    listed = ", ".join("'" + unit.replace("'", "''") + "'" for unit in sorted(view.units))
    return f'{text} where "{unit_column(table_columns(home, table))}" in ({listed})'


def _split(table: str) -> tuple[Layer, str]:
    layer, _, name = table.partition(".")
    return cast("Layer", layer), name
