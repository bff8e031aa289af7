"""DBF files: three layouts of the list disk, codes told by content, headers that lie, records that are no data."""

import struct
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from lake.contracts.model import load_source
from orchestration.generator.dbf import fields_of
from orchestration.sources.dbf import open_dbf
from orchestration.sources.dbf_layout import is_dbf
from orchestration.sources.landing import FileNotReadyError, FileRejectedError, LandingFile, list_files, read_claim
from orchestration.sources.rows import row_schema
from vocabulary.iransystem import encode

LISTS = load_source("contribution_list")
WORKERS = next(entity for entity in LISTS.entities if entity.name == "contribution_list_worker")
NAME = "GO-01_140001/DSKWOR00.DBF"
KNOWN = {"DSW_YY": " 5", "DSW_MM": "1", "DSW_FNAME": "علی", "DSW_LNAME": "کلاهی", "DSW_SEX": "زن", "DSW_DD": "31"}
Shape = Sequence[tuple[str, str, int]]
SHORT: Shape = [(field.name, field.kind, field.width) for field in fields_of("short", WORKERS.name)]


def record(fields: Shape, values: dict[str, str], encoding: str = "iransystem", mark: bytes = b" ") -> bytes:
    cells = []
    for name, kind, width in fields:
        text = values.get(name, "")
        data = (encode(text) if encoding == "iransystem" else text.encode(encoding))[:width]
        cells.append(data.rjust(width) if kind == "N" else data.ljust(width))
    return mark + b"".join(cells)


def dbf(fields: Shape, records: Sequence[bytes], *, claimed: int | None = None, version: int = 3, end: bytes = b"\x1a"):
    head = b"".join(
        struct.pack("<11sc4xBB14x", name.encode(), kind.encode(), width % 256, width // 256)
        for name, kind, width in fields
    )
    width = 1 + sum(width for *_, width in fields)
    count = len(records) if claimed is None else claimed
    start = struct.pack("<4BLHH17xB2x", version, 105, 1, 1, count, 33 + len(head), width, 0x7E)
    return start + head + b"\r" + b"".join(records) + end


def drop(folder: Path, data: bytes, name: str = NAME) -> LandingFile:
    path = folder / "contribution_list" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return next(file for file in list_files(folder, "contribution_list") if file.name == name)


def read(file: LandingFile) -> tuple[str, tuple[str, ...], pa.Table]:
    encoding, new_columns, batches = open_dbf(file, read_claim(LISTS, file.name))
    return encoding, new_columns, pa.concat_tables([row_schema(WORKERS).empty_table(), *batches])


def rule(file: LandingFile) -> str:
    with pytest.raises(FileRejectedError) as caught:
        open_dbf(file, read_claim(LISTS, file.name))
    return caught.value.rule


@pytest.mark.parametrize("end", [b"\x1a", b""])
@pytest.mark.parametrize("layout", ["short", "specified", "older"])
def test_every_layout_is_read_by_its_fields_names(tmp_path: Path, layout: str, end: bytes) -> None:
    fields = [(field.name, field.kind, field.width) for field in fields_of(layout, WORKERS.name)]
    encoding, _, table = read(drop(tmp_path, dbf(fields, [record(fields, KNOWN)] * 3, end=end)))
    assert encoding == "dbf/iransystem"
    assert table.schema == row_schema(WORKERS)
    assert table["_row_number"].to_pylist() == [1, 2, 3]
    assert table["_shape"].to_pylist() == ["data"] * 3
    row = table.to_pylist()[1]
    assert (row["list_year"], row["list_month"], row["first_name"], row["sex"]) == ("5", "1", "علی", "زن")
    carried = {"DSW_INC", "DSW_KOSO"}.intersection(name for name, *_ in fields)
    assert (row["seniority_rial"] is None) == ("DSW_INC" not in carried)


@pytest.mark.parametrize("encoding", ["iransystem", "cp1256", "utf-8"])
def test_the_code_is_told_by_the_texts(tmp_path: Path, encoding: str) -> None:
    values = {name: text.replace("ی", "ي") if encoding == "cp1256" else text for name, text in KNOWN.items()}
    told, _, table = read(drop(tmp_path, dbf(SHORT, [record(SHORT, values, encoding)])))
    assert told == f"dbf/{encoding}"
    assert table["last_name"].to_pylist() == [values["DSW_LNAME"]]


def test_ascii_needs_no_code_and_late_texts_are_found(tmp_path: Path) -> None:
    plain = record(SHORT, {"DSW_FNAME": "ALI"})
    assert read(drop(tmp_path, dbf(SHORT, [plain])))[0] == "dbf/ascii"
    late = dbf(SHORT, [plain] * 60_000 + [record(SHORT, KNOWN)])
    encoding, _, table = read(drop(tmp_path, late))
    assert (encoding, table["sex"][-1].as_py(), table["_row_number"][-1].as_py()) == ("dbf/iransystem", "زن", 60_001)


def test_texts_of_no_code_are_refused(tmp_path: Path) -> None:
    junk = record(SHORT, {}).replace(b" " * 60, bytes(range(0xB0, 0xC0)) * 3 + b"\x80" * 12, 1)
    assert rule(drop(tmp_path, dbf(SHORT, [junk]))) == "unknown_encoding"


@pytest.mark.parametrize("claimed", [0, 1, 3, 2**32 - 1])
def test_the_files_length_says_how_many_records_there_are(tmp_path: Path, claimed: int) -> None:
    file = drop(tmp_path, dbf(SHORT, [record(SHORT, KNOWN)] * 2, claimed=claimed))
    assert read(file)[2]["_row_number"].to_pylist() == [1, 2]


@pytest.mark.parametrize("end", [b"\x1a\x1a", b"x", b" " * 40])
def test_a_length_that_fits_no_records_is_refused(tmp_path: Path, end: bytes) -> None:
    assert rule(drop(tmp_path, dbf(SHORT, [record(SHORT, KNOWN)], end=end))) == "dbf_length"


@pytest.mark.parametrize(("claimed", "fits"), [(1, True), (2, True), (3, False)])
def test_a_file_cut_between_two_records_has_no_end_mark_and_fewer_than_it_says(
    tmp_path: Path, claimed: int, fits: bool
) -> None:
    file = drop(tmp_path, dbf(SHORT, [record(SHORT, KNOWN)] * 2, claimed=claimed, end=b""))
    if fits:
        assert read(file)[2].num_rows == 2
    else:
        assert rule(file) == "dbf_length"


def test_no_record_is_no_error(tmp_path: Path) -> None:
    assert read(drop(tmp_path, dbf(SHORT, [])))[2].num_rows == 0


def test_deleted_blank_and_torn_records_are_kept_as_what_they_are(tmp_path: Path) -> None:
    marks = [b" ", b"*", b"\x00", b" "]
    records = [record(SHORT, KNOWN, mark=mark) for mark in marks]
    _, _, table = read(drop(tmp_path, dbf(SHORT, [*records, record(SHORT, {})])))
    assert table["_row_number"].to_pylist() == [1, 2, 3, 4, 5]
    assert table["_shape"].to_pylist() == ["data", "blank", "ragged", "data", "blank"]
    raw = table["_raw"].to_pylist()
    assert raw[:2] == [None, "*"]
    assert "علی" in raw[2]
    assert table["sex"].to_pylist() == ["زن", "زن", None, "زن", ""]


def test_records_that_hardly_ever_start_with_a_mark_are_no_records(tmp_path: Path) -> None:
    torn = [record(SHORT, KNOWN, mark=b"\x00")]
    assert set(read(drop(tmp_path, dbf(SHORT, torn * 100)))[2]["_shape"].to_pylist()) == {"ragged"}
    with pytest.raises(FileRejectedError, match="dbf_records"):
        read(drop(tmp_path, dbf(SHORT, torn * 101)))


def test_a_field_that_the_contract_does_not_know_is_kept_and_named(tmp_path: Path) -> None:
    fields = [*SHORT, ("DSW_NEW", "C", 5)]
    _, new_columns, table = read(drop(tmp_path, dbf(fields, [record(fields, {"DSW_NEW": "نو"})])))
    assert new_columns == ("DSW_NEW",)
    assert table["_extra"].to_pylist() == ['{"DSW_NEW":"نو"}']


def test_a_text_field_may_be_longer_than_255(tmp_path: Path) -> None:
    fields = [*SHORT, ("DSW_NEW", "C", 300)]
    data = dbf(fields, [record(fields, {"DSW_NEW": "A" * 299})])
    assert read(drop(tmp_path, data))[2]["_extra"].to_pylist() == ['{"DSW_NEW":"%s"}' % ("A" * 299)]


def patched(data: bytes, place: int, value: bytes) -> bytes:
    return data[:place] + value + data[place + len(value) :]


GOOD = dbf(SHORT, [record(SHORT, KNOWN)])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (GOOD[:20], "dbf_header"),
        (GOOD[:200], "dbf_header"),
        (patched(GOOD, 8, b"\xff\xff"), "dbf_header"),
        (patched(GOOD, 8, b"\x21\x00"), "dbf_header"),
        (patched(GOOD, 8, b"\x00\x00"), "dbf_header"),
        (patched(GOOD, 10, b"\x00\x00"), "dbf_header"),
        (patched(GOOD, 10, b"\xff\x00"), "dbf_header"),
        (patched(GOOD, 32 + 16, b"\x00"), "dbf_header"),
        (patched(GOOD, 32 + 16, b"\xff"), "dbf_header"),
        (patched(GOOD, 32, b"\x00"), "dbf_header"),
        (patched(GOOD, 32 + 11, b"M"), "dbf_field"),
        (patched(GOOD, 32 + 11, b"I"), "dbf_field"),
        (patched(GOOD, 0, b"\x07"), "dbf_header"),
        (dbf([*SHORT, SHORT[1]], []), "repeated_column"),
        (dbf(SHORT[:-9], []), "missing_column"),
        (dbf([("A", "C", 1)], []), "no_header"),
        (
            dbf([(field.name, field.kind, field.width) for field in fields_of("short", "contribution_list")], []),
            "wrong_source",
        ),
    ],
)
def test_a_header_that_cannot_be_true_is_refused(tmp_path: Path, data: bytes, expected: str) -> None:
    assert rule(drop(tmp_path, data)) == expected


def test_foxpro_files_are_read(tmp_path: Path) -> None:
    head = dbf(SHORT, [], version=0x30, end=b"")
    longer = patched(head, 8, struct.pack("<H", len(head) + 263)) + bytes(263)
    assert read(drop(tmp_path, longer + record(SHORT, KNOWN)))[2]["sex"].to_pylist() == ["زن"]


def test_a_file_that_changes_is_not_ready(tmp_path: Path) -> None:
    file = drop(tmp_path, GOOD)
    file.path.write_bytes(GOOD.replace(b"31", b"30"))
    with pytest.raises(FileNotReadyError):
        read(file)


def test_dbf_is_told_by_content(tmp_path: Path) -> None:
    assert is_dbf(GOOD[:32], "anything")
    assert is_dbf(b"\x07" + GOOD[1:32], "a.dbf")
    assert not is_dbf(b"\x07" + GOOD[1:32], "a.bin")
    assert not is_dbf(b"0,1,2,3,4,5,6,7,8,9,10,11,12,13,14", "a.dbf")
