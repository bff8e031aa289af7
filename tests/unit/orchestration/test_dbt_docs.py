"""dbt's pages say in Persian what the models say in English, and run as Persian runs."""

import json
from pathlib import Path

import pytest

from governance.proof.lineage import ColumnLineage, Nearness
from orchestration.dbt import DbtError
from orchestration.dbt_docs import generate, leave_out_values, make_bilingual, name_origins
from orchestration.settings import Settings

TITLE = "بیمه‌شدگان به تفکیک استان"


def test_a_home_without_marts_has_nothing_to_describe(tmp_path: Path) -> None:
    with pytest.raises(DbtError, match="no marts to describe: run `amar build`"):
        generate(Settings(home=tmp_path))


def test_titles_stand_under_descriptions_and_pages_know_both_directions(tmp_path: Path) -> None:
    nodes = {
        "model.amar.a": {"description": "One row a month.\n", "config": {"meta": {"title_fa": TITLE}}},
        "model.amar.b": {"description": "One row a unit.", "config": {"meta": {}}},
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
    (tmp_path / "index.html").write_text("<html><head></head><body></body></html>", encoding="utf-8")
    make_bilingual(tmp_path)
    made = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    assert made["model.amar.a"]["description"] == f"One row a month.\n\n{TITLE}"
    assert made["model.amar.b"]["description"] == "One row a unit."
    assert "unicode-bidi: plaintext" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_pages_show_names_and_types_and_no_values(tmp_path: Path) -> None:
    column = {"type": "VARCHAR", "index": 1, "name": "file_pid", "comment": None}
    table = {"metadata": {"name": "mart"}, "columns": {"file_pid": column}, "stats": {"max": {"value": "1234567890"}}}
    catalogue = {"nodes": {"model.amar.mart": table}, "sources": {"source.amar.silver.a": table}}
    (tmp_path / "catalog.json").write_text(json.dumps(catalogue), encoding="utf-8")
    leave_out_values(tmp_path)
    kept = json.loads((tmp_path / "catalog.json").read_text(encoding="utf-8"))
    assert kept["nodes"]["model.amar.mart"] == {**table, "stats": {}}
    assert "1234567890" not in json.dumps(kept)


def test_columns_say_which_columns_of_the_sources_they_come_from(tmp_path: Path) -> None:
    columns = {name: {"name": name, "description": "Meaning."} for name in ("value", "persons", "kind", "untold")}
    node = {"schema": "gold", "name": "mart", "alias": "mart", "columns": columns}
    (tmp_path / "manifest.json").write_text(json.dumps({"nodes": {"model.amar.mart": node}}), encoding="utf-8")
    report = "silver.mis_report"
    steps = {
        "value": {(report, "value"): Nearness.AGGREGATED, (report, "sex"): Nearness.DECIDES_ROWS},
        "persons": {("silver.mis_award", "*"): Nearness.AGGREGATED},
        "kind": {(report, "sex"): Nearness.DECIDES_ROWS},
    }
    name_origins(tmp_path, ColumnLineage.along({"gold.mart": steps}))
    made = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["nodes"]["model.amar.mart"]["columns"]
    assert made["value"]["description"] == "Meaning.\n\nFrom · از: `silver.mis_report.value` (aggregated)"
    assert "`silver.mis_award.order_pid` (aggregated)" in made["persons"]["description"]
    assert "Constant of the model." in made["kind"]["description"]
    assert made["untold"]["description"] == "Meaning."
