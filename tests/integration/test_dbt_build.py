"""dbt over a small lake: the numbers, slices against full builds, threads, contracts, tags.

The runs are made once for the file, in a process of their own (`dbt_fixtures.py`).
"""

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import dbt_fixtures as fixtures
import duckdb
import pytest

from governance.access.labels import labels_of_columns, may_release
from lake import duck, tables
from lake.content_hash import table_hash
from lake.dbt_plugin.indicator_words import SHORTEST
from lake.layout import Home
from vocabulary.indicators.load import load_indicators
from vocabulary.periods import Period
from vocabulary.units.load import load_provinces, obliged_units

GOLDEN = Path(__file__).parents[1] / "golden" / "published_identities.csv"
N = len(fixtures.MIS_UNITS)
MONTH = 13  # 1399-12 is the fourteenth month


@pytest.fixture(scope="module")
def second(world: Path) -> Home:
    return Home(world / "second")


def rows(home: Home, name: str, condition: str = "true", at: int | None = None) -> list[dict[str, Any]]:
    with duck.connect(home) as connection:
        relation = connection.sql(f"select * from {duck.relation_sql(home, 'gold', name, at=at)} where {condition}")
        return relation.to_arrow_table().to_pylist()


def observation(home: Home, code: str, geo: str, period: str, at: int | None = None) -> dict[str, Any]:
    condition = f"indicator_code = '{code}' and geo_code = '{geo}' and period = '{period}'"
    (row,) = rows(home, "fct_indicator_observation", condition, at)
    return row


@pytest.mark.parametrize("run", ["first", "slice", "unchanged", "second", "again", "empty"])
def test_models_and_their_tests_hold(seen: dict[str, Any], run: str) -> None:
    assert seen[run]["failures"] == {}
    assert seen[run]["success"], seen[run]["error"]


def test_every_formula_has_its_unit_test_run(seen: dict[str, Any]) -> None:
    ran = set(seen["first"]["messages"])
    assert {
        "indicators_are_divided_by_their_kind",
        "what_is_missing_broken_or_provisional_says_so",
        "parts_are_added_up_and_growth_takes_the_same_period_of_the_year_before",
        "a_longer_period_is_the_end_the_average_or_the_sum_of_its_months",
        "a_longer_period_is_held_when_each_of_its_months_is",
        "units_count_where_they_stood_and_the_offices_of_tehran_sum_to_the_province",
        "the_version_valid_in_the_last_month_holds_and_its_first_period_is_a_break",
        "reports_are_due_by_unit_and_month",
        "open_records_rank_last_in_the_median",
        "leaf_counts_of_steps_2_and_9_are_compared",
        "a_unit_reports_in_time_by_the_day_its_file_was_prepared",
        "printed_parts_are_checked_against_printed_totals",
        "a_list_is_in_time_by_its_day_of_filing_and_received_by_the_cut_off",
        "workers_count_where_their_list_was_accepted",
        "lists_due_are_those_seen_and_those_never_sent",
        "days_are_set_against_the_days_of_the_month_for_each_person_at_a_workshop",
        "a_row_stands_once_under_each_rule_it_breaks",
        "a_row_that_breaks_two_rules_fails_once",
        "the_funnel_widens_the_norm_by_chance",
        "what_is_not_evaluated_says_why",
        "quartiles_lie_between_the_peers",
        "the_norm_of_the_peer_group_comes_first",
        "a_score_is_of_what_could_be_evaluated",
        "signs_in_the_steps_of_imaging",
        "signs_in_figures",
    } <= ran


def test_two_threads_and_slices_give_what_one_thread_gives_in_full(seen: dict[str, Any], world: Path) -> None:
    first, second = Home(world / "first"), Home(world / "second")
    assert list(seen["slice"]["versions"]) == list(seen["second"]["versions"])
    for name in seen["slice"]["versions"]:
        assert table_hash(first, "gold", name) == table_hash(second, "gold", name), name


def test_a_second_run_changes_nothing(seen: dict[str, Any]) -> None:
    assert seen["again"]["versions"] == seen["second"]["versions"]
    assert set(seen["again"]["versions"].values()) == {0}
    written = {name: text for name, text in seen["again"]["messages"].items() if str(text).startswith("version")}
    assert written == {}


def test_a_slice_replaces_only_months_that_differ(seen: dict[str, Any], world: Path) -> None:
    first = Home(world / "first")
    assert seen["slice"]["versions"]["mart_treatment"] == 0
    assert seen["slice"]["messages"]["mart_unit_insured"] == "version 1, 1 months"
    before, after = (set(tables.file_uris(first, "gold", "mart_unit_insured", at=at)) for at in (0, 1))
    assert {month for uri in before ^ after for month in [uri.split("period=")[1][:7]]} == {"1399-05"}


def changed_periods(home: Home, name: str) -> set[str]:
    before, after = (set(tables.file_uris(home, "gold", name, at=at)) for at in (0, 1))
    return {uri.split("period=")[1].split("/")[0] for uri in before ^ after}


def test_a_slice_touches_its_months_and_the_longer_periods_they_lie_in(seen: dict[str, Any], world: Path) -> None:
    first = Home(world / "first")
    # 1399-05 and 1399-11 were asked for; a transfer of 1399-10 was activated late
    assert changed_periods(first, "fct_measure") == {"1399-05", "1399-10", "1399-11"}
    assert changed_periods(first, "fct_duration") == {"1399-10", "1399-11"}
    longer = {"1399-Q2", "1399-H1", "1399-M9", "1399"}
    assert changed_periods(first, "fct_unit_indicator") == {"1399-05", "1399-10", "1399-11", *longer}
    assert changed_periods(first, "fct_indicator_observation") == {"1399-05", "1399-10", "1399-11", *longer}


def test_a_month_that_did_not_change_changes_nothing_when_it_is_built_alone(seen: dict[str, Any]) -> None:
    assert seen["unchanged"]["versions"] == seen["slice"]["versions"]


def test_an_empty_lake_builds_empty_marts(seen: dict[str, Any], world: Path) -> None:
    empty = Home(world / "empty")
    assert set(seen["empty"]["versions"]) == set(seen["second"]["versions"])
    assert rows(empty, "fct_indicator_observation") == []
    assert len(rows(empty, "dim_geo")) == len(load_provinces()) + 1


def test_a_contract_that_is_broken_stops_the_model(seen: dict[str, Any]) -> None:
    failures = seen["broken"]["failures"]
    assert "NOT NULL constraint failed" in failures["dim_geo"]
    assert "contract" in failures["dim_period"].lower()
    assert seen["broken"]["versions"] == {}


INSURED = N * (160 + MONTH)
LONE = 160 + MONTH + fixtures.LONE_DRIVERS
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
        ("reporting_coverage", "IR-17", 0, fixtures.obliged("IR-17"), 100, fixtures.obliged("IR-17"), "A", "synthetic"),
        ("reporting_coverage", "IR", N + 4, fixtures.obliged(), 100, fixtures.obliged(), "A", "synthetic"),
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
    assert (month_before["numerator"], month_before["denominator"]) == (1, fixtures.obliged("IR-17"))
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
    months = {month.code for month in fixtures.MONTHS}
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
    paid = sum(
        3200 + fixtures.MONTHS.index(month) for month in fixtures.MONTHS if month.year == fixtures.LAST_MONTH.year
    )
    assert (year["avg_pension"]["numerator"], year["avg_pension"]["denominator"]) == (paid * N, 12 * 32 * N)
    assert (year["avg_pension"]["units_obliged"], year["avg_pension"]["units_reported"]) == (12 * N, 12 * N)
    # the base is a year of which two months are held, so that there is none
    growth = observation(second, "insured_growth", "IR-16", "1399")
    assert (growth["value"], growth["denominator"], growth["obs_status"]) == (None, None, "O")
    lone = observation(second, "new_pension_flow", "IR-17", "1399")
    obliged = len([unit for unit in obliged_units("mis", fixtures.LAST_DAY) if unit.geo_code == "IR-17"])
    assert (lone["value"], lone["obs_status"]) == (26, "P")
    assert (lone["units_obliged"], lone["units_reported"]) == (12 * obliged, 13)


def test_every_level_of_both_hierarchies_has_its_figures(second: Home) -> None:
    found = {
        row["area_code"]: (row["area_kind"], row["numerator"], row["obs_status"])
        for row in rows(second, "fct_unit_indicator", "indicator_code = 'support_ratio' and period = '1399-12'")
    }
    assert found[fixtures.ORIGIN] == ("UNIT", 160 + MONTH, "A")
    assert found["GO-16"] == ("DIRECTORATE", INSURED, "A")
    assert found["GO-17"] == ("DIRECTORATE", LONE, "P")
    # a unit that owes a report and sent none stands there without a figure
    assert found["GO-23-E"] == ("DIRECTORATE", None, "O")
    beds = rows(second, "fct_unit_indicator", "indicator_code = 'bed_occupancy' and period = '1399-H1'")
    assert {row["area_code"]: row["numerator"] for row in beds if row["value"]} == {
        "TM-16": 6 * 4800,
        **dict.fromkeys(fixtures.CENTRES, 6 * 1200),
    }


def test_the_case_basis_carries_its_note(second: Home) -> None:
    definition = next(item for item in load_indicators() if item.code == "support_ratio_cases")
    row = observation(second, "support_ratio_cases", "IR", "1399-12")
    assert definition.status_note is not None
    assert (row["note_code"], row["definition_version"]) == (definition.status_note.code, definition.version)


def test_an_observation_leads_to_its_files(second: Home) -> None:
    condition = "indicator_code = '{}' and geo_code = 'IR' and period = '1399-12'"
    found = rows(second, "fct_observation_source_file", condition.format("support_ratio"))
    this = {office: fixtures.sha(f"mis/{office}/1399-12") for office in ("GO-16", "GO-17")}
    assert {(row["part"], row["file_sha256"], row["rows_used"]) for row in found} == {
        ("NUMERATOR", this["GO-16"], 4 * N),
        ("NUMERATOR", this["GO-17"], 4),
        ("DENOMINATOR", this["GO-16"], 2 * N),
        ("DENOMINATOR", this["GO-17"], 2),
    }
    growth = rows(second, "fct_observation_source_file", condition.format("insured_growth"))
    last_year = {fixtures.sha(f"mis/{office}/1398-12") for office in ("GO-16", "GO-17")}
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
        (fixtures.ORIGIN, 3),
        (fixtures.DESTINATION, 2),
    }
    late = rows(second, "mart_unit_contribution_list", "period = '1399-05' and measure = 'WORKSHOPS_RECEIVED'")
    assert [(row["unit_code"], row["value"]) for row in late] == [(fixtures.ORIGIN, 1)]


def test_a_rate_of_lists_leads_to_the_lists_and_to_the_report_of_workshops(second: Home) -> None:
    condition = "geo_code = 'IR-16' and period = '1399-12' and indicator_code = '{}'"
    found = rows(second, "fct_observation_source_file", condition.format("list_timeliness"))
    lists = [fixtures.list_file(unit, "lists") for unit in (fixtures.ORIGIN, fixtures.DESTINATION)]
    mis = fixtures.sha("mis/GO-16/1399-12")
    assert {(row["part"], row["file_sha256"], row["rows_used"]) for row in found} == {
        ("NUMERATOR", lists[0], 4),
        ("NUMERATOR", lists[1], 2),
        ("DENOMINATOR", lists[0], 4),
        ("DENOMINATOR", lists[1], 2),
        ("DENOMINATOR", mis, 2),
    }
    wage = rows(second, "fct_observation_source_file", condition.format("avg_insurable_wage"))
    assert {(row["file_sha256"], row["rows_used"]) for row in wage} == {
        (fixtures.list_file(fixtures.ORIGIN, "workers"), 5),
        (fixtures.list_file(fixtures.DESTINATION, "workers"), 2),
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
    assert found[fixtures.ORIGIN, "collection_ratio"] == ("NOT_EVALUATED", "TOO_SMALL")
    assert found["GO-10", "collection_ratio"] == ("NOT_EVALUATED", "NO_DATA")
    assert not [unit for unit, _ in found if unit in ("HQ-LEGAL", "HQ-SECURITY")]
    assert not rows(second, "mart_unit_evaluation", "provenance <> 'synthetic'")


def test_a_score_rests_on_enough_weight_or_is_none(second: Home) -> None:
    scores = {
        (row["unit_code"], row["domain_code"]): (row["score"], row["evaluated_percent"])
        for row in rows(second, "mart_evaluation", "period = '1399-12'")
    }
    assert scores[fixtures.CENTRES[0], "TOTAL"] == (100.0, 100.0)
    assert scores["GO-16", "FINANCE"] == (0.0, 100.0)
    assert scores[fixtures.ORIGIN, "TOTAL"] == (None, 0.0)


def test_an_evaluation_never_leaves(world: Path) -> None:
    manifest = json.loads((world / "scratch" / "first" / "target" / "manifest.json").read_text(encoding="utf-8"))
    for name in ("mart_unit_evaluation", "mart_evaluation", "mart_evaluation_sign"):
        columns = manifest["nodes"][f"model.amar.{name}"]["columns"]
        labels = labels_of_columns({column: described["config"]["meta"] for column, described in columns.items()})
        assert not any(may_release(label) for label in labels.values())


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


def test_every_column_is_described_and_tagged(world: Path) -> None:
    manifest = json.loads((world / "scratch" / "first" / "target" / "manifest.json").read_text(encoding="utf-8"))
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    with duckdb.connect(str(world / "scratch" / "first" / "amar.duckdb"), read_only=True) as connection:
        for model in models:
            described = connection.execute(f"describe {model['schema']}.{model['name']}").fetchall()
            assert {row[0] for row in described} == set(model["columns"]), model["name"]
            for column in model["columns"].values():
                assert column["description"]
                assert column["config"]["meta"]["access_class"] in ("public", "private", "capital")
                assert column["config"]["meta"]["granularity"] in ("record", "aggregate", "protected")
            assert model["description"].startswith("One row a"), model["name"]


def test_no_pseudonym_and_no_unit_leaves_by_an_aggregate_mart(second: Home, world: Path) -> None:
    manifest = json.loads((world / "scratch" / "first" / "target" / "manifest.json").read_text(encoding="utf-8"))
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["schema"] == "gold" and "case" not in node["fqn"]:
            names = set(tables.schema(second, "gold", node["name"]).names)
            assert not {name for name in names if name.endswith("_pid")}
            of_units = {"unit_code", "area_code"} & names
            assert of_units if {"unit", "case", "evaluation"} & set(node["fqn"]) else not of_units, node["name"]
