"""Lineage events reach a receiver in order and none is lost; the receiver is a real one, killed by -9."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from lake.layout import Home
from orchestration.cli.main import app
from orchestration.defs.automation.lineage import lineage as sensor
from orchestration.doctor import examine
from orchestration.openlineage import send as sending
from orchestration.openlineage.events import Work, run_id_of
from orchestration.openlineage.log import EventLog
from orchestration.openlineage.observe import observed
from orchestration.openlineage.send import ReceiverDownError, Standing, send, standing
from orchestration.openlineage.settings import LineageSettings
from orchestration.settings import Settings
from orchestration.status import read_status

SCRIPT = Path(__file__).with_name("lineage_receiver.py")


class Receivers:
    """Starts receivers that share a port and a file, and kills them."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "received.ndjson"
        self.port = 0
        self.running: subprocess.Popen[str] | None = None

    def start(self, *refused: str) -> None:
        command = [sys.executable, str(SCRIPT), str(self.port), str(self.file), *refused]
        self.running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(self.running.stdout.readline())

    def kill(self) -> None:
        if self.running:
            os.kill(self.running.pid, signal.SIGKILL)
            self.running.wait()
            self.running.stdout.close()
            self.running = None

    def received(self) -> list[tuple[str, str]]:
        lines = self.file.read_text(encoding="utf-8").splitlines() if self.file.exists() else []
        return [(event["job"]["name"], event["eventType"]) for event in map(json.loads, lines)]


@pytest.fixture
def receivers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receivers]:
    found = Receivers(tmp_path)
    monkeypatch.setenv("AMAR_OPENLINEAGE_TOKEN", "known")
    yield found
    found.kill()


def settings_for(receivers: Receivers, monkeypatch: pytest.MonkeyPatch) -> LineageSettings:
    monkeypatch.setenv("AMAR_OPENLINEAGE_URL", f"http://127.0.0.1:{receivers.port}/")
    return LineageSettings()


def run_job(home: Home, job: str) -> None:
    with observed(home, Work(job, run_id_of(job), "TASK", "A job.", "lake", "sha256:0")):
        pass


def told(*jobs: str) -> list[tuple[str, str]]:
    return [(job, state) for job in jobs for state in ("START", "COMPLETE")]


def test_killing_the_receiver_loses_no_event(
    receivers: Receivers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    receivers.start()
    settings = settings_for(receivers, monkeypatch)
    run_job(home, "first")
    assert send(home, settings) == 2
    receivers.kill()
    for job in ("second", "third"):
        run_job(home, job)  # nothing fails because nobody listens
        with pytest.raises(ReceiverDownError, match="the receiver does not answer: ConnectionError"):
            send(home, settings)
    waiting = standing(home, settings)
    assert (waiting.events_waiting, waiting.failure) == (4, "the receiver does not answer: ConnectionError")
    assert "4 events wait" in str(waiting)
    assert str(receivers.port) not in str(waiting)
    receivers.start()
    assert send(home, settings) == 4
    assert receivers.received() == told("first", "second", "third")
    assert standing(home, settings) == Standing(receiver=True, events_waiting=0, events_refused=0, failure="")


def test_a_receiver_killed_between_two_events_gets_the_rest_and_a_repetition_at_most(
    receivers: Receivers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    receivers.start()
    settings = settings_for(receivers, monkeypatch)
    jobs = [f"job-{number}" for number in range(12)]
    for job in jobs:
        run_job(home, job)
    post, posted = sending._post, []

    def post_then_kill(*arguments: object) -> bool:
        posted.append(post(*arguments))
        if len(posted) == 7:
            receivers.kill()
        return posted[-1]

    monkeypatch.setattr(sending, "_post", post_then_kill)
    with pytest.raises(ReceiverDownError):
        send(home, settings)
    receivers.start()
    send(home, settings)
    got = receivers.received()
    assert list(dict.fromkeys(got)) == told(*jobs)
    assert len(got) <= 24 + 1


def test_an_event_that_is_refused_for_good_does_not_hold_up_the_others(
    receivers: Receivers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    receivers.start("second")
    settings = settings_for(receivers, monkeypatch)
    for job in ("first", "second", "third"):
        run_job(home, job)
    assert send(home, settings) == 4
    assert receivers.received() == told("first", "third")
    assert standing(home, settings).events_refused == 2
    named = (home.lineage / "refused.ndjson").read_text().splitlines()
    assert [json.loads(line)["job"] for line in named] == ["second", "second"]
    receivers.kill()
    receivers.start()
    assert send(home, settings, from_start=True) == 6
    assert receivers.received()[4:] == told("first", "second", "third")


def test_a_wrong_token_is_told_and_nothing_is_lost(
    receivers: Receivers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    receivers.start()
    monkeypatch.setenv("AMAR_OPENLINEAGE_TOKEN", "another")
    settings = settings_for(receivers, monkeypatch)
    run_job(home, "first")
    with pytest.raises(ReceiverDownError, match="the receiver answered 403"):
        send(home, settings)
    assert "another" not in repr(settings) + str(standing(home, settings))
    assert standing(home, settings).events_waiting == 2


def test_without_a_receiver_the_log_is_kept_in_the_home(tmp_path: Path) -> None:
    home, settings = Home(tmp_path), LineageSettings()
    run_job(home, "first")
    assert send(home, settings) == 0
    assert EventLog(home).head() == 2
    assert "no receiver is set" in str(standing(home, settings))


def test_a_receiver_that_is_down_is_told_by_every_door_and_fails_nothing_but_the_sending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMAR_HOME", str(tmp_path))
    monkeypatch.setenv("AMAR_OPENLINEAGE_URL", "http://secret-host.invalid")
    run_job(Home(tmp_path), "first")
    said = sensor(dg.build_sensor_context()).skip_message
    assert said.startswith("2 events wait for the receiver")
    sent = CliRunner().invoke(app, ["lineage", "send"])
    assert (sent.exit_code, "2 events wait" in sent.stderr) == (1, True)
    status = CliRunner().invoke(app, ["lineage", "status"])
    assert status.exit_code == 0
    lineage = next(item for item in examine(Settings()) if item.check == "lineage events")
    assert lineage.ok
    told = [said, sent.stderr, status.stdout, lineage.finding, read_status(Settings())["lineage"]]
    assert all("2 events wait" in text and "secret-host" not in text for text in told)
