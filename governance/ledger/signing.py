"""Ed25519 keys of the ledger and of its witnesses, in the text forms that C2SP and Go's signed notes use. Pure.

A key's kind decides what it signs: a log signs the text of a note, a witness cosigns it with a time
(c2sp.org/tlog-cosignature). Where the private key is kept is known to `governance.ledger.keyfile`.
"""

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from governance.ledger.note import Note, NoteError, Signature, check_name, decode, encode

_PRIVATE = "PRIVATE+KEY"
_KEY_BYTES = 32
_TIME_BYTES = 8
_SIGNATURE_BYTES = 64
_MOST_TIME = 2**63


class Kind(IntEnum):
    """What a key signs; the byte that its text form and its id begin with."""

    LOG = 0x01
    WITNESS = 0x04


@dataclass(frozen=True)
class VerifyingKey:
    """A public key with its name.

    Attributes:
        name: Name of the key; a log's is its origin.
        kind: Log or witness.
        public: The 32 bytes of the Ed25519 key.
    """

    name: str
    kind: Kind
    public: bytes

    @cached_property
    def key_id(self) -> bytes:
        """The four bytes by which a signature names the key."""
        return _key_id(self.name, self.kind, self.public)

    @cached_property
    def vkey(self) -> str:
        """The key as text, to be given out."""
        return f"{self.name}+{self.key_id.hex()}+{encode(bytes([self.kind]) + self.public)}"

    def check_log(self, note: Note) -> None:
        """Make sure that this log signed the note.

        Raises:
            NoteError: it did not.
        """
        if self.kind is not Kind.LOG:
            raise NoteError(f"{self.name} is the key of a witness, not of a log")
        self._check(self._signature(note).signature, note.text.encode())

    def check_witness(self, note: Note) -> int:
        """Make sure that this witness cosigned the note and return when, in seconds since 1970.

        Raises:
            NoteError: it did not.
        """
        if self.kind is not Kind.WITNESS:
            raise NoteError(f"{self.name} is the key of a log, not of a witness")
        timed = self._signature(note).signature
        if len(timed) != _TIME_BYTES + _SIGNATURE_BYTES:
            raise NoteError(f"the cosignature of {self.name} has the wrong length")
        time = int.from_bytes(timed[:_TIME_BYTES], "big")
        self._check(timed[_TIME_BYTES:], _cosigned(time, note.text))
        return time

    def _signature(self, note: Note) -> Signature:
        found = [each for each in note.signatures if (each.name, each.key_id) == (self.name, self.key_id)]
        if len(found) != 1:
            raise NoteError(f"{self.name} signed {len(found)} times, not once")
        return found[0]

    def _check(self, signature: bytes, message: bytes) -> None:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature as error:
            raise NoteError(f"the signature of {self.name} is not good") from error


@dataclass(frozen=True, repr=False)
class SigningKey:
    """A private key with its name; never shown.

    Attributes:
        name: Name of the key.
        kind: Log or witness.
        private: The Ed25519 key.
    """

    name: str
    kind: Kind
    private: Ed25519PrivateKey

    @cached_property
    def verifying(self) -> VerifyingKey:
        """The public half."""
        return VerifyingKey(self.name, self.kind, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        """Return the log's signature of a note's text."""
        return Signature(self.name, self.verifying.key_id, self.private.sign(text.encode()))

    def cosign(self, text: str, *, time: int) -> Signature:
        """Return the witness's signature of a note's text at a time, in seconds since 1970."""
        timed = time.to_bytes(_TIME_BYTES, "big") + self.private.sign(_cosigned(time, text))
        return Signature(self.name, self.verifying.key_id, timed)

    def text(self) -> str:
        """Return the private key as text, to be kept secret."""
        raw = encode(bytes([self.kind]) + self.private.private_bytes_raw())
        return f"{_PRIVATE}+{self.name}+{self.verifying.key_id.hex()}+{raw}"


def parse_vkey(text: str) -> VerifyingKey:
    """Read a public key.

    Raises:
        NoteError: it is not written as the specification says.
    """
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    kind, raw = _typed(name, encoded)
    key = VerifyingKey(name, kind, raw)
    if key.key_id.hex() != key_id:
        raise NoteError(f"the id of the key {name} is not that of its bytes")
    return key


def parse_signing_key(text: str) -> SigningKey:
    """Read a private key.

    Raises:
        NoteError: it is not written as the specification says; the message tells nothing of it.
    """
    if not text.startswith(f"{_PRIVATE}+") or text.count("+") < _PRIVATE.count("+") + 3:
        raise NoteError("not a private key of a signed note")
    name, key_id, encoded = text.removeprefix(f"{_PRIVATE}+").split("+", 2)
    kind, raw = _typed(name, encoded)
    key = SigningKey(name, kind, Ed25519PrivateKey.from_private_bytes(raw))
    if key.verifying.key_id.hex() != key_id:
        raise NoteError(f"the id of the private key {name} is not that of its bytes")
    return key


def new_key(name: str, kind: Kind = Kind.LOG) -> SigningKey:
    """Make a key.

    Raises:
        NoteError: the name cannot be a key's.
    """
    check_name(name)
    return SigningKey(name, kind, Ed25519PrivateKey.generate())


def _typed(name: str, encoded: str) -> tuple[Kind, bytes]:
    check_name(name)
    raw = decode(encoded)
    if len(raw) != 1 + _KEY_BYTES or raw[0] not in list(Kind):
        raise NoteError(f"the key {name} is no Ed25519 key of a log or a witness")
    return Kind(raw[0]), raw[1:]


def _key_id(name: str, kind: Kind, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def _cosigned(time: int, text: str) -> bytes:
    if not 0 <= time < _MOST_TIME:
        raise NoteError("a cosignature's time is not a time")
    return f"cosignature/v1\ntime {time}\n{text}".encode()
