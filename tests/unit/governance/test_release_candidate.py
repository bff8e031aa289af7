"""From gold rows to published rows, without a lake."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from governance.datasets.load import load_structure
from governance.releases.candidate import make_candidate
from governance.releases.columns import content_columns
from governance.releases.definitions import rules_for
from governance.releases.rules import PublicationError, Rule

INDICATORS = load_structure("INDICATORS")
RULES = rules_for(INDICATORS)
DECIMAL = pa.decimal128(38, 3)
SCHEMA = pa.schema(
    {
        "indicator_code": pa.string(),
        "geo_code": pa.string(),
        "period": pa.string(),
        "definition_version": pa.string(),
        "value": pa.float64(),
        "numerator": DECIMAL,
        "denominator": DECIMAL,
        "contributors": pa.int64(),
        "units_obliged": pa.int64(),
        "units_reported": pa.int64(),
        "obs_status": pa.string(),
        "note_code": pa.string(),
        "provenance": pa.string(),
    }
)
ROW = {
    "indicator_code": "support_ratio",
    "geo_code": "IR",
    "period": "1399-12",
    "definition_version": "1.0.0",
    "value": 14580188 / 4228899,
    "numerator": Decimal(14580188),
    "denominator": Decimal(4228899),
    "contributors": 4228899,
    "units_obliged": 700,
    "units_reported": 690,
    "obs_status": "A",
    "note_code": None,
    "provenance": "synthetic",
}


def candidate(*rows):
    return make_candidate(INDICATORS, RULES, pa.Table.from_pylist([{**ROW, **row} for row in rows], schema=SCHEMA))


def published(**changes):
    return candidate(changes).data.to_pylist()[0]


def test_an_ordinary_ratio():
    row = published()
    assert row["OBS_VALUE"] == Decimal("3.45")
    assert (row["NUMERATOR"], row["DENOMINATOR"]) == (14580188, 4228899)
    assert (row["period_start"], row["period_end"]) == (date(2021, 2, 19), date(2021, 3, 20))
    assert (row["OBS_STATUS"], row["CONF_STATUS"], row["PROVENANCE"]) == ("A", "F", "synthetic")
    assert (row["UNIT_MEASURE"], row["UNIT_MULT"], row["DECIMALS"]) == ("RATIO", 0, 2)
    assert row["NOTE_CODE"] is row["CLAUSE"] is row["BASIS"] is None
    assert (row["UNITS_OBLIGED"], row["UNITS_REPORTED"]) == (700, 690)
    assert tuple(row) == content_columns(INDICATORS)


def test_a_longer_period_is_published_beside_the_months():
    quarter, year = candidate({"period": "1399-Q4"}, {"period": "1399"}).data.sort_by("period_start").to_pylist()[::-1]
    assert (quarter["period_start"], quarter["period_end"]) == (date(2020, 12, 21), date(2021, 3, 20))
    assert (year["period_start"], year["period_end"]) == (date(2020, 3, 20), date(2021, 3, 20))
    document = candidate({}).document
    assert document["frequencies"] == ["month", "quarter", "half", "nine_months", "year"]
    assert [attribute["id"] for attribute in document["attributes"]] == ["UNITS_OBLIGED", "UNITS_REPORTED"]


def test_the_value_never_comes_from_the_double():
    # 2.675 is 2.67499… in double precision; the exact quotient is a half and goes up
    row = published(numerator=Decimal(2675), denominator=Decimal(1000), value=2.675, contributors=1000)
    assert row["OBS_VALUE"] == Decimal("2.68")


def test_a_status_with_its_note():
    row = published(
        indicator_code="support_ratio_cases",
        denominator=Decimal(3309720),
        value=14580188 / 3309720,
        obs_status="U",
        note_code="CASES_FROM_ANOTHER_SOURCE",
    )
    assert row["OBS_VALUE"] == Decimal("4.41")
    assert (row["OBS_STATUS"], row["CONF_STATUS"]) == ("U", "F")
    assert "uncertain date" in row["NOTE_EN"]
    assert row["NOTE_FA"]


def test_a_refused_cell_shows_nothing_but_its_reason():
    row = published(contributors=19)
    assert (row["OBS_VALUE"], row["NUMERATOR"], row["DENOMINATOR"]) == (None, None, None)
    assert (row["OBS_STATUS"], row["CONF_STATUS"]) == ("Q", "C")
    assert (row["NOTE_CODE"], row["CLAUSE"], row["BASIS"]) == ("GATE-CONTRIBUTORS", "STAT-N1", "house")


def test_a_missing_value_is_not_a_suppressed_one():
    row = published(value=None, numerator=None, denominator=None, contributors=None, obs_status="O")
    assert (row["OBS_VALUE"], row["OBS_STATUS"], row["CONF_STATUS"]) == (None, "O", "F")
    parts = published(value=None, denominator=Decimal(0), obs_status="O")
    assert (parts["NUMERATOR"], parts["DENOMINATOR"]) == (14580188, 0)


def test_flow_growth_and_median():
    flow = published(
        indicator_code="new_pension_flow", value=61611.0, numerator=Decimal(61611), denominator=None, contributors=61611
    )
    assert (flow["OBS_VALUE"], flow["DENOMINATOR"]) == (61611, None)
    growth = published(indicator_code="insured_growth", value=-0.125, numerator=Decimal(-1), denominator=Decimal(800))
    assert growth["OBS_VALUE"] == Decimal("-0.13")
    median = published(
        indicator_code="transfer_cycle", value=17.5, numerator=Decimal(40), denominator=Decimal(48), obs_status="P"
    )
    assert (median["OBS_VALUE"], median["OBS_STATUS"]) == (Decimal("17.5"), "P")


@pytest.mark.parametrize(
    ("activated", "referred", "value", "expected"),
    [
        (20, 38, 17.5, ("A", Decimal("17.5"), 20, 38)),
        (19, 38, 17.5, ("Q", None, None, None)),
        (11, 38, None, ("O", None, None, None)),
        (20, 48, None, ("O", None, 20, 48)),
    ],
)
def test_the_parts_of_a_median_are_counts_themselves(activated, referred, value, expected):
    row = published(
        indicator_code="transfer_cycle",
        value=value,
        numerator=Decimal(activated),
        denominator=Decimal(referred),
        contributors=referred,
        obs_status="A" if value else "O",
    )
    assert (row["OBS_STATUS"], row["OBS_VALUE"], row["NUMERATOR"], row["DENOMINATOR"]) == expected


def test_a_median_that_nobody_counted_is_missing():
    row = published(
        indicator_code="transfer_cycle", value=None, numerator=None, denominator=None, contributors=None, obs_status="O"
    )
    assert (row["OBS_STATUS"], row["NUMERATOR"]) == ("O", None)


def test_a_cube():
    structure = load_structure("TRANSFERS")
    names = ["measure", "geo_code", "period", "event_type", "value", "contributors", "provenance"]
    rows = [
        ("EVENTS", "IR", "1399-12", "REFERRED", 120, 40, "reported"),
        ("EVENTS", "IR-23", "1399-12", "REFERRED", 60, 19, "published_elsewhere"),
        ("EVENTS", "IR-01", "1399-12", "REFERRED", None, None, "reported"),
    ]
    mart = pa.table({name: [row[position] for row in rows] for position, name in enumerate(names)})
    made = make_candidate(structure, rules_for(structure), mart)
    assert [(row["GEO"], row["OBS_VALUE"], row["OBS_STATUS"]) for row in made.data.to_pylist()] == [
        ("IR", 120, "A"),
        ("IR-01", None, "O"),
        ("IR-23", None, "Q"),
    ]
    assert made.provenance == "published_elsewhere"
    assert made.data.column("DEFINITION_VERSION").null_count == 3


@pytest.mark.parametrize("order", [("reported", "synthetic"), ("synthetic", "reported")])
def test_the_most_restrictive_provenance_wins(order):
    made = candidate({"provenance": order[0]}, {"provenance": order[1], "period": "1399-11"})
    assert made.provenance == "synthetic"


def test_rows_come_by_key_and_the_document_explains_them():
    made = candidate({"geo_code": "IR-23"}, {"period": "1399-11"}, {})
    keys = list(zip(*(made.data.column(name).to_pylist() for name in ("GEO", "PERIOD")), strict=True))
    assert keys == [("IR", "1399-11"), ("IR", "1399-12"), ("IR-23", "1399-12")]
    assert made.document["key"] == ["INDICATOR", "GEO", "PERIOD"]
    definitions = {each["code"]: each for each in made.document["definitions"]}
    assert definitions["support_ratio"]["counting_logic"]["en"].startswith("Persons over persons")
    assert "IR-23" in [code["code"] for code in made.document["dimensions"][1]["codes"]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"indicator_code": "unheard_of"}, "nothing defines"),
        ({"definition_version": "0.9.0"}, "computed by definition"),
        ({"provenance": "rumour"}, "unknown provenance"),
        ({"note_code": "NO_SUCH_NOTE"}, "no note"),
        ({"contributors": -1}, "negative"),
        ({"obs_status": "O"}, "status O"),
        ({"value": 3.46}, "do not give the mart's value"),
        ({"denominator": None}, "not the parts"),
        ({"denominator": Decimal(0)}, "not the parts"),
    ],
)
def test_a_mart_that_contradicts_itself_is_not_published(changes, message):
    with pytest.raises(PublicationError, match=message) as error:
        candidate(changes)
    assert "1399-12" in str(error.value) or "support_ratio" in str(error.value)
    assert "14580188" not in str(error.value)


def test_an_empty_mart_and_doubled_rows():
    with pytest.raises(PublicationError, match="empty"):
        candidate()
    with pytest.raises(PublicationError, match="share a key"):
        candidate({}, {})


def test_a_rule_with_too_many_decimals():
    with pytest.raises(PublicationError, match="7 decimals"):
        Rule("x", "1.0.0", "ratio", 1, 7, "RATIO", 0, {}, {})
