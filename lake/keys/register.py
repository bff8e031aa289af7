"""Which keys the pseudonyms of a home were made with: told by fingerprints, never by a key.

The register is a Delta table of its own, `silver/pseudonym_key`: one row a key, in order. A keyring that does not fit
it is refused before a row is written, for pseudonyms under two keys would never meet again.
"""

from dataclasses import dataclass

import pyarrow as pa

from lake import tables
from lake.layout import Home
from lake.pseudonym import Keyring

TABLE = "pseudonym_key"
SCHEMA = pa.schema([("number", pa.int64()), ("fingerprint", pa.string()), ("is_in_force", pa.bool_())])
_REMEDY = (
    "What is published stays as it is, and so do silver, the marts and every join among their rows. Lost is the way "
    "from an identifier to its pseudonym: new rows would not meet the old ones, and a person's rows cannot be found. "
    "Put the key back where the others are; if it is gone for good, `amar keys abandon` takes the keys that are set as "
    "the first and builds anew what bronze still holds"
)


class KeyringError(Exception):
    """The keys that are set are not those that the home's pseudonyms were made with; says which, what is lost, why."""


@dataclass(frozen=True)
class Registered:
    """The keys of a home.

    Attributes:
        in_force: Fingerprints of the keys under which all pseudonyms stand, oldest first.
        coming: Fingerprint of the key that a rotation is bringing in; None outside a rotation.
    """

    in_force: tuple[str, ...] = ()
    coming: str | None = None


def registered(home: Home) -> Registered:
    """Return the keys of a home; none where no row was written yet."""
    if not tables.exists(home, "silver", TABLE):
        return Registered()
    rows = sorted(tables.read(home, "silver", TABLE).to_pylist(), key=lambda row: int(row["number"]))
    coming = [row["fingerprint"] for row in rows if not row["is_in_force"]]
    return Registered(tuple(row["fingerprint"] for row in rows if row["is_in_force"]), coming[0] if coming else None)


def write(home: Home, keys: Registered, *, reason: str) -> None:
    """Replace the register in one commit; `reason` stands in its note."""
    prints = [*keys.in_force, *([keys.coming] if keys.coming else [])]
    rows = [
        {"number": number, "fingerprint": text, "is_in_force": number <= len(keys.in_force)}
        for number, text in enumerate(prints, start=1)
    ]
    tables.replace(home, "silver", TABLE, pa.Table.from_pylist(rows, schema=SCHEMA), note={"keys": reason})


def admit(home: Home, keyring: Keyring) -> None:
    """Make sure that rows may be written under a keyring; the first one of a home is registered.

    Args:
        home: The installation; the caller holds its writer lock.
        keyring: The keys that are set.

    Raises:
        KeyringError: see `check`.
    """
    check(home, keyring)
    if not registered(home).in_force:
        write(home, Registered(keyring.fingerprints), reason="first")


def check(home: Home, keyring: Keyring) -> None:
    """Make sure that the keys that are set are those of the home's pseudonyms.

    Raises:
        KeyringError: a key is missing, or is another one, or is not in force yet, or a rotation was interrupted.
    """
    known = registered(home)
    for number, fingerprint in enumerate(known.in_force, start=1):
        name = f"pseudonym key {number} of {len(known.in_force)} (fingerprint {fingerprint[:8]}…)"
        if number > keyring.version:
            raise KeyringError(f"{name} is not set: lost or left out. {_REMEDY}")
        if keyring.fingerprints[number - 1] != fingerprint:
            raise KeyringError(f"{name} is not the one that is set in its place: lost or exchanged. {_REMEDY}")
    if known.coming:
        raise KeyringError(f"a rotation to key {len(known.in_force) + 1} is not finished: amar keys rotate")
    if known.in_force and keyring.version > len(known.in_force):
        raise KeyringError(
            f"{keyring.version} pseudonym keys are set and {len(known.in_force)} are in force: "
            "amar keys rotate brings in the new one, then rows are taken in under it"
        )
