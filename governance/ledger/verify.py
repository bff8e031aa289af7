"""Recomputing the whole ledger: numbering, leaf hashes, commitments, the kept tree, checkpoints and their signatures.

Memory grows with the number of findings, checkpoints and erasures, not with that of events. What it cannot see: a
ledger cut off or forked together with its checkpoints by somebody who holds the key, which only a checkpoint kept
elsewhere reveals; compare `tree_size` and `root_hash` with one, or ask for a consistency proof from it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from governance.database import engine as database
from governance.database.schema import LEDGER_EVENT, LEDGER_PAYLOAD, LEDGER_SUBTREE
from governance.ledger import checkpoints
from governance.ledger.checkpoint import Checkpoint, cosigned_at, verify_note
from governance.ledger.checkpoints import KeptCheckpoint
from governance.ledger.envelope import Event, commitment, parse_instant
from governance.ledger.ledger import ERASED
from governance.ledger.merkle import Frontier
from governance.ledger.note import NoteError
from governance.ledger.signing import parse_vkey

_ERASED_SUBJECT = re.compile(r"ledger/([0-9]+)")
_BATCH = 2000


@dataclass(frozen=True)
class Finding:
    """Something that does not agree.

    Attributes:
        sequence: The event concerned, or the size of the checkpoint.
        kind: Of an event `gap`, `instant`, `leaf_hash`, `commitment`, `payload_missing`, `subtree` (the first that is
            not the recomputed one) or `unsigned` (the first after the newest checkpoint); of a checkpoint
            `checkpoint` (it does not say the recomputed tree head), `signature` or `cosignature`.
    """

    sequence: int
    kind: str


@dataclass(frozen=True)
class Verification:
    """Outcome of recomputing the ledger.

    Attributes:
        tree_size: Number of events.
        root_hash: RFC 9162 tree head over the recomputed leaf hashes.
        erased: Number of payloads erased by a recorded erasure.
        signed_size: Number of events under the newest checkpoint; 0 for a ledger that was never signed.
        vkey: Public key of the newest checkpoint, empty where there is none; compare it with the one given out.
        witnessed: How many of the kept checkpoints a witness cosigned.
        findings: Everything that does not agree; empty for a sound ledger.
    """

    tree_size: int
    root_hash: str
    erased: int
    signed_size: int
    vkey: str
    witnessed: int
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Tell whether everything agrees."""
        return not self.findings


def verify(engine: Engine) -> Verification:
    """Recompute every hash of the ledger and check every signature, in one consistent reading."""
    with database.read(engine) as connection:
        erased, kept = _erased_sequences(connection), checkpoints.listed(connection)
        tree = _Tree({checkpoint.tree_size for checkpoint in kept})
        findings: list[Finding] = []
        expected = 1
        for row in connection.execute(_QUERY, execution_options={"yield_per": _BATCH}):
            event = Event(*row[:7])
            leaf = event.leaf_hash()
            findings += [Finding(event.sequence, kind) for kind in _faults(event, leaf, row, expected, erased)]
            expected = event.sequence + 1
            tree.add(event.sequence, leaf, row.hashes)
        findings += tree.findings(_loose_subtree(connection))
    findings += _signed(kept, tree)
    newest = kept[-1] if kept else None
    return Verification(
        tree_size=tree.size,
        root_hash=tree.root(),
        erased=len(erased),
        signed_size=newest.tree_size if newest else 0,
        vkey=newest.vkey if newest else "",
        witnessed=sum(bool(checkpoint.witnesses) for checkpoint in kept),
        findings=tuple(findings),
    )


_QUERY = (
    select(LEDGER_EVENT, LEDGER_PAYLOAD.c.salt, LEDGER_PAYLOAD.c.payload, LEDGER_SUBTREE.c.hashes)
    .outerjoin(LEDGER_PAYLOAD, LEDGER_PAYLOAD.c.sequence == LEDGER_EVENT.c.sequence)
    .outerjoin(LEDGER_SUBTREE, LEDGER_SUBTREE.c.sequence == LEDGER_EVENT.c.sequence)
    .order_by(LEDGER_EVENT.c.sequence)
)


class _Tree:
    """The recomputed tree, beside the one that the database keeps."""

    def __init__(self, sizes: set[int]) -> None:
        self._frontier = Frontier()
        self._sizes = sizes
        self._heads: dict[int, str] = {}
        self._first_wrong = 0

    @property
    def size(self) -> int:
        return self._frontier.size

    def add(self, sequence: int, leaf: str, kept: bytes | None) -> None:
        completed = b"".join(self._frontier.append(bytes.fromhex(leaf)))
        if not self._first_wrong and completed != bytes(kept or b""):
            self._first_wrong = sequence
        if self.size in self._sizes:
            self._heads[self.size] = self._frontier.root()

    def root(self) -> str:
        return self._frontier.root()

    def head(self, size: int) -> str:
        """Return the head at the size of a checkpoint, empty where the ledger is smaller."""
        return self._heads.get(size, "")

    def findings(self, loose: int | None) -> list[Finding]:
        first = self._first_wrong or loose
        return [Finding(first, "subtree")] if first else []


def _signed(kept: list[KeptCheckpoint], tree: _Tree) -> Iterator[Finding]:
    """Yield what is wrong about checkpoints; each has to be signed by the key of the newest."""
    for checkpoint in kept:
        size = checkpoint.tree_size
        if checkpoint.root_hash != tree.head(size):
            yield Finding(size, "checkpoint")
        if not _is_signed(checkpoint, kept[-1].vkey):
            yield Finding(size, "signature")
        if not _is_cosigned(checkpoint):
            yield Finding(size, "cosignature")
    if kept and kept[-1].tree_size < tree.size:
        yield Finding(kept[-1].tree_size + 1, "unsigned")


def _is_signed(checkpoint: KeptCheckpoint, vkey: str) -> bool:
    try:
        key = parse_vkey(vkey)
        said = verify_note(checkpoint.note, key)
    except NoteError:
        return False
    return checkpoint.vkey == vkey and said == Checkpoint(key.name, checkpoint.tree_size, checkpoint.root_hash)


def _is_cosigned(checkpoint: KeptCheckpoint) -> bool:
    try:
        for witness in checkpoint.witnesses:
            cosigned_at(checkpoint.note, parse_vkey(witness))
    except NoteError:
        return False
    return True


def _loose_subtree(connection: Connection) -> int | None:
    """Return the first subtree that belongs to no event."""
    found: int | None = connection.execute(_LOOSE).scalar()
    return found


_LOOSE = (
    select(LEDGER_SUBTREE.c.sequence)
    .outerjoin(LEDGER_EVENT, LEDGER_EVENT.c.sequence == LEDGER_SUBTREE.c.sequence)
    .where(LEDGER_EVENT.c.sequence.is_(None))
    .order_by(LEDGER_SUBTREE.c.sequence)
    .limit(1)
)


def _faults(event: Event, leaf: str, row: Row[Any], expected: int, erased: frozenset[int]) -> Iterator[str]:
    if event.sequence != expected:
        yield "gap"
    if not _is_instant(event.instant):
        yield "instant"
    if row.leaf_hash != leaf:
        yield "leaf_hash"
    if row.payload is None:
        if event.sequence not in erased:
            yield "payload_missing"
    elif not _is_committed(event, row):
        yield "commitment"


def _is_committed(event: Event, row: Row[Any]) -> bool:
    try:
        return commitment(row.salt, row.payload.encode()) == event.commitment
    except ValueError:
        return False


def _is_instant(text: str) -> bool:
    try:
        parse_instant(text)
    except ValueError:
        return False
    return True


def _erased_sequences(connection: Connection) -> frozenset[int]:
    subjects: Iterable[str] = connection.execute(
        select(LEDGER_EVENT.c.subject).where(LEDGER_EVENT.c.kind == ERASED)
    ).scalars()
    matches = (_ERASED_SUBJECT.fullmatch(subject) for subject in subjects)
    return frozenset(int(match[1]) for match in matches if match)
