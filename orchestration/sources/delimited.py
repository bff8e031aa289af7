"""Delimited text to rows, every record kept: regular ones by column, irregular ones as their text."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from itertools import islice

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from orchestration.sources.decode import BLOCK_BYTES, Encoding, TextStream
from orchestration.sources.header import Header
from orchestration.sources.landing import FileRejectedError
from orchestration.sources.rows import Rows

_LARGEST_CELL = 1 << 20
_MOST_WAITING = 50_000
_FEWEST_SWALLOWED = 8
_LINE_END = re.compile(r"\r\n|\r|\n")


def read_rows(
    stream: TextStream, header: Header, delimiter: str, encoding: Encoding, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[Rows]:
    """Read the records after the header, block by block; nothing is cast, skipped or trimmed.

    Args:
        stream: The text after the header.
        header: Where the header is and how many columns it has.
        delimiter: What parts the cells.
        encoding: Puts the text of irregular records in reading order.
        block_bytes: Text that is parsed at a time; a record may be about as long.

    Raises:
        FileRejectedError: `unclosed_quote` where a quote that is never closed would swallow records; `ragged_file`
            where record after record is of the wrong width; `mixed_encoding` where later text is not in the encoding
            of the first; `unreadable`.
    """
    reader = _Reader(stream, header, delimiter, encoding, block_bytes)
    try:
        yield from reader.rows()
    except pa.ArrowInvalid as error:
        if "straddling" in str(error):
            raise reader.unclosed(reader.last + 1) from None
        if reader.is_flooded:
            reason = f"{_MOST_WAITING} records in a row have not {len(header.columns)} cells"
            raise FileRejectedError("ragged_file", reason) from None
        # the library's messages quote the file
        raise FileRejectedError("unreadable", "the text cannot be split into records and cells") from None


def text_offset(text: str, lines: int) -> int:
    """Return after how many bytes of UTF-8 a text goes on after its first `lines` lines."""
    if not lines:
        return 0
    ends = (found.end() for found in _LINE_END.finditer(text))
    return len(text[: next(islice(ends, lines - 1, None), len(text))].encode())


def _has_line_break(column: pa.Array) -> bool:
    text = column.buffers()[2]
    held = text.to_pybytes() if text else b""  # copied, for only bytes are searched as fast as memory is read
    return b"\n" in held or b"\r" in held


def _is_open(text: str, delimiter: str) -> bool:
    """Tell whether a record of the wrong width goes on over lines because of a quote that was not meant to."""
    breaks = max(text.count("\n"), text.count("\r"))
    if breaks != 1:
        return breaks > 1
    try:
        return len(list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))) > 1
    except csv.Error:
        return True


class _Reader:
    """The parser of one file and where it stands."""

    def __init__(
        self, stream: TextStream, header: Header, delimiter: str, encoding: Encoding, block_bytes: int
    ) -> None:
        self._stream = stream
        self._header = header
        self._delimiter = delimiter
        self._encoding = encoding
        self._block_bytes = block_bytes
        self._waiting: deque[tuple[int, str]] = deque()
        self._last_cell = ""
        self.last = header.row
        self.is_flooded = False

    def rows(self) -> Iterator[Rows]:
        if not self._stream.at_end():
            for batch in self._parser():
                yield self._numbered(batch)
            yield from self._remaining()
            self._check_end()
        if self._stream.is_broken:
            record = self.last + (self._stream.last in (b"\n", b"\r", b""))
            reason = f"record {record} is not in {self._encoding.name} as the first ones"
            raise FileRejectedError("mixed_encoding", reason)

    def unclosed(self, record: int) -> FileRejectedError:
        """Return the refusal of a file with an open quote: what follows it would be lost in one row."""
        return FileRejectedError("unclosed_quote", f"a quote in record {record} runs over several lines")

    def _check_end(self) -> None:
        """Refuse a file whose last cell goes on over lines to the end without a closing quote."""
        if len(self._last_cell.rstrip("\r\n").splitlines()) > 1 and self._stream.last_inked != b'"':
            raise self.unclosed(self.last)

    def _parser(self) -> pa_csv.CSVStreamingReader:
        names = [f"c{index}" for index in range(len(self._header.columns))]
        return pa_csv.open_csv(
            pa.PythonFile(self._stream, "r"),
            # one thread: several files are read at the same time, and records keep their numbers only so
            read_options=pa_csv.ReadOptions(column_names=names, use_threads=False, block_size=self._block_bytes),
            parse_options=pa_csv.ParseOptions(
                delimiter=self._delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=self._keep,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )

    def _keep(self, row: pa_csv.InvalidRow) -> str:
        self._waiting.append((self._header.row + row.number, row.text))
        self.is_flooded = len(self._waiting) > _MOST_WAITING
        return "error" if self.is_flooded else "skip"

    def _numbered(self, batch: pa.RecordBatch) -> Rows:
        """Give a block's records their numbers; the parser may already have met irregular records of later blocks."""
        irregular: list[tuple[int, str]] = []
        first = self.last + 1
        while self._waiting and self._waiting[0][0] <= first + batch.num_rows + len(irregular):
            irregular.append(self._waiting.popleft())
        self.last += batch.num_rows + len(irregular)
        numbers = pl.int_range(first, self.last + 1, dtype=pl.Int64, eager=True)
        if irregular:
            numbers = numbers.filter(~numbers.is_in([number for number, _ in irregular]))
        if len(numbers) or irregular:
            is_regular = len(numbers) and numbers[-1] == self.last
            self._last_cell = batch.columns[-1][-1].as_py() if is_regular else ""
        rows = Rows(batch.columns, numbers.to_arrow(), tuple(self._as_read(item) for item in irregular))
        self._check_quotes(rows, irregular)
        return rows

    def _remaining(self) -> Iterator[Rows]:
        """Give the irregular records that no regular one follows."""
        nothing = [pa.array([], pa.string())] * len(self._header.columns)
        rest = pa.RecordBatch.from_arrays(nothing, [f"c{index}" for index in range(len(nothing))])
        if self._waiting:
            yield self._numbered(rest)

    def _as_read(self, item: tuple[int, str]) -> tuple[int, str]:
        number, text = item
        if not self._encoding.visual:
            return item
        return number, self._delimiter.join(self._encoding.cell(cell) for cell in text.split(self._delimiter))

    def _check_quotes(self, rows: Rows, irregular: list[tuple[int, str]]) -> None:
        for number, text in irregular:
            if _is_open(text, self._delimiter):
                raise self.unclosed(number)
        for column in rows.columns:
            self._check_cells(column, rows.numbers)

    def _check_cells(self, column: pa.Array, numbers: pa.Array) -> None:
        """Refuse a cell that holds whole records, or that is larger than any cell."""
        lengths = pc.binary_length(column)
        is_large = (pc.max(lengths).as_py() or 0) > _LARGEST_CELL
        if not (is_large or _has_line_break(column)):
            return
        suspect = pc.or_(pc.greater(lengths, _LARGEST_CELL), pc.match_substring_regex(column, "[\r\n]"))
        for place in pc.indices_nonzero(suspect).to_pylist():
            cell = column[place].as_py()
            if len(cell) > _LARGEST_CELL or self._swallowed(cell) >= _FEWEST_SWALLOWED:
                raise self.unclosed(numbers[place].as_py())

    def _swallowed(self, cell: str) -> int:
        """Return how many delimiters of whole records a cell holds, or 0 if there are too few for its lines."""
        lines = cell.rstrip("\r\n")
        breaks = max(lines.count("\n"), lines.count("\r"))
        delimiters = min(breaks, max(breaks - 1, 1)) * (len(self._header.columns) - 1)
        return delimiters if cell.count(self._delimiter) >= delimiters else 0
