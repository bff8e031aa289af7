"""The append-only ledger: write an event, read events, erase a payload.

What the events mean is known to those who write them (`governance.releases`, `governance.officials`); checking the
whole ledger is in `governance.ledger.verify`.
"""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select

from governance.database import engine as database
from governance.database.schema import LEDGER_EVENT, LEDGER_PAYLOAD
from governance.errors import GovernanceError
from governance.ledger.envelope import SALT_BYTES, Draft, Event, Payload, canonical_bytes, commitment, instant_text

ERASED = "payload.erased"
"""Kind of the event that records an erasure; its subject is `ledger/<sequence>`."""


class ForgedEventError(GovernanceError):
    """An event of the ledger is not the one that was written."""


class NoPayloadError(GovernanceError):
    """An event's payload was erased, or there is no such event."""


class Reader:
    """Reads events within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Read through `connection`."""
        self._connection = connection

    def head(self) -> int:
        """Return the sequence of the newest event, 0 for an empty ledger."""
        return int(self._connection.execute(select(func.coalesce(func.max(LEDGER_EVENT.c.sequence), 0))).scalar_one())

    def events(self, *, subject: str | None = None, kind: str | None = None) -> list[Event]:
        """Return events in order.

        Args:
            subject: Only events of this subject.
            kind: Only events of this kind, or of the kinds that begin with it where it ends in a dot.

        Raises:
            ForgedEventError: the leaf hash of an event is not that of its envelope.
        """
        query = select(*LEDGER_EVENT.columns).order_by(LEDGER_EVENT.c.sequence)
        if subject is not None:
            query = query.where(LEDGER_EVENT.c.subject == subject)
        if kind is not None:
            matches = LEDGER_EVENT.c.kind.startswith(kind) if kind.endswith(".") else LEDGER_EVENT.c.kind == kind
            query = query.where(matches)
        return [_sound(row._asdict()) for row in self._connection.execute(query)]

    def payload(self, sequence: int) -> Payload:
        """Return what the event said.

        Raises:
            NoPayloadError: it was erased or never was.
        """
        query = select(LEDGER_PAYLOAD.c.payload).where(LEDGER_PAYLOAD.c.sequence == sequence)
        found = self._connection.execute(query).scalar()
        if found is None:
            raise NoPayloadError(f"event {sequence} has no payload")
        payload: Payload = json.loads(found)
        return payload


def _sound(row: dict[str, Any]) -> Event:
    leaf_hash = row.pop("leaf_hash")
    event = Event(**row)
    if event.leaf_hash() != leaf_hash:
        raise ForgedEventError(f"event {event.sequence} of the ledger was changed: amar audit verify")
    return event


class Writer(Reader):
    """Reads and appends within one transaction that excludes every other writer."""

    def __init__(self, connection: Connection, salt: Callable[[], bytes]) -> None:
        """Write through `connection`, with salts from `salt`."""
        super().__init__(connection)
        self._salt = salt

    def append(self, draft: Draft, *, now: datetime) -> Event:
        """Append an event and return its envelope; it stands once the transaction commits.

        Raises:
            ValueError: the payload is not JSON, or `now` has no time zone.
        """
        salt, payload = self._salt(), canonical_bytes(dict(draft.payload))
        event = Event(
            sequence=self.head() + 1,
            instant=instant_text(now),
            office=draft.office,
            kind=draft.kind,
            subject=draft.subject,
            clause=draft.clause,
            commitment=commitment(salt, payload),
        )
        self._connection.execute(insert(LEDGER_EVENT).values(**asdict(event), leaf_hash=event.leaf_hash()))
        self._connection.execute(
            insert(LEDGER_PAYLOAD).values(sequence=event.sequence, salt=salt, payload=payload.decode())
        )
        return event

    def erase(self, sequence: int, *, office: str, clause: str, reason: str, now: datetime) -> Event:
        """Erase an event's payload and salt, and record that; the envelope stays verifiable.

        Raises:
            NoPayloadError: there is nothing to erase.
        """
        erased = self._connection.execute(delete(LEDGER_PAYLOAD).where(LEDGER_PAYLOAD.c.sequence == sequence))
        if not erased.rowcount:
            raise NoPayloadError(f"event {sequence} has no payload")
        subject = f"ledger/{sequence}"
        return self.append(Draft(office, ERASED, subject, clause, {"reason": reason}), now=now)


class Ledger:
    """The ledger of one governance database."""

    def __init__(self, engine: Engine, *, salt: Callable[[], bytes] = lambda: secrets.token_bytes(SALT_BYTES)) -> None:
        """Use `engine`; `salt` makes the salts and is replaced only in tests."""
        self._engine = engine
        self._salt = salt

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Open a consistent view for the length of a `with` block."""
        with database.read(self._engine) as connection:
            yield Reader(connection)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Open the only writing transaction; it commits at the end of the block, or nothing happened."""
        with database.write(self._engine) as connection:
            yield Writer(connection, self._salt)
