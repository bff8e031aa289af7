"""The figures of the small lake, worked out by hand (`mart_worlds.py`)."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from dbt_runner import rows
from small_lake import CENTRES, DESTINATION, LAST_DAY, LAST_MONTH, LONE_DRIVERS, MIS_UNITS, MONTHS, ORIGIN, obliged, sha
from small_lake_lists import list_file

from lake.dbt_plugin.indicator_words import SHORTEST
from lake.layout import Home
from vocabulary.indicators.load import load_indicators
from vocabulary.periods import Period
from vocabulary.units.load import load_provinces, obliged_units

GOLDEN = Path(__file__).parents[1] / "golden" / "published_identities.csv"
N = len(MIS_UNITS)
MONTH = 13  # 1399-12 is the fourteenth month


@pytest.fixture(scope="module")
def second(world: Path) -> Home:
    return Home(world / "second")


def observation(home: Home, code: str, geo: str, period: str, at: int | None = None) -> dict[str, Any]:
    condition = f"indicator_code = '{code}' and geo_code = '{geo}' and period = '{period}'"
    (row,) = rows(home, "fct_indicator_observation", condition, at)
    return row


INSURED = N * (160 + MONTH)
LONE = 160 + MONTH + LONE_DRIVERS
PENSIONERS = 40 * N


@pytest.mark.parametrize(
    ("code", "geo", "numerator", "denominator", "scale", "contributors", "status", "provenance"),
    [
        ("support_ratio", "IR-16", INSURED, PENSIONERS, 1, PENSIONERS, "A", "reported"),
        ("support_ratio", "IR", INSURED + LONE, PENSIONERS + 40, 1, PENSIONERS + 40, "P", "reported"),
        ("support_ratio_ex_ui", "IR-16", INSURED - 10 * N, PENSIONERS, 1, PENSIONERS, "A", "reported"),
        ("support_ratio_cases", "IR-16", INSURED, 32 * N, 1, 32 * N, "U", "reported"),
        ("compulsory_share", "IR-16", 120 * N, INSURED, 100, 120 * N, "A", "reported"),
        ("female_share", "IR-16", 20 * N, INSURED, 100, 20 * N, "A", "reported"),
        ("dependency_burden", "IR-17", 240, LONE, 1, 240, "P", "reported"),
        ("insured_growth", "IR-16", 12 * N, 161 * N, 100, 161 * N, "A", "reported"),
        ("insured_growth", "IR-17", 12, 241, 100, 241, "P", "reported"),
        ("new_pension_flow", "IR", 2 * (N + 1), None, 1, 2 * (N + 1), "P", "reported"),
        ("avg_pension", "IR-16", (3200 + MONTH) * N, 32 * N, 1, 32 * N, "A", "reported"),
        ("collection_ratio", "IR-16", 800 * N, 1000 * N, 100, 12 * N, "A", "reported"),
        ("bed_occupancy", "IR-16", 1200 * 4, 1500 * 4, 100, 100 * 4, "A", "synthetic"),
        ("bed_occupancy", "IR-17", None, None, 100, None, "O", "synthetic"),
        ("scan_page_match", "IR", 1, 2, 100, 1, "A", "reported"),
        ("list_receipt_rate", "IR-16", 4, 20, 100, 4, "P", "reported"),
        ("list_receipt_rate", "IR", 4, 20, 100, 4, "P", "reported"),
        ("list_receipt_rate", "IR-17", None, None, 100, None, "O", "synthetic"),
        ("list_timeliness", "IR-16", 2, 11, 100, 2, "P", "reported"),
        ("list_error_rate", "IR-16", 2, 17, 100, 17, "P", "reported"),
        ("avg_insurable_wage", "IR-16", 17500, 135, 1, 5, "P", "reported"),
        ("avg_insured_days", "IR-16", 135, 180, 100, 5, "P", "reported"),
        ("reporting_coverage", "IR-16", N + 4, N + 4, 100, N + 4, "A", "synthetic"),
        (
            "reporting_coverage",
            "IR-17",
            0,
            obliged("IR-17"),
            100,
            obliged("IR-17"),
            "A",
            "synthetic",
        ),
        ("reporting_coverage", "IR", N + 4, obliged(), 100, obliged(), "A", "synthetic"),
    ],
)
def test_the_indicators_of_a_month(
    second: Home,
    code: str,
    geo: str,
    numerator: int | None,
    denominator: int | None,
    scale: int,
    contributors: int | None,
    status: str,
    provenance: str,
) -> None:
    row = observation(second, code, geo, "1399-12")
    value = None if numerator is None else numerator * scale / (denominator or 1)
    assert (row["numerator"], row["denominator"], row["value"]) == (numerator, denominator, value)
    assert (row["contributors"], row["obs_status"], row["provenance"]) == (contributors, status, provenance)


def test_a_late_file_is_reported_but_not_in_time(second: Home) -> None:
    month_before = observation(second, "reporting_coverage", "IR-17", "1399-11")
    assert (month_before["numerator"], month_before["denominator"]) == (1, obliged("IR-17"))
    assert observation(second, "support_ratio", "IR-17", "1399-12")["value"] == LONE / 40


def test_the_median_follows_late_activations(world: Path) -> None:
    first = Home(world / "first")
    assert [observation(first, "transfer_cycle", "IR", month, at=0)["value"] for month in ("1399-10", "1399-11")] == [
        30.0,
        None,
    ]
    assert [
        observation(first, "transfer_cycle", "IR", month, at=0)["obs_status"] for month in ("1399-10", "1399-11")
    ] == [
        "P",
        "O",
    ]
    later = [observation(first, "transfer_cycle", "IR-16", month) for month in ("1399-10", "1399-11")]
    assert [(row["value"], row["obs_status"], row["denominator"]) for row in later] == [(30.0, "A", 3), (15.0, "A", 1)]


def test_every_indicator_has_every_area_and_month(second: Home) -> None:
    found = rows(second, "fct_indicator_observation")
    areas = {row["geo_code"] for row in found}
    assert len(areas) == len(load_provinces()) + 1
    months = {month.code for month in MONTHS}
    longer = {"1399-Q1", "1399-Q2", "1399-Q3", "1399-Q4", "1399-H1", "1399-H2", "1399-M9", "1399"}
    for item in load_indicators():
        mine = [row for row in found if row["indicator_code"] == item.code]
        # a longer period is there where each of its months is held of each source, whatever it is computed from
        held = months | longer if set(item.sources) <= {"mis", "smis"} else months
        wanted = {period for period in held if len(Period.parse(period).months()) >= SHORTEST[item.frequency]}
        assert {row["period"] for row in mine} == wanted, item.code
        assert len(mine) == len(areas) * len(wanted)


def test_a_year_is_made_of_its_months_and_not_of_their_figures(second: Home) -> None:
    year = {code: observation(second, code, "IR-16", "1399") for code in ("support_ratio", "avg_pension")}
    assert (year["support_ratio"]["numerator"], year["support_ratio"]["obs_status"]) == (INSURED, "A")
    paid = sum(3200 + MONTHS.index(month) for month in MONTHS if month.year == LAST_MONTH.year)
    assert (year["avg_pension"]["numerator"], year["avg_pension"]["denominator"]) == (paid * N, 12 * 32 * N)
    assert (year["avg_pension"]["units_obliged"], year["avg_pension"]["units_reported"]) == (12 * N, 12 * N)
    # the base is a year of which two months are held, so that there is none
    growth = observation(second, "insured_growth", "IR-16", "1399")
    assert (growth["value"], growth["denominator"], growth["obs_status"]) == (None, None, "O")
    lone = observation(second, "new_pension_flow", "IR-17", "1399")
    obliged = len([unit for unit in obliged_units("mis", LAST_DAY) if unit.geo_code == "IR-17"])
    assert (lone["value"], lone["obs_status"]) == (26, "P")
    assert (lone["units_obliged"], lone["units_reported"]) == (12 * obliged, 13)


def test_every_level_of_both_hierarchies_has_its_figures(second: Home) -> None:
    found = {
        row["area_code"]: (row["area_kind"], row["numerator"], row["obs_status"])
        for row in rows(second, "fct_unit_indicator", "indicator_code = 'support_ratio' and period = '1399-12'")
    }
    assert found[ORIGIN] == ("UNIT", 160 + MONTH, "A")
    assert found["GO-16"] == ("DIRECTORATE", INSURED, "A")
    assert found["GO-17"] == ("DIRECTORATE", LONE, "P")
    # a unit that owes a report and sent none stands there without a figure
    assert found["GO-23-E"] == ("DIRECTORATE", None, "O")
    beds = rows(second, "fct_unit_indicator", "indicator_code = 'bed_occupancy' and period = '1399-H1'")
    assert {row["area_code"]: row["numerator"] for row in beds if row["value"]} == {
        "TM-16": 6 * 4800,
        **dict.fromkeys(CENTRES, 6 * 1200),
    }


def test_the_case_basis_carries_its_note(second: Home) -> None:
    definition = next(item for item in load_indicators() if item.code == "support_ratio_cases")
    row = observation(second, "support_ratio_cases", "IR", "1399-12")
    assert definition.status_note is not None
    assert (row["note_code"], row["definition_version"]) == (definition.status_note.code, definition.version)


def test_an_observation_leads_to_its_files(second: Home) -> None:
    condition = "indicator_code = '{}' and geo_code = 'IR' and period = '1399-12'"
    found = rows(second, "fct_observation_source_file", condition.format("support_ratio"))
    this = {office: sha(f"mis/{office}/1399-12") for office in ("GO-16", "GO-17")}
    assert {(row["part"], row["file_sha256"], row["rows_used"]) for row in found} == {
        ("NUMERATOR", this["GO-16"], 4 * N),
        ("NUMERATOR", this["GO-17"], 4),
        ("DENOMINATOR", this["GO-16"], 2 * N),
        ("DENOMINATOR", this["GO-17"], 2),
    }
    growth = rows(second, "fct_observation_source_file", condition.format("insured_growth"))
    last_year = {sha(f"mis/{office}/1398-12") for office in ("GO-16", "GO-17")}
    assert {row["file_sha256"] for row in growth if row["part"] == "DENOMINATOR"} == last_year
    assert {row["file_sha256"] for row in growth if row["part"] == "NUMERATOR"} == last_year | set(this.values())


def test_cubes_count_what_was_reported(second: Home) -> None:
    whole = "geo_code = 'IR' and period = '1399-12' and "
    insured = "insurance_class = 'TOTAL' and insurance_type = 'TOTAL' and sex = 'TOTAL' and age_group = 'TOTAL'"
    (row,) = rows(second, "mart_insured", f"{whole} measure = 'PRINCIPAL_INSURED' and {insured}")
    assert (row["value"], row["contributors"], row["provenance"]) == (INSURED + LONE, INSURED + LONE, "reported")
    beds = rows(second, "mart_treatment", f"{whole} measure in ('ACTIVE_BED', 'OCCUPIED_BED_DAY')")
    assert {(item["value"], item["contributors"]) for item in beds} == {(200, 400), (4800, 400)}
    events = rows(second, "mart_transfers", "geo_code = 'IR' and period = '1399-10' and event_type in ('NA', 'TOTAL')")
    assert {(item["measure"], item["value"]) for item in events} == {
        ("FILES_REFERRED", 3),
        ("FILES_ACTIVATED", 3),
        ("FILES_OPEN", 0),
        ("EVENTS", 5),
    }
    scanned = rows(second, "mart_scanning", f"{whole} step in ('NA', 'TOTAL') and workflow in ('NA', 'TOTAL')")
    assert {(item["measure"], item["value"], item["contributors"]) for item in scanned} == {
        ("FILES_REGISTERED", 1, 1),
        ("FILES_RECOUNTED", 2, 2),
        ("FILES_MATCHED", 1, 1),
        ("IMAGES", 7, 1),
        ("EVENTS", 4, 3),
    }


def test_unit_marts_add_up_to_the_country(second: Home) -> None:
    for topic, whole in (
        ("insured", "insurance_class = 'TOTAL' and insurance_type = 'TOTAL' and sex = 'TOTAL' and age_group = 'TOTAL'"),
        ("treatment", "patient_insurer in ('TOTAL', 'NA') and treatment_kind in ('TOTAL', 'NA')"),
        ("transfers", "event_type in ('TOTAL', 'NA')"),
        ("scanning", "workflow in ('TOTAL', 'NA') and step in ('TOTAL', 'NA')"),
    ):
        units = sum(row["value"] for row in rows(second, f"mart_unit_{topic}", "measure <> 'DEPENDENT_INSURED'"))
        condition = f"geo_code = 'IR' and measure <> 'DEPENDENT_INSURED' and {whole}"
        assert units == sum(row["value"] for row in rows(second, f"mart_{topic}", condition)), topic


def test_lists_are_counted_by_unit_area_and_rule(second: Home) -> None:
    condition = "period = '1399-12' and measure in ('PERSONS', 'LISTS', 'LISTS_DATED', 'ROWS_FAILED', 'ROWS_FLAGGED')"
    found = rows(second, "mart_contribution_list", f"geo_code = 'IR-16' and {condition}")
    assert {(row["measure"], row["rule_code"], row["value"], row["contributors"]) for row in found} == {
        ("PERSONS", "NA", 4, 4),
        ("LISTS", "NA", 6, 5),
        ("LISTS_DATED", "NA", 4, 3),
        ("ROWS_FAILED", "TOTAL", 2, 17),
        ("ROWS_FAILED", "MONTHLY_WAGE", 1, 17),
        ("ROWS_FAILED", "INSURABLE_PAY", 1, 17),
        ("ROWS_FAILED", "ROW_SHAPE", 1, 17),
        ("ROWS_FLAGGED", "TOTAL", 1, 17),
        ("ROWS_FLAGGED", "START_BEFORE_MONTH", 1, 17),
    }
    units = rows(second, "mart_unit_contribution_list", condition)
    assert {(row["unit_code"], row["value"]) for row in units if row["measure"] == "PERSONS"} == {
        (ORIGIN, 3),
        (DESTINATION, 2),
    }
    late = rows(second, "mart_unit_contribution_list", "period = '1399-05' and measure = 'WORKSHOPS_RECEIVED'")
    assert [(row["unit_code"], row["value"]) for row in late] == [(ORIGIN, 1)]


def test_a_rate_of_lists_leads_to_the_lists_and_to_the_report_of_workshops(second: Home) -> None:
    condition = "geo_code = 'IR-16' and period = '1399-12' and indicator_code = '{}'"
    found = rows(second, "fct_observation_source_file", condition.format("list_timeliness"))
    lists = [list_file(unit, "lists") for unit in (ORIGIN, DESTINATION)]
    mis = sha("mis/GO-16/1399-12")
    assert {(row["part"], row["file_sha256"], row["rows_used"]) for row in found} == {
        ("NUMERATOR", lists[0], 4),
        ("NUMERATOR", lists[1], 2),
        ("DENOMINATOR", lists[0], 4),
        ("DENOMINATOR", lists[1], 2),
        ("DENOMINATOR", mis, 2),
    }
    wage = rows(second, "fct_observation_source_file", condition.format("avg_insurable_wage"))
    assert {(row["file_sha256"], row["rows_used"]) for row in wage} == {
        (list_file(ORIGIN, "workers"), 5),
        (list_file(DESTINATION, "workers"), 2),
    }


def test_printed_figures_are_checked_and_contradictions_explained(second: Home) -> None:
    """What follows from the press is stated as derived unless a source prints it, and what does not close says so."""
    checks = {row["check_code"]: row for row in rows(second, "mart_published_check")}
    stated = {code: float(row["stated_value"]) for code, row in checks.items() if row["is_as_stated"]}
    assert stated.items() >= {
        ("SUPPORT_RATIO_1391", 5.15),
        ("SUPPORT_RATIO_1393", 4.78),
        ("SUPPORT_RATIO_1399", 3.45),
        ("FEMALE_SHARE_1395", 18.84),
        ("COMPULSORY_SHARE_1397_03", 68.305),
        ("NEW_PENSIONS_1397_Q1", 61611),
        ("AWARDS_1397_Q1", 61815),
    }
    assert stated.keys() == checks.keys()
    printed = {"COMPULSORY_SHARE_1397_03", "AWARDS_1397_Q1", "COVERED_GROWTH_1397", "PENSION_CASES_1399"}
    assert {code for code, row in checks.items() if row["basis"] == "PRINTED"} == printed
    assert {code for code, row in checks.items() if not row["closes"]} == {"COVERED_GROWTH_1397", "PENSION_CASES_1399"}
    pairs = {row["contradiction_code"]: row for row in rows(second, "mart_published_contradiction")}
    insured = pairs["INSURED_1399"]
    assert (insured["first_value"], insured["second_value"], insured["ours"]) == (37_315_469, 44_207_572, "FIRST")
    assert pairs["PERSONS_AND_CASES_1399"]["ours"] == "BOTH"


def test_printed_identities_are_checked(second: Home) -> None:
    found = {row["identity_group"]: row for row in rows(second, "mart_published_reconciliation")}
    with GOLDEN.open(encoding="utf-8-sig", newline="") as stream:
        expected = list(csv.DictReader(stream))
    assert len(expected) == len(found) == 31
    for identity in expected:
        row = found[identity["identity_group"]]
        published = identity["total_is_published"] == "True"
        verdict = ("CLOSES" if identity["closes"] == "True" else "DOES_NOT_CLOSE") if published else "NOT_A_CHECK"
        assert (row["measure"], row["as_of_jalali"], row["source_id"]) == (
            identity["measure"],
            identity["as_of"],
            identity["source_id"],
        )
        amounts = [Decimal(identity[name]) for name in ("total", "sum_of_parts", "difference")]
        assert [row["total"], row["sum_of_parts"], row["difference"]] == amounts
        assert (row["n_parts"], row["total_is_published"], row["verdict"]) == (
            int(identity["n_parts"]),
            published,
            verdict,
        )


def test_units_offices_and_headquarters_are_evaluated_or_it_is_said_why_not(second: Home) -> None:
    found = {
        (row["unit_code"], row["indicator_code"]): (row["status"], row["reason"])
        for row in rows(second, "mart_unit_evaluation", "period = '1399-12'")
    }
    assert found["GO-16", "collection_ratio"] == ("WORSE", None)
    assert found["TM-16", "bed_occupancy"] == ("IN_BAND", None)
    assert found["HQ-TECHNICAL", "support_ratio"] == ("NOT_EVALUATED", "NOT_CONTROLLABLE")
    assert found["HQ-TECHNICAL", "collection_ratio"] == ("NOT_EVALUATED", "PROVISIONAL")
    assert found["GO-16", "insured_growth"] == ("NOT_EVALUATED", "NO_NORM")
    assert found[ORIGIN, "collection_ratio"] == ("NOT_EVALUATED", "TOO_SMALL")
    assert found["GO-10", "collection_ratio"] == ("NOT_EVALUATED", "NO_DATA")
    assert not [unit for unit, _ in found if unit in ("HQ-LEGAL", "HQ-SECURITY")]
    assert not rows(second, "mart_unit_evaluation", "provenance <> 'synthetic'")


def test_a_score_rests_on_enough_weight_or_is_none(second: Home) -> None:
    scores = {
        (row["unit_code"], row["domain_code"]): (row["score"], row["evaluated_percent"])
        for row in rows(second, "mart_evaluation", "period = '1399-12'")
    }
    assert scores[CENTRES[0], "TOTAL"] == (100.0, 100.0)
    assert scores["GO-16", "FINANCE"] == (0.0, 100.0)
    assert scores[ORIGIN, "TOTAL"] == (None, 0.0)


def test_a_late_beginning_lets_the_order_of_a_later_month_be_judged(world: Path, second: Home) -> None:
    for home in (Home(world / "first"), second):
        cases = rows(home, "mart_scan_finding")
        assert [(row["rule_code"], row["period"], row["occurrences"]) for row in cases] == [
            ("RECOUNTED_BEFORE_PUT_BACK", "1399-12", 1)
        ]
        units = rows(home, "mart_unit_scan_finding", "rule_code in ('PAPER_RELIED_ON', 'RECOUNTED_BEFORE_PUT_BACK')")
        assert {(row["rule_code"], row["period"], row["cases_found"], row["cases_observed"]) for row in units} == {
            ("RECOUNTED_BEFORE_PUT_BACK", "1399-12", 1, 1),
            ("PAPER_RELIED_ON", "1399-11", None, None),
            ("PAPER_RELIED_ON", "1399-12", None, None),
        }
