"""A source's database: who asks (the environment only), and one read-only transaction that sees one state of it.

What belongs here: connecting, trying again, what differs between databases. What does not: what is asked.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from lake.contracts.model import Source
from orchestration.sources.sql.errors import DatabaseSourceError, is_passing, named, wrong_kind

T = TypeVar("T")

BACKENDS: Final[Mapping[str, str]] = {"postgres": "postgresql", "sqlserver": "mssql", "mariadb": "mysql"}
"""ODCS server type → SQLAlchemy's name, where they differ."""
DRIVERS: Final[Mapping[str, str]] = {"postgresql": "postgresql+psycopg"}
SNAPSHOTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    "mysql": {"isolation_level": "REPEATABLE READ"},
    "mssql": {"isolation_level": "SNAPSHOT"},
    "oracle": {"isolation_level": "SERIALIZABLE"},
}
"""How a transaction sees one state of the database throughout."""


@dataclass(frozen=True)
class Patience:
    """How often, and how long apart, a lost connection is tried again.

    Attributes:
        attempts: Calls in all.
        first_wait: Longest wait before the second call, in seconds; doubled for each further one.
        longest_wait: No wait is longer.
    """

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 30.0


PATIENCE: Final = Patience()


def variable(source: str) -> str:
    """Return the name of the environment variable that holds a source's database URL."""
    return f"AMAR_SOURCE_{re.sub(r'[^A-Z0-9]', '_', source.upper())}_URL"


def database_url(source: Source) -> sa.URL:
    """Return where a source's database lies and who asks; its text form hides the password.

    Raises:
        DatabaseSourceError: `no_credentials`, `bad_url`, `wrong_kind`, or `no_database` where the contract has none.
    """
    name = variable(source.id)
    if source.database is None:
        raise DatabaseSourceError(source.id, "", "no_database", "the contract has no servers")
    text = os.environ.get(name, "")
    if not text:
        raise DatabaseSourceError(source.id, "", "no_credentials", f"{name} is not set")
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError:
        raise DatabaseSourceError(source.id, "", "bad_url", f"{name} is no SQLAlchemy URL") from None
    backend = url.get_backend_name()
    if BACKENDS.get(backend, backend) != BACKENDS.get(source.database.kind, source.database.kind):
        raise wrong_kind(source.id, source.database, backend, name)
    return url.set(drivername=DRIVERS.get(url.drivername, url.drivername))


def ask(source: Source, entity: str, work: Callable[[sa.Connection], T], patience: Patience = PATIENCE) -> T:
    """Do some reading in one transaction; a lost connection is made anew and the reading begun again.

    Args:
        source: Whose database.
        entity: Object that is read, for errors.
        work: The reading; it may be called several times.
        patience: How often, and how long apart.

    Raises:
        DatabaseSourceError: the database cannot be reached, or refuses.
    """
    engine = _engine(source, database_url(source))
    calls = Retrying(
        stop=stop_after_attempt(patience.attempts),
        wait=wait_random_exponential(multiplier=patience.first_wait, max=patience.longest_wait),
        retry=retry_if_exception(is_passing),
        reraise=True,
    )

    def once() -> T:
        with _snapshot(engine) as connection:
            return work(connection)

    try:
        answer: T = calls(once)
    except sa.exc.SQLAlchemyError as error:
        raise named(error, source.id, entity, variable(source.id)) from None
    return answer


def _engine(source: Source, url: sa.URL) -> sa.Engine:
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database and not url.query and not Path(url.database).is_file():
        raise DatabaseSourceError(source.id, "", "unreachable", "there is no such SQLite file")
    settings: dict[str, Any] = {}
    if backend == "postgresql":
        alive = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "connect_timeout": 10}
        settings = {"application_name": f"amar/{source.id}", **alive}
    try:
        return sa.create_engine(url, poolclass=sa.NullPool, hide_parameters=True, connect_args=settings)
    except (sa.exc.NoSuchModuleError, ImportError):
        raise DatabaseSourceError(source.id, "", "no_driver", f"no driver for {url.drivername} is installed") from None


@contextmanager
def _snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that writes nothing and sees one state of the database."""
    backend = engine.dialect.name
    with engine.connect().execution_options(**SNAPSHOTS.get(backend, {})) as connection:
        if backend == "sqlite":  # its driver begins no transaction for a reader
            connection.exec_driver_sql("PRAGMA query_only = ON")
            connection.exec_driver_sql("BEGIN")
        yield connection
