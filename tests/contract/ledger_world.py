"""What tests of the ledger share: a key, events, and the hand of somebody who owns the database."""

from datetime import UTC, datetime

from sqlalchemy import text

from governance.ledger.envelope import Draft
from governance.ledger.signing import new_key

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
PERSON = "شخص ساختگی"
ORIGIN = "example.org/ledger"
KEY = new_key(ORIGIN)
TABLES = ("ledger_event", "ledger_payload", "ledger_subtree", "ledger_checkpoint", "ledger_cosignature")


def draft(subject="D@1.0.0", kind="release.proposed", **payload):
    """Return an event to write."""
    return Draft("HQ-STATISTICS", kind, subject, "DASH-B", {"name": PERSON, **payload})


def fill(ledger, count=5, *, now=NOW):
    """Append events in one transaction."""
    with ledger.writing() as writer:
        return [writer.append(draft(f"D@1.0.{number}", number=number), now=now) for number in range(count)]


def tamper(engine, *statements):
    """Change rows as somebody would who owns the database: without the triggers."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            names = connection.execute(text("select name from sqlite_master where type = 'trigger'")).scalars().all()
            for name in names:
                connection.execute(text(f"drop trigger {name}"))
            connection.execute(text("pragma defer_foreign_keys = on"))
        else:
            for table in TABLES:
                connection.execute(text(f"alter table {table} disable trigger user"))
        for statement in statements:
            connection.execute(text(statement))
