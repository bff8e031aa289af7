"""Acts on releases become lineage events from the ledger: none before the publication, none missed, none twice."""

import json
from pathlib import Path

import pytest
from openlineage_rules import Rules
from release_world import APPROVER, STATISTICIAN, World, make_world

from governance.releases.flow import approve, publish, withdraw
from lake.layout import Home
from orchestration.openlineage import acts
from orchestration.openlineage.acts import collect, proposal_observed
from orchestration.openlineage.log import EventLog


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


def told(home: Home) -> list[tuple[str, str]]:
    return [(item["job"]["name"], item["eventType"]) for entry in EventLog(home).entries() for item in entry.events]


def both(*jobs: str) -> list[tuple[str, str]]:
    return [(f"release.INDICATORS.{job}", state) for job in jobs for state in ("START", "COMPLETE")]


def test_nothing_is_told_before_the_publication_and_then_everything(world: World) -> None:
    release = world.propose()
    assert collect(world.context, world.home) == 0
    approve(world.context, release.id, actor=APPROVER, now=world.tick())
    assert collect(world.context, world.home) == 0
    assert told(world.home) == []
    publish(world.context, release.id, actor=STATISTICIAN, now=world.tick())
    assert collect(world.context, world.home) == 4
    assert told(world.home) == both("proposed", "checked", "approved", "published")
    withdraw(world.context, release.id, actor=APPROVER, reason="A mistake.", now=world.tick())
    assert collect(world.context, world.home) == 1
    assert told(world.home)[8:] == both("withdrawn")
    assert collect(world.context, world.home) == 0


def test_what_is_withdrawn_before_it_is_published_is_never_told(world: World) -> None:
    release = world.propose()
    withdraw(world.context, release.id, actor=APPROVER, reason="A mistake.", now=world.tick())
    assert collect(world.context, world.home) == 0
    world.release("INSURED")
    collect(world.context, world.home)
    assert {job.split(".")[1] for job, _ in told(world.home)} == {"INSURED"}


def test_acts_are_told_as_they_happen_where_the_settings_say_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMAR_OPENLINEAGE_UNPUBLISHED", "true")
    world.propose()
    assert collect(world.context, world.home) == 2
    assert told(world.home) == both("proposed", "checked")
    with pytest.raises(ValueError, match="x"), proposal_observed(world.home, "INDICATORS", "run"):
        raise ValueError("x")
    assert told(world.home)[4:] == [("release.INDICATORS.proposed", state) for state in ("START", "FAIL")]


def test_killed_before_its_place_is_noted_it_tells_the_same_events_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.release()
    with monkeypatch.context() as patch:
        patch.setattr(acts, "write_durably", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            collect(world.context, world.home)
    collect(world.context, world.home)
    first, again = EventLog(world.home).entries()
    assert first.events == again.events


def test_events_name_office_clause_and_leaf_and_no_person_and_no_figure(world: World) -> None:
    world.release()
    collect(world.context, world.home)
    events = [event for entry in EventLog(world.home).entries() for event in entry.events]
    rules = Rules()
    assert [fault for event in events for fault in rules.faults(event)] == []
    with world.context.ledger.reading() as ledger:
        told_acts = [event for event in ledger.events(kind="release.") if event.kind in acts.KINDS]
        leaves = [event.leaf_hash() for event in told_acts]
        names = {str(ledger.payload(event.sequence)["name"]) for event in told_acts}
    facets = [event["run"]["facets"] for event in events if event["eventType"] == "COMPLETE"]
    assert [facet["amar_approval"]["leafHash"] for facet in facets] == leaves
    assert [facet["amar_approval"]["clause"] for facet in facets] == ["DASH-B", "DASH-B", "HOUSE-10", "OPEN-2"]
    assert facets[0]["amar_disclosureCertificate"]["lowered"]["value"] == "public × aggregate"
    text = json.dumps(events, ensure_ascii=False)
    assert not [word for word in (*names, "14580188", "4228899", "3.45", "mis_GO-23") if word in text]
    output = events[1]["outputs"][0]["facets"]
    assert output["version"]["datasetVersion"].startswith("1.0.0;content:sha256:")
    (value,) = output["columnLineage"]["fields"]["OBS_VALUE"]["inputFields"]
    assert (value["name"], value["field"]) == ("gold.fct_indicator_observation", "value")
    assert value["transformations"] == [{"type": "DIRECT", "subtype": "IDENTITY", "masking": True}]
    manifest = events[-1]["outputs"][0]["facets"]["version"]["datasetVersion"]
    assert "manifest:sha256:" in manifest


def test_a_facet_that_is_not_as_its_schema_says_is_found(world: World) -> None:
    world.release()
    collect(world.context, world.home)
    event = json.loads(json.dumps(next(EventLog(world.home).entries()).events[0]))
    rules = Rules()
    assert rules.faults(event) == []
    event["run"]["facets"]["amar_approval"]["leafHash"] = "no hash"
    event["run"]["facets"]["amar_disclosureCertificate"].pop("gate")
    event["inputs"][0]["facets"]["version"] = {**event["inputs"][0]["facets"]["version"], "datasetVersion": 3}
    event["eventType"] = "ENDED"
    assert len(rules.faults(event)) == 4
