"""What a proposal and a confirmation enter besides themselves: definitions, norms, disclosure parameters, verdicts."""

import json

import pytest
from release_world import FACTS, LABELS, fact, make_world, write_facts

from governance.clauses import RefusedError
from governance.evaluation import acts, basis
from governance.releases import build
from governance.releases.definitions import rules_for
from governance.releases.propose import NothingChangedError, propose
from governance.releases.read import list_releases
from orchestration.settings import Settings
from orchestration.verdicts import verdicts
from vocabulary.indicators.load import load_versions
from vocabulary.norms.load import norms_in_use


@pytest.fixture
def world(tmp_path):
    world = make_world(tmp_path)
    yield world
    world.context.engine.dispose()


def told(world, kind):
    with world.context.ledger.reading() as ledger:
        return {event.subject: (event, ledger.payload(event.sequence)) for event in ledger.events(kind=kind)}


def test_definitions_and_disclosure_parameters_are_entered_when_they_first_take_effect(world):
    world.release()
    entered = told(world, "definition.adopted")
    assert {subject.split("/")[1] for subject in entered} == {f"{each.code}@{each.version}" for each in load_versions()}
    event, said = next(each for name, each in entered.items() if name.startswith("definition/support_ratio@1.0.0/"))
    assert (event.clause, event.office, said["official"]) == ("DASH-D", "HQ-STATISTICS", "DEMO-STATISTICIAN")
    assert (said["code"], said["version"], said["decision"], said["valid_from"]) == (
        "support_ratio", "1.0.0", None, "1380-01",
    )  # fmt: skip
    assert said["content_hash"].startswith("sha256:" + event.subject.rpartition("/")[2])
    ((gate, parameters),) = told(world, "disclosure.parameters_adopted").values()
    assert (gate.clause, parameters["threshold"], parameters["areas"]) == ("STAT-N1", 20, ["national", "province"])
    with world.context.ledger.reading() as ledger:
        proposal = ledger.events(kind="release.proposed")[0]
        assert {each.instant for each, _ in entered.values()} == {proposal.instant}
        before = ledger.head()
    with pytest.raises(NothingChangedError):
        world.propose()
    write_facts(world.home, [*FACTS, fact("support_ratio", "IR-23", "1399-11", 3400000, 900000)])
    world.propose()
    with world.context.ledger.reading() as ledger:
        assert ledger.head() == before + 2
    assert told(world, "definition.adopted").keys() == entered.keys()


def test_a_definition_that_changes_without_a_new_version_is_another_event(world, monkeypatch):
    world.release()
    before = told(world, "definition.adopted").keys()

    def reworded(structure):
        rules = rules_for(structure)
        rules["support_ratio"].document["names"] = {"fa": "دیگر", "en": "Otherwise"}
        return rules

    monkeypatch.setattr(build, "rules_for", reworded)
    world.propose()
    (new,) = told(world, "definition.adopted").keys() - before
    assert new.startswith("definition/support_ratio@1.0.0/")


def test_norms_are_entered_one_by_one_when_two_persons_adopted_them(world):
    subject = basis.norms_subject(demonstration=True)
    acts.propose(world.context, subject, actor="DEMO-PLANNER", now=world.tick())
    assert told(world, "norm.adopted") == {}
    acts.confirm(world.context, subject, actor="DEMO-APPROVER", now=world.tick())
    norms = norms_in_use(demonstration=True)
    entered = told(world, "norm.adopted")
    assert len(entered) == len(norms)
    assert {said["decision"] for _, said in entered.values()} == {norm.decision_id for norm in norms}


def verdict_of(world):
    ((event, said),) = told(world, "release.checked").values()
    return event, said, {check["check"]: check for check in said["checks"]}


def test_the_verdicts_of_the_checks_stand_beside_the_proposal(world):
    world.propose("INSURED")
    event, said, checks = verdict_of(world)
    assert (event.subject, event.clause, said["outcome"]) == ("INSURED@1.0.0", "DASH-B", "unknown")
    assert (checks["data"]["outcome"], checks["labels"]["outcome"]) == ("unknown", "unknown")
    assert (checks["gate"]["outcome"], checks["gate"]["threshold"], checks["gate"]["withheld"]) == ("passed", 20, 1)
    assert (checks["gate"]["provenance"], checks["gate"]["provisional"]) == ("synthetic", 0)


def test_what_was_run_elsewhere_is_told_with_it(world):
    home = Settings(home=world.home.root).amar_home
    results = {"test.amar.one": "pass", "test.amar.two": "warn", "model.amar.m": "success"}
    write_results(home, results)
    labels = {"actor": "DEMO-STATISTICIAN", "labels": LABELS, "now": world.tick()}
    propose(world.context, "INDICATORS", checks=verdicts(Settings(home=world.home.root)), **labels)
    _, said, checks = verdict_of(world)
    assert (checks["data"]["outcome"], checks["data"]["tests"], checks["data"]["warned"]) == ("flagged", 2, 1)
    assert (checks["plausibility"]["outcome"], said["outcome"]) == ("unknown", "unknown")


@pytest.mark.parametrize("failed", [{"test.amar.one": "fail"}, {"model.amar.m": "error", "test.amar.one": "skipped"}])
def test_what_failed_is_not_proposed(world, failed):
    home = Settings(home=world.home.root).amar_home
    write_results(home, failed)
    checks = verdicts(Settings(home=world.home.root))
    with pytest.raises(RefusedError, match="failed checks of data") as refused:
        propose(
            world.context, "INDICATORS", actor="DEMO-STATISTICIAN", labels=LABELS, now=world.tick(),
            checks=checks,
        )  # fmt: skip
    assert refused.value.clause == "DASH-B"
    assert list_releases(world.context) == []


def write_results(home, statuses):
    home.dbt_artifacts.mkdir(parents=True)
    results = [{"unique_id": name, "status": status} for name, status in statuses.items()]
    (home.dbt_artifacts / "run_results.json").write_text(json.dumps({"results": results}))
