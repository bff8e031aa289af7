"""`amar indicators …`: what an indicator means, what a version changed; and `amar build` under a changed definition."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
import yaml
from definition_world import SECOND, WITHOUT_UI, copy_catalogue, revise
from typer.testing import CliRunner, Result

from lake import tables
from lake.layout import Home
from orchestration.cli.console import REFUSED, USAGE
from orchestration.cli.main import app
from vocabulary.indicators import load, lock


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("AMAR_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home")


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A registered catalogue of the test's own, which the product reads."""
    folder = copy_catalogue(tmp_path)
    (folder / lock.FILE).unlink(missing_ok=True)
    lock.register(folder)
    monkeypatch.setattr(load, "_FOLDER", folder)
    return folder


def test_the_list_says_how_each_stands():
    rows = {row["code"]: row for row in json.loads(run("indicators", "list", "--json").stdout)}
    assert rows["support_ratio"]["standing"] == "computed"
    assert rows["cost_ratio"]["standing"] == "no source held"
    assert rows["dependency_ratio"]["standing"] == "100 / support_ratio"
    assert "no source held" in run("indicators", "list").stdout


def test_a_definition_is_shown_with_its_measures():
    shown = json.loads(run("indicators", "show", "support_ratio_ex_ui").stdout)
    assert shown["measures"][0]["of"] == "PRINCIPAL_INSURED"
    assert json.loads(run("indicators", "show", "dependency_ratio").stdout)["of"] == "support_ratio"
    assert json.loads(run("indicators", "show", "cost_ratio").stdout)["needs"]["en"]


def test_a_version_is_told_field_by_field_with_the_figures_it_changed(home: Home, catalogue: Path):
    revise(catalogue, **SECOND, **WITHOUT_UI)
    load._catalogue.cache_clear()
    none_held = run("indicators", "diff", "support_ratio")
    assert none_held.exit_code == 0
    assert "support_ratio@1.0.0 → support_ratio@1.1.0, from 1399-12, decision WG-7" in none_held.stdout
    assert "none held" in none_held.stdout
    figures = [("1.0.0", "IR", 3.45), ("1.1.0", "IR", 3.4), ("1.0.0", "IR-16", 4.0), ("1.1.0", "IR-16", 4.0)]
    rows = [("support_ratio", version, geo, "1399-12", value) for version, geo, value in figures]
    rows.append(("female_share", "1.0.0", "IR", "1399-12", 18.8))
    names = ["indicator_code", "definition_version", "geo_code", "period", "value"]
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    tables.replace(home, "gold", "fct_definition_comparison", pa.table(columns))
    told = json.loads(run("indicators", "diff", "support_ratio", "1.0.0", "1.1.0", "--json").stdout)
    assert told["decision_id"] == "WG-7"
    assert {"field": "numerator.measures", "before": "principal_insured", "after": "principal_insured_ex_ui"} in told[
        "fields"
    ]
    assert told["figures"] == [{"geo_code": "IR", "period": "1399-12", "before": 3.45, "after": 3.4}]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("show", "nothing"), "no indicator 'nothing'"),
        (("diff", "nothing"), "no indicator 'nothing' is computed"),
        (("diff", "cost_ratio"), "no indicator 'cost_ratio' is computed"),
        (("diff", "support_ratio"), "support_ratio has no version before 1.0.0"),
        (("diff", "support_ratio", "1.0.0", "2.0.0"), "support_ratio has no version 2.0.0; there are 1.0.0"),
    ],
)
def test_what_is_not_there_is_named(home: Home, arguments: tuple[str, ...], reason: str):
    result = run("indicators", *arguments)
    assert result.exit_code == USAGE
    assert reason in result.stderr


def test_nothing_is_built_under_a_changed_counting_rule(home: Home, catalogue: Path):
    path = catalogue / "support_ratio.yaml"
    fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump({**fields, **WITHOUT_UI}, allow_unicode=True), encoding="utf-8")
    load._catalogue.cache_clear()
    result = run("build")
    assert result.exit_code == REFUSED
    assert "support_ratio@1.0.0 counts otherwise than registered: numerator: principal_insured → " in result.stderr
    revise_without_decision = {**SECOND, **WITHOUT_UI, "decision_id": None}
    path.write_text(yaml.safe_dump(fields, allow_unicode=True), encoding="utf-8")
    revise(catalogue, **revise_without_decision)
    load._catalogue.cache_clear()
    result = run("build")
    assert result.exit_code == REFUSED
    assert "needs the `decision_id` of the statistics working group (DASH-D)" in result.stderr
