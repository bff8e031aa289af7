"""The history of runs with open connections: what Dagster's own storage reads in it, what a block of runs shares."""

import signal
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from lake.layout import Home
from orchestration import runs
from orchestration.event_log import FOLDER, KeptEventLog
from orchestration.partitions import MONTHS, ONE_RUN, range_tags


@dg.asset(partitions_def=MONTHS, backfill_policy=ONE_RUN)
def counted(context: dg.AssetExecutionContext) -> None:
    """An asset that says something of each month."""
    for month in context.partition_keys:
        context.log_event(dg.AssetObservation("counted", partition=month, metadata={"rows": 1}))


DEFINITIONS = dg.Definitions(assets=[counted], jobs=[dg.define_asset_job("count")])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    monkeypatch.setenv("DAGSTER_HOME", "")
    yield Home(tmp_path / "home")


def _count(home: Home) -> None:
    runs.execute(home, DEFINITIONS, "count", tags=range_tags("1399-01", "1399-03"))


def test_a_home_keeps_its_history_in_the_kept_log(home: Home) -> None:
    with runs.session(home) as dagster:
        assert isinstance(dagster.event_log_storage, KeptEventLog)


def test_dagsters_own_storage_reads_the_same_history(home: Home) -> None:
    for _ in range(6):  # more runs than connections stay open
        _count(home)
    with runs.session(home) as dagster:
        run_ids = [run.run_id for run in dagster.get_runs()]
        kept = {run_id: len(dagster.all_logs(run_id)) for run_id in run_ids}
        own = SqliteEventLogStorage(str(home.dagster / FOLDER))
        own.register_instance(dagster)
        assert {run_id: len(own.get_logs_for_run(run_id)) for run_id in run_ids} == kept
        assert len(run_ids) == 6
        assert own.get_materialized_partitions(dg.AssetKey("counted")) == {"1399-01", "1399-02", "1399-03"}


def test_a_job_in_the_background_can_be_ended_after_a_run(home: Home) -> None:
    kept = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell starts what ends in &
    try:
        _count(home)
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    finally:
        signal.signal(signal.SIGINT, kept)


def test_deleted_runs_leave_nothing(home: Home) -> None:
    with runs.session(home) as dagster:
        _count(home)
        (run,) = dagster.get_runs()
        dagster.delete_run(run.run_id)
        assert dagster.all_logs(run.run_id) == []
        _count(home)
        dagster.wipe()
        assert dagster.get_runs() == []
        _count(home)
        assert len(dagster.get_runs()) == 1


def test_runs_in_a_block_share_an_instance(home: Home, tmp_path: Path) -> None:
    with runs.session(home) as outer:
        with runs.session(home) as inner:
            assert inner is outer
        with runs.session(Home(tmp_path / "other")) as other:
            assert other is not outer
        with runs.session(home) as again:
            assert again is outer
    with runs.session(home) as later:
        assert later is not outer
