"""The append-only ledger: write an event, read events, prove them, erase a payload.

Each writing transaction that appends ends by signing one checkpoint over what then stands. What the events mean is
known to those who write them (`governance.releases`, `governance.officials`); checking the whole ledger is in
`governance.ledger.verify`.
"""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select

from governance.database import engine as database
from governance.database.schema import LEDGER_EVENT, LEDGER_PAYLOAD
from governance.errors import GovernanceError
from governance.ledger import checkpoints, proofs, tree
from governance.ledger.checkpoint import Checkpoint, sign
from governance.ledger.checkpoints import KeptCheckpoint
from governance.ledger.envelope import SALT_BYTES, Draft, Event, Payload, canonical_bytes, commitment, instant_text
from governance.ledger.keyfile import NoKeyError
from governance.ledger.merkle import Frontier
from governance.ledger.proofs import ConsistencyProof, InclusionProof
from governance.ledger.signing import SigningKey

ERASED = "payload.erased"
"""Kind of the event that records an erasure; its subject is `ledger/<sequence>`."""

_HEAD = select(func.coalesce(func.max(LEDGER_EVENT.c.sequence), 0))
_INSERT_EVENT = insert(LEDGER_EVENT)
_INSERT_PAYLOAD = insert(LEDGER_PAYLOAD)
_BATCH = 1000


class ForgedEventError(GovernanceError):
    """An event of the ledger is not the one that was written."""


class NoPayloadError(GovernanceError):
    """An event's payload was erased, or there is no such event."""


class Reader:
    """Reads events within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Read through `connection`."""
        self._connection = connection

    @property
    def connection(self) -> Connection:
        """The transaction, for state that is read or written together with the events that say it."""
        return self._connection

    def head(self) -> int:
        """Return the sequence of the newest event, 0 for an empty ledger."""
        return int(self._connection.execute(_HEAD).scalar_one())

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

    def iterate(self, start: int = 1, stop: int | None = None) -> Iterator[Event]:
        """Yield the events from `start` to `stop`, both included, in order and without holding them all in memory.

        Raises:
            ForgedEventError: the leaf hash of an event is not that of its envelope.
        """
        query = select(*LEDGER_EVENT.columns).where(LEDGER_EVENT.c.sequence >= start).order_by(LEDGER_EVENT.c.sequence)
        if stop is not None:
            query = query.where(LEDGER_EVENT.c.sequence <= stop)
        for row in self._connection.execute(query, execution_options={"yield_per": _BATCH}):
            yield _sound(row._asdict())

    def checkpoint(self, size: int | None = None) -> KeptCheckpoint:
        """Return a kept checkpoint, by default the newest.

        Raises:
            NoCheckpointError: none is kept.
        """
        return checkpoints.find(self._connection, size)

    def checkpoints(self, *, after: int = 0, limit: int | None = None) -> list[KeptCheckpoint]:
        """Return the kept checkpoints of more than `after` events, by size."""
        return checkpoints.listed(self._connection, after=after, limit=limit)

    def inclusion(self, sequence: int, size: int | None = None) -> InclusionProof:
        """Prove that an event is among the first `size` events, by default among all.

        Raises:
            NoProofError: it is not, or the ledger is smaller.
        """
        return proofs.inclusion(self._connection, sequence, self._size(size))

    def consistency(self, old: int, new: int | None = None) -> ConsistencyProof:
        """Prove that the ledger at size `new`, by default all of it, begins with the ledger at size `old`.

        Raises:
            NoProofError: the sizes are not in order, or the ledger is smaller.
        """
        return proofs.consistency(self._connection, old, self._size(new))

    def _size(self, asked: int | None) -> int:
        head = self.head()
        if asked is not None and asked > head:
            raise proofs.NoProofError(f"the ledger has {head} events, not {asked}")
        return head if asked is None else asked

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

    def openings(self, start: int = 1, stop: int | None = None) -> Iterator[tuple[int, bytes, str]]:
        """Yield what opens the commitments from `start` to `stop`: sequence, salt and canonical payload, unchecked."""
        query = select(*LEDGER_PAYLOAD.columns).where(LEDGER_PAYLOAD.c.sequence >= start)
        if stop is not None:
            query = query.where(LEDGER_PAYLOAD.c.sequence <= stop)
        ordered = query.order_by(LEDGER_PAYLOAD.c.sequence)
        for row in self._connection.execute(ordered, execution_options={"yield_per": _BATCH}):
            yield row.sequence, bytes(row.salt), row.payload


def _sound(row: dict[str, Any]) -> Event:
    leaf_hash = row.pop("leaf_hash")
    event = Event(**row)
    if event.leaf_hash() != leaf_hash:
        raise ForgedEventError(f"event {event.sequence} of the ledger was changed: amar audit verify")
    return event


class Writer(Reader):
    """Reads and appends within one transaction that excludes every other writer."""

    def __init__(
        self, connection: Connection, salt: Callable[[], bytes], key: Callable[[], SigningKey], known: Frontier | None
    ) -> None:
        """Write with salts from `salt`, a key asked for at the first append, and the tree's edge as last seen."""
        super().__init__(connection)
        self._salt, self._key, self._known = salt, key, known
        self._edge: Frontier | None = None
        self._previous: KeptCheckpoint | None = None
        self._instant = ""

    def append(self, draft: Draft, *, now: datetime) -> Event:
        """Append an event and return its envelope; it stands once the transaction commits.

        Raises:
            ValueError: the payload is not JSON, or `now` has no time zone.
            NoKeyError: there is no key to sign with.
            ForgedEventError: the ledger is not what its newest checkpoint says.
        """
        salt, payload = self._salt(), canonical_bytes(dict(draft.payload))
        edge = self._opened()
        event = Event(
            sequence=edge.size + 1,
            instant=instant_text(now),
            office=draft.office,
            kind=draft.kind,
            subject=draft.subject,
            clause=draft.clause,
            commitment=commitment(salt, payload),
        )
        leaf = event.leaf_hash()
        self._connection.execute(_INSERT_EVENT, {**vars(event), "leaf_hash": leaf})
        self._connection.execute(
            _INSERT_PAYLOAD, {"sequence": event.sequence, "salt": salt, "payload": payload.decode()}
        )
        tree.append(self._connection, edge, leaf)
        self._instant = event.instant
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

    def keep(self, size: int) -> None:
        """Mark a checkpoint as given out, so that it is never replaced.

        Raises:
            NoCheckpointError: none is kept at this size.
        """
        checkpoints.keep(self._connection, size)

    def cosign(self, note: str, witness: str) -> KeptCheckpoint:
        """Keep what a witness, whose public key is `witness`, cosigned.

        Raises:
            NoCheckpointError: the ledger keeps no such checkpoint.
            NoteError: the note is not the kept one, or the witness's signature is not good.
        """
        return checkpoints.cosign(self._connection, note, witness)

    def seal(self) -> Frontier | None:
        """Sign one checkpoint over what was appended and return the tree's edge; the known one where nothing was."""
        if self._edge is None:
            return self._known
        key, edge = self._key(), self._edge
        said = Checkpoint(key.name, edge.size, edge.root())
        kept = KeptCheckpoint(
            edge.size, self._instant, said.root_hash, sign(said, key), key.verifying.vkey, is_kept=False
        )
        checkpoints.place(self._connection, kept, self._previous)
        return edge

    def _opened(self) -> Frontier:
        """Return the tree's edge, once it is found to be the one that was signed last, by this key."""
        if self._edge is None:
            vkey = self._key().verifying.vkey
            head, signed = checkpoints.opening(self._connection)
            edge = self._edge_at(head, signed)
            if signed and (signed.tree_size, signed.root_hash) != (edge.size, edge.root()):
                raise ForgedEventError("the ledger is not the one that was signed last: amar audit verify")
            if signed and signed.vkey != vkey:
                raise NoKeyError(f"the ledger is signed by {signed.vkey}, and this is another key")
            self._edge, self._previous = edge, signed
        return self._edge

    def _edge_at(self, head: int, signed: KeptCheckpoint | None) -> Frontier:
        """Return the tree's edge at `head`: the known one where its root was signed, else that of the database."""
        if signed and self._known and (head, signed.root_hash) == (self._known.size, self._known.root()):
            return self._known.copy()
        return tree.frontier(self._connection, head)


def _no_key() -> SigningKey:
    raise NoKeyError("the ledger was opened without a key, so nothing can be written")


class Ledger:
    """The ledger of one governance database."""

    def __init__(
        self,
        engine: Engine,
        *,
        key: Callable[[], SigningKey] = _no_key,
        salt: Callable[[], bytes] = lambda: secrets.token_bytes(SALT_BYTES),
    ) -> None:
        """Use `engine`; `key` gives the key that signs, `salt` makes the salts and is replaced only in tests."""
        self._engine = engine
        self._key = cache(key)
        self._salt = salt
        self._known: Frontier | None = None

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Open a consistent view for the length of a `with` block."""
        with database.read(self._engine) as connection:
            yield Reader(connection)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Open the only writing transaction; it commits, signed, at the end of the block, or nothing happened."""
        with database.write(self._engine) as connection:
            writer = Writer(connection, self._salt, self._key, self._known)
            yield writer
            known = writer.seal()
        self._known = known
