"""Workbooks (XLSX, XLS) to rows of text, through calamine."""

import datetime as dt
import io

import polars as pl
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from orchestration.sources.delimited import Rows
from orchestration.sources.header import Header, Record
from orchestration.sources.landing import FileRejectedError

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_workbook(data: bytes, name: str) -> bool:
    """Tell whether the bytes, or failing them the name, are a workbook's."""
    return data.startswith((ZIP_MAGIC, OLE_MAGIC)) or name.lower().endswith((".xlsx", ".xls"))


def read_cells(data: bytes) -> list[Record]:
    """Return the first sheet's cells as text, row by row.

    Raises:
        FileRejectedError: `empty_file`, `several_sheets`, or `broken_workbook` where the file is truncated, encrypted
            or no workbook.
    """
    if not data:
        raise FileRejectedError("empty_file", "the file holds nothing")
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [workbook.get_sheet_by_index(place) for place in range(len(workbook.sheet_names))]
        cells, *others = [sheet.to_python(skip_empty_area=False) for sheet in sheets]
    except PasswordError as error:
        raise FileRejectedError("broken_workbook", "the workbook is encrypted") from error
    except (CalamineError, OSError, ValueError) as error:
        raise FileRejectedError("broken_workbook", "the workbook cannot be opened: truncated or no workbook") from error
    if any(cell not in ("", None) for sheet in others for row in sheet for cell in row):
        raise FileRejectedError("several_sheets", "more than one sheet holds cells; send one sheet a file")
    rows = [Record(tuple(_text(cell) for cell in row), 0) for row in cells]
    if not any(cell for row in rows for cell in row.cells):
        raise FileRejectedError("empty_file", "the first sheet holds nothing")
    return rows


def parse(cells: list[Record], header: Header) -> Rows:
    """Return the rows after the header in the form that delimited text gives."""
    body = cells[header.row :]
    columns = {
        f"c{index}": pa.array([row.cells[index] for row in body], pa.string()) for index in range(len(header.printed))
    }
    numbers = pl.int_range(header.row + 1, header.row + 1 + len(body), dtype=pl.Int64, eager=True)
    return Rows(pa.table(columns), numbers, ())


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
