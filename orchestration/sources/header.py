"""Finding the header row of an extract and telling which column is which.

Files come with title rows, columns in any order and headers in several spellings. A header is found by the contract's
words, after folding letters and blanks.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lake.contracts.model import Entity, load_sources
from orchestration.sources.decode import Encoding
from orchestration.sources.landing import FileRejectedError
from orchestration.sources.note import PROVENANCE
from vocabulary.text import fold, normalise

HEAD_ROWS = 40
DELIMITERS = (",", ";", "\t", "|")
Merged = tuple[int, int, int, int]
"""A merged cell: first row, first column, last row, last column, from 0."""
_PREPARED = re.compile(r"تاریخ تهیه\s*:?\s*([0-9/.\-]{6,10})")


@dataclass(frozen=True)
class Header:
    """Where the header is and what its columns are.

    Attributes:
        row: 1-based record number of the header; 0 in a file without one.
        end: Number of text lines that end with the header; 0 where there are no lines.
        columns: Contract name of each column, or None for a column that the contract does not know.
        printed: The headers as printed.
        titles: The records before the header.
        lines: The records that make the header up where there are several.
    """

    row: int
    end: int
    columns: tuple[str | None, ...]
    printed: tuple[str, ...]
    titles: tuple[tuple[str, ...], ...]
    lines: tuple[tuple[str, ...], ...] = ()

    @property
    def records(self) -> tuple[tuple[str, ...], ...]:
        """The header's own records."""
        return self.lines or ((self.printed,) if self.row else ())

    @property
    def provenance(self) -> str | None:
        """What the titles say of the data's provenance, such as `synthetic`."""
        return self._search(PROVENANCE)

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


def split_head(text: str, delimiter: str, encoding: Encoding) -> list[Record]:
    """Split the first records of a delimited text; lines end with CR, LF or both, as they do for the parser."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [
        Record(tuple(encoding.cell(cell) for cell in row), rows.line_num)
        for row, _ in zip(rows, range(HEAD_ROWS), strict=False)
    ]


def find_header(rows: Sequence[Record], entity: Entity, merged: Sequence[Merged] = ()) -> Header | None:
    """Return the header among the first rows, or None if no row holds at least half of the needed columns.

    Args:
        rows: The first records of a file or sheet.
        entity: Whose columns.
        merged: Merged cells: where one spans columns in a row, the header may go on in the row below it.
    """
    needed = _needed(entity)
    best: tuple[int, Header] | None = None
    for header in _candidates(rows, entity, merged):
        score = len(needed.intersection(header.columns))
        if score * 2 >= len(needed) and (best is None or score > best[0]):
            best = score, header
        if score == len(needed):
            break
    return best[1] if best else None


def _candidates(rows: Sequence[Record], entity: Entity, merged: Sequence[Merged]) -> Iterator[Header]:
    names = _names(entity)
    cells = [row.cells for row in rows]
    tops = {first_row for first_row, first, last_row, last in merged if first_row == last_row and first < last}
    for index, row in enumerate(rows):
        columns = tuple(names.get(fold(cell)) for cell in row.cells)
        yield Header(index + 1, row.end, columns, row.cells, tuple(cells[:index]))
        if index in tops and index + 1 < len(rows):
            above = _spread(cells[index], index, merged)
            both = tuple(f"{upper} {lower}".strip() for upper, lower in zip(above, cells[index + 1], strict=True))
            columns = _two_rows(names, above, cells[index + 1], both)
            records = (cells[index], cells[index + 1])
            yield Header(index + 2, rows[index + 1].end, columns, both, tuple(cells[:index]), records)


def _spread(cells: Sequence[str], row: int, merged: Sequence[Merged]) -> list[str]:
    """Return a row's cells with each merged one in every column that it spans."""
    spread = list(cells)
    for first_row, first, last_row, last in merged:
        if first_row == last_row == row:
            spread[first : last + 1] = [cells[first]] * len(spread[first : last + 1])
    return spread


def _two_rows(
    names: Mapping[str, str], above: Sequence[str], below: Sequence[str], both: Sequence[str]
) -> tuple[str | None, ...]:
    """Tell the columns of a header of two rows: by both cells, by the lower, and by the upper where it tells one."""
    columns = [names.get(fold(label)) or names.get(fold(lower)) for label, lower in zip(both, below, strict=True)]
    for place, upper in enumerate(above):
        name = names.get(fold(upper))
        if columns[place] is None and name not in columns:
            columns[place] = name
    return tuple(columns)


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


def best_header(text: str, entity: Entity, encoding: Encoding) -> tuple[Header | None, str, list[Record]]:
    """Return the best header of a text's first records, the delimiter that gave it, and the records split by it."""
    found: list[tuple[int, Header | None, str, list[Record]]] = []
    sample = text[: HEAD_ROWS * 400]
    for delimiter in sorted(DELIMITERS, key=sample.count, reverse=True):
        rows = split_head(text, delimiter, encoding)
        header = find_header(rows, entity)
        score = len(_needed(entity).intersection(header.columns)) if header else 0
        found.append((score, header, delimiter, rows))
        if score == len(_needed(entity)):
            break
    _, header, delimiter, rows = max(found, key=lambda item: item[0])
    return header, delimiter, rows


def by_position(text: str, entity: Entity, encoding: Encoding) -> tuple[Header, str, bool]:
    """Return the columns of a file without a header, its delimiter, and whether any first record has as many cells.

    A record has as many cells as the contract's largest position.
    """
    columns = positions(entity)
    fitting: list[tuple[int, str]] = []
    for delimiter in sorted(DELIMITERS, key=text.count, reverse=True):
        rows = split_head(text, delimiter, encoding)
        fitting.append((sum(len(row.cells) == len(columns) for row in rows), delimiter))
    count, delimiter = max(fitting, key=lambda item: item[0])
    return without_header(entity), delimiter, count > 0


def without_header(entity: Entity) -> Header:
    """Return the columns of a file without a header."""
    columns = positions(entity)
    return Header(0, 0, columns, ("",) * len(columns), ())


def positions(entity: Entity) -> tuple[str | None, ...]:
    """Return the contract's column at each position; None where it names none."""
    names = {column.position: column.name for column in entity.received}
    return tuple(names.get(place) for place in range(1, max(place or 0 for place in names) + 1))


def _names(entity: Entity) -> dict[str, str]:
    return {fold(header): column.name for column in entity.received for header in column.headers}


def _needed(entity: Entity) -> frozenset[str | None]:
    return frozenset(
        column.name
        for column in entity.received
        if (column.required or not column.transient or column in entity.judged) and not column.optional
    )
