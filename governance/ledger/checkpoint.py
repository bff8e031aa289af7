"""Checkpoints of the ledger (c2sp.org/tlog-checkpoint): origin, tree size and tree head in a signed note. Pure."""

import re
from dataclasses import dataclass

from governance.ledger.note import Note, NoteError, decode, encode, parse_note
from governance.ledger.signing import SigningKey, VerifyingKey

_HASH_BYTES = 32
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint says.

    Attributes:
        origin: Name of the ledger; also its key's.
        tree_size: Number of events.
        root_hash: RFC 9162 tree head over them, hexadecimal.
    """

    origin: str
    tree_size: int
    root_hash: str

    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.tree_size}\n{encode(bytes.fromhex(self.root_hash))}\n"


def parse_checkpoint(note: Note) -> Checkpoint:
    """Return what a note says as a checkpoint, its signatures unchecked.

    Raises:
        NoteError: it is no checkpoint, or has extension lines, which this ledger never writes.
    """
    lines = note.text.split("\n")
    if len(lines) != 4 or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise NoteError("a checkpoint is three lines: origin, tree size and tree head")
    root = decode(lines[2])
    if len(root) != _HASH_BYTES:
        raise NoteError(f"a tree head has {_HASH_BYTES} bytes")
    return Checkpoint(lines[0], int(lines[1]), root.hex())


def sign(checkpoint: Checkpoint, key: SigningKey) -> str:
    """Return a checkpoint as a note that its log signed.

    Raises:
        NoteError: the key has another name than the checkpoint's origin.
    """
    if key.name != checkpoint.origin:
        raise NoteError(f"the key of {key.name} cannot sign for {checkpoint.origin}")
    text = checkpoint.text()
    return Note(text, (key.sign(text),)).render()


def verify_note(content: str, key: VerifyingKey) -> Checkpoint:
    """Return what a checkpoint says, once its log's signature is found good.

    Raises:
        NoteError: it is no checkpoint, another log's, or its signature is not good.
    """
    note = parse_note(content)
    checkpoint = parse_checkpoint(note)
    if checkpoint.origin != key.name:
        raise NoteError(f"the checkpoint is of {checkpoint.origin}, not of {key.name}")
    key.check_log(note)
    return checkpoint


def cosign(content: str, key: SigningKey, *, time: int) -> str:
    """Return a checkpoint with a witness's signature more; the witness checks the log and consistency before."""
    note = parse_note(content)
    parse_checkpoint(note)
    return note.signed_also([key.cosign(note.text, time=time)]).render()


def cosigned_at(content: str, witness: VerifyingKey) -> int:
    """Return when a witness cosigned a checkpoint, in seconds since 1970, once its signature is found good.

    Raises:
        NoteError: it did not cosign, or its signature is not good.
    """
    note = parse_note(content)
    parse_checkpoint(note)
    return witness.check_witness(note)
