"""Signed notes as C2SP writes them (c2sp.org/signed-note): a text, a blank line, a line for each signature. Pure.

A note has exactly one spelling here: what cannot be written back byte for byte is refused, so that no byte of a kept
note is without meaning. Keys are those of `governance.ledger.signing`.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass

from governance.errors import GovernanceError

_DASH = "— "
_KEY_ID_BYTES = 4
_FEWEST_BYTES = _KEY_ID_BYTES + 1
_MOST_SIGNATURES = 64


class NoteError(GovernanceError):
    """A note, a checkpoint or a key is not written as the specification says, or its signature is not good."""


@dataclass(frozen=True)
class Signature:
    """One signature line.

    Attributes:
        name: Name of the key.
        key_id: Four bytes by which the key is told from others of the name.
        signature: What the key made, in the form of its kind.
    """

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """Return the line, with its end."""
        return f"{_DASH}{self.name} {encode(self.key_id + self.signature)}\n"


@dataclass(frozen=True)
class Note:
    """A note.

    Attributes:
        text: What is signed; ends in a newline.
        signatures: In the order of their lines.
    """

    text: str
    signatures: tuple[Signature, ...]

    def render(self) -> str:
        """Return the note as it is written down."""
        return f"{self.text}\n{''.join(signature.line() for signature in self.signatures)}"

    def signed_also(self, signatures: Iterable[Signature]) -> "Note":
        """Return the note with more signatures."""
        return Note(self.text, (*self.signatures, *signatures))


def parse_note(content: str) -> Note:
    """Read a note.

    Raises:
        NoteError: it is not written as the specification says.
    """
    text, blank, lines = content.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise NoteError("a note is a text, a blank line and lines of signatures, each with its end")
    if any(ord(character) < ord(" ") and character != "\n" for character in text):
        raise NoteError("the text of a note has a control character")
    signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > _MOST_SIGNATURES:
        raise NoteError(f"a note has at most {_MOST_SIGNATURES} signatures")
    return Note(f"{text}\n", signatures)


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space:
        raise NoteError("a signature line is a dash, a name and a signature in base64")
    check_name(name)
    raw = decode(encoded)
    if len(raw) < _FEWEST_BYTES:
        raise NoteError(f"a signature has more than {_KEY_ID_BYTES} bytes")
    return Signature(name, raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:])


def check_name(name: str) -> None:
    """Make sure that a text can name a key.

    Raises:
        NoteError: it is empty or has a space or a plus.
    """
    if not name or "+" in name or any(character.isspace() or ord(character) < ord(" ") for character in name):
        raise NoteError("the name of a key is not empty and has neither space nor plus")


def encode(raw: bytes) -> str:
    """Return base64 as notes use it."""
    return base64.b64encode(raw).decode()


def decode(text: str) -> bytes:
    """Read base64 in its only spelling.

    Raises:
        NoteError: other characters, or bits that stand for nothing.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("not base64") from error
    if encode(raw) != text:
        raise NoteError("not the only spelling in base64")
    return raw
