"""One installation's governance: settings, database, ledger, officials and releases, opened together.

Opened once at the edge (CLI, API) and passed down; nothing here imports the lake.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from governance.database.engine import open_database
from governance.ledger.keyfile import load_key, make_key
from governance.ledger.ledger import Ledger
from governance.ledger.signing import SigningKey
from governance.officials import Officials
from governance.releases.store import ReleaseStore
from governance.settings import Settings


@dataclass(frozen=True)
class Context:
    """What governance works on.

    Attributes:
        settings: Where data live.
        engine: The governance database.
        ledger: The append-only ledger in it.
        officials: The register of officials in it.
        store: The release folder.
    """

    settings: Settings
    engine: Engine
    ledger: Ledger
    officials: Officials
    store: ReleaseStore


def make_context(settings: Settings) -> Context:
    """Open an installation; the caller disposes of the engine."""
    engine = open_database(settings.database)
    ledger = Ledger(engine, key=lambda: _ledger_key(settings))
    officials = Officials(ledger, admits_demo=settings.environment == "development")
    return Context(settings, engine, ledger, officials, ReleaseStore(settings.release_root))


def _ledger_key(settings: Settings) -> SigningKey:
    """Return the key that signs; in development the first use makes it."""
    if settings.environment == "development":
        return make_key(settings.ledger_key, origin=settings.ledger_origin)
    return load_key(settings.ledger_key, origin=settings.ledger_origin)


@contextmanager
def open_context(settings: Settings) -> Iterator[Context]:
    """Open an installation for the length of a `with` block."""
    context = make_context(settings)
    try:
        yield context
    finally:
        context.engine.dispose()
