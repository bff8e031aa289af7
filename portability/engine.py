"""A Spark Connect server of our own, and the lake's tables in it: what the models read, and nothing else.

The server is Sail in this process. Its tables are Parquet files in a scratch folder, written from the same snapshots
that DuckDB reads, so that two engines start from the same rows.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession

from lake import duck
from lake.dbt_plugin import catalogue, words
from lake.dbt_plugin.sources import lake_tables
from lake.layout import Home

BUILT = ("amar", "reference", "staging", "intermediate", "gold")
"""Schemas that dbt writes."""


@dataclass(frozen=True)
class Spark:
    """A running server.

    Attributes:
        remote: Its address, as `SPARK_REMOTE` has it.
        session: A session that holds the tables; dbt joins it.
        folder: Where its tables lie.
    """

    remote: str
    session: SparkSession
    folder: Path

    def table(self, name: str) -> pa.Table:
        """Return the rows of a table."""
        rows: pa.Table = self.session.table(name).toArrow()
        return rows


@contextmanager
def serve(folder: Path) -> Iterator[Spark]:
    """Run a server whose tables go under `folder`; dbt in this process finds it by the environment."""
    os.environ.setdefault("RUST_LOG", "error")
    server = SparkConnectServer()
    server.start(background=True)
    ip, port = server.listening_address
    os.environ["SPARK_REMOTE"] = f"sc://{ip}:{port}"
    session = SparkSession.builder.remote(os.environ["SPARK_REMOTE"]).getOrCreate()
    session.conf.set("spark.sql.session.timeZone", "UTC")
    try:
        yield Spark(os.environ["SPARK_REMOTE"], session, folder)
    finally:
        session.stop()
        server.stop()
        del os.environ["SPARK_REMOTE"]


def load(spark: Spark, home: Home) -> None:
    """Give the server the tables that the models read: silver, the register of files and the vocabulary."""
    for schema in BUILT:
        spark.session.sql(f"create schema {schema} location '{spark.folder / schema}'")
    with duck.connect(home) as connection:
        catalogue.register(connection, catalogue.snapshot(home))
        words.register(connection, demonstration=True)
        read = [(table.layer, table.name) for table in lake_tables()]
        for schema, name in [*read, *(("vocabulary", word.name) for word in words.words())]:
            _copy(spark, connection, schema, name)


def _copy(spark: Spark, connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> None:
    spark.session.sql(f"create schema if not exists {schema}")
    folder = spark.folder / schema / name
    folder.mkdir(parents=True)
    connection.execute(f"copy (select * from {schema}.{name}) to '{folder}/rows.parquet' (format parquet)")
    spark.session.sql(f"create table {schema}.{name} using parquet location '{folder}'")
