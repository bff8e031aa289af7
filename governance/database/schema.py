"""Tables of the governance database, as SQLAlchemy sees them.

Alembic makes them (`governance.database.migrations`), together with the triggers that keep the ledger append-only;
this module only names their columns.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, LargeBinary, MetaData, String, Table, Text

REVISION = "0001"
"""The migration that this code needs."""

METADATA = MetaData()

OFFICIAL = Table(
    "official",
    METADATA,
    Column("code", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("office", String(64), nullable=False),
    Column("is_demo", Boolean, nullable=False),
)
"""The register of officials. Roles are not here: they are ledger events, so that a row added by hand gives none."""

LEDGER_EVENT = Table(
    "ledger_event",
    METADATA,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("instant", String(27), nullable=False),
    Column("office", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("clause", String(64), nullable=False),
    Column("commitment", String(64), nullable=False),
    Column("leaf_hash", String(64), nullable=False),
)
"""Event envelopes, append-only, numbered from 1 without gaps."""

LEDGER_PAYLOAD = Table(
    "ledger_payload",
    METADATA,
    Column("sequence", BigInteger, ForeignKey("ledger_event.sequence"), primary_key=True, autoincrement=False),
    Column("salt", LargeBinary, nullable=False),
    Column("payload", Text, nullable=False),
)
"""What an event said, with names; a row can be erased but never changed."""
