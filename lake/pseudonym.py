"""Pseudonyms of persons, workshops, files and operators: the only form in which an identifier leaves bronze.

`HMAC-SHA256(key, kind ‖ identifier)`, 16 bytes. Rotation nests — `HMAC(k2, HMAC(k1, id))` — so that it needs no
identifiers. OPEN-1: individuals' records are held in trust.
"""

import hmac
from dataclasses import dataclass

SIZE = 16
SEPARATOR = "\x1f"


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

    def pseudonym(self, kind: str, identifier: str) -> bytes:
        """Return the 16-byte pseudonym of an identifier of a kind (person, workshop, file, operator)."""
        digest = f"{kind}{SEPARATOR}{identifier}".encode()
        for key in self.keys:
            digest = hmac.digest(key, digest, "sha256")[:SIZE]
        return digest


DEVELOPMENT_KEYRING = Keyring((b"amar development key: published, protects nothing",), published=True)
"""For demo and tests; the service refuses to start on it outside development."""
