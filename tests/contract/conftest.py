"""Every contract test runs on SQLite and on PostgreSQL.

`AMAR_TEST_POSTGRES_URL` names a server where schemas may be made. Without one the PostgreSQL half is skipped, unless
`AMAR_REQUIRE` lists `postgresql`: then it fails.
"""

import os
import sys
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest
from ledger_world import KEY
from sqlalchemy import create_engine, text

from governance.database.engine import migrate, open_database
from governance.ledger.ledger import Ledger
from governance.settings import Settings

sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))


def _postgresql():
    url = os.environ.get("AMAR_TEST_POSTGRES_URL", "")
    if url:
        return Settings(database_url=url).database
    reason = "AMAR_TEST_POSTGRES_URL names no PostgreSQL server"
    if "postgresql" in os.environ.get("AMAR_REQUIRE", "").split(","):
        pytest.fail(f"{reason}, and AMAR_REQUIRE asks for one")
    pytest.skip(reason)


@contextmanager
def _database(kind, path):
    if kind == "sqlite":
        yield f"sqlite:///{path}"
        return
    url = _postgresql()
    server, schema = create_engine(url), f"test_{uuid.uuid4().hex}"
    with server.begin() as connection:
        connection.execute(text(f"create schema {schema}"))
    separator = "&" if "?" in url else "?"
    yield f"{url}{separator}options=-csearch_path%3D{schema}"
    with server.begin() as connection:
        connection.execute(text(f"drop schema {schema} cascade"))
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """A URL of an empty database."""
    with _database(request.param, tmp_path / "governance.db") as url:
        yield url


@pytest.fixture
def second_database_url(database_url, tmp_path):
    """A URL of another empty database of the same kind."""
    with _database(database_url.split(":")[0].split("+")[0], tmp_path / "second.db") as url:
        yield url


@pytest.fixture
def engine(database_url):
    """An empty, migrated database."""
    engine = open_database(database_url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def ledger(engine):
    """An empty ledger with its key."""
    return Ledger(engine, key=lambda: KEY)
