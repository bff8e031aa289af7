"""What the header of a DBF file (dBase III and IV, FoxPro) says, and whether it can be true.

The header's code page and date are passed over: writers leave in them whatever their program was born with.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO, Final

from orchestration.sources.landing import FileRejectedError
from vocabulary import iransystem

VERSIONS: Final = frozenset({0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0xCB, 0xF5, 0xFB})
TEXT_KINDS: Final = frozenset("CNFDL")
"""Kinds of field whose bytes are text: characters, numbers, dates (YYYYMMDD) and truth values."""
HEADER: Final = struct.Struct("<4BLHH20x")
"""Version, year, month, day, number of records, bytes of the header, bytes of a record."""
FIELD: Final = struct.Struct("<11sc4xBB14x")
"""Name, kind, length, decimals."""
END_OF_HEADER: Final = 0x0D
END_OF_FILE: Final = b"\x1a"
_BACKLINK = 263  # bytes between the fields and the data of Visual FoxPro


@dataclass(frozen=True)
class Field:
    """One field of a record: its name and kind, and the bytes from `start` to `end` of the record."""

    name: str
    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Layout:
    """What a header says.

    Attributes:
        fields: In order; a record's first byte is its deletion mark.
        header_bytes: Where the first record starts.
        record_bytes: Length of a record.
        claimed: Number of records by the header, which need not be true.
    """

    fields: tuple[Field, ...]
    header_bytes: int
    record_bytes: int
    claimed: int


def is_dbf(head: bytes, name: str) -> bool:
    """Tell a DBF file by its first 32 bytes, or by its name where they are no text."""
    if len(head) < HEADER.size or b"\x00" not in head[: HEADER.size]:
        return False
    return head[0] in VERSIONS or name.lower().endswith(".dbf")


def read_layout(stream: BinaryIO) -> Layout:
    """Read the header of a file.

    Raises:
        FileRejectedError: `dbf_header` where it contradicts itself; `dbf_field` where a field is no text.
    """
    stream.seek(0)
    start = stream.read(HEADER.size)
    if len(start) < HEADER.size:
        raise FileRejectedError("dbf_header", "the file ends within its header")
    version, _, _, _, claimed, header_bytes, record_bytes = HEADER.unpack(start)
    described = stream.read(max(header_bytes - HEADER.size, 0))
    end = described.find(END_OF_HEADER.to_bytes(), 0)
    while end % FIELD.size and end >= 0:  # the mark stands where a field would start
        end = described.find(END_OF_HEADER.to_bytes(), end + 1)
    if version not in VERSIONS or end <= 0 or len(described) - end not in (1, 2, 1 + _BACKLINK):
        raise FileRejectedError("dbf_header", "the header's length, fields and end mark do not fit together")
    fields = _fields([described[place : place + FIELD.size] for place in range(0, end, FIELD.size)], record_bytes)
    return Layout(fields, header_bytes, record_bytes, claimed)


def _fields(described: list[bytes], record_bytes: int) -> tuple[Field, ...]:
    unpacked = [FIELD.unpack(item) for item in described]
    names = [iransystem.decode(name.split(b"\x00")[0]) for name, *_ in unpacked]
    kinds = [kind.decode("latin-1").upper() for _, kind, *_ in unpacked]
    for number, (name, kind) in enumerate(zip(names, kinds, strict=True), start=1):
        if not name.isprintable() or not name:
            raise FileRejectedError("dbf_header", f"field {number} has no name")
        if kind not in TEXT_KINDS:
            raise FileRejectedError(
                "dbf_field", f"field {name} is of a kind that holds no text (a memo, a binary number)"
            )
    lengths = [length for *_, length, _ in unpacked]
    if 1 + sum(lengths) != record_bytes:  # a text longer than 255 has the rest of its length in the decimals
        lengths = [
            length + 256 * more if kind == "C" else length
            for (*_, length, more), kind in zip(unpacked, kinds, strict=True)
        ]
    if 1 + sum(lengths) != record_bytes or 0 in lengths:
        raise FileRejectedError("dbf_header", f"the fields are {1 + sum(lengths)} bytes, a record {record_bytes}")
    starts = [1 + sum(lengths[:place]) for place in range(len(lengths))]
    return tuple(
        Field(name, kind, start, start + length)
        for name, kind, start, length in zip(names, kinds, starts, lengths, strict=True)
    )
