"""Workbooks: every sheet with data, headers of two rows, cells as text; and packages that would take all memory."""

import datetime as dt
import io
import random
import zipfile
from collections.abc import Iterable, Sequence

import openpyxl
import pyarrow as pa
import pytest
from reading_world import HEADER, NAMES, ROW, data_rows, headerless, open_bytes, places, read

from orchestration.sources.landing import FileRejectedError

NAME = "mis_GO-01_139912.xlsx"
TITLE = ["PROVENANCE=synthetic", "تاریخ تهیه: 1400/01/12"]
Rows = Iterable[Sequence[object]]


def workbook(sheets: dict[str, Rows], merged: Sequence[str] = ()) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for cells in merged:
            sheet.merge_cells(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def repacked(data: bytes, parts: dict[str, bytes]) -> bytes:
    """Return a workbook with some parts replaced or added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *parts}:
            new.writestr(name, parts[name] if name in parts else old.read(name))
    return file.getvalue()


def test_cells_read_as_the_text_of_a_delimited_file_would() -> None:
    cells = [1, *ROW[1:4], dt.date(2021, 3, 20), 2.5, 7.0, True, "=1+1", dt.time(8, 5), ROW[10], 1234, None]
    received = open_bytes(workbook({"a": [TITLE, HEADER, cells]}), name=NAME)
    assert (received.encoding, received.delimiter, received.provenance) == ("workbook", "", "synthetic")
    assert str(received.prepared_on) == "2021-04-01"
    table = pa.concat_tables(received.batches)
    assert places(table) == {1: "title", 2: "header", 3: "data"}
    (row,) = data_rows(table)
    assert [row[name] for name in NAMES] == [
        *("1", "M01", "010101", "شعبه", "2021-03-20", "2.5", "7", "True", "", "08:05:00", ROW[10], "1234", ""),
    ]


def test_a_workbook_is_told_by_its_bytes_whatever_its_name() -> None:
    assert open_bytes(workbook({"a": [HEADER, ROW]}), name="mis_GO-01_139912.csv").encoding == "workbook"


def test_each_sheet_with_data_is_read_and_its_rows_are_numbered_on() -> None:
    rows = [TITLE, HEADER, ROW, [None] * 13, HEADER]
    data = workbook({"first": rows, "empty": [], "second": [[], [], HEADER, ROW, [*ROW[:11], "5", ""]]})
    table = read(data, name=NAME)
    shapes = ["title", "header", "data", "blank", "header", "title", "title", "header", "data", "data"]
    assert places(table) == dict(enumerate(shapes, start=1))
    assert [row["value"] for row in data_rows(table)] == ["1,234", "1,234", "5"]


def test_columns_of_a_second_sheet_may_come_in_another_order_and_with_new_ones() -> None:
    data = workbook({"a": [HEADER, ROW], "b": [["تازه", *reversed(HEADER)], ["x", *reversed(ROW)]]})
    received = open_bytes(data, name=NAME)
    assert received.new_columns == ("تازه",)
    first, second = data_rows(pa.concat_tables(received.batches))
    assert (first["value"], first["_extra"]) == (second["value"], None) == ("1,234", None)
    assert second["_extra"] == '{"تازه":"x"}'


def test_a_sheet_of_notes_is_titles_and_a_sheet_of_other_data_is_refused() -> None:
    notes = [["توضیح", "این فایل ماهانه است"], ["PROVENANCE=synthetic"]]
    table = read(workbook({"data": [HEADER, ROW], "notes": notes}), name=NAME)
    assert places(table) == {1: "header", 2: "data", 3: "title", 4: "title"}
    assert open_bytes(workbook({"notes": notes, "data": [HEADER, ROW]}), name=NAME).provenance == "synthetic"
    for other in ([["a", "b", "c"]], [["sum", 12]], [["sum", "12"]]):
        with pytest.raises(FileRejectedError, match="no_header: sheet 'more': no header of mis_report"):
            read(workbook({"data": [HEADER, ROW], "more": other}), name=NAME)
    with pytest.raises(FileRejectedError, match="no_header: no header of mis_report"):
        read(workbook({"notes": notes, "more": notes}), name=NAME)


def test_a_sheet_that_lacks_a_column_is_refused_by_name() -> None:
    with pytest.raises(FileRejectedError, match="missing_column: sheet 'b': the header in row 1 lacks value"):
        read(workbook({"a": [HEADER, ROW], "b": [HEADER[:11], ROW[:11]]}), name=NAME)


def test_a_header_of_two_rows_is_read_by_both() -> None:
    upper = [*HEADER[:4], "دوره", "نوع", None, "گروه", "نوع", None, "عنوان", "مقدار", "توضیحات"]
    lower = [*([None] * 5), "بیمه", "جنسیت", "سنی", "مستمری", "پرداخت کننده", "آمار", None, None]
    merged = ["F1:G1", "I1:J1", "A1:A2", "L1:L2"]
    table = read(workbook({"a": [upper, lower, ROW, upper, lower, ROW]}, merged), name=NAME)
    assert places(table) == {1: "header", 2: "header", 3: "data", 4: "header", 5: "header", 6: "data"}
    assert data_rows(table)[0]["pension_kind"] == ""
    assert [data_rows(table)[1][name] for name in NAMES] == ROW


def test_a_group_over_columns_with_full_names_below_is_no_obstacle() -> None:
    upper = [*([None] * 5), "مشخصات", *([None] * 4), "آمار", None, None]
    table = read(workbook({"a": [upper, HEADER, ROW]}, ["F1:J1", "K1:M1"]), name=NAME)
    assert places(table)[3] == "data"
    assert data_rows(table)[0]["value"] == "1,234"


def test_a_workbook_without_a_header_is_read_by_position() -> None:
    table = read(workbook({"a": [ROW, ROW]}), headerless(), NAME)
    assert places(table) == {1: "data", 2: "data"}
    assert data_rows(table)[0]["unit_code"] == "010101"
    (row,) = data_rows(read(workbook({"a": [ROW[:12]]}), headerless(), NAME))
    assert (row["value"], row["remark"]) == ("1,234", "")
    with pytest.raises(FileRejectedError, match="ragged_file: sheet 'a' has 14 columns, not 13"):
        read(workbook({"a": [[*ROW, "x"]]}), headerless(), NAME)


GOOD = workbook({"a": [HEADER, ROW]})
SHEET = "xl/worksheets/sheet1.xml"
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet_part(rows: Iterable[Sequence[str]]) -> bytes:
    """Return the part of a sheet of text cells; faster than writing it cell by cell."""
    cells = ("".join(f'<c t="str"><v>{cell}</v></c>' for cell in row) for row in rows)
    body = "".join(f"<row>{row}</row>" for row in cells)
    return f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{body}</sheetData></worksheet>'.encode()


def test_many_rows_come_in_order_over_several_chunks() -> None:
    rows = ([str(number), *ROW[1:]] for number in range(21_000))
    table = read(repacked(GOOD, {SHEET: sheet_part([HEADER, *rows])}), name=NAME)
    assert table["row_no"].to_pylist() == [None, *map(str, range(21_000))]
    assert table["_row_number"].to_pylist() == list(range(1, 21_002))


FAR = f"""<worksheet xmlns="{SPREADSHEET}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>
<row r="1048576"><c r = 'XFD1048576'><v>1</v></c></row></sheetData></worksheet>""".encode()
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><sst>&b;</sst>'


WORDS = f'<sst xmlns="{SPREADSHEET}"><si><t>{"x" * 32_000}</t></si><si><t>y</t></si></sst>'.encode()


LONG = random.Random(1).randbytes(9 << 20)


def shared(number: int, cells: int) -> bytes:
    """Return a workbook whose cells all share one text."""
    body = f'<c t="s"><v>{number}</v></c>' * 10
    rows = "".join(f"<row>{body}</row>" for _ in range(cells // 10))
    sheet = f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    return repacked(GOOD, {"xl/sharedStrings.xml": WORDS, SHEET: sheet})


@pytest.mark.parametrize(
    ("data", "rule", "words"),
    [
        (b"", "empty_file", "holds nothing"),
        (workbook({"a": []}), "empty_file", "no sheet holds anything"),
        (workbook({"a": [[""], [None]]}), "empty_file", "no sheet holds anything"),
        (GOOD[:3000], "broken_workbook", "truncated"),
        (GOOD[:200] + b"\x00" * 200 + GOOD[400:], "broken_workbook", "truncated"),
        (b"not a workbook at all", "broken_workbook", "no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "broken_workbook", "no workbook"),
        (repacked(GOOD, {"xl/media/image1.xml": b" " * (40 << 20)}), "broken_workbook", "200 times its size"),
        (repacked(GOOD, {SHEET: FAR}), "too_large", "1048576 rows and 16384 columns"),
        (repacked(GOOD, {"xl/sharedStrings.xml": LAUGHS}), "broken_workbook", "document type"),
        (shared(0, 20_000), "too_large", "512 MiB of text"),
        (shared(1, 20_000), "no_header", "no header"),
        (repacked(GOOD, {"xl/sharedStrings.xml": LONG}), "broken_workbook", "no end"),
    ],
)
def test_what_is_no_sound_workbook_is_told(data: bytes, rule: str, words: str) -> None:
    with pytest.raises(FileRejectedError) as caught:
        read(data, name=NAME)
    assert caught.value.rule == rule
    assert words in caught.value.reason


def test_an_archive_with_the_name_of_a_workbook_is_no_workbook() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("a.csv", "x")
    with pytest.raises(FileRejectedError, match="broken_workbook: the file is a ZIP archive but no workbook"):
        read(file.getvalue(), name=NAME)
