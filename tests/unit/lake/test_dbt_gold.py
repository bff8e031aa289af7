"""Writing marts to Delta: what differs, and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from lake import tables
from lake.dbt_plugin import gold
from lake.layout import Home


@pytest.fixture
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def put(cursor: duckdb.DuckDBPyConnection, *rows: tuple[str, str, int | None], number: str = "bigint") -> str:
    cursor.execute(f"create or replace table fresh (period varchar, code varchar, value {number})")
    if rows:
        cursor.executemany("insert into fresh values (?, ?, ?)", rows)
    return "fresh"


def held(home: Home) -> set[tuple[str, str, int | None]]:
    return {(row["period"], row["code"], row["value"]) for row in tables.read(home, "gold", "m").to_pylist()}


FIRST = ("1399-01", "A", 1)
SECOND = ("1399-02", "A", 2)


def test_the_first_write_makes_the_table(home: Home, cursor: duckdb.DuckDBPyConnection) -> None:
    outcome = gold.write(cursor, home, "m", put(cursor, FIRST, SECOND), slice_by=["period"])
    assert (outcome.version, outcome.is_written, outcome.row_count) == (0, True, 2)
    assert outcome.slices == (("1399-01",), ("1399-02",))
    assert held(home) == {FIRST, SECOND}
    assert all("period=" in uri for uri in tables.file_uris(home, "gold", "m"))


def test_equal_rows_in_another_order_make_no_version(home: Home, cursor: duckdb.DuckDBPyConnection) -> None:
    gold.write(cursor, home, "m", put(cursor, FIRST, SECOND), slice_by=["period"])
    outcome = gold.write(cursor, home, "m", put(cursor, SECOND, FIRST), slice_by=["period"])
    assert (outcome.version, outcome.is_written, outcome.message) == (0, False, "unchanged, version 0")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param((("1399-02", "A", 3),), id="another value"),
        pytest.param((("1399-02", "A", None),), id="a null"),
        pytest.param((SECOND, SECOND), id="a row twice"),
        pytest.param((SECOND, ("1399-02", "B", 2)), id="another row"),
        pytest.param((), id="no row"),
    ],
)
def test_a_full_build_replaces_the_months_that_differ(
    home: Home, cursor: duckdb.DuckDBPyConnection, change: tuple[tuple[str, str, int | None], ...]
) -> None:
    gold.write(cursor, home, "m", put(cursor, FIRST, SECOND), slice_by=["period"])
    before = {uri for uri in tables.file_uris(home, "gold", "m") if "period=1399-01" in uri}
    outcome = gold.write(cursor, home, "m", put(cursor, FIRST, *change), slice_by=["period"])
    assert (outcome.version, outcome.slices) == (1, (("1399-02",),))
    assert held(home) == {FIRST, *change}
    assert before <= set(tables.file_uris(home, "gold", "m"))


def test_months_that_were_not_asked_for_stay(home: Home, cursor: duckdb.DuckDBPyConnection) -> None:
    gold.write(cursor, home, "m", put(cursor, FIRST, SECOND), slice_by=["period"])
    third = ("1399-03", "A", 3)
    outcome = gold.write(cursor, home, "m", put(cursor, third), slice_by=["period"], slices=[("1399-03",)])
    assert outcome.slices == (("1399-03",),)
    assert held(home) == {FIRST, SECOND, third}
    gold.write(cursor, home, "m", put(cursor), slice_by=["period"], slices=[("1399-02",), ("1399-03",)])
    assert held(home) == {FIRST}


def test_a_slice_may_be_a_month_of_a_source(home: Home, cursor: duckdb.DuckDBPyConnection) -> None:
    by = ["period", "code"]
    other, later = ("1399-01", "B", 1), ("1399-02", "B", 2)
    gold.write(cursor, home, "m", put(cursor, FIRST, other, SECOND, later), slice_by=by)
    before = {uri for uri in tables.file_uris(home, "gold", "m") if "period=1399-01/code=B" not in uri}
    changed = ("1399-01", "B", 5)
    slices = [("1399-01", "B"), ("1399-02", "A")]
    outcome = gold.write(cursor, home, "m", put(cursor, changed, SECOND), slice_by=by, slices=slices)
    assert (outcome.slices, outcome.message) == ((("1399-01", "B"),), "version 1, 1 months")
    assert held(home) == {FIRST, changed, SECOND, later}
    assert before < set(tables.file_uris(home, "gold", "m"))
    gold.write(cursor, home, "m", put(cursor, SECOND), slice_by=by, slices=slices)
    assert held(home) == {FIRST, SECOND, later}
    with pytest.raises(tables.TableError, match="outside the slices asked for, the first in 1399-02/B"):
        gold.write(cursor, home, "m", put(cursor, later), slice_by=by, slices=slices)
    with pytest.raises(tables.TableError, match="its columns changed; build all months"):
        gold.write(cursor, home, "m", put(cursor, FIRST), slice_by=["period"], slices=[("1399-01",)])
    assert gold.write(cursor, home, "m", put(cursor, FIRST), slice_by=["period"]).row_count == 1


def test_a_row_outside_the_months_asked_for_is_refused(home: Home, cursor: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(tables.TableError, match="outside the slices asked for, the first in 1399-02"):
        gold.write(cursor, home, "m", put(cursor, FIRST, SECOND), slice_by=["period"], slices=[("1399-01",)])
    assert not tables.exists(home, "gold", "m")


def test_new_columns_need_a_full_build(home: Home, cursor: duckdb.DuckDBPyConnection) -> None:
    gold.write(cursor, home, "m", put(cursor, FIRST, SECOND), slice_by=["period"])
    rows = put(cursor, SECOND, number="decimal(38, 3)")
    with pytest.raises(tables.TableError, match="its columns changed; build all months"):
        gold.write(cursor, home, "m", rows, slice_by=["period"], slices=[("1399-02",)])
    outcome = gold.write(cursor, home, "m", rows, slice_by=["period"])
    assert (outcome.version, outcome.row_count) == (1, 1)


def test_a_mart_without_slices_is_replaced_whole(home: Home, cursor: duckdb.DuckDBPyConnection) -> None:
    assert gold.write(cursor, home, "m", put(cursor, FIRST)).message == "version 0"
    assert gold.write(cursor, home, "m", put(cursor, FIRST)).message == "unchanged, version 0"
    assert gold.write(cursor, home, "m", put(cursor, SECOND)).message == "version 1"
    assert held(home) == {SECOND}
    assert gold.write(cursor, home, "m", put(cursor)).row_count == 0
    assert gold.write(cursor, home, "m", put(cursor)).message == "unchanged, version 2"


def test_a_commit_names_its_months(home: Home, cursor: duckdb.DuckDBPyConnection) -> None:
    gold.write(cursor, home, "m", put(cursor, FIRST), slice_by=["period"])
    gold.write(cursor, home, "m", put(cursor, FIRST, SECOND), slice_by=["period"])
    (newest, *_) = tables.open_table(home, "gold", "m").history(1)
    assert newest["amar"] == '{"model": "m", "slices": ["1399-02"]}'


def test_no_path_of_the_machine_is_kept(home: Home, cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    gold.write(cursor, home, "m", put(cursor, FIRST), slice_by=["period"])
    logs = [path.read_text() for path in home.table_path("gold", "m").glob("_delta_log/*.json")]
    assert logs
    assert not any(str(tmp_path) in text for text in logs)
