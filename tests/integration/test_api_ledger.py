"""The ledger over HTTP: whoever holds a checkpoint can tell that nothing was changed, and sees no release too early."""

import json

import pytest
from fastapi.testclient import TestClient
from release_world import APPROVER, LEDGER_KEY, STATISTICIAN, make_world
from sqlalchemy import text

from api.app import create_app
from governance.context import open_context
from governance.database.engine import migrate
from governance.ledger.checkpoint import verify_note
from governance.ledger.envelope import Event
from governance.ledger.merkle import root_hash, verify_consistency, verify_inclusion
from governance.ledger.signing import parse_vkey
from governance.releases.flow import approve, publish, withdraw
from governance.releases.states import SEALED
from governance.settings import Settings


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    """A client of an installation that no test changes."""
    world = make_world(tmp_path_factory.mktemp("settled"))
    world.release()
    with TestClient(create_app(world.context.settings)) as client:
        yield client
    world.context.engine.dispose()


@pytest.fixture
def world(tmp_path):
    """An installation with one published release."""
    world = make_world(tmp_path)
    world.release()
    yield world
    world.context.engine.dispose()


@pytest.fixture
def client(world):
    """A client of it."""
    with TestClient(create_app(world.context.settings), raise_server_exceptions=False) as client:
        yield client


def problem(response, status, **members):
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert members.items() <= response.json().items()


def entries(client):
    return client.get("/v1/ledger/entries?limit=1000").json()["entries"]


def test_an_outsider_checks_the_whole_way(client, world):
    key = parse_vkey(client.get("/v1/ledger/key").json()["vkey"])
    assert key == LEDGER_KEY.verifying
    answer = client.get("/v1/ledger/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    earlier = verify_note(answer.text, key)
    world.propose("INSURED")
    later = verify_note(client.get("/v1/ledger/checkpoint").text, key)
    assert later.tree_size == earlier.tree_size + 2
    steps = client.get(f"/v1/ledger/proof/consistency?old={earlier.tree_size}&new={later.tree_size}").json()
    assert verify_consistency(earlier.tree_size, later.tree_size, steps["hashes"], earlier.root_hash, later.root_hash)
    leaves = entries(client)
    assert [leaf["sequence"] for leaf in leaves] == list(range(1, later.tree_size + 1))
    assert root_hash(leaf["leaf_hash"] for leaf in leaves) == later.root_hash
    for leaf in leaves:
        proof = client.get(f"/v1/ledger/proof/inclusion?sequence={leaf['sequence']}").json()
        assert (proof["leaf_hash"], proof["root_hash"]) == (leaf["leaf_hash"], later.root_hash)
        index = leaf["sequence"] - 1
        assert verify_inclusion(leaf["leaf_hash"], index, later.tree_size, proof["hashes"], later.root_hash)


def test_nothing_tells_of_a_release_before_its_publication(client, world):
    known = entries(client)
    proposed = world.propose("INSURED")
    approve(world.context, proposed.id, actor=APPROVER, now=world.tick())
    embargoed = entries(client)[len(known) :]
    assert [leaf["envelope"] for leaf in embargoed] == [None] * 3
    paths = ("checkpoint", "checkpoints", "entries?limit=1000", "key", "proof/inclusion?sequence=8")
    said = "".join(client.get(f"/v1/ledger/{path}").text for path in paths)
    with world.context.ledger.reading() as ledger:
        for event in ledger.iterate(len(known) + 1):
            assert event.instant not in said
            assert event.commitment not in said
    assert "INSURED" not in said
    publish(world.context, proposed.id, actor=STATISTICIAN, now=world.tick())
    shown = [leaf["envelope"] for leaf in entries(client)[len(known) :]]
    assert {envelope["subject"].partition("/")[0] for envelope in shown} == {proposed.id}
    assert [envelope["kind"] for envelope in shown[:4]] == [
        "release.proposed",
        "release.checked",
        "release.approved",
        "release.published",
    ]
    withdraw(world.context, proposed.id, actor=APPROVER, reason="an error", now=world.tick())
    last = entries(client)[-1]
    assert last["envelope"]["kind"] == "release.withdrawn"
    assert Event(**last["envelope"]).leaf_hash() == last["leaf_hash"]


def test_a_release_withdrawn_before_its_publication_stays_unseen(client, world):
    proposed = world.propose("INSURED")
    withdraw(world.context, proposed.id, actor=APPROVER, reason="an error", now=world.tick())
    assert [leaf["envelope"] for leaf in entries(client)[-2:]] == [None, None]


def test_no_payload_and_no_person_leaves(client, world):
    with world.context.ledger.reading() as ledger:
        payloads = [ledger.payload(event.sequence) for event in ledger.iterate()]
    names = {str(payload["name"]) for payload in payloads if "name" in payload}
    assert names
    paths = ("entries", "checkpoints", "proof/inclusion?sequence=1", "proof/consistency?old=1")
    said = "".join(json.dumps(client.get(f"/v1/ledger/{path}").json(), ensure_ascii=False) for path in paths)
    assert not [name for name in names if name in said]
    kinds = {leaf["envelope"]["kind"].partition(".")[0] for leaf in entries(client) if leaf["envelope"]}
    assert kinds <= {"release", "manifest"}


def test_pages_of_entries_and_checkpoints(client, world):
    whole, path, paged = entries(client), "/v1/ledger/entries?limit=2", []
    while path:
        page = client.get(path).json()
        paged, path = [*paged, *page["entries"]], page["next"]
    assert paged == whole
    assert client.get(f"/v1/ledger/entries?start={len(whole) + 1}").json()["entries"] == []
    with world.context.ledger.writing() as writer:
        writer.keep(writer.head())
    world.propose("INSURED")
    first = client.get("/v1/ledger/checkpoints?limit=1").json()
    second = client.get(first["next"]).json()
    sizes = [page["checkpoints"][0]["tree_size"] for page in (first, second)]
    assert (sizes, second["next"]) == ([len(whole), len(whole) + 2], None)
    for page in (first, second):
        said = verify_note(page["checkpoints"][0]["note"], LEDGER_KEY.verifying)
        assert said.root_hash == page["checkpoints"][0]["root_hash"]


@pytest.mark.parametrize("path", ["checkpoint", "checkpoints", "entries", "key", "proof/inclusion?sequence=1"])
def test_answers_have_tags(settled, path):
    answer = settled.get(f"/v1/ledger/{path}")
    assert answer.headers["cache-control"] == "public, no-cache"
    again = settled.get(f"/v1/ledger/{path}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("path", "status", "parameter"),
    [
        ("proof/inclusion?sequence=1&size=999", 400, "size"),
        ("proof/inclusion?sequence=999", 400, "sequence"),
        ("proof/inclusion?sequence=3&size=2", 400, "sequence"),
        ("proof/inclusion?sequence=0", 422, "sequence"),
        ("proof/inclusion", 422, "sequence"),
        ("proof/inclusion?sequence=1&size=99999999999999999999", 422, "size"),
        ("proof/consistency?old=1&new=999", 400, "new"),
        ("proof/consistency?old=3&new=2", 400, "old"),
        ("proof/consistency?old=x", 422, "old"),
        ("entries?start=0", 422, "start"),
        ("entries?limit=1001", 422, "limit"),
        ("checkpoints?after=-1", 422, "after"),
    ],
)
def test_what_cannot_be_answered_is_a_problem(settled, path, status, parameter):
    problem(settled.get(f"/v1/ledger/{path}"), status, parameter=parameter)


def test_a_changed_ledger_is_not_answered_from(client, world):
    with world.context.engine.begin() as connection:
        connection.execute(text("drop trigger ledger_event_update"))
        connection.execute(text("update ledger_event set office = 'HQ-CEO' where sequence = 2"))
    problem(client.get("/v1/ledger/entries"), 503, type="urn:amar:problem:not-as-approved")


def test_nothing_is_signed_in_an_empty_ledger(tmp_path):
    settings = Settings(home=tmp_path)
    with open_context(settings) as context:
        migrate(context.engine)
    with TestClient(create_app(settings)) as client:
        for path in ("checkpoint", "key"):
            problem(client.get(f"/v1/ledger/{path}"), 404, type="urn:amar:problem:unknown-checkpoint")
        assert client.get("/v1/ledger/entries").json() == {"tree_size": 0, "entries": [], "next": None}
    assert not (tmp_path / "ledger.key").exists()


def test_acts_on_published_releases_by_clause(client, world):
    world.propose("INSURED")
    answer = client.get("/v1/ledger/acts").json()
    kinds = [act["kind"] for act in answer["acts"]]
    assert kinds == [*(f"release.{step}" for step in ("proposed", "checked", "approved", "published")), SEALED]
    assert {act["subject"].partition("/")[0] for act in answer["acts"]} == {"INDICATORS@1.0.0"}
    assert answer["clauses"].keys() == {"DASH-B", "HOUSE-10", "OPEN-2", "HOUSE-4"}
    assert "DEMO-" not in client.get("/v1/ledger/acts").text
    path, paged = "/v1/ledger/acts?kind=release.&limit=3", []
    while path:
        page = client.get(path).json()
        paged, path = [*paged, *page["acts"]], page["next"]
    assert paged == answer["acts"][:4]
    for query, count in [("clause=HOUSE-10", 1), ("office=GO-16", 0), ("subject=INDICATORS@", 5), ("since=2099", 0)]:
        assert len(client.get(f"/v1/ledger/acts?{query}").json()["acts"]) == count
    problem(client.get("/v1/ledger/acts?limit=0"), 422)
