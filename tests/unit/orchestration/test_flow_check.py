"""The proof before a build: it refuses, it is kept where nothing changed, and what ran must be what was judged."""

import json

import pytest

from governance.proof.model import Refusal
from governance.proof.ways import Proof
from orchestration import proof
from orchestration.dbt import NodeResult
from orchestration.settings import Settings

SQL = {"model.amar.m": "select 1 as x where '1399-12' in ('1399-11', '1399-12')"}


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path, landing=None)


@pytest.fixture
def judging(monkeypatch):
    """Fakes of dbt and of the proof, which count how often they are asked."""
    asked, refused = [], []
    monkeypatch.setattr(proof, "compiled", lambda _, form: asked.append(form) or SQL)
    monkeypatch.setattr(proof, "_manifest", lambda _: {})
    monkeypatch.setattr(proof, "prove", lambda *_: Proof({}, {}, {}, tuple(refused)))
    return asked, refused


def ran(sql):
    return NodeResult("model.amar.m", "m", True, False, "", 0.0, None, sql)


def test_what_is_proven_is_not_proven_again(settings, judging):
    asked, _ = judging
    for form in ("all months", "all months", "some months", "some months"):
        proof.check(settings, form)
    assert asked == ["all months", "some months"]
    assert (proof.form_of([]), proof.form_of(["1399-12"])) == tuple(proof.FORMS)


def test_a_refused_project_is_refused_again_with_every_path(settings, judging):
    asked, refused = judging
    path = (("silver.person", "pid"), ("gold.m", "x"))
    refused.append(Refusal("gold.m", "x", "STAT-N1", "column gold.m.x is declared public × aggregate", (path,)))
    for _ in range(2):
        with pytest.raises(proof.FlowRefusedError, match=r"silver\.person\.pid → gold\.m\.x"):
            proof.check(settings, "all months")
    assert len(asked) == 2


@pytest.mark.usefixtures("judging")
def test_other_sql_than_was_judged_is_refused(settings):
    proof.check(settings, "some months")
    proof.check_ran(settings, "some months", [ran("select 1 as x where '1398-01' in ('1398-02')"), ran("")])
    with pytest.raises(proof.FlowRefusedError, match="m ran other SQL than was judged"):
        proof.check_ran(settings, "some months", [ran("select pid as x from silver.person")])


def test_what_is_kept_names_every_model(settings, judging):
    proof.check(settings, "all months")
    (kept,) = (settings.amar_home.scratch / "dbt").glob("proof-all-months-*.json")
    assert set(json.loads(kept.read_text())["judged"]) == set(SQL)
