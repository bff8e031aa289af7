"""A database that is down stops its own rows and nothing else: landing files of the source go in, up to silver."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from database_world import CONTRACT, QUERY, VARIABLE, sqlite_world

from lake import slices, tables
from lake.contracts import model
from lake.contracts.model import Source, read_contract
from lake.layout import Home
from orchestration import pipeline
from orchestration.alerts import alert_for
from orchestration.defs.automation.database import ASKED, watch
from orchestration.ingest import take_in
from orchestration.runs import RunFailedError, instance
from orchestration.settings import Settings
from orchestration.sources.database import open_pull
from orchestration.sources.read import ReceivedFile
from orchestration.sources.sql.errors import DatabaseSourceError
from orchestration.sources.sql.plan import Pull


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """Return a source with a table and files, whose database is not there."""
    monkeypatch.setenv(VARIABLE, f"sqlite:///{tmp_path / 'nothing.db'}")
    monkeypatch.setattr(model, "FOLDER", tmp_path)
    path = tmp_path / "payment.yaml"
    text = CONTRACT.format(kind="sqlite", schema="environment: test", query=QUERY)
    pattern = "      - {property: filePattern, value: 'payment_(?P<period>[0-9]{6})[.]csv'}\n"
    text = text.replace("      - property: query\n", f"{pattern}      - property: query\n")
    path.write_text(f"{text}team: {{name: office, members: [{{username: office}}]}}\n", encoding="utf-8")
    model.load_source.cache_clear()
    yield read_contract(path)
    model.load_source.cache_clear()


def drop(home: Home, source: Source, *months: str) -> None:
    folder = home.landing / source.id
    folder.mkdir(parents=True, exist_ok=True)
    for month in months:
        text = f"payment_id,month,paid_on,amount_rial,note\n{month},{month},,5,\n"
        (folder / f"payment_{month}.csv").write_text(text)


def findings(home: Home) -> list[dict[str, Any]]:
    with instance(home) as dagster:
        alerts = [alert_for(dagster, run.run_id) for run in dagster.get_runs()]
    return [finding for alert in alerts if alert for finding in alert["findings"]]


def test_landing_files_are_in_silver_and_a_person_is_told(home: Home, source: Source) -> None:
    drop(home, source, "139910", "139912")
    (home.landing / source.id / "payment_139911.csv").write_text("what,is\n1,2\n")
    for _ in range(2):
        with pytest.raises(RunFailedError, match="payment: unreachable"):
            pipeline.ingest(Settings(), [source.id])
    assert tables.count(home, "silver", "payment") == 2
    assert slices.stale(home, source, Settings().keyring()) == []
    failed = {"what": "check failed", "asset": "bronze/payment"}
    told = findings(home)
    assert {**failed, "check": "database", "rule/unreachable": 1} in told
    assert {**failed, "check": "refused_files", "files": 1, "rule/no_header": 1} in told


def test_months_apart_from_each_other_go_in_too(home: Home, source: Source) -> None:
    drop(home, source, "139901", "139912")
    with pytest.raises(RunFailedError, match="payment: unreachable"):
        pipeline.ingest(Settings(), [source.id])
    assert tables.count(home, "silver", "payment") == 2


def test_a_database_that_dies_midway_keeps_no_file_out_and_is_asked_no_more(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_world(tmp_path) as (world, url):
        monkeypatch.setenv(VARIABLE, url)
        for number, month in enumerate(("139908", "139909", "139910")):
            world.insert([number], month=month)
        drop(world.home, source, "139911", "139912")
        asked = []

        def die(pull: Pull, **options: Any) -> ReceivedFile:
            asked.append(pull.name)
            if len(asked) > 1:
                raise DatabaseSourceError(source.id, pull.entity.name, "unreachable", "the connection was lost")
            return open_pull(pull, **options)

        with monkeypatch.context() as dying:
            dying.setattr("orchestration.ingest.open_pull", die)
            intake = take_in(world.home, source, periods=None, ingest_id="test", workers=1)
        assert intake.failure
        assert [file.period for file in intake.accepted] == ["1399-08", "1399-11", "1399-12"]
        assert len(asked) == 2
        after = take_in(world.home, source, periods=None, ingest_id="test")
        assert ([file.period for file in after.accepted], after.failure) == (["1399-09", "1399-10"], None)


def test_rows_that_a_run_did_not_read_are_asked_for_again_and_not_for_ever(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_world(tmp_path) as (world, url), dg.DagsterInstance.ephemeral() as dagster:
        monkeypatch.setenv(VARIABLE, url)
        world.insert([1])
        cursor, keys = None, list[str | None]()
        for _ in range(ASKED + 2):
            with dg.build_sensor_context(instance=dagster, cursor=cursor) as context:
                found = watch(world.home, source, context, runs_per_tick=4)
            cursor = found.cursor or cursor
            keys += [request.run_key for request in found.run_requests or []]
        assert len(keys) == len(set(keys)) == ASKED


def test_a_person_is_told_though_no_file_waits(home: Home, source: Source) -> None:
    home.landing.mkdir(parents=True)
    with pytest.raises(RunFailedError, match="payment: unreachable"):
        pipeline.ingest(Settings(), [source.id])
