"""One landing file to bronze rows: every record of it, as received, with its place.

Bronze columns: the contract's received columns as text · `_row_number` (1-based record number) · `_shape` (title,
header, blank, ragged, data) · `_raw` (text of a record that does not fit the header) · `_extra` (JSON of columns that
the contract does not know) · the constants `_entity`, `_provenance`, `_file_sha256`.
"""

import csv
import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

import polars as pl
import pyarrow as pa

from lake.contracts.model import Source
from orchestration.sources import delimited, spreadsheet
from orchestration.sources.decode import SAMPLE_BYTES, decode
from orchestration.sources.delimited import Rows
from orchestration.sources.header import HEAD_ROWS, Header, best_header, check_header, find_header
from orchestration.sources.landing import Claim, FileNotReadyError, FileRejectedError, LandingFile, read_claim
from vocabulary.periods import PeriodError, parse_jalali_date

DEFAULT_PROVENANCE = "reported"


@dataclass(frozen=True)
class ReceivedFile:
    """A file that was read whole: its rows, and what the register keeps of it."""

    file: LandingFile
    claim: Claim
    encoding: str
    delimiter: str
    prepared_on: dt.date | None
    provenance: str
    rows: pl.DataFrame


def read_file(source: Source, file: LandingFile) -> ReceivedFile:
    """Read one file.

    Raises:
        FileRejectedError: the file as a whole cannot be taken in; the reason names no cell of it.
        FileNotReadyError: the file is not the one that was listed any more.
    """
    claim = read_claim(source, file.name)
    try:
        data = file.path.read_bytes()
    except FileNotFoundError as error:
        raise FileNotReadyError(f"{file.name} is gone") from error
    except OSError as error:
        raise FileRejectedError("unreadable", "the file cannot be opened") from error
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise FileNotReadyError(f"{file.name} is still being written")
    try:
        return _parsed(source, file, claim, data)
    except (pa.ArrowInvalid, pl.exceptions.PolarsError, csv.Error) as error:
        # the libraries' messages may quote the file
        raise FileRejectedError("unreadable", "the text cannot be split into records and cells") from error


def _parsed(source: Source, file: LandingFile, claim: Claim, data: bytes) -> ReceivedFile:
    if spreadsheet.is_workbook(data, file.name):
        cells = spreadsheet.read_cells(data)
        first = cells[:HEAD_ROWS]
        header = check_header(find_header(first, claim.entity), claim.entity, first)
        return _received(source, file, claim, header, spreadsheet.parse(cells, header), "workbook", "")
    decoded = decode(data, lambda sample: best_header(sample, claim.entity)[0] is not None)
    head = decoded.utf8[:SAMPLE_BYTES].decode("utf-8", errors="ignore")
    found, delimiter, first_rows = best_header(head, claim.entity)
    header = check_header(found, claim.entity, first_rows)
    rows = delimited.parse(decoded.utf8, header, delimiter)
    return _received(source, file, claim, header, rows, decoded.encoding, delimiter)


def bronze_schema(source: Source) -> dict[str, pl.DataType]:
    """Return the columns of a source's bronze table: those of all its objects, and the ones that Amar adds."""
    text = dict.fromkeys((column.name for entity in source.entities for column in entity.received), pl.String())
    added = {
        "_row_number": pl.Int64(),
        "_shape": pl.String(),
        "_raw": pl.String(),
        "_extra": pl.String(),
        "_entity": pl.String(),
        "_provenance": pl.String(),
        "_file_sha256": pl.String(),
    }
    return {**text, **added}


def _received(
    source: Source, file: LandingFile, claim: Claim, header: Header, rows: Rows, encoding: str, delimiter: str
) -> ReceivedFile:
    provenance = source.provenance or header.provenance or DEFAULT_PROVENANCE
    frames = [_head(header), _regular(rows, header), _irregular(rows)]
    every = pl.concat(frames, how="diagonal_relaxed").sort("_row_number")
    constants = {"_entity": claim.entity.name, "_provenance": provenance, "_file_sha256": file.sha256}
    every = every.with_columns(pl.lit(value).alias(name) for name, value in constants.items())
    schema = bronze_schema(source)
    every = every.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.items() if name not in every.columns
    )
    return ReceivedFile(
        file, claim, encoding, delimiter, _prepared(header.prepared), provenance, every.select(list(schema))
    )


def _head(header: Header) -> pl.DataFrame:
    records = [*header.titles, header.printed]
    shapes = ["title"] * len(header.titles) + ["header"]
    return pl.DataFrame(
        {
            "_row_number": range(1, header.row + 1),
            "_shape": shapes,
            "_raw": [json.dumps(record, ensure_ascii=False) for record in records],
        },
        schema={"_row_number": pl.Int64, "_shape": pl.String, "_raw": pl.String},
    )


def _regular(rows: Rows, header: Header) -> pl.DataFrame:
    frame = pl.DataFrame(rows.table)
    known = {f"c{index}": column for index, column in enumerate(header.columns) if column}
    blank = reduce(and_, (pl.col(name).str.strip_chars() == "" for name in frame.columns))
    repeated = reduce(and_, (pl.col(f"c{index}") == printed for index, printed in enumerate(header.printed)))
    shape = pl.when(blank).then(pl.lit("blank")).when(repeated).then(pl.lit("header")).otherwise(pl.lit("data"))
    labels = _distinct(header.printed)
    unknown = [pl.col(f"c{index}").alias(labels[index]) for index, name in enumerate(header.columns) if not name]
    extra = [pl.struct(unknown).struct.json_encode().alias("_extra")] if unknown else []
    return frame.select(
        *(pl.col(position).alias(name) for position, name in known.items()),
        rows.numbers.alias("_row_number"),
        shape.alias("_shape"),
        *extra,
    )


def _distinct(printed: Sequence[str]) -> list[str]:
    """Give each header a name of its own: an empty or repeated one gets its place."""
    return [
        label if label and printed.count(label) == 1 else f"{label or 'column'} ({place})"
        for place, label in enumerate(printed, start=1)
    ]


def _irregular(rows: Rows) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "_row_number": [number for number, _ in rows.irregular],
            "_shape": ["ragged"] * len(rows.irregular),
            "_raw": [text for _, text in rows.irregular],
        },
        schema={"_row_number": pl.Int64, "_shape": pl.String, "_raw": pl.String},
    )


def _prepared(printed: str | None) -> dt.date | None:
    if printed is None:
        return None
    try:
        return parse_jalali_date(printed)
    except PeriodError:
        return None
