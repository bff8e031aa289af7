"""dbt over a small lake: slices against full builds, threads, contracts, tags.

The runs are made once, in a process of their own (`mart_worlds.py`); the figures are looked at in `test_dbt_figures`.
"""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt_runner import rows

from governance.access.labels import AccessClass, labels_of_columns
from governance.datasets.load import list_structures, load_structure
from lake import tables
from lake.content_hash import table_hash
from lake.layout import Home
from vocabulary.units.load import load_provinces

pytestmark = pytest.mark.heavy
ANY_MART = """period in (
    select period from int_slice__source_month union select period from int_slice__figure where is_computed
)"""


@pytest.fixture(scope="module")
def second(world: Path) -> Home:
    return Home(world / "second")


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


@pytest.mark.parametrize(
    ("model", "looks_at"),
    [
        ("mart_unit_insured", "period in (select period from int_slice__source_month where is_asked)"),
        (
            "mart_unit_transfer_finding",
            "period in (select period from int_slice__source_month where true and source = 'pension_transfer')",
        ),
        ("fct_unit_reporting", "(period, source) in (select period, source from int_slice__source_month where true)"),
        (
            "fct_unit_indicator",
            "(period, main_source) in (select period, source from int_slice__figure where is_computed)",
        ),
        ("int_indicator__by_area", ANY_MART),
    ],
)
def test_a_test_of_a_mart_looks_at_the_slices_that_the_mart_writes(
    seen: dict[str, Any], model: str, looks_at: str
) -> None:
    sliced, full = (
        "".join(text.replace('"amar"."intermediate".', "").replace('"', "").split())
        for run in ("slice", "first")
        for name, text in seen[run]["tests"].items()
        if name.startswith(f"unique_combination_{model}_")
    )
    assert "".join(f"where {looks_at}) as rows_to_test".split()) in sliced
    assert "int_slice__" not in full


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


def test_an_evaluation_never_leaves(world: Path) -> None:
    manifest = json.loads((world / "scratch" / "first" / "target" / "manifest.json").read_text(encoding="utf-8"))
    for name in ("mart_unit_evaluation", "mart_evaluation", "mart_evaluation_sign"):
        columns = manifest["nodes"][f"model.amar.{name}"]["columns"]
        labels = labels_of_columns({column: described["config"]["meta"] for column, described in columns.items()})
        assert all(AccessClass.PRIVATE in label.access_class for label in labels.values())
        assert name not in {load_structure(dataset).mart for dataset in list_structures()}


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
