"""Which of several files is the newer one: the date of preparation, then the name as people number it."""

import datetime as dt
from itertools import permutations

import pytest

from lake.bronze import FileRecord
from lake.row_states import in_order_of_receipt


def file(name: str, prepared_on: dt.date | None = None, sha: str = "") -> FileRecord:
    return FileRecord(
        source="mis",
        object="mis_report",
        file_name=name,
        file_sha256=sha or name,
        size_bytes=1,
        encoding="utf-8",
        delimiter=",",
        period="1399-12",
        sender_code="GO-01",
        prepared_on=prepared_on,
        provenance="synthetic",
        lines_read=1,
        ingest_id="test",
    )


@pytest.mark.parametrize(
    "names",
    [
        ["mis_GO-01_139912.csv", "mis_GO-01_139912_2.csv", "mis_GO-01_139912_10.csv", "mis_GO-01_139912_A.csv"],
        ["GO-01_139912/DSKKAR00.dbf", "GO-01_139912_2/DSKKAR00.dbf", "GO-01_139912_10/DSKKAR00.dbf"],
        ["mis_GO-01_139912_02.csv", "mis_GO-01_139912_2.csv", "mis_GO-01_139912_03.csv"],
        ["sql:t.w@..2021/1399-12/1of1.a", "sql:t.w@2021..2021/1399-12/whole-1-1of1.a", "sql:t.w@2021..2022/all/1of1.a"],
        ["a1b", "a2a", "a10", "a10.csv"],
        ["sql:t.w@a..b/1399-12/whole-2-1of1.a", "sql:t.w@a..b/1399-12/whole-10-1of1.a"],
    ],
)
def test_undated_files_follow_the_numbers_in_their_names(names: list[str]) -> None:
    for order in permutations(names):
        assert in_order_of_receipt([file(name) for name in order]) == names


def test_the_date_of_preparation_comes_first_and_the_content_last() -> None:
    day = dt.date(2021, 4, 1)
    files = [file("z", sha="1"), file("b", day, "2"), file("a", day + dt.timedelta(1), "0"), file("b", day, "3")]
    for order in permutations(files):
        assert in_order_of_receipt(order) == ["1", "2", "3", "0"]
