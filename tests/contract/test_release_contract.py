"""A release from proposal to API, with its ledger on every database."""

import pytest
from fastapi.testclient import TestClient
from release_world import APPROVER, AUDITOR, STATISTICIAN, make_world

from api.app import create_app
from governance.audit import amar_verify
from governance.audit.export import Audience, export
from governance.audit.proof import prove
from governance.clauses import RefusedError
from governance.ledger.verify import verify
from governance.lineage.published import trace
from governance.releases.flow import approve, withdraw
from governance.releases.propose import NothingChangedError
from governance.releases.states import TransitionError

SUPPORT = "INDICATORS@1.0.0/support_ratio.IR/1399-12"


@pytest.fixture
def world(tmp_path, database_url):
    world = make_world(tmp_path, database_url=database_url)
    yield world
    world.context.engine.dispose()


def test_from_proposal_to_answer(world):
    with pytest.raises(RefusedError):
        world.propose(actor=APPROVER)
    world.propose()
    with pytest.raises(RefusedError):
        approve(world.context, "INDICATORS@1.0.0", actor=STATISTICIAN, now=world.tick())
    world.release()
    with pytest.raises(NothingChangedError):
        world.propose()
    assert len(trace(world.context, SUPPORT).sources) == 2
    with TestClient(create_app(world.context.settings)) as client:
        assert client.get(f"/v1/lineage/{SUPPORT}").json()["observation"]["value"] == "3.45"
        assert client.get("/v1/health").json()["ledger_events"] == verify(world.context.engine).tree_size
        withdraw(world.context, "INDICATORS@1.0.0", actor=APPROVER, reason="counted twice", now=world.tick())
        assert client.get(f"/v1/lineage/{SUPPORT}").status_code == 410
    with pytest.raises(TransitionError):
        withdraw(world.context, "INDICATORS@1.0.0", actor=APPROVER, reason="again", now=world.tick())
    assert verify(world.context.engine).is_sound


def test_what_is_exported_verifies_alone(world, tmp_path):
    world.release()
    done = export(world.context, tmp_path / "bundle", audience=Audience.AUDITOR, actor=AUDITOR)
    assert amar_verify.main(["verify", str(tmp_path / "bundle"), "--key", done.vkey]) == 0
    (tmp_path / "proof.json").write_bytes(prove(world.context, SUPPORT))
    assert amar_verify.main(["inclusion", str(tmp_path / "proof.json"), "--key", done.vkey]) == 0
