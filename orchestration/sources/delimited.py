"""Delimited text to rows, every record kept: regular ones by column, irregular ones as their text."""

import re
from dataclasses import dataclass
from itertools import islice

import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from orchestration.sources.header import Header
from orchestration.sources.landing import FileRejectedError

_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True)
class Rows:
    """The records of a file after its header.

    Attributes:
        table: Regular records: one text column for each column of the header, named `c0`, `c1`, …
        numbers: 1-based record number of each row of `table`.
        irregular: Record number and text of each record with another number of cells.
    """

    table: pa.Table
    numbers: pl.Series
    irregular: tuple[tuple[int, str], ...]


def parse(utf8: bytes, header: Header, delimiter: str) -> Rows:
    """Parse the records after the header; nothing is cast, skipped or trimmed.

    Raises:
        FileRejectedError: `unclosed_quote` where a record of the wrong width runs over lines: what follows a quote
            that is never closed would be lost in one row.
    """
    names = [f"c{index}" for index in range(len(header.printed))]
    body = utf8[_offset(utf8, header.end) :]
    if not body:
        return Rows(pa.table({name: pa.array([], pa.string()) for name in names}), pl.Series([], dtype=pl.Int64), ())
    irregular: list[tuple[int, str]] = []

    def keep(row: pa_csv.InvalidRow) -> str:
        irregular.append((header.row + row.number, row.text))
        return "skip"

    table = pa_csv.read_csv(
        pa.BufferReader(body),
        # one block: a record may be as long as the file, where a quote is never closed
        read_options=pa_csv.ReadOptions(
            column_names=names, use_threads=False, block_size=min(len(body) + 1, 2**31 - 1)
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
        ),
    )
    for number, text in irregular:
        if text.count("\n") > 1:
            raise FileRejectedError("unclosed_quote", f"a quote in record {number} runs over several lines")
    last = header.row + table.num_rows + len(irregular)
    numbers = pl.int_range(header.row + 1, last + 1, dtype=pl.Int64, eager=True)
    if irregular:
        numbers = numbers.filter(~numbers.is_in([number for number, _ in irregular]))
    return Rows(table, numbers, tuple(irregular))


def _offset(utf8: bytes, lines: int) -> int:
    """Return where the text goes on after its first `lines` lines."""
    ends = (found.end() for found in _LINE_END.finditer(utf8))
    return next(islice(ends, lines - 1, None), len(utf8)) if lines else 0
