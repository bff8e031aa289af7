"""The demo's landing folder: repaired after a kill, never mixed with anybody's own files."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pytest

from lake import tables
from lake.layout import Home
from lake.lock import HomeBusyError, writer_lock
from orchestration.cli import landing
from orchestration.cli.landing import MARKER, Extracts, LandingError, fill_landing
from orchestration.generator.scales import Scale

EXTRACTS = Extracts(Scale.TINY, 1399, "1399-12", "1399-12", 0.01)
OTHER = replace(EXTRACTS, seed=7)
KILLED = """
import os, signal
from pathlib import Path
from lake.layout import Home
from orchestration.cli.landing import Extracts, fill_landing
from orchestration.generator.scales import Scale
def kill(_label, done, _total):
    if done == 2:
        os.kill(os.getpid(), signal.SIGKILL)
fill_landing(Home(Path(os.environ["AMAR_HOME"])), Extracts(Scale.TINY, 1399, "1399-12", "1399-12", 0.01), progress=kill)
"""


def hashes(home: Home) -> dict[str, str]:
    files = (path for path in home.landing.rglob("*") if path.is_file())
    return {str(path.relative_to(home.landing)): sha256(path.read_bytes()).hexdigest() for path in files}


def state(home: Home) -> str:
    return str(json.loads((home.root / MARKER).read_text())["state"])


def mark(home: Home, content: str) -> None:
    home.root.mkdir(parents=True, exist_ok=True)
    (home.root / MARKER).write_text(content)


def drop(home: Home, name: str = "mis/own.csv") -> Path:
    path = home.landing / name
    path.parent.mkdir(parents=True)
    path.write_text("own")
    return path


def test_extracts_are_written_once(home: Home):
    assert fill_landing(home, EXTRACTS)
    before = hashes(home)
    assert state(home) == "complete"
    assert fill_landing(home, EXTRACTS) is None
    assert hashes(home) == before
    assert set(json.loads((home.root / MARKER).read_text())) >= {"state", "scale", "seed", "from", "to", "defects"}


def test_what_a_killed_run_left_is_written_again(home: Home, tmp_path: Path):
    killed = subprocess.run(
        [sys.executable, "-c", KILLED], check=False, env={**os.environ, "AMAR_HOME": str(home.root)}
    )
    assert killed.returncode == -signal.SIGKILL
    half = hashes(home)
    assert state(home) == "writing"
    assert fill_landing(home, EXTRACTS)
    whole = Home(tmp_path / "whole")
    fill_landing(whole, EXTRACTS)
    assert hashes(home) == hashes(whole)
    assert half != hashes(whole)
    assert state(home) == "complete"


def test_a_half_written_folder_is_not_filled_with_other_extracts(home: Home):
    with pytest.raises(InterruptedError):
        fill_landing(home, EXTRACTS, progress=interrupted)
    with pytest.raises(LandingError, match=r"seed 1399 \(not 7\)"):
        fill_landing(home, OTHER)


def interrupted(_label: str, _done: int, _total: int) -> None:
    raise InterruptedError


def test_files_of_somebody_else_are_left_alone(home: Home):
    own = drop(home)
    with pytest.raises(LandingError, match="amar ingest"):
        fill_landing(home, EXTRACTS)
    assert list(hashes(home)) == ["mis/own.csv"]
    assert own.read_text() == "own"
    assert not (home.root / MARKER).exists()


def test_empty_and_hidden_things_are_no_files_of_somebody(home: Home, monkeypatch):
    drop(home, "mis/.keep")
    monkeypatch.setattr(landing, "generate", lambda *_, **__: "written")
    assert fill_landing(home, EXTRACTS) == "written"


def test_a_lake_of_somebody_else_is_left_alone(home: Home):
    tables.append(home, "bronze", "mis", pa.table({"a": [1]}))
    with pytest.raises(LandingError, match=r"the lake .* did not write"):
        fill_landing(home, EXTRACTS)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (replace(EXTRACTS, scale=Scale.DEMO), r"scale tiny \(not demo\)"),
        (OTHER, r"seed 1399 \(not 7\)"),
        (replace(EXTRACTS, first="1399-10"), r"from 1399-12 \(not 1399-10\)"),
    ],
)
def test_other_extracts_do_not_join_those_of_a_finished_run(home: Home, monkeypatch, other, words):
    monkeypatch.setattr(landing, "generate", lambda *_, **__: drop(home))
    fill_landing(home, EXTRACTS)
    with pytest.raises(LandingError, match=words):
        fill_landing(home, other)


def test_another_landing_folder_does_not_join_a_finished_run(home: Home, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(landing, "generate", lambda *_, **__: drop(home))
    fill_landing(home, EXTRACTS)
    with pytest.raises(LandingError, match="landing landing"):
        fill_landing(Home(home.root, tmp_path / "real"), EXTRACTS)


def test_extracts_that_were_removed_are_written_again(home: Home, monkeypatch):
    monkeypatch.setattr(landing, "generate", lambda *_, **__: drop(home))
    fill_landing(home, EXTRACTS).unlink()  # type: ignore[union-attr]
    (home.landing / "mis").rmdir()
    assert fill_landing(home, EXTRACTS)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"state": "else"}'])
def test_a_marker_that_nobody_wrote_is_told(home: Home, content):
    mark(home, content)
    with pytest.raises(LandingError, match=MARKER):
        fill_landing(home, EXTRACTS)


def test_a_busy_home_is_left_alone(home: Home):
    with writer_lock(home, "test"), pytest.raises(HomeBusyError, match="test"):
        fill_landing(home, EXTRACTS)
    assert not home.landing.exists()
