"""Opening and migrating the governance database: SQLite in the home by default, PostgreSQL by URL.

What the tables mean belongs to `governance.ledger` and `governance.officials`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text

from governance.database.schema import REVISION
from governance.errors import GovernanceError

_WRITER_KEY = 4_825_1392
"""Key of PostgreSQL's advisory lock that admits one ledger writer at a time."""


class DatabaseNotReadyError(GovernanceError):
    """The governance database is missing or was made by another version of Amar."""


def open_database(url: str) -> Engine:
    """Return an engine for `url`; SQLite gets a write-ahead log, foreign keys and explicit transactions.

    Args:
        url: SQLAlchemy URL, `sqlite:///…` or `postgresql+psycopg://…`.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    Path(parsed.database or ".").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that sees one state of the database from its first to its last query."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that excludes every other writer until it ends."""
    with engine.connect().execution_options(amar_writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _WRITER_KEY})
        yield connection


def migrate(engine: Engine) -> None:
    """Bring the database to the schema of this code; does nothing where it is there already."""
    if _revision(engine) == REVISION:
        return
    with write(engine) as connection:
        upgrade(connection, "head")


def upgrade(connection: Connection, revision: str) -> None:
    """Bring a database to the schema of a revision, `head` for the newest, within a writing transaction."""
    # imported here because Alembic takes long to import and readers never migrate
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def check_ready(engine: Engine) -> None:
    """Make sure that the database has the schema of this code.

    Raises:
        DatabaseNotReadyError: it has none, or another one; the message says what to do.
    """
    found = _revision(engine)
    if found is None:
        raise DatabaseNotReadyError("the governance database has no tables yet: run `amar up` or `amar doctor`")
    if found != REVISION:
        raise DatabaseNotReadyError(
            f"the governance database has schema {found}, this Amar needs {REVISION}: `amar doctor` migrates it"
        )


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("select version_num from alembic_version")).scalar()
        return found


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not open transactions by itself
    connection.execute("pragma busy_timeout = 15000")
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("pragma foreign_keys = on")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("amar_writes", False)
    connection.exec_driver_sql("begin immediate" if writes else "begin")
