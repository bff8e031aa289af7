"""Parquet: columns by the contract's headers, values in one printed form, and no column taken for what it is not."""

import datetime as dt
import io
from collections.abc import Mapping
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reading_world import HEADER, NAMES, ROW, data_rows, headerless, open_bytes, places, read

from orchestration.sources.landing import FileRejectedError

LABELS = dict(zip(NAMES, HEADER, strict=True))
NOON = dt.datetime(2021, 3, 20, 12, tzinfo=dt.UTC)
NAME = "mis_GO-01_139912.csv"  # the name's pattern tells nothing of what the file is


def parquet(columns: Mapping[str, pa.Array | list[object]], **options: object) -> bytes:
    """Return a file of the object: each column as given, or else the text of the usual row."""
    given = {LABELS.get(name, name): values for name, values in columns.items()}
    length = len(next(iter(columns.values()))) if columns else 1
    usual = dict(zip(HEADER, ([cell] * length for cell in ROW), strict=True))
    file = io.BytesIO()
    pq.write_table(pa.table({**usual, **given}), file, **options)
    return file.getvalue()


def rows(columns: Mapping[str, pa.Array | list[object]], **options: object) -> list[dict[str, object]]:
    return read(parquet(columns, **options), name=NAME).to_pylist()


def test_columns_are_matched_by_their_headers_in_any_order() -> None:
    received = open_bytes(parquet({"تازه": ["x", None]}), name=NAME)
    assert (received.encoding, received.delimiter, received.new_columns) == ("parquet", "", ("تازه",))
    table = pa.concat_tables(received.batches)
    assert places(table) == {1: "data", 2: "data"}
    first, second = table.to_pylist()
    assert [first[name] for name in LABELS] == ROW
    assert (first["_extra"], second["_extra"]) == ('{"تازه":"x"}', '{"تازه":null}')


@pytest.mark.parametrize(
    ("column", "values", "printed"),
    [
        ("value", pa.array([5, None, -12]), ["5", None, "-12"]),
        (
            "value",
            pa.array([1.0, 2.5, None, float("nan"), 1e15, 0.1]),
            ["1", "2.5", None, None, "1000000000000000", "0.1"],
        ),
        ("value", pa.array([1.0, 2.5], pa.float32()), ["1", "2.5"]),
        ("value", pa.array([Decimal("10.50"), Decimal("1000.00")]), ["10.5", "1000"]),
        ("value", pa.array([Decimal(1000)]), ["1000"]),
        ("report_code", pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
        ("report_code", pa.array(["a", None], pa.large_string()), ["a", None]),
        ("report_code", pa.array([7], pa.int8()), ["7"]),
        ("remark", pa.array([dt.date(2021, 3, 20)]), ["2021-03-20"]),
        ("remark", pa.array([NOON]), ["2021-03-20T12:00:00Z"]),
        ("remark", pa.array([NOON.replace(tzinfo=None)]), ["2021-03-20T12:00:00"]),
        ("remark", pa.array([NOON + dt.timedelta(microseconds=500)]), ["2021-03-20T12:00:00.000500Z"]),
        ("remark", pa.array([dt.time(8, 5)]), ["08:05:00"]),
        ("remark", pa.array([True, None]), ["true", None]),
        ("remark", pa.nulls(2), [None, None]),
    ],
)
def test_values_print_in_one_form(column: str, values: pa.Array, printed: list[str | None]) -> None:
    assert [row[column] for row in rows({column: values})] == printed


@pytest.mark.parametrize(
    ("column", "values", "came"),
    [
        ("unit_code", pa.array([1.0]), "a floating-point number, not as code"),
        ("unit_code", pa.array([b"a"]), "a binary, not as code"),
        ("value", pa.array([[1]]), "a list<element: int64>, not as decimal|a list"),
        ("value", pa.array([{"a": 1}]), "a struct"),
        ("value", pa.array([True]), "yes or no, not as"),
        ("value", pa.array([dt.date(2021, 3, 20)]), "a day, not as"),
        ("period", pa.array([139912.0]), "a floating-point number, not as"),
        ("sex", pa.array([1.0]), "a floating-point number, not as"),
    ],
)
def test_a_column_of_another_type_is_told(column: str, values: pa.Array, came: str) -> None:
    with pytest.raises(FileRejectedError, match=f"retyped_column: column {column} came as ({came})"):
        rows({column: values})


def test_values_with_parts_are_kept_where_the_contract_does_not_ask() -> None:
    (row,) = rows({"parts": pa.array([[1, 2]]), "bytes": pa.array([b"\xff"])})
    assert row["_extra"] == '{"parts":"[1, 2]","bytes":"\\"b\'\\\\\\\\xff\'\\""}'


def test_a_row_of_nothing_is_blank() -> None:
    nothing = {name: pa.array([None, "a", "", " "]) for name in LABELS}
    assert [row["_shape"] for row in rows(nothing)] == ["blank", "data", "blank", "blank"]


def test_rows_are_numbered_over_row_groups_and_batches() -> None:
    count = 130_000
    table = read(parquet({"row_no": pa.array(range(count))}, row_group_size=40_000), name=NAME)
    assert table["_row_number"].to_pylist() == list(range(1, count + 1))
    assert table["row_no"].to_pylist() == [str(number) for number in range(count)]


def test_a_source_whose_text_has_no_header_still_names_the_columns_of_parquet() -> None:
    (row,) = data_rows(read(parquet({}), headerless(), NAME))
    assert row["unit_code"] == "010101"


def test_missing_and_foreign_columns_are_told() -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({label: ["1"] for label in HEADER if label != LABELS["value"]}), file)
    with pytest.raises(FileRejectedError, match=r"missing_column: .*lacks value"):
        read(file.getvalue(), name=NAME)
    file = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), file)
    with pytest.raises(FileRejectedError, match="no_header"):
        read(file.getvalue(), name=NAME)


GOOD = parquet({"row_no": pa.array(range(5_000))})


@pytest.mark.parametrize(
    "data", [GOOD[:400], b"PAR1", GOOD[:-8] + b"\xff\xff\xff\x7fPAR1", b"PAR1" + b"\x00" * 500 + b"PAR1"]
)
def test_a_truncated_file_is_told(data: bytes) -> None:
    with pytest.raises(FileRejectedError, match="broken_parquet"):
        read(data, name=NAME)


def test_a_damaged_page_is_told() -> None:
    data = bytearray(GOOD)
    data[4:2_000] = b"\xff" * 1_996
    with pytest.raises(FileRejectedError, match="broken_parquet"):
        read(bytes(data), name=NAME)


def test_few_bytes_that_unpack_to_all_memory_are_refused() -> None:
    word = pa.DictionaryArray.from_arrays(pa.array([0] * 50_000, pa.int32()), pa.array(["x" * 20_000]))
    bomb = parquet({"remark": word}, compression="zstd")
    assert len(bomb) < 100_000
    with pytest.raises(FileRejectedError, match="too_large: 50000 records unpack to 953 MiB in one column"):
        read(bomb, name=NAME)
    file = io.BytesIO()
    nothing = pa.table({"a": pa.nulls(11_000_000, pa.string())})
    pq.write_table(nothing, file, row_group_size=1 << 26, max_rows_per_page=1 << 26)
    with pytest.raises(FileRejectedError, match=r"too_large: \d+ bytes claim to hold 11000000 records"):
        read(file.getvalue(), name=NAME)
