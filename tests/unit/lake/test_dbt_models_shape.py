"""The models keep to one shape; which SQL they may use is the lint's (tests/unit/portability)."""

import re
from pathlib import Path

import pytest

MODELS = Path(__file__).parents[3] / "dbt_project" / "models"
FILES = sorted(MODELS.rglob("*.sql"))
MARTS = [path for path in FILES if "marts" in path.parts]


def sql(path: Path) -> str:
    """Return a model's text without comments and Jinja."""
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", " j ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"--[^\n]*", "", text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_model_is_lower_case(path: Path) -> None:
    outside_literals = re.sub(r"'[^']*'", "", sql(path))
    assert outside_literals == outside_literals.lower()


@pytest.mark.parametrize("path", MARTS, ids=lambda path: path.stem)
def test_a_mart_ends_with_explicit_columns_of_final(path: Path) -> None:
    last = sql(path).rsplit("\n)\n", 1)[1].strip()
    assert last.startswith("select\n")
    assert last.endswith("from final")
    assert "*" not in last


@pytest.mark.parametrize("path", MARTS, ids=lambda path: path.stem)
def test_marts_of_units_of_areas_case_lists_and_evaluation_stand_apart(path: Path) -> None:
    of_units = path.stem.startswith(("mart_unit_", "fct_unit_")) or path.stem in ("dim_unit", "fct_measure")
    is_case_list = path.stem.endswith(("_finding", "_duration")) and not of_units
    expected = "unit" if of_units else "case" if is_case_list else "aggregate"
    assert path.parent.name == ("evaluation" if "evaluation" in path.stem else expected)
