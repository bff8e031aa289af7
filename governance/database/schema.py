"""Tables of the governance database, as SQLAlchemy sees them.

Alembic makes them (`governance.database.migrations`), together with the triggers that keep the ledger append-only;
this module only names their columns.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, LargeBinary, MetaData, String, Table, Text

REVISION = "0005"
"""The migration that this code needs."""

METADATA = MetaData()

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

LEDGER_SUBTREE = Table(
    "ledger_subtree",
    METADATA,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)
"""Hashes of the complete subtrees of 2, 4, 8 … leaves that end in an event, one after another; append-only.

Events of odd sequence complete none and have no row.
"""

LEDGER_CHECKPOINT = Table(
    "ledger_checkpoint",
    METADATA,
    Column("tree_size", BigInteger, primary_key=True, autoincrement=False),
    Column("instant", String(27), nullable=False),
    Column("root_hash", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("vkey", Text, nullable=False),
    Column("is_kept", Boolean, nullable=False),
)
"""Signed checkpoints: the newest, the last of each day (UTC), and those that were given out (`is_kept`)."""

LEDGER_COSIGNATURE = Table(
    "ledger_cosignature",
    METADATA,
    Column("tree_size", BigInteger, ForeignKey("ledger_checkpoint.tree_size"), primary_key=True, autoincrement=False),
    Column("vkey", String(512), primary_key=True),
    Column("line", Text, nullable=False),
)
"""What witnesses signed of kept checkpoints, as lines of the note; append-only."""

OFFICIAL = Table(
    "official",
    METADATA,
    Column("code", String(64), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
)
"""State: who is in the register, and the event that said last who that is.

Name and office stand in the event's payload and nowhere else, so that they can be erased. A row is written in the
transaction of its event; roles are not here at all.
"""

OFFICIAL_BEFORE = Table(
    "official_before",
    METADATA,
    Column("code", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("office", String(64), nullable=False),
    Column("is_demo", Boolean, nullable=False),
)
"""What the register held before it was kept in the ledger, until it is entered there; then empty."""
