"""Planted leaks: each is refused, and the refusal prints the way that the record or the class took."""

from collections import Counter

import pytest
from leak_world import PRIVATE_AGGREGATE, PRIVATE_RECORD, PUBLIC_AGGREGATE, PUBLIC_RECORD, judged, planted

LEAKS = planted()


def test_each_trick_is_planted_once():
    assert len(LEAKS) >= 100
    assert [name for name, times in Counter(leak.name for leak in LEAKS).items() if times > 1] == []


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
def test_a_planted_leak_is_refused_with_its_path(leak):
    refusals = [
        each
        for each in judged(leak.sql, dict.fromkeys(("unit_code", "value", leak.column), leak.declared))
        if each.column == leak.column
    ]
    assert [each.clause for each in refusals] == [leak.clause]
    assert leak.path in [line.strip() for line in str(refusals[0]).splitlines()]


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        (
            "a file",
            "select unit_code, (select max(column0) from read_csv('/etc/hostname')) as value from vocabulary.unit",
        ),
        ("files of the lake", "select unit_code, value from read_parquet('silver/*.parquet')"),
        ("the catalogue", "select unit_code, (select count(*) from duckdb_tables()) as value from vocabulary.unit"),
        (
            "statistics of the storage",
            "select unit_code, (select max(stats) from pragma_storage_info('silver.offer')) from vocabulary.unit",
        ),
        (
            "an unknown operator",
            "select u.unit_code, illness as value from vocabulary.unit u positional join silver.person",
        ),
        (
            "a lambda",
            "select list_transform(list(national_id), lambda x: x) as value from silver.person group by unit_code",
        ),
        ("an undeclared table", "select unit_code, note as value from silver.elsewhere"),
        ("two statements", "select unit_code, 1 as value from vocabulary.unit; select 1"),
        ("no SELECT", "create table silver.copy as select * from silver.person"),
        ("a secret setting", "select unit_code, current_setting('home_directory') as value from vocabulary.unit"),
    ],
)
def test_what_cannot_be_resolved_is_denied(name, sql):
    (refusal,) = judged(sql)
    assert refusal.clause == "HOUSE-6", name
    assert "cannot be resolved" in str(refusal)


def test_an_untagged_column_of_a_source_is_refused():
    refusals = judged("select unit_code, count(note) as value from silver.untagged group by unit_code")
    assert {each.clause for each in refusals} == {"HOUSE-6"}
    assert any("silver.untagged.note has no access class" in str(each) for each in refusals)


def test_a_column_of_a_model_without_a_class_is_refused():
    sql = "select unit_code, name_en as value from vocabulary.unit"
    (refusal,) = judged(sql, {"unit_code": PUBLIC_AGGREGATE})
    assert (refusal.column, refusal.clause) == ("value", "HOUSE-6")
    (refusal,) = judged(sql, dict.fromkeys(("unit_code", "value", "gone"), PUBLIC_AGGREGATE))
    assert (refusal.column, refusal.clause) == ("gone", "HOUSE-6")


@pytest.mark.parametrize(
    ("sql", "declared"),
    [
        ("select unit_code, count(*) as value from silver.person group by unit_code", PRIVATE_AGGREGATE),
        (
            "select unit_code, count(distinct person_pid) as value from silver.visit group by unit_code",
            PRIVATE_AGGREGATE,
        ),
        (
            "select unit_code, sum(wage_rial) / count(wage_rial) as value from silver.person group by unit_code",
            PRIVATE_AGGREGATE,
        ),
        (
            "select unit_code, count(*) filter (where illness = 'X') as value from silver.person group by unit_code",
            PRIVATE_AGGREGATE,
        ),
        (
            "select unit_code, count(*) value from silver.visit semi join silver.person using (person_pid) group by 1",
            PRIVATE_AGGREGATE,
        ),
        ("select unit_code, national_id as value from silver.person", PRIVATE_RECORD),
        ("select unit_code, period as value from silver.person", PUBLIC_RECORD),
        ("select unit_code, name_en as value from vocabulary.unit", PUBLIC_AGGREGATE),
    ],
)
def test_honest_selects_pass(sql, declared):
    assert judged(sql, declared) == []
