"""The state is the fold of the ledger and of what survives of its payloads; erasing never stops anybody."""

import json
import random
from datetime import date

import pytest
from fastapi.testclient import TestClient
from release_world import APPROVER, AUDITOR, STATISTICIAN, make_world
from sqlalchemy import text
from typer.testing import CliRunner

from api.app import create_app
from governance import grants, keys
from governance.acts.exceptions import exceptions
from governance.acts.read import Wanted, acts
from governance.clauses import RefusedError
from governance.evaluation import acts as evaluation
from governance.evaluation import basis
from governance.evaluation.read import standings
from governance.evaluation.states import Subject
from governance.ledger.envelope import Draft
from governance.ledger.verify import verify
from governance.lineage.published import trace
from governance.officials import Role
from governance.plausibility.review import reviews
from governance.releases.flow import withdraw
from governance.releases.read import list_releases, show
from governance.retention import acts as retention
from governance.retention.losses import losses
from governance.retention.rules import load_rules
from governance.retention.standing import _erasures, _expired
from governance.state.fold import GONE, fold
from governance.state.rebuild import differences
from orchestration.cli.main import app
from orchestration.correction_events import enter

SUPPORT = "INDICATORS@1.0.0/support_ratio.IR/1399-12"
SHA = "a" * 64


def make_full_world(folder):
    """An installation in which every kind of event happened, those that take a lake by hand."""
    world = make_world(folder)
    context, now = world.context, world.now
    two = {"proposed": STATISTICIAN, "confirmed": APPROVER}
    entered = grants.seed_demo(context, now=now)
    grants.revoke(context, entered[-1].id, decision="WG-9", actor="DEMO-SECRETARY", now=now)
    context.officials.revoke("DEMO-PLANNER", Role.PLANNER, office="HQ", decision="WG-9", now=now)
    context.officials.grant("DEMO-PLANNER", Role.PLANNER, office="HQ", decision="WG-10", now=now)
    context.officials.correct(context.officials.find(AUDITOR).__class__(AUDITOR, "x", "HQ-SECURITY", is_demo=True),
                              decision="WG-9", now=now)  # fmt: skip
    world.release()
    world.release("INSURED")
    withdraw(context, "INSURED@1.0.0", actor=APPROVER, reason="an error", now=world.tick())
    norms = basis.norms_subject(demonstration=True)
    for subject, actor in ((norms, "DEMO-PLANNER"), (Subject.parse("rules/0.1.0"), STATISTICIAN)):
        evaluation.propose(context, subject, actor=actor, now=now)
        evaluation.confirm(context, subject, actor=APPROVER, now=now)
    rule = load_rules()[0]
    retention.propose(context, rule, actor=two["proposed"], now=now)
    retention.confirm(context, rule, actor=two["confirmed"], now=now)
    for kind in (keys.ROTATED, keys.ABANDONED):
        keys.record(context, kind, actor=STATISTICIAN, decision="WG-9", fingerprint="f", now=now)
    enter(context.ledger, "mis", [], now=now)
    with context.ledger.writing() as writer:
        for kind, subject, said in BY_HAND:
            payload = {**context.officials.find(STATISTICIAN).signature(), **said}
            writer.append(Draft("HQ-STATISTICS", kind, subject, "OPEN-1", payload), now=now)
    return world


_FILES = [{"sha256": SHA, "rows": 3}]
BY_HAND = [
    ("correction", "corrections/mis", {"digest": "d", "corrections": [{"proposed_by": "a", "approved_by": "b"}]}),
    ("erasure.requested", "erasure/X/1", {"decision": "X", "reason": "COURT_ORDER", "pseudonyms": 1}),
    ("erasure.confirmed", "erasure/X/1", {"decision": "X"}),
    ("rows.erased", "erasure/X/1", {"decision": "X", "reason": "COURT_ORDER", "rows": 3, "tables": [],
                                    "files": _FILES, "old_files_held": 0}),
    ("rows.expired", "expiry/1", {"layer": "bronze", "source": "mis", "period": "1399-12", "rows": 3,
                                  "files": _FILES, "rule": "r", "decision": "X", "keep_months": 1}),
    ("plausibility.judged", "plausibility/f", {"verdict": "CONFIRMED", "reason": "right", "indicator_code": "i",
                                               "geo_code": "IR", "period": "1399-12", "kind": "JUMP"}),
    ("evaluation.vintage.proposed", "vintage/1399-12/1", {"content": "c"}),
    ("evaluation.vintage.confirmed", "vintage/1399-12/1", {"content": "c"}),
    ("evaluation.vintage.replied", "vintage/1399-12/1/161001", {"indicator": None, "text": "t", "content": "c"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = make_full_world(tmp_path_factory.mktemp("state"))
    yield world
    world.context.engine.dispose()


def state_of(world):
    with world.context.ledger.reading() as ledger:
        return fold(ledger)


def rebuilt(world):
    with world.context.ledger.reading() as ledger:
        return differences(ledger)


@pytest.fixture
def cli(world, monkeypatch):
    """Run a command of the auditor and return its exit code and output."""
    monkeypatch.setenv("AMAR_HOME", str(world.home.root))

    def run(*arguments):
        done = CliRunner().invoke(app, ["audit", *arguments])
        return done.exit_code, done.output

    return run


def test_the_whole_state(world):
    state = state_of(world)
    assert state.releases == {
        "INDICATORS@1.0.0": {"state": "published", "checked": "unknown"},
        "INSURED@1.0.0": {"state": "withdrawn", "checked": "unknown"},
    }
    assert state.officials["DEMO-PLANNER"]["roles"] == ["planner"]
    assert (state.officials[AUDITOR]["office"], state.officials[AUDITOR]["is_demo"]) == ("HQ-SECURITY", True)
    assert [grant["state"] for grant in state.grants.values()] == ["stands"] * 4 + ["revoked"]
    assert set(state.evaluation.values()) == {
        "evaluation.norms.confirmed", "evaluation.rules.confirmed", "evaluation.vintage.confirmed",
    }  # fmt: skip
    assert state.verdicts == {"f": "CONFIRMED"}
    assert state.subjects["erasure/X/1"] == "rows.erased"
    assert any(name.startswith("retention/") for name in state.subjects)
    assert {name.partition("/")[0] for name in state.adopted} == {"definition", "disclosure", "norm"}
    assert sum(state.kinds.values()) == state.events == verify(world.context.engine).tree_size
    assert state.erased == ()
    json.dumps(state.document())


def test_state_tables_are_rebuilt_and_what_differs_is_named(world, cli):
    assert rebuilt(world) == []
    assert cli("rebuild")[0] == 0
    with world.context.engine.begin() as connection:
        kept = connection.execute(text("select sequence from official where code = 'DEMO-PROVINCE'")).scalar()
        connection.execute(text("update official set sequence = 1 where code = 'DEMO-PROVINCE'"))
        connection.execute(text("delete from official where code = 'DEMO-PLANNER'"))
        connection.execute(text("insert into official values ('FORGED', 1)"))
        connection.execute(text("insert into official_before values ('OLD', 'x', 'HQ', false)"))
    found = rebuilt(world)
    assert [line.partition(":")[0] for line in found] == [
        "official DEMO-PLANNER", "official DEMO-PROVINCE", "official FORGED", "official_before OLD",
    ]  # fmt: skip
    code, output = cli("rebuild")
    assert (code, "official FORGED: the table says it" in output) == (1, True)
    planner = state_of(world).officials["DEMO-PLANNER"]["event"]
    with world.context.engine.begin() as connection:
        connection.execute(text("delete from official where code = 'FORGED'"))
        connection.execute(text("delete from official_before"))
        values = {"kept": kept, "planner": planner}
        connection.execute(text("update official set sequence = :kept where code = 'DEMO-PROVINCE'"), values)
        connection.execute(text("insert into official values ('DEMO-PLANNER', :planner)"), values)
    assert rebuilt(world) == []


def test_the_commands_of_the_auditor(cli):
    code, output = cli("acts", "--json")
    public = json.loads(output)
    assert (code, {each["kind"].partition(".")[0] for each in public}) == (0, {"release", "manifest"})
    assert "DEMO-" not in output
    code, output = cli("acts", "--as", AUDITOR, "--kind", "access.", "--limit", "2")
    assert (code, output.count("DEMO-SECRETARY")) == (0, 2)
    code, output = cli("exceptions", "--as", AUDITOR, "--json")
    found = json.loads(output)
    assert (code, found[0]["exception"], found[0]["rank"]) == (1, "SAME_PERSON", 1)
    assert {"UNWITNESSED", "NO_DECISION", "DEMO_OFFICIAL"} <= {each["exception"] for each in found}
    assert all(each["fa"] and each["en"] for each in found)
    code, output = cli("state", "--as", AUDITOR)
    assert (code, json.loads(output)["officials"][AUDITOR]["roles"]) == (0, ["auditor"])
    for command in (["acts"], ["exceptions"], ["state"]):
        code, output = cli(*command, "--as", STATISTICIAN)
        assert (code, "takes the role auditor" in output) == (4, True)
    assert "کارشناس" not in cli("exceptions", "--as", AUDITOR)[1]


def every_reader(world):
    """Call whatever folds or lists events; what may refuse, refuses in words."""
    context = world.context
    with context.ledger.reading() as ledger:
        state = fold(ledger)
        exceptions(ledger.connection)
        acts(ledger, Wanted(), limit=1000)
        grants.standing(ledger)
        reviews(ledger)
        _expired(ledger)
        _erasures(ledger)
    losses(context.ledger, {SHA})
    standings(context)
    for release in list_releases(context):
        show(context, release.id)
    trace(context, SUPPORT)
    retention.in_force(context, load_rules(), date(2027, 1, 1))
    context.officials.entries()
    return state


def test_erasing_any_payload_stops_nobody_and_reads_erased(tmp_path):
    world = make_full_world(tmp_path)
    with world.context.ledger.reading() as ledger:
        one_of_each = {event.kind: event for event in ledger.events()}
    order = sorted(one_of_each.values(), key=lambda event: event.kind)
    random.Random(6).shuffle(order)
    before = state_of(world)
    for event in order:
        with world.context.ledger.writing() as writer:
            writer.erase(event.sequence, office="HQ-LEGAL", clause="OPEN-1", reason="asked for", now=world.tick())
        every_reader(world)
        assert rebuilt(world) == []
    state = every_reader(world)
    assert set(state.erased) == {event.sequence for event in order}
    assert verify(world.context.engine).is_sound
    assert state.verdicts == {"f": GONE}
    assert state.officials[AUDITOR]["office"] == GONE
    assert state.releases.keys() == before.releases.keys()
    assert state.releases["INSURED@1.0.0"] == {"state": "withdrawn", "checked": GONE}
    assert GONE in {grant["state"] for grant in state.grants.values()}
    assert state.adopted[one_of_each["definition.adopted"].subject]["content_hash"] == GONE
    with pytest.raises(RefusedError, match="was erased"):
        world.context.officials.find(AUDITOR)
    with TestClient(create_app(world.context.settings)) as client:
        for path in ("datasets/INDICATORS", "datasets/INSURED/versions", f"lineage/{SUPPORT}", "ledger/entries"):
            assert client.get(f"/v1/{path}").status_code == 200
    world.context.engine.dispose()
