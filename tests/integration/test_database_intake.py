"""A database's rows through intake: the same bronze, states and silver as a file's, and once each after a crash."""

import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from database_world import START, VARIABLE, World, postgresql_world, sqlite_world

from lake import bronze, slices, tables
from lake.contracts import model
from lake.pseudonym import DEVELOPMENT_KEYRING
from orchestration.ingest import build_slices, take_in


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    made = sqlite_world if request.param == "sqlite" else postgresql_world
    with made(tmp_path) as (world, url):
        monkeypatch.setenv(VARIABLE, url)
        monkeypatch.setattr(model, "FOLDER", tmp_path)
        model.load_source.cache_clear()
        yield world
    model.load_source.cache_clear()


def ingest(world: World) -> int:
    source = world.source()
    rows = take_in(world.home, source, periods=None, ingest_id="test").rows
    stale = slices.stale(world.home, source, DEVELOPMENT_KEYRING)
    build_slices(world.home, source, DEVELOPMENT_KEYRING, periods=stale)
    return rows


def bronze_ids(world: World) -> list[int]:
    return sorted(int(number) for number in tables.read(world.home, "bronze", "payment")["payment_id"].to_pylist())


def test_a_changed_row_supersedes_the_old_one(world: World) -> None:
    world.insert(range(3), step=1)
    world.insert([7], month="?")
    assert ingest(world) == 4
    assert ingest(world) == 0
    with world.engine.begin() as connection:
        changed = world.table.update().where(world.table.c.payment_id == 1)
        connection.execute(changed.values(amount=5, changed_at=START + dt.timedelta(minutes=1)))
    assert ingest(world) == 1
    silver = pl.DataFrame(tables.read(world.home, "silver", "payment")).sort("payment_id")
    assert [int(amount) for amount in silver["amount_rial"]] == [0, 5, 2000]
    assert silver["paid_on"].unique().to_list() == [dt.date(2021, 3, 1)]
    states = pl.DataFrame(tables.read(world.home, "silver", "payment_row_state"))
    assert sorted(states["state"]) == ["quarantined", "superseded"]


def test_rows_are_spooled_in_the_home_and_nothing_is_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    world.insert(range(3), step=1)
    assert ingest(world) == 3
    assert not list(world.home.spill.iterdir())


def test_a_run_that_dies_before_or_after_its_commit_doubles_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(Exception):
        pass

    def die(*_: object, **__: object) -> None:
        raise KilledError

    world.insert(range(4), step=1)
    world.insert([9], month="139911")
    for step in ("append_files", "register"):
        with monkeypatch.context() as killed, pytest.raises(KilledError):
            killed.setattr(bronze, step, die)
            take_in(world.home, world.source(), periods=None, ingest_id="test")
        assert bronze.registered(world.home, "payment") == []
    assert bronze_ids(world) == [0, 1, 2, 3, 9]  # committed, not registered
    assert ingest(world) == 0
    assert bronze_ids(world) == [0, 1, 2, 3, 9]


def test_a_table_that_lost_a_column_stops_its_source_and_says_so(world: World) -> None:
    world.insert([1])
    assert ingest(world) == 1
    world.insert([2], minute=1)
    world.run("alter table {t} drop column note")
    failure = take_in(world.home, world.source(), periods=None, ingest_id="test").failure
    assert str(failure) == "payment/payment: missing_column: payment lacks note"
    assert bronze_ids(world) == [1]
    world.run("alter table {t} add column note text")
    assert ingest(world) == 1
    assert bronze_ids(world) == [1, 2]
