"""Workbooks (XLSX, XLS) to rows of text, sheet by sheet, through calamine."""

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

import polars as pl
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

from lake.contracts.model import Entity
from orchestration.sources.header import HEAD_ROWS, Header, Record, check_header, find_header, without_header
from orchestration.sources.landing import FileRejectedError
from orchestration.sources.package import ZIP_MAGIC, check_package
from orchestration.sources.rows import Rows

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ROWS_AT_ONCE = 20_000
_LARGEST_FILE = 512 << 20


@dataclass(frozen=True)
class Sheet:
    """A sheet that holds cells.

    Attributes:
        header: Where its header is; of a sheet of notes, which has none, every record is a title.
        before: Number of records in the sheets before it.
        rows: Its records after the header.
    """

    header: Header
    before: int
    rows: Iterator[Rows]


def is_workbook(magic: bytes, name: str) -> bool:
    """Tell whether a file's first bytes, or failing them its name, are a workbook's."""
    return magic.startswith((ZIP_MAGIC, OLE_MAGIC)) or name.lower().endswith((".xlsx", ".xls"))


def open_sheets(file: BinaryIO, entity: Entity) -> list[Sheet]:
    """Return the sheets of a workbook that hold cells, in order; their rows are made as they are asked for.

    Raises:
        FileRejectedError: `empty_file`; `too_large`; `broken_workbook` where the file is truncated, encrypted or no
            workbook; what `check_header` says of a sheet that holds more than words and has not the object's header.
    """
    found = [sheet for sheet in _load(file) if _is_filled(sheet)]
    if not found:
        raise FileRejectedError("empty_file", "no sheet holds anything")
    headers = [_header(sheet, entity, alone=len(found) == 1) for sheet in found]
    if not any(header.columns for header in headers):
        headers[0] = check_header(None, entity, _head(found[0]))
    sheets, before = [], 0
    for sheet, header in zip(found, headers, strict=True):
        sheets.append(Sheet(header, before, _rows(sheet, header, before)))
        before += sheet.end[0] + 1
    return sheets


def _load(file: BinaryIO) -> list[CalamineSheet]:
    magic = file.read(len(OLE_MAGIC))
    if file.seek(0, os.SEEK_END) > _LARGEST_FILE:
        raise FileRejectedError("too_large", f"the workbook holds more than {_LARGEST_FILE >> 20} MiB")
    if not magic:
        raise FileRejectedError("empty_file", "the file holds nothing")
    if magic.startswith(ZIP_MAGIC):
        check_package(file)
    file.seek(0)
    try:
        workbook = CalamineWorkbook.from_filelike(file)
        kinds = [sheet.typ for sheet in workbook.sheets_metadata]
        return [
            workbook.get_sheet_by_index(place) for place, kind in enumerate(kinds) if kind == SheetTypeEnum.WorkSheet
        ]
    except PasswordError as error:
        raise FileRejectedError("broken_workbook", "the workbook is encrypted") from error
    except (CalamineError, OSError, ValueError) as error:
        raise FileRejectedError("broken_workbook", "the workbook cannot be opened: truncated or no workbook") from error


def _is_filled(sheet: CalamineSheet) -> bool:
    return any(cell not in ("", None) for row in sheet.iter_rows() for cell in row)


def _cells(sheet: CalamineSheet) -> Iterator[list[object]]:
    """Return a sheet's rows from its first row and column on."""
    indent = [""] * (sheet.start[1] if sheet.start else 0)
    return (indent + row for row in sheet.iter_rows())


def _head(sheet: CalamineSheet) -> list[Record]:
    return [Record(tuple(_text(cell) for cell in row), 0) for row in islice(_cells(sheet), HEAD_ROWS)]


def _header(sheet: CalamineSheet, entity: Entity, *, alone: bool) -> Header:
    """Return a sheet's header; of a sheet of notes one without columns."""
    first = _head(sheet)
    if not entity.has_header:
        return _by_position(sheet, entity)
    found = find_header(first, entity, _merged(sheet))
    if found is None and not alone and _is_notes(sheet):
        titles = tuple(tuple(_text(cell) for cell in row) for row in _cells(sheet))
        return Header(0, 0, (), (), titles)
    try:
        return check_header(found, entity, first)
    except FileRejectedError as rejection:
        if alone:
            raise
        raise FileRejectedError(rejection.rule, f"sheet {sheet.name!r}: {rejection.reason}") from rejection


def _by_position(sheet: CalamineSheet, entity: Entity) -> Header:
    header, width = without_header(entity), sheet.end[1] + 1
    if width > len(header.columns):
        reason = f"sheet {sheet.name!r} has {width} columns, not {len(header.columns)}"
        raise FileRejectedError("ragged_file", reason)
    return header


def _merged(sheet: CalamineSheet) -> list[tuple[int, int, int, int]]:
    """Return the merged cells among the first rows: first row and column, last row and column, from 0."""
    ranges = sheet.merged_cell_ranges or []
    return [(*start, *end) for start, end in ranges if start[0] < HEAD_ROWS]


def _is_notes(sheet: CalamineSheet) -> bool:
    """Tell whether a sheet holds words only: at most two filled cells a row, none of them a number."""
    for row in _cells(sheet):
        filled = [cell for cell in row if cell not in ("", None)]
        if len(filled) > 2 or any(not isinstance(cell, str) or cell.strip().isdecimal() for cell in filled):
            return False
    return True


def _rows(sheet: CalamineSheet, header: Header, before: int) -> Iterator[Rows]:
    if not header.columns:
        return
    cells = islice(_cells(sheet), header.row, None)
    first = before + header.row + 1
    empty = [""] * (len(header.columns) - sheet.end[1] - 1)
    while chunk := list(islice(cells, _ROWS_AT_ONCE)):
        last = first + len(chunk)
        columns = [
            pa.array(map(_text, column), pa.string()) for column in zip(*(row + empty for row in chunk), strict=True)
        ]
        yield Rows(columns, pl.int_range(first, last, dtype=pl.Int64, eager=True).to_arrow())
        first = last


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
