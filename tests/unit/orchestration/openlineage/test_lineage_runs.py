"""Runs tell that they began before anything happens, and how they ended; one that was killed is ended by the next."""

import json
import multiprocessing
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from openlineage.client.event_v2 import RunState

from governance.clauses import Basis, RefusedError
from lake import tables
from lake.layout import Home
from orchestration.openlineage.datasets import Dataset, Told
from orchestration.openlineage.events import Work, event, run_id_of
from orchestration.openlineage.log import EventLog
from orchestration.openlineage.observe import observed
from orchestration.openlineage.settings import LineageSettings

OUT = Told(Dataset("silver.report", "One row a report.", "office"))


def work(job: str = "job") -> Work:
    return Work(job, run_id_of(job), "TASK", "A job.", "lake", "sha256:0", months=("1399-12", "1399-11"))


def told(home: Home) -> list[tuple[str, str]]:
    return [(item["job"]["name"], item["eventType"]) for entry in EventLog(home).entries() for item in entry.events]


def events(home: Home) -> list[dict]:
    return [item for entry in EventLog(home).entries() for item in entry.events]


def test_a_run_begins_before_its_effect_and_ends_after_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with observed(home, work(), outputs=[OUT]) as account:
        assert told(home) == [("job", "START")]
        account.inputs = [Told(Dataset("bronze.mis", "Rows.", "office"), "delta:3")]
    began, done = events(home)
    assert (began["eventType"], done["eventType"]) == ("START", "COMPLETE")
    assert began["run"]["runId"] == done["run"]["runId"] == run_id_of("job")
    assert done["inputs"][0]["facets"]["version"]["datasetVersion"] == "delta:3"
    times = done["run"]["facets"]["nominalTime"]
    assert times["nominalStartTime"] == "2021-01-19T20:30:00.000000Z"
    assert times["nominalEndTime"] == "2021-03-20T20:30:00.000000Z"
    assert [tag["value"] for tag in done["run"]["facets"]["tags"]["tags"]] == ["1399-12", "1399-11"]


def test_a_failed_run_tells_the_kind_of_the_error_and_never_its_words(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with pytest.raises(ValueError, match="1234567890"), observed(home, work()):
        raise ValueError("the person 1234567890 is wrong")
    with pytest.raises(RefusedError), observed(home, work("refused")):
        raise RefusedError("somebody by name", clause="STAT-N1", basis=Basis.HOUSE)
    failed = [item for item in events(home) if item["eventType"] == "FAIL"]
    messages = [item["run"]["facets"]["errorMessage"]["message"] for item in failed]
    assert messages[0].startswith("ValueError; ")
    assert messages[1].startswith("RefusedError (STAT-N1); ")
    assert "1234567890" not in json.dumps(events(home))
    assert "by name" not in json.dumps(events(home))


def killed(root: Path) -> None:
    home = Home(root)
    with observed(home, work("killed"), outputs=[OUT]):
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_run_is_ended_by_the_next_with_the_version_that_it_left(tmp_path: Path) -> None:
    home = Home(tmp_path)
    process = multiprocessing.get_context("fork").Process(target=killed, args=(tmp_path,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert told(home) == [("killed", "START")]
    tables.append(home, "silver", "report", pa.table({"x": [1]}))  # its commit was made, its end not told
    with observed(home, work("next")):
        pass
    assert told(home) == [("killed", "START"), ("killed", "ABORT"), ("next", "START"), ("next", "COMPLETE")]
    assert events(home)[1]["outputs"][0]["facets"]["version"]["datasetVersion"] == "delta:0"


@pytest.mark.parametrize("is_told", [True, False])
def test_a_run_killed_around_its_end_is_not_ended_twice(tmp_path: Path, *, is_told: bool) -> None:
    home, settings, log = Home(tmp_path), LineageSettings(), EventLog(Home(tmp_path))
    now = datetime(2026, 11, 22, tzinfo=UTC)
    began = event(settings, RunState.START, work("late"), now)
    mark = log.root / "running" / f"{run_id_of('late')}.json"
    mark.parent.mkdir(parents=True)
    mark.write_text(json.dumps({"after": 0, "event": began}))
    if is_told:
        log.append([began])
        log.append([event(settings, RunState.COMPLETE, work("late"), now)])
    with observed(home, work("next")):
        pass
    late = [("late", "START"), ("late", "COMPLETE")] if is_told else []
    assert told(home) == [*late, ("next", "START"), ("next", "COMPLETE")]
    assert not list((log.root / "running").iterdir())


def append_some(root: Path, name: str) -> None:
    for number in range(20):
        EventLog(Home(root)).append([{"name": name, "number": number}])


def test_processes_that_append_at_once_lose_nothing(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    processes = [fork.Process(target=append_some, args=(tmp_path, name)) for name in "abc"]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    entries = list(EventLog(Home(tmp_path)).entries())
    assert [entry.sequence for entry in entries] == list(range(1, 61))
    for name in "abc":
        assert [item["number"] for entry in entries for item in entry.events if item["name"] == name] == list(range(20))
