"""Statements of analysts: what they may name, and what a view opens."""

import pyarrow as pa
import pytest

from lake import tables
from lake.layout import Home
from lake.query import View, run_query, table_columns, unit_column
from lake.statement import QueryError, read_statement

ROWS = pa.table(
    {"unit_code": ["161001", "161001", "171001", None], "value": [1, 2, 4, 8], "paid_by": ["a", "b", "c", "d"]}
)


@pytest.fixture
def lake(home: Home) -> Home:
    for name in ("mart", "mart_paid"):
        tables.replace(home, "gold", name, ROWS)
    return home


@pytest.mark.parametrize(
    ("sql", "named", "names", "whole"),
    [
        ("select sum(value) from gold.mart", {"gold.mart"}, {"value"}, False),
        ("from gold.mart", {"gold.mart"}, set(), True),
        ("select m.Value v from GOLD.Mart m order by v", {"gold.mart"}, {"m", "value", "v"}, False),
        ("select a from gold.mart join silver.event using (day)", {"gold.mart", "silver.event"}, {"a", "day"}, False),
        ("select value from gold.mart natural join silver.event", {"gold.mart", "silver.event"}, {"value"}, True),
        ("select columns('v.*') from gold.mart", {"gold.mart"}, set(), True),
        ("with m as (select value from gold.mart) select value from m", {"gold.mart"}, {"value"}, False),
        ("select 1 where exists (select 1 from silver.event e where e.day = 1)", {"silver.event"}, {"e", "day"}, False),
        ("select value from gold.mart, range(3)", {"gold.mart"}, {"value"}, False),
        ("describe gold.mart", {"gold.mart"}, set(), True),
        ("unpivot gold.mart on value", {"gold.mart"}, {"value"}, True),
    ],
)  # fmt: skip
def test_what_a_statement_names(sql, named, names, whole):
    statement = read_statement(sql)
    assert (statement.tables, statement.names, statement.is_whole) == (named, names, whole)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from bronze.mis",
        "select * from quarantine.mis",
        "select * from read_csv('/etc/passwd')",
        "select * from read_parquet('/home/lake/gold/mart/*.parquet')",
        "select * from '/home/lake/gold/mart/0.parquet'",
        'select * from gold."../bronze/mis"',
        "select * from gold.mart, (select content from read_text('x'))",
        'with "x.parquet" as (select 1 as a) select a from "x.parquet"',
        "select * from query_table('gold.mart')",
        "select * from duckdb_views()",
        "select * from information_schema.views",
        "select * from memory.gold.mart",
        "select * from mart",
        "copy (select 1) to '/tmp/out.csv'",
        "select 1; select 2",
        "set enable_external_access = true",
        "drop view gold.mart",
        "attach 'x.db'",
        "explain select 1",
        "selec 1",
        "",
    ],
)
def test_nothing_else_is_within_reach(sql):
    with pytest.raises(QueryError):
        read_statement(sql)


def test_a_view_opens_columns_and_units(lake):
    def total(sql, view):
        return run_query(lake, read_statement(sql), {"gold.mart": view}).to_pylist()

    assert total("select sum(value)::int as v from gold.mart", View(("value",))) == [{"v": 15}]
    assert total("select sum(value)::int as v from gold.mart", View(("value",), frozenset({"161001", "999999"}))) == [
        {"v": 3}
    ]
    assert total("select * from gold.mart", View(("value",), frozenset({"171001"}))) == [{"value": 4}]
    with pytest.raises(QueryError, match="paid_by"):
        total("select paid_by from gold.mart", View(("value",)))
    with pytest.raises(QueryError):
        total("select unit_code from gold.mart", View(("value",), frozenset({"171001"})))
    assert run_query(lake, read_statement("select 1 as one"), {}).to_pylist() == [{"one": 1}]


def test_tables_and_their_columns(lake):
    assert table_columns(lake, "gold.mart") == ("unit_code", "value", "paid_by")
    assert unit_column(("value", "area_code")) == "area_code"
    assert unit_column(("value",)) is None
    with pytest.raises(QueryError, match=r"no table gold\.missing"):
        table_columns(lake, "gold.missing")


def test_a_name_of_a_subquery_is_nothing_outside_it(lake):
    statement = read_statement("select * from (with part as (select 1 as a) select a from part) as x, part")
    with pytest.raises(QueryError, match="part"):
        run_query(lake, statement, {})
