"""dbt-duckdb's plugin for Amar: what dbt reads from the lake, and how a mart gets into it.

dbt-duckdb's own `delta` plugin fails with two threads and reads through Arrow datasets; this one makes plain views when
the connection opens and streams marts into Delta itself (docs/adr/0003-delta-through-duckdb.md).
"""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import TargetConfig
from deltalake import DeltaTable

from lake.dbt_plugin import ahead, catalogue, gold, words
from lake.layout import Home


class Plugin(BasePlugin):
    """One lake behind one dbt profile.

    `config.home` names its directory (`AMAR_HOME`); with the `config.environment` `development`, norms and rules of
    evaluation that nobody decided are used where nothing was decided.
    """

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Keep the settings of the profile."""
        self._home = Home(Path(plugin_config["home"]))
        self._is_development = plugin_config.get("environment") == "development"
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._is_fresh = False
        self._lock = threading.Lock()
        self._marts: dict[str, DeltaTable] = {}

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:  # noqa: ARG002
        """Make the folder of the scratch database, before DuckDB opens it."""
        Path(creds.path).parent.mkdir(parents=True, exist_ok=True)

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Create the views of the lake and the tables of the vocabulary.

        A read-only database is left as it is: it holds what the run that wrote it saw.

        Raises:
            lake.tables.TableError: a table of the lake cannot be read.
        """
        self._connection = conn
        self._refresh(conn)
        self._is_fresh = True

    def store(self, target_config: TargetConfig) -> None:
        """Write a mart's rows to `gold/<mart>` and make its relation a view over the result.

        Called by the `delta` materialization, which hands over the scratch table of rows (`rows`), the slice column
        (`slice_by`) and the slices computed (`slices`, null for all). At the start of a run the project's hook asks
        for a `refresh` instead, as dbt keeps a connection open between the runs of one process.

        Raises:
            lake.tables.TableError: a table cannot be read, or the rows do not fit it.
        """
        if target_config.config.get("refresh"):
            self._refresh_once()
        else:
            self._store_mart(target_config.relation, target_config.config)

    def _refresh_once(self) -> None:
        if not self._is_fresh:
            with self._cursor() as cursor:
                self._refresh(cursor)
        self._is_fresh = False

    def _refresh(self, connection: duckdb.DuckDBPyConnection) -> None:
        if _is_read_only(connection):
            return
        snapshot = ahead.take(self._home)
        catalogue.register(connection, snapshot)
        self._marts = dict(snapshot.marts)
        words.register(connection, demonstration=self._is_development)
        connection.execute("create schema if not exists run")
        connection.execute("create or replace table run.gold_write (name varchar, message varchar, row_count bigint)")

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            raise RuntimeError("the connection was never configured")
        with self._lock:
            return self._connection.cursor()

    def _store_mart(self, relation: Any, options: Mapping[str, Any]) -> None:
        name = relation.identifier
        with self._cursor() as cursor:
            outcome = gold.write(
                cursor,
                self._home,
                name,
                options["rows"],
                slice_by=options["slice_by"],
                slices=None if options["slices"] is None else [tuple(slice_) for slice_ in options["slices"]],
                held=self._marts.get(name),
            )
            self._marts[name] = outcome.table
            cursor.execute(f"create or replace view {relation.render()} as {catalogue.mart_sql(outcome.table)}")
            cursor.execute(f"drop table {options['rows']}")
            cursor.execute("insert into run.gold_write values (?, ?, ?)", [name, outcome.message, outcome.row_count])


def _is_read_only(connection: duckdb.DuckDBPyConnection) -> bool:
    row = connection.execute("select readonly from duckdb_databases() where database_name = current_database()")
    found = row.fetchone()
    return bool(found and found[0])
