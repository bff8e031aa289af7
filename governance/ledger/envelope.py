"""The event envelope: what is hashed, and how. Pure.

An envelope never holds a person's name or any value: it carries the actor's office and a salted commitment to the
payload, so that the payload can be erased and the envelope still be verified. The seven members are fixed for good;
a change of them would be another ledger.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring as _quoted

import rfc8785

Payload = Mapping[str, object]
"""What an event says: JSON members only (text, integers below 2^53, booleans, nulls, lists and mappings of them)."""

SALT_BYTES = 32

_SPELLING = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


@dataclass(frozen=True)
class Draft:
    """An event before it has a place in the ledger.

    Attributes:
        office: Office of the actor, never the person.
        kind: What happened, `release.approved`.
        subject: What it happened to, `INDICATORS@1.0.0`.
        clause: The clause or house rule it rests on.
        payload: Everything else, names included.
    """

    office: str
    kind: str
    subject: str
    clause: str
    payload: Payload


@dataclass(frozen=True)
class Event:
    """One envelope.

    Attributes:
        sequence: Place in the ledger, from 1, without gaps.
        instant: UTC, microseconds, `2026-11-21T22:38:00.000000Z`.
        office: Office of the actor.
        kind: What happened.
        subject: What it happened to.
        clause: The clause or house rule it rests on.
        commitment: SHA-256 over salt and canonical payload, hexadecimal.
    """

    sequence: int
    instant: str
    office: str
    kind: str
    subject: str
    clause: str
    commitment: str

    def canonical(self) -> bytes:
        """Return the envelope's RFC 8785 bytes; written out, for every reader of the ledger asks for them."""
        members = (
            f'"clause":{_quoted(self.clause)}',
            f'"commitment":{_quoted(self.commitment)}',
            f'"instant":{_quoted(self.instant)}',
            f'"kind":{_quoted(self.kind)}',
            f'"office":{_quoted(self.office)}',
            f'"sequence":{self.sequence:d}',
            f'"subject":{_quoted(self.subject)}',
        )
        return f"{{{','.join(members)}}}".encode()

    def leaf_hash(self) -> str:
        """Return the RFC 9162 leaf hash of the envelope, hexadecimal."""
        return leaf_hash(self.canonical())


def canonical_bytes(value: object) -> bytes:
    """Return RFC 8785 bytes of a JSON value.

    Raises:
        ValueError: the value is not JSON, or holds an integer that a JSON number cannot carry.
    """
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except rfc8785.CanonicalizationError as error:
        raise ValueError(f"not a canonical JSON value: {type(error).__name__}") from error


def instant_text(now: datetime) -> str:
    """Return `now` as the envelope spells instants.

    Raises:
        ValueError: `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return now.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """Read an instant as the envelope spells it.

    Raises:
        ValueError: another spelling.
    """
    if not _SPELLING.fullmatch(text):
        raise ValueError("the text does not match 2026-11-21T22:38:00.000000Z")
    return datetime.fromisoformat(text)


def commitment(salt: bytes, payload: bytes) -> str:
    """Return the salted commitment to canonical payload bytes, hexadecimal.

    Raises:
        ValueError: the salt has the wrong length, which would make salt and payload run into each other.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return hashlib.sha256(salt + payload).hexdigest()


def leaf_hash(entry: bytes) -> str:
    """Return the RFC 9162 hash of one leaf, hexadecimal."""
    return hashlib.sha256(b"\x00" + entry).hexdigest()
