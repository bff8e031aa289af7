"""What a plan tells of a SELECT: base columns by what became of them, how well a column tells records apart."""

import pytest

from lake.plan.column import ROWS, Column, PlanError, Trait
from lake.plan.flows import Planner, flows

PERSON = [
    Column("pid", "blob", Trait.IDENTIFIER),
    Column("unit"),
    Column("sex"),
    Column("wage", "bigint", Trait.ATTRIBUTE),
]
TABLES = {"person": PERSON, "w.unit": [Column("unit", is_record=False), Column("name", is_record=False)]}


def reached(sql, column="v"):
    flow = flows(sql, TABLES)[column]
    words = [{f"{table}.{name}" for table, name in bases} for bases in (flow.records, flow.aggregates)]
    return (*words, flow.picked)


@pytest.mark.parametrize(
    ("sql", "records", "aggregates", "picked"),
    [
        ("select wage as v from person where sex = 'F'", {"person.wage", "person.sex"}, set(), False),
        ("select count(*) as v from person group by unit", set(), {"person.*", "person.unit"}, False),
        ("select sum(wage) as v from person group by pid", {"person.*", "person.pid", "person.wage"}, set(), False),
        ("select max(wage) as v from person", {"person.wage"}, set(), True),
        ("select max(sex) as v from person", set(), {"person.sex"}, False),
        ("select count(*) as v from person where pid = 'x'::blob", {"person.pid"}, {"person.*"}, True),
        ("select count(distinct pid) as v from person", set(), {"person.*", "person.pid"}, False),
        (
            "select name as v from w.unit where exists (select 1 from person p where p.unit = w.unit.unit)",
            {"person.*", "person.unit"},
            {"w.unit.name", "w.unit.unit"},
            False,
        ),
        ("select 1 as v from person where false", set(), set(), False),
        ("select 'x' as v from person", set(), set(), False),
        (
            (
                "select count(*) as v from (select row_number() over (partition by pid order by wage) n from person) "
                "where n = 1"
            ),
            set(),
            {"person.*", "person.pid", "person.wage"},
            False,
        ),
        (
            "select sum(wage) as v from (select wage, row_number() over (order by wage) as n from person) where n = 1",
            {"person.wage"},
            {"person.*"},
            True,
        ),
        (
            "select sum(wage) over (order by wage) as v from person",
            {"person.wage"},
            set(),
            False,
        ),
        (
            (
                "with recursive r as (select unit, 1 as n from person union all select unit, n + 1 from r where n < 3) "
                "select n as v from r"
            ),
            set(),
            set(),
            False,
        ),
    ],
)
def test_what_reaches_a_column(sql, records, aggregates, picked):
    found = reached(sql)
    assert (found[0], found[1], found[2]) == (records, aggregates, picked)


def test_rows_and_traits_go_on():
    found = flows("select pid, unit, count(*) as n from person group by pid, unit", TABLES)
    assert [found[name].trait for name in ("pid", "unit", "n")] == [Trait.IDENTIFIER, Trait.CATEGORY, Trait.ATTRIBUTE]
    assert found[ROWS].records == {("person", "pid"), ("person", "unit")}


def test_macros_of_the_database_are_expanded_and_star_is_named():
    found = flows("select columns(* exclude (pid)) from person union by name select unit, name from w.unit", TABLES)
    assert list(found) == ["unit", "sex", "wage", "name", ROWS]


@pytest.mark.parametrize(
    "sql",
    [
        "select random() as v from person",
        "select getvariable('x') as v",
        "select uuid() as v from person",
        "select * from person positional join w.unit",
        "select * from elsewhere",
        "select 1 as v, 2 as v",
        "select * from read_csv('/etc/hostname')",
        "drop table person",
        "pivot person on sex using count(*)",
    ],
)
def test_what_is_not_resolved_is_denied(sql):
    with pytest.raises(PlanError):
        flows(sql, TABLES)


def test_an_unknown_type_is_denied():
    with Planner() as planner, pytest.raises(PlanError):
        planner.declare("t", [Column("x", "no_such_type")])


@pytest.mark.parametrize(
    ("sql", "copied", "computed", "gathered"),
    [
        ("select wage as v from person where sex = 'F'", {"wage"}, set(), set()),
        ("select wage::double as v from person", {"wage"}, set(), set()),
        ("select wage + 1 as v from person order by unit", set(), {"wage"}, set()),
        ("select case when sex = 'F' then wage end as v from person", set(), {"sex", "wage"}, set()),
        ("select sum(wage) filter (sex = 'F') as v from person group by unit", set(), set(), {"wage", "sex"}),
        ("select unit as v from person group by unit", {"unit"}, set(), set()),
        ("select count(*) as v from person group by unit", set(), set(), {ROWS}),
        ("select count(*) as v from (select distinct unit, sex from person)", set(), set(), {"unit", "sex"}),
        ("select sum(wage) / count(pid) as v from person", set(), set(), {"wage", "pid"}),
        ("select lag(wage) over (partition by pid order by unit) as v from person", set(), {"wage"}, set()),
        ("select sum(wage) over (partition by unit) as v from person", set(), set(), {"wage"}),
        ("select unit as v from person union all select sex from person", {"unit", "sex"}, set(), set()),
        ("select 'x' as v from person where sex = 'F'", set(), set(), set()),
    ],
)
def test_what_values_are_made_of_is_told_from_what_decides_rows(sql, copied, computed, gathered):
    flow = flows(sql, TABLES)["v"]
    found = [{name for _, name in bases} for bases in (flow.copied, flow.computed, flow.gathered)]
    assert found == [copied, computed, gathered]
    assert flow.copied | flow.computed | flow.gathered <= flow.bases
