"""Delta tables: slices replaced, snapshots pinned, content hashed by what a table says."""

import duckdb
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from lake import content_hash, duck, tables
from lake.layout import Home
from lake.staging import FileStager, commit

ROWS = pa.table({"period": ["1399-11", "1399-12"], "value": [1, 2], "pid": [b"a", None]})


def test_replacing_a_slice_leaves_the_others(home: Home) -> None:
    tables.replace(home, "silver", "t", ROWS.slice(0, 1), partition={"period": "1399-11"})
    tables.replace(home, "silver", "t", ROWS.slice(1, 1), partition={"period": "1399-12"})
    tables.replace(
        home,
        "silver",
        "t",
        pa.table({"period": ["1399-11"], "value": [9], "pid": [b"z"]}),
        partition={"period": "1399-11"},
    )
    assert sorted(tables.read(home, "silver", "t")["value"].to_pylist()) == [2, 9]
    assert tables.read(home, "silver", "t", where={"period": "1399-12"})["value"].to_pylist() == [2]


def test_a_slice_can_become_empty(home: Home) -> None:
    tables.replace(home, "silver", "t", ROWS.slice(0, 1), partition={"period": "1399-11"})
    tables.replace(home, "silver", "t", ROWS.slice(0, 0), partition={"period": "1399-11"})
    assert tables.read(home, "silver", "t").num_rows == 0
    with duck.connect(home) as connection:
        columns = connection.execute(f"describe select * from {duck.relation_sql(home, 'silver', 't')}").fetchall()
    assert {name: kind for name, kind, *_ in columns} == {"period": "VARCHAR", "value": "BIGINT", "pid": "BLOB"}


def test_rows_are_counted_by_partition_from_the_log(home: Home) -> None:
    tables.append(home, "gold", "t", ROWS, partition_by=["period"])
    tables.append(home, "gold", "t", ROWS.slice(1, 1), partition_by=["period"])
    for path in (home.lake / "gold" / "t").rglob("*.parquet"):
        path.unlink()
    table = tables.open_table(home, "gold", "t")
    assert tables.counts_by_partition(table) == {("1399-11",): 1, ("1399-12",): 2}
    tables.replace(home, "gold", "whole", ROWS)
    assert tables.counts_by_partition(tables.open_table(home, "gold", "whole")) == {(): 2}


def test_an_old_version_stays_readable(home: Home) -> None:
    before = tables.replace(home, "gold", "t", ROWS)
    tables.replace(home, "gold", "t", ROWS.slice(0, 1))
    assert tables.read(home, "gold", "t", at=before).num_rows == 2
    assert tables.read(home, "gold", "t").num_rows == 1


def test_a_missing_table_is_named(home: Home) -> None:
    with pytest.raises(tables.TableError, match="no table gold/nothing"):
        tables.read(home, "gold", "nothing")


def test_deletion_vectors_are_refused(home: Home) -> None:
    write_deltalake(tables.uri(home, "gold", "t"), ROWS, configuration={"delta.enableDeletionVectors": "true"})
    assert DeltaTable.is_deltatable(tables.uri(home, "gold", "t"))
    with pytest.raises(tables.TableError, match="enableDeletionVectors"):
        duck.relation_sql(home, "gold", "t")


def test_the_hash_follows_content_not_storage(home: Home) -> None:
    tables.replace(home, "gold", "one", ROWS)
    tables.append(home, "gold", "two", ROWS.slice(1, 1).select(["value", "period", "pid"]), partition_by=["period"])
    tables.append(home, "gold", "two", ROWS.slice(0, 1).select(["value", "period", "pid"]), partition_by=["period"])
    assert content_hash.table_hash(home, "gold", "one") == content_hash.table_hash(home, "gold", "two")


@pytest.mark.parametrize(
    "other",
    [
        pa.table({"period": ["1399-11", "1399-12"], "value": [1, 3], "pid": [b"a", None]}),
        pa.table({"period": ["1399-11", "1399-12"], "value": [1, 2], "pid": [b"a", b""]}),
        pa.table({"period": ["1399-11", "1399-12"], "worth": [1, 2], "pid": [b"a", None]}),
        pa.table({"period": ["1399-11", "1399-12", "1399-12"], "value": [1, 2, 2], "pid": [b"a", None, None]}),
    ],
    ids=["value", "null is not empty", "column name", "row twice"],
)
def test_the_hash_sees_every_difference(home: Home, other: pa.Table) -> None:
    tables.replace(home, "gold", "one", ROWS)
    tables.replace(home, "gold", "two", other)
    assert content_hash.table_hash(home, "gold", "one") != content_hash.table_hash(home, "gold", "two")


def test_values_cannot_slip_from_one_column_into_the_next() -> None:
    with duckdb.connect() as connection:
        one = content_hash.relation_hash(connection, "(select '1,2' as a, '3' as b)")
        two = content_hash.relation_hash(connection, "(select '1' as a, '2,3' as b)")
    assert one != two


def test_a_table_is_made_so_that_its_log_is_summed_up_and_never_cut(home: Home) -> None:
    tables.append(home, "bronze", "appended", ROWS)
    tables.replace(home, "gold", "replaced", ROWS)
    with FileStager(home, "silver", "staged", {}) as stager:
        stager.write(ROWS)
    commit(home, "silver", "staged", stager.staged, mode="append", partition={})
    for layer, name in (("bronze", "appended"), ("gold", "replaced"), ("silver", "staged")):
        held = tables.open_table(home, layer, name)
        assert held.metadata().configuration == tables.settings(), name
        assert tables.count_of(held) == ROWS.num_rows

    for number in range(1, 13):
        tables.append(home, "bronze", "appended", ROWS, note={"number": number})
    log = home.table_path("bronze", "appended") / "_delta_log"
    assert [path.name[:20] for path in log.glob("*.checkpoint.parquet")] == [f"{9:020}"]
    assert [tables.read(home, "bronze", "appended", at=version).num_rows for version in (0, 9, 12)] == [2, 20, 26]
    assert list(tables.notes(home, "bronze", "appended", "number")) == list(range(12, 0, -1))
