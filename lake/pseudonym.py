"""Pseudonyms of persons, workshops, files, operators and records: the only form in which an identifier leaves bronze.

`HMAC-SHA256(subkey, kind ‖ identifier)`, 16 bytes. Each kind has a subkey of its own, drawn from the secret by HKDF
(RFC 5869), so that who learns how persons are hidden learns nothing of workshops. Rotation nests —
`HMAC(k2, HMAC(k1, id))` — so that it needs no identifiers; what is nested is of its kind already, so the later keys are
the same for all kinds, and a column of any table can be rotated by itself. OPEN-1: individuals' records are held in
trust.
"""

import hmac
from dataclasses import dataclass
from functools import cache

SIZE = 16
SEPARATOR = "\x1f"
SUFFIX = "_pid"
"""What the name of a column of pseudonyms ends with, in silver and gold."""
_PURPOSE = "amar pseudonym 1"
_NESTING = "nesting"
_SUBKEY_SIZE = 32


@dataclass(frozen=True)
class Keyring:
    """The keys in order of their introduction; the last one's number is the key version.

    Attributes:
        keys: Secrets, oldest first; each further one is applied to the result of the one before.
        published: Whether the secrets are known to everybody, as the development key's is.
    """

    keys: tuple[bytes, ...]
    published: bool = False

    @property
    def version(self) -> int:
        """Number of the newest key, from 1."""
        return len(self.keys)

    @property
    def fingerprint(self) -> str:
        """What tells this keyring from another without telling a key."""
        return self.pseudonym("keyring", "fingerprint").hex()

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What tells each key from another without telling it, oldest first."""
        return tuple(Keyring((key,)).fingerprint for key in self.keys)

    def subkey(self, number: int, kind: str) -> str:
        """Return a key for a kind of identifier as 64 hexadecimal characters, which HMAC takes as they are.

        Args:
            number: Place of the secret, from 0.
            kind: Kind of identifier; only the first secret is drawn from by kind.
        """
        return _subkey(self.keys[number], _NESTING if number else kind)

    def pseudonym(self, kind: str, identifier: str) -> bytes:
        """Return the 16-byte pseudonym of an identifier, written as its contract has it, of a kind."""
        digest = f"{kind}{SEPARATOR}{identifier}".encode()
        for number in range(self.version):
            digest = hmac.digest(self.subkey(number, kind).encode(), digest, "sha256")[:SIZE]
        return digest


def hkdf(secret: bytes, *, salt: bytes, info: bytes, size: int) -> bytes:
    """Draw a key from a secret by HKDF-SHA256 (RFC 5869, extract and expand)."""
    extracted = hmac.digest(salt or bytes(32), secret, "sha256")
    drawn = block = b""
    number = 1
    while len(drawn) < size:
        block = hmac.digest(extracted, block + info + bytes([number]), "sha256")
        drawn += block
        number += 1
    return drawn[:size]


@cache
def _subkey(secret: bytes, kind: str) -> str:
    return hkdf(secret, salt=_PURPOSE.encode(), info=kind.encode(), size=_SUBKEY_SIZE).hex()


DEVELOPMENT_KEYRING = Keyring((b"amar development key: published, protects nothing",), published=True)
"""For demo and tests; the service refuses to start on it outside development."""
