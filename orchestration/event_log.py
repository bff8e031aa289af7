"""Dagster's event log on SQLite, with its connections kept open.

Dagster's own storage opens a database, compiles its statements, waits for the disk, and closes the database again for
every single event. A run over many months writes hundreds of them: with open connections, and without that wait, an
event costs 3 ms instead of 12 (2026-11-22). A killed process loses no event either way; after a power cut the last ones
may be missing, which nothing but the history of runs depends on. Files and their content are the same, so a home may
change from one storage to the other at any time.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Self

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

FOLDER = Path("history", "runs")
"""Where Dagster's own storage keeps its files, below `DAGSTER_HOME`."""

_MOST_OPEN = 4
_BUSY_SECONDS = 30


class KeptEventLog(SqliteEventLogStorage):
    """The event log of a home; the index of all runs and the runs that were used last stay open."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Open the log in a folder, made on first use."""
        self._open: OrderedDict[str, Connection] = OrderedDict()
        self._open_lock = threading.RLock()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """Open the log of a home; `base_dir` is its `DAGSTER_HOME`."""
        return cls(str(Path(config_value["base_dir"]) / FOLDER), inst_data)

    def run_connection(self, run_id: str | None = None) -> AbstractContextManager[Connection]:
        """Give a transaction on the events of one run."""
        return self._transaction(run_id or "")

    def index_connection(self) -> AbstractContextManager[Connection]:
        """Give a transaction on the index of all runs."""
        return self._transaction(INDEX_SHARD_NAME)

    def wipe(self) -> None:
        """Delete every event of every run."""
        self._close_all()
        super().wipe()

    def dispose(self) -> None:
        """Close what is open."""
        self._close_all()
        super().dispose()

    @contextmanager
    def _transaction(self, shard: str) -> Iterator[Connection]:
        with self._open_lock:
            connection = self._connection(shard)
            with connection.begin():
                yield connection

    def _connection(self, shard: str) -> Connection:
        """Return the open connection of a file; the one that was not used for longest is closed for a new one."""
        if shard not in self._open:
            with self._connect(shard):
                """Dagster makes the file and its tables, where there are none."""
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=NullPool,
                connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
            )
            self._open[shard] = engine.connect()
            self._open[shard].exec_driver_sql("pragma synchronous = normal")
            self._open[shard].commit()
            if len(self._open) > _MOST_OPEN:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(shard)
        return self._open[shard]

    def _close_all(self) -> None:
        with self._open_lock:
            while self._open:
                self._open.popitem()[1].close()
