"""The landing sensor on real files, a real Dagster instance and a clock of the test's own."""

import os
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from lake.contracts.model import load_source
from lake.layout import Home
from orchestration.defs.automation.busy import UNFINISHED
from orchestration.defs.automation.landing import watch
from orchestration.retries import UNATTENDED
from orchestration.watching import Memory

QUIET = 30.0
SOURCE = load_source("mis")
HOUR = 3600.0


class Watcher:
    """Ticks the sensor as Dagster does: with the cursor that the last tick left."""

    def __init__(self, home: Home, instance: dg.DagsterInstance) -> None:
        self.home, self.instance = home, instance
        self.cursor: str | None = None
        self.now = time.time() - HOUR
        self.folder = home.landing / SOURCE.id
        self.folder.mkdir(parents=True)

    def drop(self, *names: str, data: bytes = b"x", age: float = 2 * HOUR) -> None:
        """Put files there that were last written some time before now."""
        for name in names:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            os.utime(path, (self.now - age, self.now - age))

    def tick(self, after: float = 0, *, source: Any = SOURCE, runs: int = 4) -> list[dg.RunRequest]:
        self.now += after
        with dg.build_sensor_context(instance=self.instance, cursor=self.cursor) as context:
            result = watch(self.home, source, context, now=self.now, quiet_seconds=QUIET, runs_per_tick=runs)
        self.cursor = result.cursor
        return list(result.run_requests or [])

    def settle(self, **options: Any) -> list[dg.RunRequest]:
        """Look twice, the quiet period apart."""
        assert self.tick(**options) == []
        return self.tick(QUIET, **options)


@pytest.fixture
def watcher(home: Home) -> Iterator[Watcher]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Watcher(home, instance)


def ends(request: dg.RunRequest) -> tuple[str, str]:
    tags = request.tags
    return tags["dagster/asset_partition_range_start"], tags["dagster/asset_partition_range_end"]


def test_complete_files_start_one_run_for_each_stretch_of_months(watcher: Watcher) -> None:
    watcher.drop("mis_GO-01_139910.csv", "mis_GO-02_139911.csv", "mis_GO-01_140001.csv", "mis_GO-01_139909.csv.part")
    first, second = watcher.settle()
    assert [ends(first), ends(second)] == [("1399-10", "1399-11"), ("1400-01", "1400-01")]
    assert (first.job_name, first.tags[UNATTENDED]) == ("ingest_mis", "landing")
    assert first.run_key != second.run_key
    assert watcher.tick(QUIET) == []


def test_the_same_files_have_the_same_run_key_even_if_the_cursor_is_lost(watcher: Watcher) -> None:
    watcher.drop("mis_GO-01_139910.csv", "mis_GO-02_139910.csv")
    (before,) = watcher.settle()
    watcher.cursor = None
    (again,) = watcher.settle()
    assert again.run_key == before.run_key
    watcher.drop("mis_GO-02_139910.csv", data=b"corrected")
    (corrected,) = watcher.settle()
    assert corrected.run_key != before.run_key


def test_a_file_that_is_still_written_is_never_picked_up_until_it_is_quiet(watcher: Watcher) -> None:
    path = watcher.folder / "mis_GO-01_139912.csv"
    watcher.now = time.time() + HOUR  # so that no file is too young by its time alone
    path.touch()
    stop = threading.Event()

    def write() -> None:
        with path.open("ab") as file:
            while not stop.is_set():
                file.write(b"row\n")
                file.flush()
                time.sleep(0.001)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(20):
            assert watcher.tick(QUIET) == []
            _wait_until_longer(path, path.stat().st_size)
    finally:
        stop.set()
        writer.join()
    assert watcher.tick(QUIET) == []  # it grew after the last look
    (request,) = watcher.tick(QUIET)
    assert ends(request) == ("1399-12", "1399-12")


def test_a_sender_that_says_done_need_not_wait(watcher: Watcher) -> None:
    watcher.drop("mis_GO-01_139912.csv", age=1)
    watcher.drop("mis_GO-01_139912.csv.done", data=b"", age=0)
    assert len(watcher.tick()) == 1


def test_a_file_that_does_not_fit_its_checksum_waits(watcher: Watcher) -> None:
    watcher.drop("mis_GO-01_139912.csv")
    watcher.drop("mis_GO-01_139912.csv.sha256", data=b"0" * 64)
    assert watcher.settle() == []
    good = b"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  mis_GO-01_139912.csv\n"
    watcher.drop("mis_GO-01_139912.csv.sha256", data=good, age=0)
    assert len(watcher.tick(1)) == 1


def test_a_run_is_unfinished_unless_it_ended() -> None:
    ended = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}
    assert set(UNFINISHED) == set(dg.DagsterRunStatus) - ended - {dg.DagsterRunStatus.MANAGED}


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTED])
def test_files_wait_while_a_run_of_the_source_is_to_come_or_under_way(
    watcher: Watcher, status: dg.DagsterRunStatus
) -> None:
    run = dg.DagsterRun(job_name="ingest_mis", run_id="0d4f0d4e-0000-4000-8000-000000000001", status=status)
    watcher.instance.add_run(run)
    watcher.drop("mis_GO-01_139912.csv")
    assert watcher.settle() == []
    watcher.instance.delete_run(run.run_id)
    assert len(watcher.tick(1)) == 1


def test_a_run_of_another_source_holds_up_nothing(watcher: Watcher) -> None:
    watcher.instance.add_run(dg.DagsterRun(job_name="ingest_smis", status=dg.DagsterRunStatus.STARTED))
    watcher.drop("mis_GO-01_139912.csv")
    assert len(watcher.settle()) == 1


def test_a_tick_asks_for_no_more_runs_than_allowed_and_the_rest_follow(watcher: Watcher) -> None:
    watcher.drop(*(f"mis_GO-01_1399{month:02d}.csv" for month in (1, 3, 5, 7, 9)))
    asked = [watcher.settle(runs=2), watcher.tick(1, runs=2), watcher.tick(1, runs=2), watcher.tick(1, runs=2)]
    assert [[ends(request)[0] for request in requests] for requests in asked] == [
        ["1399-01", "1399-03"],
        ["1399-05", "1399-07"],
        ["1399-09"],
        [],
    ]


def test_nameless_files_are_set_aside_by_their_own_job(watcher: Watcher) -> None:
    watcher.drop("report final (2).csv", "mis_GO-01_139913.csv", "mis_GO-01_139912.csv")
    aside, taken = watcher.settle()
    assert (aside.job_name, taken.job_name) == ("set_aside_files", "ingest_mis")
    assert "dagster/asset_partition_range_start" not in aside.tags
    assert watcher.tick(QUIET) == []


def test_an_archive_stands_for_the_months_of_its_members(watcher: Watcher) -> None:
    with zipfile.ZipFile(watcher.folder / "sent.zip", "w") as archive:
        archive.writestr("mis_GO-01_139901.csv", "x")
        archive.writestr("mis_GO-01_139906.csv", "x")
    requests = watcher.settle(source=_archive_source())
    assert [ends(request) for request in requests] == [("1399-01", "1399-01"), ("1399-06", "1399-06")]
    assert watcher.tick(QUIET, source=_archive_source()) == []


def test_an_archive_of_which_a_month_had_to_wait_is_asked_for_again(watcher: Watcher) -> None:
    with zipfile.ZipFile(watcher.folder / "sent.zip", "w") as archive:
        archive.writestr("mis_GO-01_139901.csv", "x")
        archive.writestr("mis_GO-01_139906.csv", "x")
    assert len(watcher.settle(source=_archive_source(), runs=1)) == 1
    assert len(watcher.tick(1, source=_archive_source(), runs=4)) == 2


def test_a_source_without_months_has_runs_without_range(watcher: Watcher, home: Home) -> None:
    source = load_source("published_figures")
    folder = home.landing / source.id
    folder.mkdir()
    (folder / "sso_published_figures.csv").write_bytes(b"x")
    assert watcher.tick(source=source) == []
    (request,) = watcher.tick(QUIET, source=source)
    assert request.tags == {UNATTENDED: "landing"}


def test_a_folder_that_was_moved_in_is_news(watcher: Watcher, tmp_path: Path) -> None:
    prepared = tmp_path / "elsewhere"
    prepared.mkdir()
    (prepared / "mis_GO-01_139912.csv").write_bytes(b"x")
    later = time.time_ns()
    time.sleep(0.02)
    prepared.rename(watcher.folder / "moved")
    assert (watcher.folder / "moved" / "mis_GO-01_139912.csv").stat().st_ctime_ns < later
    watcher.cursor = Memory(watermark_ns=later).to_cursor()
    assert len(watcher.settle()) == 1


def test_a_file_that_vanishes_is_forgotten(watcher: Watcher) -> None:
    watcher.drop("mis_GO-01_139912.csv")
    watcher.tick()
    (watcher.folder / "mis_GO-01_139912.csv").unlink()
    assert watcher.tick(QUIET) == []
    assert Memory.from_cursor(watcher.cursor).waiting == {}


def _wait_until_longer(path: Path, size: int) -> None:
    end = time.monotonic() + 20
    while path.stat().st_size <= size:
        assert time.monotonic() < end, "the writer stands still"
        time.sleep(0.001)


def _archive_source() -> Any:
    """Return the source with names that an archive's members fit."""
    import dataclasses
    import re

    entity = SOURCE.entities[0]
    pattern = re.compile(r"(?:[a-z]+\.zip!)?" + entity.file_pattern.pattern)
    return dataclasses.replace(SOURCE, entities=(dataclasses.replace(entity, file_pattern=pattern),))
