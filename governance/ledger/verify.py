"""Recomputing the whole ledger: numbering, leaf hashes, commitments, tree head.

What it cannot see: events cut off the end, which only a tree head kept elsewhere reveals; compare `tree_size` and
`root_hash` with one.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from governance.database import engine as database
from governance.database.schema import LEDGER_EVENT, LEDGER_PAYLOAD
from governance.ledger.envelope import Event, commitment, parse_instant
from governance.ledger.ledger import ERASED
from governance.ledger.merkle import root_hash

_ERASED_SUBJECT = re.compile(r"ledger/([0-9]+)")


@dataclass(frozen=True)
class Finding:
    """Something that does not agree.

    Attributes:
        sequence: The event concerned.
        kind: `gap`, `instant`, `leaf_hash`, `commitment` or `payload_missing`.
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
        findings: Everything that does not agree, by sequence; empty for a sound ledger.
    """

    tree_size: int
    root_hash: str
    erased: int
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Tell whether everything agrees."""
        return not self.findings


def verify(engine: Engine) -> Verification:
    """Recompute every hash of the ledger in one consistent reading."""
    with database.read(engine) as connection:
        erased = _erased_sequences(connection)
        leaves: list[str] = []
        findings: list[Finding] = []
        expected = 1
        for row in connection.execute(_QUERY):
            event = Event(*row[:7])
            findings += [Finding(event.sequence, kind) for kind in _faults(event, row, expected, erased)]
            expected = event.sequence + 1
            leaves.append(event.leaf_hash())
    return Verification(len(leaves), root_hash(leaves), len(erased), tuple(findings))


_QUERY = (
    select(LEDGER_EVENT, LEDGER_PAYLOAD.c.salt, LEDGER_PAYLOAD.c.payload)
    .outerjoin(LEDGER_PAYLOAD, LEDGER_PAYLOAD.c.sequence == LEDGER_EVENT.c.sequence)
    .order_by(LEDGER_EVENT.c.sequence)
)


def _faults(event: Event, row: Row[Any], expected: int, erased: frozenset[int]) -> Iterator[str]:
    if event.sequence != expected:
        yield "gap"
    if not _is_instant(event.instant):
        yield "instant"
    if row.leaf_hash != event.leaf_hash():
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
