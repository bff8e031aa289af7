"""Adopting, freezing, showing and replying, over gold tables made by hand."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from governance.clauses import RefusedError
from governance.context import make_context
from governance.database.engine import migrate
from governance.evaluation import acts, basis
from governance.evaluation.freeze import freeze
from governance.evaluation.read import confirmed, newest_confirmed, show, standings
from governance.evaluation.reply import reply
from governance.evaluation.results import read_results
from governance.evaluation.states import EvaluationStateError, Step, Subject
from governance.evaluation.vintage import RESULTS, SIGNS
from governance.officials import seed_demo
from governance.releases.manifest import ManifestError
from governance.settings import Settings
from lake import tables
from lake.layout import Home
from orchestration.cli.main import app
from vocabulary.evaluation.load import rules_text
from vocabulary.periods import Period, month_range

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
MONTHS = month_range(Period.parse("1398-12"), Period.parse("1400-01"))
PERIOD = Period.parse("1399-12")
RULES = Subject.parse("rules/0.1.0")
UNIT, OTHER = "161001", "162001"

_SCORE = {"period": pl.String, "unit_code": pl.String, "domain_code": pl.String, "score": pl.Float64}
_SCORE |= {"evaluated_percent": pl.Float64, "status": pl.String, "reason": pl.String}
_SIGN = {"period": pl.String, "unit_code": pl.String, "rule_code": pl.String, "indicator_code": pl.String}


def value_of(unit: str, month: Period) -> float:
    """A figure that rises month by month, and at `OTHER` stands out in the evaluated month only."""
    if unit == UNIT:
        return 80.0 + MONTHS.index(month)
    return 95.0 if month == PERIOD else 80.0 + MONTHS.index(month) % 2


def result(unit: str, month: Period) -> dict[str, object]:
    return {
        "unit_code": unit,
        "indicator_code": "list_receipt_rate",
        "period": month.code,
        "main_source": "contribution_list",
        "definition_version": "1.0.0",
        "direction": "up",
        "value": value_of(unit, month),
        "norm_lower": 85.0,
        "norm_upper": None,
        "optimum": 97.0,
        "distance_to_norm": 0.0,
        "status": "IN_BAND",
        "reason": None,
        "peer_rank_percent": 50.0,
        "rules_version": "0.1.0",
        "provenance": "synthetic",
    }


def write_gold(home: Home, months: list[Period]) -> None:
    rows = [result(unit, month) for unit in (UNIT, OTHER) for month in months]
    schema = {"norm_upper": pl.Float64, "reason": pl.String}
    frames = {
        "mart_unit_evaluation": pl.DataFrame(rows, schema_overrides=schema),
        "mart_evaluation": pl.DataFrame(
            [(month.code, unit, "TOTAL", 100.0, 80.0, "SCORED", None) for month in months for unit in (UNIT, OTHER)],
            schema=_SCORE,
            orient="row",
        ),
        "mart_evaluation_sign": pl.DataFrame([("1399-12", UNIT, "SAME_INSTANT", None)], schema=_SIGN, orient="row"),
    }
    for name, frame in frames.items():
        arrow = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        tables.append(home, "gold", name, arrow, partition_by=["period"])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with thirteen months of results and the demo's officials, to be copied."""
    home = tmp_path_factory.mktemp("evaluation") / "home"
    write_gold(Home(home), MONTHS[:-1])
    opened = make_context(Settings(home=home))
    migrate(opened.engine)
    seed_demo(opened.officials, now=NOW)
    opened.engine.dispose()
    return home


@pytest.fixture
def context(world: Path, tmp_path: Path):
    home = tmp_path / "home"
    shutil.copytree(world, home)
    opened = make_context(Settings(home=home))
    yield opened
    opened.engine.dispose()


def adopt(context) -> None:
    norms = basis.norms_subject(demonstration=True)
    acts.propose(context, RULES, actor="DEMO-STATISTICIAN", now=NOW)
    acts.propose(context, norms, actor="DEMO-PLANNER", now=NOW)
    for subject in (RULES, norms):
        acts.confirm(context, subject, actor="DEMO-APPROVER", now=NOW)


def freeze_confirmed(context):
    vintage = freeze(context, PERIOD, actor="DEMO-STATISTICIAN", now=NOW)
    acts.confirm(context, Subject.parse(f"vintage/{vintage.id}"), actor="DEMO-APPROVER", now=NOW)
    return vintage


def test_a_vintage_is_frozen_by_two_persons_and_stays(context):
    adopt(context)
    vintage = freeze(context, PERIOD, actor="DEMO-STATISTICIAN", now=NOW)
    subject = Subject.parse(f"vintage/{vintage.id}")
    assert confirmed(context) == []
    with pytest.raises(EvaluationStateError, match="frozen and confirmed"):
        show(context, UNIT, PERIOD)
    with pytest.raises(RefusedError):
        acts.confirm(context, subject, actor="DEMO-STATISTICIAN", now=NOW)
    acts.confirm(context, subject, actor="DEMO-APPROVER", now=NOW)
    before = show(context, UNIT, PERIOD)
    write_gold(Home(context.settings.home), MONTHS)  # everything twice, and a month more
    after = show(context, UNIT, None)
    assert after.results == before.results
    assert (after.vintage.id, after.vintage.provenance) == ("1399-12/1", "synthetic")
    assert {item.name for item in vintage.tables} == {"mart_unit_evaluation", "mart_evaluation", "mart_evaluation_sign"}
    assert freeze(context, PERIOD, actor="DEMO-STATISTICIAN", now=NOW).id == "1399-12/2"
    assert newest_confirmed(context, PERIOD).id == "1399-12/1"


def test_a_result_carries_its_trend(context):
    adopt(context)
    freeze_confirmed(context)
    (row,) = show(context, UNIT, PERIOD).results
    assert (row["value"], row["value_year_before"], row["change_on_year_before"]) == (92.0, 80.0, 12.0)
    assert row["trend"] == "IMPROVING"
    assert show(context, OTHER, PERIOD).results[0]["trend"] == "STEADY"


def test_signs_are_shown_beside_and_a_figure_that_falls_back_since(context):
    adopt(context)
    freeze_confirmed(context)
    assert [sign["rule_code"] for sign in show(context, UNIT, PERIOD).signs] == ["SAME_INSTANT"]
    assert show(context, OTHER, PERIOD).signs == []
    home = Home(context.settings.home)
    later = pl.DataFrame([result(OTHER, MONTHS[-1])], schema_overrides={"norm_upper": pl.Float64, "reason": pl.String})
    tables.append(home, "gold", "mart_unit_evaluation", later.to_arrow(compat_level=pl.CompatLevel.oldest()))
    assert [sign["rule_code"] for sign in show(context, OTHER, PERIOD).signs] == ["JUMP_AND_FALL_BACK"]


def test_a_longer_period_shows_the_signs_of_its_months(context):
    found = read_results(Home(context.settings.home), Period.parse("1399-Q4"), trend_months=12)
    assert found.frames[RESULTS].is_empty()
    assert found.frames[SIGNS]["period"].to_list() == ["1399-12"]


def test_nothing_is_frozen_by_what_two_persons_did_not_adopt(context):
    with pytest.raises(RefusedError, match=r"rules/0\.1\.0 was not adopted"):
        freeze(context, PERIOD, actor="DEMO-STATISTICIAN", now=NOW)
    acts.propose(context, RULES, actor="DEMO-STATISTICIAN", now=NOW)
    acts.confirm(context, RULES, actor="DEMO-APPROVER", now=NOW)
    with pytest.raises(RefusedError, match=r"norms/.* was not adopted"):
        freeze(context, PERIOD, actor="DEMO-STATISTICIAN", now=NOW)


def test_rules_that_changed_since_they_were_adopted_are_others(context, monkeypatch):
    adopt(context)
    monkeypatch.setattr(basis, "rules_text", lambda version: rules_text(version) + "# changed\n")
    with pytest.raises(RefusedError, match="changed since it was adopted"):
        freeze(context, PERIOD, actor="DEMO-STATISTICIAN", now=NOW)


def test_norms_are_proposed_by_the_office_that_works_them_out(context):
    norms = basis.norms_subject(demonstration=True)
    with pytest.raises(RefusedError, match="planner"):
        acts.propose(context, norms, actor="DEMO-STATISTICIAN", now=NOW)
    with pytest.raises(RefusedError, match="not the ones in use"):
        acts.propose(context, Subject.parse("norms/0123456789abcdef"), actor="DEMO-PLANNER", now=NOW)


def test_a_period_that_was_not_evaluated_is_not_frozen(context):
    adopt(context)
    with pytest.raises(EvaluationStateError, match="not evaluated by the rules"):
        freeze(context, Period.parse("1390-01"), actor="DEMO-STATISTICIAN", now=NOW)
    with pytest.raises(EvaluationStateError, match="no rules"):
        freeze(context, Period.parse("1379-01"), actor="DEMO-STATISTICIAN", now=NOW)


def test_a_vintage_that_was_changed_is_told(context):
    adopt(context)
    vintage = freeze_confirmed(context)
    path = context.settings.evaluation_root / vintage.id / RESULTS
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ManifestError, match="not the file that was frozen"):
        show(context, UNIT, PERIOD)


def test_a_reply_stands_beside_the_result_and_can_be_erased(context):
    adopt(context)
    freeze_confirmed(context)
    said = {"indicator": "list_receipt_rate", "text": "flood in Azar", "now": NOW}
    assert reply(context, UNIT, PERIOD, actor="DEMO-PROVINCE", **said) == "1399-12/1"
    with pytest.raises(RefusedError, match="does not speak"):
        reply(context, UNIT, PERIOD, actor="DEMO-STATISTICIAN", **said)
    with pytest.raises(EvaluationStateError, match="no such result"):
        reply(context, UNIT, PERIOD, actor="DEMO-PROVINCE", **{**said, "indicator": "bed_occupancy"})
    (kept,) = show(context, UNIT, PERIOD).replies
    assert (kept.office, kept.indicator, kept.text) == ("GO-16", "list_receipt_rate", "flood in Azar")
    assert show(context, OTHER, PERIOD).replies == []
    with context.ledger.writing() as ledger:
        assert "flood" not in str(ledger.events(kind="evaluation."))
        ledger.erase(kept.sequence, office="HQ", clause="OPEN-1", reason="asked for", now=NOW)
    assert show(context, UNIT, PERIOD).replies[0].text is None


def test_what_was_proposed_is_listed_with_how_far_it_is(context):
    adopt(context)
    vintage = freeze(context, PERIOD, actor="DEMO-STATISTICIAN", now=NOW)
    found = {str(standing.subject): standing.step for standing in standings(context)}
    assert found["rules/0.1.0"] is Step.CONFIRMED
    assert found[f"vintage/{vintage.id}"] is Step.PROPOSED


def test_the_commands(context, monkeypatch):
    monkeypatch.setenv("AMAR_HOME", str(context.settings.home))

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["evaluation", *words])
        assert done.exit_code == 0, done.output
        return done.output

    run("propose", "rules/0.1.0", "--as", "DEMO-STATISTICIAN")
    norms = run("propose", "norms", "--as", "DEMO-PLANNER").split()[0]
    run("confirm", "rules/0.1.0", "--as", "DEMO-APPROVER")
    run("confirm", norms, "--as", "DEMO-APPROVER")
    assert "vintage/1399-12/1 is proposed (synthetic" in run("freeze", "1399-12", "--as", "DEMO-STATISTICIAN")
    run("confirm", "vintage/1399-12/1", "--as", "DEMO-APPROVER")
    run("reply", UNIT, "1399-12", "--text", "flood in Azar", "--as", "DEMO-PROVINCE")
    shown = run("show", UNIT)
    for words in (
        "provenance synthetic",
        "list_receipt_rate",
        "IMPROVING",
        "SAME_INSTANT",
        "flood in Azar",
        "DEMO-NORMS-1",
    ):
        assert words in shown
    assert "confirmed" in run("list")
    done = CliRunner().invoke(app, ["audit", "verify"])
    assert "1 vintages of evaluation verified" in done.output
