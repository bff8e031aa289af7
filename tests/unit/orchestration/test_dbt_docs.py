"""dbt's pages say in Persian what the models say in English, and run as Persian runs."""

import json
from pathlib import Path

import pytest

from orchestration.dbt import DbtError
from orchestration.dbt_docs import generate, make_bilingual
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
