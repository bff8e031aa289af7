"""What an analyst's question is answered: the columns and rows that the levels of who asks open."""

from datetime import date

import pyarrow as pa
import pytest

from governance.access.labels import AccessClass, Granularity, Label
from governance.access.levels import Grant, HolderKind, Person
from governance.access.territory import Rows
from governance.asking import Asker, ask
from governance.clauses import RefusedError
from lake import tables
from lake.layout import Home
from lake.statement import QueryError, read_statement

PRIVATE = Label(AccessClass.PRIVATE, Granularity.AGGREGATE)
RECORD = Label(AccessClass.PRIVATE, Granularity.RECORD)
OPEN = Label(AccessClass.PUBLIC, Granularity.AGGREGATE)
LABELS = {
    "gold.mart": {"unit_code": OPEN, "insured": PRIVATE, "file_pid": RECORD},
    "gold.by_geo": {"geo_code": OPEN, "insured": PRIVATE},
    "gold.secret": {"file_pid": RECORD},
}
DAY = date(2026, 11, 21)


def grant(name, holder, label, rows, unit, tables=()):
    return Grant(name, HolderKind.OFFICE, holder, label, frozenset(tables), rows, unit, date(2026, 1, 1), None, "WG-1")


GRANTS = (
    grant("HQ", "HQ-STATISTICS", PRIVATE, Rows.EVERY, "HQ-STATISTICS"),
    grant("PROVINCE", "GO-16", PRIVATE, Rows.BELOW, "GO-16"),
    grant("CASES", "GO-16", RECORD, Rows.BELOW, "161001", ["gold.mart"]),
    grant("FAR", "GO-17", RECORD, Rows.OWN, "161001"),
)
NOBODY, HQ, PROVINCE, FAR = (
    Asker(office and Person("OFF-1", office), GRANTS, DAY) for office in (None, "HQ-STATISTICS", "GO-16", "GO-17")
)


def asked(lake, sql, labels, asker):
    return ask(lake, read_statement(sql), labels, asker)


@pytest.fixture
def lake(home: Home) -> Home:
    rows = {
        "unit_code": ["161001", "161002", "171001", None],
        "insured": [1, 2, 4, 8],
        "file_pid": ["a", "b", "c", "d"],
    }
    tables.replace(home, "gold", "mart", pa.table({**rows, "new": [1, 1, 1, 1]}))
    tables.replace(home, "gold", "by_geo", pa.table({"geo_code": ["IR"], "insured": [15]}))
    tables.replace(home, "gold", "secret", pa.table({"file_pid": ["a"]}))
    tables.replace(home, "gold", "unknown", pa.table({"x": ["a"]}))
    return home


@pytest.mark.parametrize(
    ("asker", "sql", "expected"),
    [
        (NOBODY, "select count(unit_code)::int from gold.mart", 3),
        (NOBODY, "select count(*)::int from gold.mart", 4),
        (HQ, "select sum(insured)::int from gold.mart", 15),
        (HQ, "select insured from gold.by_geo", 15),
        (PROVINCE, "select sum(insured)::int from gold.mart", 3),
        (PROVINCE, "select string_agg(file_pid) from gold.mart", "a"),
        (PROVINCE, "select sum(insured + length(file_pid))::int from gold.mart", 2),
        (PROVINCE, "select count(unit_code)::int from gold.mart", 3),
        (PROVINCE, "select count(*)::int from (select * from gold.mart)", 1),
        (HQ, "select (select max(insured) from gold.by_geo) + max(insured) from gold.mart", 23),
    ],
)  # fmt: skip
def test_what_is_open_is_answered(lake, asker, sql, expected):
    (row,) = asked(lake, sql, LABELS, asker).rows.to_pylist()
    assert list(row.values()) == [expected]


@pytest.mark.parametrize(
    ("asker", "sql", "clause", "sentence"),
    [
        (NOBODY, "select insured from gold.mart", "DASH-F", "nobody is named"),
        (NOBODY, "select unit_code, insured from gold.mart", "DASH-F", "gold.mart.insured"),
        (NOBODY, "select * from gold.secret", "DASH-F", "gold.secret.file_pid"),
        (HQ, "select file_pid from gold.mart", "DASH-F", "is private × record"),
        (HQ, "select m.insured, m.file_pid from gold.mart as m", "DASH-F", "gold.mart.file_pid"),
        (HQ, "select count(*) from gold.mart where file_pid = 'a'", "DASH-F", "gold.mart.file_pid"),
        (HQ, "select new from gold.mart", "HOUSE-6", "gold.mart.new has no access class"),
        (HQ, "select * from gold.unknown", "HOUSE-6", "gold.unknown.x has no access class"),
        (PROVINCE, "select insured from gold.by_geo", "DASH-F", "rows of every unit"),
        (FAR, "select insured from gold.mart", "STAT-A2", "rows of 161001"),
    ],
)
def test_what_is_not_open_is_refused_with_the_clause(lake, asker, sql, clause, sentence):
    with pytest.raises(RefusedError) as refused:
        asked(lake, sql, LABELS, asker)
    assert refused.value.clause == clause
    assert sentence in str(refused.value)


def test_what_is_left_out_is_told(lake):
    answer = asked(lake, "select * from gold.mart", LABELS, HQ)
    assert answer.rows.column_names == ["unit_code", "insured"]
    assert answer.notes == ("not open in gold.mart and left out: file_pid, new (DASH-F)",)
    limited = asked(lake, "select insured from gold.mart", LABELS, PROVINCE)
    assert limited.rows.to_pylist() == [{"insured": 1}, {"insured": 2}]
    assert len(limited.notes) == 1
    assert asked(lake, "select insured from gold.by_geo", LABELS, HQ).notes == ()


def test_columns_of_different_units_have_no_row_in_common(lake):
    apart = (
        grant("ONE", "GO-16", PRIVATE, Rows.OWN, "161001"),
        grant("TWO", "GO-16", Label(AccessClass.CAPITAL, Granularity.RECORD), Rows.OWN, "161002"),
    )
    labels = {"gold.mart": {**LABELS["gold.mart"], "new": Label(AccessClass.CAPITAL, Granularity.RECORD)}}
    asker = Asker(Person("OFF-1", "GO-16"), apart, DAY)
    with pytest.raises(RefusedError, match="fewer columns"):
        asked(lake, "select insured, new from gold.mart", labels, asker)


def test_a_wrong_statement_is_no_refusal(lake):
    for sql in ("select insured_count from gold.mart", "select unit_code from gold.none", "select * from bronze.mis"):
        with pytest.raises(QueryError):
            asked(lake, sql, LABELS, HQ)
