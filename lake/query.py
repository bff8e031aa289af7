"""Read-only SQL over the lake for analysts: gold and silver as schemas, nothing else within reach.

Bronze and quarantine hold identifiers as received and are not offered (OPEN-1).
"""

import duckdb
import pyarrow as pa

from lake import duck, tables
from lake.layout import Home, Layer

LAYERS: tuple[Layer, ...] = ("gold", "silver")


class QueryError(Exception):
    """The statement cannot be answered; the message is DuckDB's, which names columns and tables."""


def run_query(home: Home, sql: str) -> pa.Table:
    """Run one statement and return its rows.

    The connection may read the files of gold and silver only, and its settings are locked before the statement runs.

    Raises:
        QueryError: the statement is wrong, is not a single `select`, or reaches outside.
    """
    with duck.connect(home) as connection:
        for layer in LAYERS:
            connection.execute(f"create schema {layer}")
            for name in tables.versions(home, layer):
                relation = duck.relation_sql(home, layer, name)
                connection.execute(f'create view {layer}."{name}" as select * from {relation}')
        folders = ", ".join(f"'{(home.lake / layer).resolve()}/'" for layer in LAYERS)
        connection.execute(f"set allowed_directories = [{folders}]")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        try:
            statements = connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise QueryError("one select statement is answered, nothing else")
            return connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise QueryError(str(error)) from error
