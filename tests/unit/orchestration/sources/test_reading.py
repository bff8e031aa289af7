"""Reading extracts by content, whatever encoding, delimiter, order or titles; bad files get one clear error."""

import json
from pathlib import Path

import openpyxl
import pytest

from lake.contracts.model import load_source
from orchestration.sources.landing import FileRejectedError, LandingFile, list_files, read_claim
from orchestration.sources.read import bronze_schema, read_file

MIS = load_source("mis")
HEADER = [
    "ردیف",
    "کد گزارش",
    "کد واحد",
    "نام واحد",
    "دوره",
    "نوع بیمه",
    "جنسیت",
    "گروه سنی",
    "نوع مستمری",
    "نوع پرداخت کننده",
    "عنوان آمار",
    "مقدار",
    "توضیحات",
]
ROW = ["1", "M01", "010101", "شعبه", "1399/12", "اجباری", "مرد", "15-24", "", "", "بیمه‌شدگان اصلی", "1,234", ""]
TITLES = ["PROVENANCE=synthetic", "تاریخ تهیه: 1400/01/12"]


def delimited(rows: list[list[str]], delimiter: str = ",") -> str:
    quoted = [[f'"{cell}"' if delimiter in cell else cell for cell in row] for row in rows]
    return "\r\n".join([*TITLES, delimiter.join(HEADER), *(delimiter.join(row) for row in quoted)]) + "\r\n"


def drop(folder: Path, data: bytes, name: str = "mis_GO-01_139912.csv") -> LandingFile:
    path = folder / "mis" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return next(file for file in list_files(folder, "mis") if file.name == name)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256"])
def test_encodings_and_delimiters_are_told_by_content(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = delimited([ROW], delimiter)
    if encoding == "cp1256":
        text = text.replace("ی", "ي").replace("\u200c", " ")
    received = read_file(MIS, drop(tmp_path, text.encode(encoding)))
    assert (received.encoding, received.delimiter) == (encoding, delimiter)
    data = received.rows.filter(received.rows["_shape"] == "data")
    assert data["value"].to_list() == ["1,234"]
    assert data["unit_code"].to_list() == ["010101"]


def test_every_record_is_kept_with_its_place(tmp_path: Path) -> None:
    lines = [
        *TITLES,
        ",".join(HEADER),
        ",".join(ROW[:11]) + ',"1,234",',
        "",
        "010101,cut,short",
        ",".join(HEADER),
        "پایان گزارش",
    ]
    received = read_file(MIS, drop(tmp_path, "\n".join(lines).encode()))
    shapes = dict(received.rows.select("_row_number", "_shape").iter_rows())
    assert shapes == {1: "title", 2: "title", 3: "header", 4: "data", 5: "blank", 6: "ragged", 7: "header", 8: "ragged"}
    raw = dict(received.rows.select("_row_number", "_raw").iter_rows())
    assert json.loads(raw[1]) == ["PROVENANCE=synthetic"]
    assert raw[6] == "010101,cut,short"
    assert raw[4] is None


def test_a_quoted_line_end_does_not_shift_the_places(tmp_path: Path) -> None:
    row = [*ROW[:11], '"1,2"', '"two\nlines"']
    lines = [",".join(HEADER), ",".join(row), "short,row", ",".join([*ROW[:11], "5", ""])]
    received = read_file(MIS, drop(tmp_path, "\n".join(lines).encode()))
    assert dict(received.rows.select("_row_number", "_shape").iter_rows()) == {
        1: "header",
        2: "data",
        3: "ragged",
        4: "data",
    }


def test_columns_may_come_in_any_order_and_spelling(tmp_path: Path) -> None:
    header = [cell.replace("ک", "ك").replace("ی", "ي") for cell in reversed(HEADER)]
    text = ";".join(header) + "\n" + ";".join(reversed(ROW))
    received = read_file(MIS, drop(tmp_path, text.encode()))
    assert received.rows.filter(received.rows["_shape"] == "data")["report_code"].to_list() == ["M01"]


def test_a_column_that_the_contract_does_not_know_is_kept(tmp_path: Path) -> None:
    text = ";".join([*HEADER, "ستون تازه"]) + "\n" + ";".join([*ROW, "نو"])
    received = read_file(MIS, drop(tmp_path, text.encode()))
    assert json.loads(received.rows["_extra"].drop_nulls()[0]) == {"ستون تازه": "نو"}


def test_titles_say_where_the_data_come_from(tmp_path: Path) -> None:
    received = read_file(MIS, drop(tmp_path, delimited([ROW]).encode()))
    assert received.provenance == "synthetic"
    assert str(received.prepared_on) == "2021-04-01"
    assert received.claim.sender_code == "GO-01"
    assert list(received.rows.columns) == list(bronze_schema(MIS))


def test_without_a_word_the_data_are_as_reported(tmp_path: Path) -> None:
    text = ";".join(HEADER) + "\n" + ";".join(ROW)
    assert read_file(MIS, drop(tmp_path, text.encode())).provenance == "reported"


def test_a_workbook_reads_as_the_text_would(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in ([TITLES[0]], HEADER, [1, *ROW[1:11], 1234, None]):
        sheet.append(row)
    path = tmp_path / "mis" / "mis_GO-01_139912.xlsx"
    path.parent.mkdir()
    workbook.save(path)
    received = read_file(MIS, list_files(tmp_path, "mis")[0])
    assert received.encoding == "workbook"
    assert received.rows.filter(received.rows["_shape"] == "data")["value"].to_list() == ["1234"]


GOOD = delimited([ROW]).encode()


@pytest.mark.parametrize(
    ("name", "data", "rule", "words"),
    [
        ("mis_GO-01_139912.csv", b"", "empty_file", "holds nothing"),
        ("mis_GO-01_139912.csv", b" \r\n\t", "empty_file", "holds nothing"),
        ("mis_GO-01_139912.csv", b"\x81\x8d\xff\xfe\x90garbage,\x9d\n" * 20, "unknown_encoding", "no header"),
        ("mis_GO-01_139912.csv", b"a\x00b" * 50, "unknown_encoding", "zero bytes"),
        ("mis_GO-01_139912.csv", b"\xff\xfea", "unknown_encoding", "UTF-16"),
        ("mis_GO-01_139912.csv", b"just,some,words\n1,2,3\n", "no_header", "no header of mis_report"),
        ("mis_GO-01_139912.csv", GOOD.replace("مقدار".encode(), "چیزی".encode()), "missing_column", "value (مقدار)"),
        ("mis_GO-01_139912.csv", GOOD.replace("توضیحات".encode(), "مقدار".encode()), "repeated_column", "value"),
        ("mis_GO-01_139912.xlsx", b"PK\x03\x04truncated", "broken_workbook", "truncated"),
        ("mis_GO-01_139912.xlsx", b"", "empty_file", "holds nothing"),
        ("mis_GO-01_139913.csv", GOOD, "bad_period", "month 139913"),
        ("mis_GO-01_139900.csv", GOOD, "bad_period", "month 139900"),
        ("report.csv", GOOD, "file_name", "fits no pattern"),
        ("mis_GO-01_137905.csv", GOOD, "bad_period", "outside 1380-01"),
        ("mis_GO-01_145001.csv", GOOD, "bad_period", "outside 1380-01"),
        ("mis_GO-99_139912.csv", GOOD, "unknown_sender", "GO-99"),
        ("mis_GO-01_139912.csv", b'"' + b"x" * 400_000, "no_header", "no header"),
    ],
)
def test_a_file_that_cannot_be_taken_in_gets_one_clear_error(
    tmp_path: Path, name: str, data: bytes, rule: str, words: str
) -> None:
    with pytest.raises(FileRejectedError) as caught:
        read_file(MIS, drop(tmp_path, data, name))
    assert caught.value.rule == rule
    assert words in caught.value.reason


def test_a_file_of_another_source_is_recognised(tmp_path: Path) -> None:
    smis = load_source("smis").entities[0]
    text = ";".join(column.label for column in smis.received) + "\n" + ";".join("1" for _ in smis.received)
    with pytest.raises(
        FileRejectedError, match="wrong_source: the header is that of smis/smis_report, not of mis_report"
    ):
        read_file(MIS, drop(tmp_path, text.encode()))


def test_half_named_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    for name in (".hidden.csv", "mis_GO-01_139912.csv.part", "~$mis.xlsx"):
        (tmp_path / "mis").mkdir(exist_ok=True)
        (tmp_path / "mis" / name).write_bytes(b"x")
    assert list_files(tmp_path, "mis") == []
    assert list_files(tmp_path, "smis") == []


def test_the_name_tells_object_sender_and_month() -> None:
    claim = read_claim(load_source("scan_index"), "scan_index_GO-23-E_139907_documents.csv")
    assert (claim.entity.name, claim.sender_code) == ("scan_document", "GO-23-E")
    assert claim.period is not None
    assert claim.period.code == "1399-07"


@pytest.mark.parametrize("mark", ["\f", "\v", "\x1c", "\x85", "\u2028"])
def test_old_printers_marks_do_not_cost_a_row(tmp_path: Path, mark: str) -> None:
    text = f"title{mark}page\n" + ";".join(HEADER) + "\n" + ";".join(ROW) + "\n" + ";".join(ROW)
    received = read_file(MIS, drop(tmp_path, text.encode()))
    assert received.rows["_shape"].to_list() == ["title", "header", "data", "data"]
    assert received.rows["_row_number"].to_list() == [1, 2, 3, 4]


def test_a_title_with_a_quoted_line_end_is_one_record(tmp_path: Path) -> None:
    text = '"two\nlines"\n' + ";".join(HEADER) + "\n" + ";".join(ROW)
    received = read_file(MIS, drop(tmp_path, text.encode()))
    assert dict(received.rows.select("_row_number", "_shape").iter_rows()) == {1: "title", 2: "header", 3: "data"}


def test_empty_and_equal_headers_keep_their_cells(tmp_path: Path) -> None:
    text = ";".join([*HEADER, "", "", "x", "x"]) + "\n" + ";".join([*ROW, "a", "b", "c", "d"])
    received = read_file(MIS, drop(tmp_path, text.encode()))
    assert list(json.loads(received.rows["_extra"].drop_nulls()[0]).values()) == ["a", "b", "c", "d"]


def test_a_header_alone_is_a_file_without_rows(tmp_path: Path) -> None:
    assert read_file(MIS, drop(tmp_path, ";".join(HEADER).encode())).rows["_shape"].to_list() == ["header"]


def test_a_quote_that_is_never_closed_is_told_not_swallowed(tmp_path: Path) -> None:
    text = ";".join(HEADER) + "\n" + ";".join([*ROW[:3], '"open', *ROW[4:]]) + ("\n" + ";".join(ROW)) * 40_000
    with pytest.raises(FileRejectedError, match="unclosed_quote: a quote in record 2 runs over several lines"):
        read_file(MIS, drop(tmp_path, text.encode()))


def test_each_sheet_with_data_is_read_and_its_rows_are_numbered_on(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    for place, sheet in enumerate((workbook.active, workbook.create_sheet("empty"), workbook.create_sheet("second"))):
        for row in ([TITLES[0]], HEADER, [1, *ROW[1:11], place, None]) if place != 1 else ():
            sheet.append(row)
    path = tmp_path / "mis" / "mis_GO-01_139912.xlsx"
    path.parent.mkdir()
    workbook.save(path)
    rows = read_file(MIS, list_files(tmp_path, "mis")[0]).rows
    assert rows["_shape"].to_list() == ["title", "header", "data"] * 2
    assert rows["_row_number"].to_list() == [1, 2, 3, 4, 5, 6]
    assert rows["value"].drop_nulls().to_list() == ["0", "2"]


def test_links_are_not_followed_and_names_cannot_write_to_a_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "mis"
    folder.mkdir()
    (folder / "link.csv").symlink_to("/etc/hostname")
    (folder / "a\nb\x1b[31m.csv").write_text("x")
    assert [file.name for file in list_files(tmp_path, "mis")] == ["a\\nb\\x1b[31m.csv"]


def test_names_that_are_no_text_do_not_stop_anything(tmp_path: Path) -> None:
    folder = tmp_path / "mis"
    folder.mkdir()
    (folder / "\udcc7\udce3.csv").write_bytes(b"x")
    (name,) = [file.name for file in list_files(tmp_path, "mis")]
    assert name.encode()
    with pytest.raises(FileRejectedError, match="file_name"):
        read_claim(MIS, name)
