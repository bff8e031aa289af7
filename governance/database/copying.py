"""The governance database as files that a backup carries: SQLite's own file, other databases table by table.

Both are one state of the database, taken while others write. A copy table by table goes into any database, by the
migrations of its time and then those since.
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Connection, Engine, Integer, MetaData, Table, func, insert, select, text

from governance.database.engine import migrate, read, upgrade, write
from governance.database.schema import REVISION
from governance.errors import GovernanceError

FILE, ROWS = "governance.db", ".jsonl"
_REVISION_TABLE = "alembic_version"
_BATCH = 1000


class CopyError(GovernanceError):
    """A copy of the governance database cannot be put where it should go."""


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a SQLite database while others write, by its online backup; the copy is one file that nobody has open."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as origin,
        closing(sqlite3.connect(target)) as copy,
    ):
        origin.backup(copy)
        copy.execute("pragma journal_mode = delete")


def dump(engine: Engine, folder: Path) -> list[Path]:
    """Write the governance database into a folder and return the files: one for SQLite, else one a table."""
    if engine.dialect.name == "sqlite":
        copy_sqlite(Path(str(engine.url.database)), folder / FILE)
        return [folder / FILE]
    with read(engine) as connection:
        return [_dump_table(connection, table, folder) for table in _tables(connection)]


def load(engine: Engine, folder: Path) -> None:
    """Put a copy table by table into a database that has no tables yet.

    Raises:
        CopyError: the database has tables, or the copy is of a later Amar.
    """
    (revision,) = (row["version_num"] for row in _rows(folder / f"{_REVISION_TABLE}{ROWS}"))
    _check_known(revision)
    with engine.connect() as connection:
        if _tables(connection):
            raise CopyError("the governance database to restore into has tables: name an empty one")
    with write(engine) as connection:
        upgrade(connection, revision)
        for table in _tables(connection):
            if table.name != _REVISION_TABLE:
                _load_table(connection, table, folder / f"{table.name}{ROWS}")
        upgrade(connection, "head")


def bring_up(engine: Engine) -> None:
    """Bring a copied SQLite database to the schema of this code.

    Raises:
        CopyError: the copy is of a later Amar.
    """
    with engine.connect() as connection:
        revision = str(connection.execute(text(f"select version_num from {_REVISION_TABLE}")).scalar_one())  # noqa: S608 - a constant
    _check_known(revision)
    migrate(engine)


def _check_known(revision: str) -> None:
    if revision > REVISION:
        raise CopyError(
            f"the copy has schema {revision}, this Amar knows {REVISION}: restore with the Amar of its time"
        )


def holds(engine: Engine, folder: Path) -> bool:
    """Tell whether a database is what a copy table by table would make it: a load that was cut off after its end."""
    with read(engine) as connection:
        tables = [table for table in _tables(connection) if table.name != _REVISION_TABLE]
        return bool(tables) and all(_is_same(connection, table, folder / f"{table.name}{ROWS}") for table in tables)


def _is_same(connection: Connection, table: Table, path: Path) -> bool:
    held = _lines(connection, table)
    if not path.is_file():
        return next(held, None) is None
    with path.open(encoding="utf-8") as copied, closing(held):
        return all(one == other for one, other in zip_longest(held, copied))


def _tables(connection: Connection) -> list[Table]:
    metadata = MetaData()
    metadata.reflect(connection)
    return list(metadata.sorted_tables)


def _dump_table(connection: Connection, table: Table, folder: Path) -> Path:
    path = folder / f"{table.name}{ROWS}"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(_lines(connection, table))
    return path


def _lines(connection: Connection, table: Table) -> Generator[str]:
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_BATCH)
    with connection.execute(query) as rows:
        for row in rows.mappings():
            yield json.dumps({name: _told(value) for name, value in row.items()}, ensure_ascii=False) + "\n"


def _load_table(connection: Connection, table: Table, path: Path) -> None:
    batch: list[dict[str, Any]] = []
    for row in _rows(path):
        batch.append(row)
        if len(batch) == _BATCH:
            connection.execute(insert(table), batch)
            batch = []
    if batch:
        connection.execute(insert(table), batch)
    _renumber(connection, table)


def _renumber(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number on from where the copy ended, in a table that numbers its rows itself."""
    key = list(table.primary_key.columns)
    if connection.dialect.name != "postgresql" or len(key) != 1 or not isinstance(key[0].type, (Integer, BigInteger)):
        return
    owned = connection.execute(select(func.pg_get_serial_sequence(table.name, key[0].name))).scalar()
    if owned:
        last = connection.execute(select(func.max(key[0]))).scalar()
        connection.execute(text("select setval(:owned, :last, :used)"),
                           {"owned": owned, "last": last or 1, "used": last is not None})  # fmt: skip


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield {name: _meant(value) for name, value in json.loads(line).items()}


def _told(value: object) -> object:
    if isinstance(value, (bytes, memoryview)):
        return {"hex": bytes(value).hex()}
    if isinstance(value, dt.datetime):
        return {"instant": value.isoformat()}
    return value


def _meant(value: Any) -> object:
    if isinstance(value, dict):
        return bytes.fromhex(value["hex"]) if "hex" in value else dt.datetime.fromisoformat(value["instant"])
    return value
