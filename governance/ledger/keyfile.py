"""The file of the ledger's private key: made whole or not at all, and readable by its owner alone."""

import os
import secrets
from pathlib import Path

from governance.durable import sync
from governance.errors import GovernanceError
from governance.ledger.note import NoteError
from governance.ledger.signing import Kind, SigningKey, new_key, parse_signing_key

_OTHERS = 0o077


class NoKeyError(GovernanceError):
    """The ledger's private key is not there or not fit to sign; the ledger can be read but not written."""


def load_key(path: Path, *, origin: str) -> SigningKey:
    """Read the ledger's key.

    Args:
        path: File of the key.
        origin: Name of the ledger that it has to sign for.

    Raises:
        NoKeyError: there is none, others may read it, or it is no key of this ledger.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8").removesuffix("\n")
        key = parse_signing_key(text)
    except FileNotFoundError as error:
        raise NoKeyError(
            f"the ledger's key {path} is not there, so nothing can be written: amar audit key new makes one, "
            "AMAR_LEDGER_KEY_FILE names another"
        ) from error
    except (OSError, UnicodeDecodeError, NoteError) as error:
        raise NoKeyError(f"the ledger's key {path} cannot be read: {_why(error)}") from error
    if mode & _OTHERS:
        raise NoKeyError(f"the ledger's key {path} may be read by others than its owner: chmod 600 {path}")
    if key.kind is not Kind.LOG or key.name != origin:
        raise NoKeyError(f"the key {path} signs for {key.name}, not for the ledger {origin} (AMAR_LEDGER_ORIGIN)")
    return key


def make_key(path: Path, *, origin: str) -> SigningKey:
    """Make the ledger's key, unless there is one, and return the one that is there.

    Raises:
        NoKeyError: a key is there that is not fit.
        NoteError: the origin cannot name a key.
    """
    if path.exists():
        return load_key(path, origin=origin)
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{new_key(origin).text()}\n")
            file.flush()
            os.fsync(file.fileno())
        _place(staged, path)
    finally:
        staged.unlink()
    return load_key(path, origin=origin)


def _place(staged: Path, path: Path) -> None:
    """Give a whole file its name, unless somebody else was first."""
    try:
        path.hardlink_to(staged)
    except FileExistsError:
        return
    sync(path.parent)


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, NoteError) else type(error).__name__
