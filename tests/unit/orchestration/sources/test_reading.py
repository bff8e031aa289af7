"""Reading extracts by content, whatever encoding, delimiter, order or titles; bad files get one clear error."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from reading_world import HEADER, MIS, ROW, data_rows, drop, open_bytes, places, read

from lake.contracts.model import load_source
from orchestration.sources.landing import FileRejectedError, list_files, read_claim
from orchestration.sources.read import open_file
from orchestration.sources.rows import row_schema

TITLES = ["PROVENANCE=synthetic", "تاریخ تهیه: 1400/01/12"]


def delimited(rows: list[list[str]], delimiter: str = ",") -> str:
    quoted = [[f'"{cell}"' if delimiter in cell else cell for cell in row] for row in rows]
    return "\r\n".join([*TITLES, delimiter.join(HEADER), *(delimiter.join(row) for row in quoted)]) + "\r\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256"])
def test_encodings_and_delimiters_are_told_by_content(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = delimited([ROW], delimiter)
    if encoding == "cp1256":
        text = text.replace("ی", "ي").replace("\u200c", " ")
    received = open_file(MIS, drop(tmp_path, text.encode(encoding)))
    assert (received.encoding, received.delimiter, received.new_columns) == (encoding, delimiter, ())
    (data,) = data_rows(pa.concat_tables(received.batches))
    assert (data["value"], data["unit_code"]) == ("1,234", "010101")


def test_every_record_is_kept_with_its_place() -> None:
    lines = [
        *TITLES,
        ",".join(HEADER),
        ",".join(ROW[:11]) + ',"1,234",',
        "",
        "010101,cut,short",
        ",".join(HEADER),
        "پایان گزارش",
    ]
    table = read("\n".join(lines).encode())
    assert places(table) == {
        1: "title",
        2: "title",
        3: "header",
        4: "data",
        5: "blank",
        6: "ragged",
        7: "header",
        8: "ragged",
    }
    raw = {row["_row_number"]: row["_raw"] for row in table.to_pylist()}
    assert json.loads(raw[1]) == ["PROVENANCE=synthetic"]
    assert raw[6] == "010101,cut,short"
    assert raw[4] is None


def test_a_quoted_line_end_does_not_shift_the_places() -> None:
    row = [*ROW[:11], '"1,2"', '"two\nlines"']
    lines = [",".join(HEADER), ",".join(row), "short,row", ",".join([*ROW[:11], "5", ""])]
    assert places(read("\n".join(lines).encode())) == {1: "header", 2: "data", 3: "ragged", 4: "data"}


def test_columns_may_come_in_any_order_and_spelling() -> None:
    header = [cell.replace("ک", "ك").replace("ی", "ي") for cell in reversed(HEADER)]
    text = ";".join(header) + "\n" + ";".join(reversed(ROW))
    (row,) = data_rows(read(text.encode()))
    assert row["report_code"] == "M01"


def test_the_old_form_and_the_new_one_are_read() -> None:
    added = {column.name: column.label for column in MIS.entities[0].received if column.optional}
    assert set(added) == {"benefit_kind", "injury_outcome"}
    old = open_bytes("\n".join(map(";".join, (HEADER, ROW))).encode())
    new = open_bytes("\n".join(map(";".join, ([*added.values(), *HEADER], ["بارداری", "", *ROW]))).encode())
    assert old.new_columns == new.new_columns == ()
    (before,), (after,) = (data_rows(pa.concat_tables(file.batches)) for file in (old, new))
    assert before == {**after, **dict.fromkeys(added)}
    assert [after[name] for name in added] == ["بارداری", ""]


def test_a_column_that_the_contract_does_not_know_is_kept() -> None:
    text = ";".join([*HEADER, "ستون تازه"]) + "\n" + ";".join([*ROW, "نو"])
    received = open_bytes(text.encode())
    assert received.new_columns == ("ستون تازه",)
    (row,) = data_rows(pa.concat_tables(received.batches))
    assert json.loads(row["_extra"]) == {"ستون تازه": "نو"}


def test_titles_say_where_the_data_come_from() -> None:
    received = open_bytes(delimited([ROW]).encode())
    assert received.provenance == "synthetic"
    assert str(received.prepared_on) == "2021-04-01"
    assert received.claim.sender_code == "GO-01"
    assert {batch.schema for batch in received.batches} == {row_schema(MIS.entities[0])}


def test_without_a_word_the_data_are_as_reported() -> None:
    text = ";".join(HEADER) + "\n" + ";".join(ROW)
    assert open_bytes(text.encode()).provenance == "reported"


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
def test_a_file_that_cannot_be_taken_in_gets_one_clear_error(name: str, data: bytes, rule: str, words: str) -> None:
    with pytest.raises(FileRejectedError) as caught:
        read(data, name=name)
    assert caught.value.rule == rule
    assert words in caught.value.reason


def test_a_file_of_another_source_is_recognised() -> None:
    smis = load_source("smis").entities[0]
    text = ";".join(column.label for column in smis.received) + "\n" + ";".join("1" for _ in smis.received)
    with pytest.raises(
        FileRejectedError, match="wrong_source: the header is that of smis/smis_report, not of mis_report"
    ):
        read(text.encode())


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
def test_old_printers_marks_do_not_cost_a_row(mark: str) -> None:
    text = f"title{mark}page\n" + ";".join(HEADER) + "\n" + ";".join(ROW) + "\n" + ";".join(ROW)
    assert places(read(text.encode())) == {1: "title", 2: "header", 3: "data", 4: "data"}


def test_a_title_with_a_quoted_line_end_is_one_record() -> None:
    text = '"two\nlines"\n' + ";".join(HEADER) + "\n" + ";".join(ROW)
    assert places(read(text.encode())) == {1: "title", 2: "header", 3: "data"}


def test_empty_and_equal_headers_keep_their_cells() -> None:
    text = ";".join([*HEADER, "", "", "x", "x"]) + "\n" + ";".join([*ROW, "a", "b", "c", "d"])
    (row,) = data_rows(read(text.encode()))
    assert list(json.loads(row["_extra"]).values()) == ["a", "b", "c", "d"]


def test_a_header_alone_is_a_file_without_rows() -> None:
    assert places(read(";".join(HEADER).encode())) == {1: "header"}


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
