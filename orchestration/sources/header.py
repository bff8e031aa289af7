"""Finding the header row of an extract and telling which column is which.

Files come with title rows, columns in any order and headers in several spellings. A header is found by the contract's
words, after folding letters and blanks.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from lake.contracts.model import Entity, load_source, load_sources
from orchestration.sources.landing import FileRejectedError
from vocabulary.text import fold, normalise

HEAD_ROWS = 40
DELIMITERS = (",", ";", "\t", "|")
_PROVENANCE = re.compile(r"PROVENANCE\s*=\s*([a-z_]+)")
_PREPARED = re.compile(r"تاریخ تهیه\s*:?\s*([0-9/.\-]{6,10})")


@dataclass(frozen=True)
class Header:
    """Where the header is and what its columns are.

    Attributes:
        row: 1-based record number of the header.
        end: Number of text lines that end with the header; 0 where there are no lines.
        columns: Contract name of each column, or None for a column that the contract does not know.
        printed: The headers as printed.
        titles: The records before the header.
    """

    row: int
    end: int
    columns: tuple[str | None, ...]
    printed: tuple[str, ...]
    titles: tuple[tuple[str, ...], ...]

    @property
    def provenance(self) -> str | None:
        """What the titles say of the data's provenance, such as `synthetic`."""
        return self._search(_PROVENANCE)

    @property
    def prepared(self) -> str | None:
        """The Jalali date of preparation as printed in the titles."""
        return self._search(_PREPARED)

    def _search(self, pattern: re.Pattern[str]) -> str | None:
        for title in self.titles:
            found = pattern.search(normalise(" ".join(title)))
            if found:
                return found.group(1)
        return None


@dataclass(frozen=True)
class Record:
    """One record of a file's head.

    Attributes:
        cells: Its cells.
        end: Number of text lines that end with it; a quoted cell may hold line ends.
    """

    cells: tuple[str, ...]
    end: int


def split_head(text: str, delimiter: str) -> list[Record]:
    """Split the first records of a delimited text; lines end with CR, LF or both, as they do for the parser."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [Record(tuple(row), rows.line_num) for row, _ in zip(rows, range(HEAD_ROWS), strict=False)]


def find_header(rows: Sequence[Record], entity: Entity) -> Header | None:
    """Return the header among the first rows, or None if no row holds at least half of the needed columns."""
    names, needed = _names(entity.source, entity.name), _needed(entity)
    best: tuple[int, Header] | None = None
    for index, row in enumerate(rows):
        columns = tuple(names.get(fold(cell)) for cell in row.cells)
        score = len(needed.intersection(columns))
        if score * 2 >= len(needed) and (best is None or score > best[0]):
            titles = tuple(title.cells for title in rows[:index])
            best = score, Header(index + 1, row.end, columns, row.cells, titles)
        if score == len(needed):
            break
    return best[1] if best else None


def check_header(header: Header | None, entity: Entity, rows: Sequence[Record]) -> Header:
    """Return the header if every needed column is in it once.

    Raises:
        FileRejectedError: `wrong_source` (the header is another object's), `no_header`, `missing_column` or
            `repeated_column`; each names the columns.
    """
    missing = _needed(entity).difference(header.columns) if header else _needed(entity)
    other = _recognise(rows, entity) if missing else None
    if other:
        raise FileRejectedError("wrong_source", f"the header is that of {other}, not of {entity.name}")
    if header is None:
        raise FileRejectedError("no_header", f"no header of {entity.name} within the first {HEAD_ROWS} rows")
    if missing:
        labels = sorted(f"{column.name} ({column.label})" for column in entity.received if column.name in missing)
        raise FileRejectedError("missing_column", f"the header in row {header.row} lacks {', '.join(labels)}")
    known = [column for column in header.columns if column]
    repeated = sorted({column for column in known if known.count(column) > 1})
    if repeated:
        raise FileRejectedError("repeated_column", f"the header in row {header.row} holds twice: {', '.join(repeated)}")
    return header


def _recognise(rows: Sequence[Record], claimed: Entity) -> str | None:
    for source in load_sources():
        for entity in source.entities:
            found = find_header(rows, entity) if entity.name != claimed.name else None
            if found and not _needed(entity).difference(found.columns):
                return f"{source.id}/{entity.name}"
    return None


def best_header(text: str, entity: Entity) -> tuple[Header | None, str, list[Record]]:
    """Return the best header of a text's first records, the delimiter that gave it, and the records split by it."""
    found: list[tuple[int, Header | None, str, list[Record]]] = []
    sample = text[: HEAD_ROWS * 400]
    for delimiter in sorted(DELIMITERS, key=sample.count, reverse=True):
        rows = split_head(text, delimiter)
        header = find_header(rows, entity)
        score = len(_needed(entity).intersection(header.columns)) if header else 0
        found.append((score, header, delimiter, rows))
        if score == len(_needed(entity)):
            break
    _, header, delimiter, rows = max(found, key=lambda item: item[0])
    return header, delimiter, rows


@cache
def _names(source: str, entity_name: str) -> dict[str, str]:
    entity = next(entity for entity in load_source(source).entities if entity.name == entity_name)
    return {fold(header): column.name for column in entity.received for header in column.headers}


def _needed(entity: Entity) -> frozenset[str | None]:
    return frozenset(column.name for column in entity.received if column.required or not column.transient)
