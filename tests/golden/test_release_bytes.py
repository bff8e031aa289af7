"""A small release and its answers, byte for byte: one clock, counted salts, fixed rows."""

import json

import pytest
from fastapi.testclient import TestClient
from pyarrow import parquet
from release_world import make_world

from api.app import create_app
from governance.ledger.verify import verify

TABLES = ("data.parquet", "files.parquet", "lineage.parquet", "measures.parquet", "set_aside.parquet")


@pytest.fixture
def world(tmp_path):
    world = make_world(tmp_path)
    world.release()
    world.release("INSURED")
    yield world
    world.context.engine.dispose()


def pretty(value) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


@pytest.mark.parametrize("dataset", ["INDICATORS", "INSURED"])
def test_the_files_of_a_release(world, golden, dataset):
    folder = world.context.store.path(dataset, "1.0.0")
    golden(f"{dataset}.csv", (folder / "data.csv").read_bytes())
    golden(f"{dataset}.structure.json", pretty(json.loads((folder / "structure.json").read_bytes())))
    columns = {name: str(parquet.read_schema(folder / name)) for name in sorted(TABLES) if (folder / name).is_file()}
    golden(f"{dataset}.columns.json", pretty({name: text.splitlines() for name, text in columns.items()}))
    manifest = world.context.store.manifest(dataset, "1.0.0")
    golden(f"{dataset}.content_hash.txt", f"{manifest.content_hash}\n".encode())


def test_the_lineage_of_a_release(world, golden):
    rows = parquet.read_table(world.context.store.path("INDICATORS", "1.0.0") / "lineage.parquet").to_pylist()
    golden("INDICATORS.lineage.json", pretty(rows))


def test_the_envelopes_of_the_ledger(world, golden):
    """Those of roles: what a release's events commit to covers Parquet bytes, which depend on the writer."""
    checked = verify(world.context.engine)
    with world.context.ledger.reading() as ledger:
        grants = [event.__dict__ | {"leaf_hash": event.leaf_hash()} for event in ledger.events(kind="role.")]
    assert checked.is_sound
    golden("ledger.grants.json", pretty(grants))


def without_hashes(body):
    """Leave out the hashes that cover Parquet bytes, which differ between versions of the writer."""
    return {**body, "release": {**body["release"], "manifest_hash": "…"}}


@pytest.mark.parametrize(
    ("name", "query"),
    [("INDICATORS", ""), ("INDICATORS.support_ratio", "?INDICATOR=support_ratio&GEO=IR&period=1399-12")],
)
def test_the_answer_of_the_api(world, golden, name, query):
    with TestClient(create_app(world.context.settings)) as client:
        body = client.get(f"/v1/datasets/INDICATORS/data{query}").json()
    golden(f"{name}.answer.json", pretty(without_hashes(body)))
