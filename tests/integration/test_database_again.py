"""A month of a database read again on request: what changed behind the watermark is mended, and nothing comes twice."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from database_world import VARIABLE, World, sqlite_world
from intake_world import content

from lake import bronze, tables
from lake.contracts import model
from orchestration import pipeline
from orchestration.partitions import AGAIN
from orchestration.runs import instance
from orchestration.settings import Settings
from orchestration.sources.sql import plan

MONTH = "1399-12"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with sqlite_world(tmp_path) as (world, url):
        monkeypatch.setenv(VARIABLE, url)
        monkeypatch.setattr(model, "FOLDER", tmp_path)
        world.source()
        path = tmp_path / "payment.yaml"
        path.write_text(path.read_text() + "team: {name: office, members: [{username: office}]}\n")
        model.load_source.cache_clear()
        world.home.landing.mkdir(parents=True)
        yield world
    model.load_source.cache_clear()


def amounts(world: World) -> list[int]:
    silver = pl.DataFrame(tables.read(world.home, "silver", "payment")).sort("payment_id")
    return [int(amount) for amount in silver["amount_rial"]]


def batches(world: World) -> list[str]:
    return [file.file_name for file in bronze.registered(world.home, "payment")]


def test_what_changed_behind_the_watermark_is_mended_each_time_anew(world: World) -> None:
    world.insert(range(3), step=1)
    pipeline.ingest(Settings())
    for amount in (7, 8, 9):
        world.run(f"update {{t}} set amount = {amount} where payment_id = 1")
        pipeline.ingest(Settings())
        assert amounts(world) != [0, amount, 2000]
        pipeline.ingest(Settings(), ["payment"], again=[MONTH])
        assert amounts(world) == [0, amount, 2000]
    assert len(batches(world)) == len(set(batches(world))) == 4


def test_a_value_that_goes_back_is_a_change_like_any_other(world: World) -> None:
    world.insert(range(3), step=1)
    pipeline.ingest(Settings())
    for amount in (7, 1000, 7, 7):
        world.run(f"update {{t}} set amount = {amount} where payment_id = 1")
        pipeline.ingest(Settings(), ["payment"], again=[MONTH])
        assert amounts(world) == [0, amount, 2000]
    hashes = [file.file_sha256 for file in bronze.registered(world.home, "payment")]
    assert len(hashes) == len(set(hashes)) == 4


def test_a_month_in_several_batches_goes_back_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "BATCH_ROWS", 2)
    world.insert(range(5), step=1)
    pipeline.ingest(Settings())
    for amount, held in ((1000, 3), (7, 6), (1000, 9), (1000, 9)):
        world.run(f"update {{t}} set amount = {amount} where payment_id = 1")
        pipeline.ingest(Settings(), ["payment"], again=[MONTH])
        assert amounts(world) == [0, amount, 2000, 3000, 4000]
        assert len(batches(world)) == held


def test_unchanged_rows_come_to_nothing_and_the_rest_comes_with_the_next_pull(world: World) -> None:
    world.insert(range(3), step=1)
    world.insert([9], month="139911")
    pipeline.ingest(Settings())
    before = content(world.home)
    world.insert([4], minute=5)
    summary = pipeline.ingest(Settings(), again=[MONTH])
    assert summary.months == {"payment": [MONTH]}
    assert amounts(world) == [0, 1000, 2000, 4000, 9000]
    for _ in range(2):
        pipeline.ingest(Settings(), again=[MONTH])
    assert amounts(world) == [0, 1000, 2000, 4000, 9000]
    assert content(world.home)["bronze/payment"] != before["bronze/payment"]
    assert sum("whole-" in name for name in batches(world)) == 1  # rows of two pulls in one batch, once


def test_the_same_reading_is_appended_once(world: World) -> None:
    world.insert(range(3), step=1)
    pipeline.ingest(Settings())
    before = content(world.home)
    pipeline.ingest(Settings(), again=[MONTH])
    assert content(world.home) == before
    with instance(world.home) as dagster:
        (run, *_) = dagster.get_runs(dg.RunsFilter(job_name="ingest_payment"))
    assert run.tags[AGAIN] == MONTH
