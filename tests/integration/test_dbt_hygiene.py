"""What every model must say of itself, that dbt has nothing to warn of, and how fresh sources are.

Columns of models are looked at in `test_dbt_build`.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from governance.datasets.load import list_structures, load_structure

KEY_TESTS = {"unique_combination", "unique"}


@pytest.fixture(scope="module")
def manifest(world: Path) -> dict[str, Any]:
    return json.loads((world / "scratch" / "first" / "target" / "manifest.json").read_text(encoding="utf-8"))


def nodes(manifest: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == kind]


def test_every_model_opens_with_its_grain_and_has_an_owner(manifest: dict[str, Any]) -> None:
    groups = {group["name"]: group["owner"] for group in manifest["groups"].values()}
    for node in nodes(manifest, "model"):
        assert node["description"].startswith("One row a"), node["name"]
        assert node["config"]["meta"]["owner"], node["name"]
        assert groups[node["config"]["group"]]["email"], node["name"]


def test_every_seed_and_source_has_grain_owner_and_tagged_columns(manifest: dict[str, Any]) -> None:
    for node in [*nodes(manifest, "seed"), *manifest["sources"].values()]:
        assert node["description"].startswith("One row a"), node["name"]
        assert node["config"]["meta"]["owner"], node["name"]
        for column in node["columns"].values():
            assert column["description"], node["name"]
            assert set(column["config"]["meta"]) >= {"access_class", "granularity"}, node["name"]


def test_every_model_has_a_test_and_every_mart_one_of_its_key(manifest: dict[str, Any]) -> None:
    tests = [test for test in nodes(manifest, "test") if test["test_metadata"]]
    tested = {test["attached_node"] for test in tests}
    keyed = {test["attached_node"] for test in tests if test["test_metadata"]["name"] in KEY_TESTS}
    models = nodes(manifest, "model")
    assert [node["name"] for node in models if node["unique_id"] not in tested] == []
    assert [node["name"] for node in models if "marts" in node["fqn"] and node["unique_id"] not in keyed] == []


def test_a_seed_names_its_types_as_both_engines_do(manifest: dict[str, Any]) -> None:
    for seed in nodes(manifest, "seed"):
        assert "varchar" not in seed["config"]["column_types"].values(), seed["name"]


def test_every_mart_has_a_contract_with_columns_that_must_hold_values(manifest: dict[str, Any]) -> None:
    for node in nodes(manifest, "model"):
        if "marts" in node["fqn"]:
            assert node["config"]["contract"]["enforced"], node["name"]
            assert any(column["constraints"] for column in node["columns"].values()), node["name"]


def test_every_mart_has_a_persian_title(manifest: dict[str, Any]) -> None:
    marts = [node for node in nodes(manifest, "model") if "marts" in node["fqn"]]
    assert [node["name"] for node in marts if not node["config"]["meta"].get("title_fa")] == []


def test_the_first_page_of_the_documentation_is_ours_in_both_languages(manifest: dict[str, Any]) -> None:
    overview = manifest["docs"]["doc.amar.__overview__"]["block_contents"]
    folders = {"/".join(node["fqn"][1:-1]) for node in nodes(manifest, "model")}
    rows = [row.split("`")[1] for row in overview.splitlines() if row.startswith("| `")]
    assert sorted(rows) == sorted([*folders, *folders])
    assert "official number" in overview
    assert "رقم رسمی" in overview


@pytest.mark.parametrize("run", ["first", "slice", "unchanged", "second", "again", "empty"])
def test_dbt_warns_of_nothing(seen: dict[str, Any], run: str) -> None:
    assert seen[run]["warnings"] == []


def test_no_test_is_demoted_to_a_warning(manifest: dict[str, Any]) -> None:
    assert [test["name"] for test in nodes(manifest, "test") if test["config"]["severity"].lower() != "error"] == []


def test_a_source_is_late_by_the_due_day_of_its_jalali_month(seen: dict[str, Any]) -> None:
    on_due_day, the_day_after, ten_days_later = (answer["mis_report"] for answer in seen["freshness"])
    assert (on_due_day, the_day_after, ten_days_later) == ("pass", "warn", "error")


def test_a_source_that_never_came_owes_nothing_and_one_without_months_is_not_asked(seen: dict[str, Any]) -> None:
    last = seen["freshness"][-1]
    assert last["pension_transfer_event"] == "pass"
    assert "published_figure" not in last


@pytest.mark.parametrize("dataset", list_structures())
def test_a_release_pins_every_table_of_silver_that_its_mart_reads(manifest: dict[str, Any], dataset: str) -> None:
    structure = load_structure(dataset)
    marts = [structure.mart, *(["fct_observation_source_file"] if structure.kind == "indicators" else [])]
    seen, ahead = set[str](), [f"model.amar.{mart}" for mart in marts]
    while ahead:
        node = ahead.pop()
        seen.add(node)
        ahead += set(manifest["parent_map"].get(node, [])) - seen
    read = sorted(node.rsplit(".", 1)[1] for node in seen if node.startswith("source.amar.silver."))
    assert read == sorted(structure.silver)
