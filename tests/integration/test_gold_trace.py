"""From a number in gold down to its files, as far as the levels of who asks reach."""

import datetime as dt
from decimal import Decimal

import pytest

from governance.access.labels import AccessClass, Granularity, Label
from governance.access.levels import Grant, HolderKind, Person
from governance.access.territory import Rows
from governance.asking import Asker
from governance.clauses import RefusedError
from governance.lineage.gold import trace_gold
from governance.lineage.model import UnknownObservationError
from governance.lineage.picture.page import page
from governance.lineage.text import file_rows, lines_of
from lake import duck, tables
from lake.layout import Home

DAY = dt.date(2026, 11, 22)
PRIVATE = Label(AccessClass.PRIVATE, Granularity.AGGREGATE)
OFFICE = "GO-23-E"


def asker(office: str, rows: Rows) -> Asker:
    """Somebody of an office whose rows of private aggregates are open."""
    grant = Grant(
        "GRANT-1", HolderKind.OFFICE, office, PRIVATE, frozenset(), rows, office, DAY, None, "WG-1405-1", revoked_by=""
    )
    return Asker(Person("OFF-1", office), (grant,), DAY)


@pytest.fixture
def home(world) -> Home:
    return Home(world / "first")


@pytest.fixture
def labels(home):
    return {
        f"gold.{name}": dict.fromkeys(tables.schema(home, "gold", name).names, PRIVATE)
        for name in tables.names(home, "gold")
    }


def some(home, sql):
    """Rows of a query over gold."""
    with duck.connect(home) as connection:
        relations = {name: duck.relation_sql(home, "gold", name) for name in tables.names(home, "gold")}
        return connection.sql(sql.format(**relations)).to_arrow_table().to_pylist()


def test_a_number_of_the_country_with_its_units_and_files(home, labels):
    headquarters = asker("HQ-STATISTICS", Rows.EVERY)
    (row,) = some(
        home,
        "select * from {fct_indicator_observation}"
        " where indicator_code = 'support_ratio' and geo_code = 'IR' and value is not null and length(period) = 7"
        " order by period limit 1",
    )
    number = f"gold.fct_indicator_observation/support_ratio.IR/{row['period']}"
    found = trace_gold(home, labels, headquarters, number, asked_as="OFF-1")
    assert Decimal(found.observation.value) == Decimal(repr(row["value"]))
    assert found.observation.conf_status == "C"
    by_measure = {part.role: sum(Decimal(each.value) for each in part.measures) for part in found.formula.parts}
    assert by_measure == {"NUMERATOR": row["numerator"], "DENOMINATOR": row["denominator"]}
    insured = [Decimal(each.value) for each in found.contributions if each.measure == "principal_insured"]
    assert sum(insured) == row["numerator"]
    used = some(
        home,
        "select distinct file_sha256 from {fct_observation_source_file} where indicator_code = 'support_ratio'"
        f" and geo_code = 'IR' and period = '{row['period']}'",
    )
    assert {file.file_sha256 for file in found.sources} == {each["file_sha256"] for each in used} != set()
    told = "\n".join(lines_of(found))
    assert "Inside, not published" in told
    assert file_rows(found)
    assert "رقم داخلی" in page(found)


def test_a_number_of_a_cube_and_of_a_unit(home, labels):
    everybody = asker("HQ-STATISTICS", Rows.EVERY)
    for mart, area in (("mart_insured", "geo_code"), ("mart_unit_insured", "unit_code")):
        (row,) = some(home, f"select * from {{{mart}}} where sex = 'F' and value > 0 order by all limit 1")
        names = ("measure", area, "insurance_class", "insurance_type", "sex", "age_group")
        key = ".".join(row[name] for name in names)
        found = trace_gold(home, labels, everybody, f"gold.{mart}/{key}/{row['period']}", asked_as=None)
        assert found.observation.value == str(row["value"])
        assert found.sources
        assert row[area] in found.observation.dimensions.values()


def test_who_may_not_see_the_number_is_refused(home, labels):
    number = "gold.fct_indicator_observation/support_ratio.IR/1399-12"
    with pytest.raises(RefusedError):
        trace_gold(home, labels, Asker(None, (), DAY), number, asked_as=None)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("gold.fct_measure/x.IR/1399-12", "not traced"),
        ("gold.mart_insured/PRINCIPAL_INSURED.IR/1399-12", "is named by"),
        ("gold.mart_insured", "not a number in gold"),
        ("gold.fct_indicator_observation/support_ratio.IR/1399-13", "not a period"),
        ("gold.fct_indicator_observation/support_ratio.IR/1390-12", "no number"),
    ],
)
def test_what_is_no_number(home, labels, number, said):
    with pytest.raises(UnknownObservationError, match=said):
        trace_gold(home, labels, asker("HQ-STATISTICS", Rows.EVERY), number, asked_as=None)
