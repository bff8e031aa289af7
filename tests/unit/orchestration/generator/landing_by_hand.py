"""Reading a landing file without any of the product's readers: what the tests compare with."""

import csv
from dataclasses import dataclass
from pathlib import Path

from lake.contracts.model import Entity, load_source
from vocabulary.text import fold

TOTALS = {"جمع", "جمع کل", "مجموع"}


@dataclass(frozen=True)
class HandRead:
    """A file as its bytes say.

    Attributes:
        encoding: utf-8, utf-8-sig or cp1256.
        records: All records, the first is number 1.
        header: Number of the header.
        columns: Contract names in the file's order.
    """

    path: Path
    encoding: str
    records: list[list[str]]
    header: int
    columns: tuple[str, ...]

    def record(self, number: int) -> list[str]:
        """Give a record by its number."""
        return self.records[number - 1]

    def cell(self, number: int, column: str) -> str:
        """Give a cell."""
        return self.record(number)[self.columns.index(column)]

    @property
    def data(self) -> list[int]:
        """Numbers of the records that are neither title, header, blank nor total."""
        return [
            number
            for number, cells in enumerate(self.records, start=1)
            if number > self.header and any(cells) and not TOTALS & set(cells)
        ]


def read_by_hand(path: Path) -> HandRead:
    """Decode a file, split it and find its header by the contract's words."""
    raw = path.read_bytes()
    encoding = "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        encoding = "cp1256"
        text = raw.decode(encoding)
    words = {fold(word): column.name for column in entity_of(path).received for word in column.headers}
    lines = text.splitlines()
    for delimiter in (",", ";", "\t"):
        for number, cells in enumerate(csv.reader(lines[:8], delimiter=delimiter), start=1):
            if len(cells) > 3 and all(fold(cell) in words for cell in cells):
                records = list(csv.reader(lines, delimiter=delimiter, strict=True))
                return HandRead(path, encoding, records, number, tuple(words[fold(cell)] for cell in cells))
    raise AssertionError(f"no header in {path.name}")


def entity_of(path: Path) -> Entity:
    """Give the contract of a file by its name."""
    entities = load_source(path.parent.name).entities
    return next(entity for entity in entities if entity.file_pattern.fullmatch(path.name))
