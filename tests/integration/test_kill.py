"""Killed and started again, the lake ends the same: a sample; `make torture` does it by the hundred.

Bare processes, without Dagster, ended by kill -9: between any two commits, and at random instants.
"""

import subprocess
import sys
from pathlib import Path

import torture_kill
from intake_world import content, take_in_all
from torture_scenes import Scene, corrected_and_late, two_months

from lake import tables
from lake.balance import file_balances
from lake.contracts.model import load_source
from lake.layout import Home
from lake.lock import writer_lock

SOURCE = "mis"
SCENE = Scene("correction, upkeep", ("ingest", "upkeep"), corrected_and_late, (SOURCE,))
DYING = """
import os, signal, sys
import torture_worker
from lake import staging, tables

left = int(sys.argv[1])

def dying(write):
    def commit(*arguments, **named):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return write(*arguments, **named)
    return commit

for module, name in ((tables, "append"), (tables, "replace"), (staging, "commit")):
    setattr(module, name, dying(getattr(module, name)))
sys.exit(torture_worker.main(sys.argv[2:]))
"""


def _work(home: Home, *, commits: int) -> int:
    """Run the worker until it has made that many commits; return its exit code."""
    acts = [str(home.root), str(home.landing), SOURCE, "ingest"]
    command = [sys.executable, "-c", DYING, str(commits), *acts]
    return subprocess.run(command, check=False, timeout=120, env=torture_kill.environment(home)).returncode


def test_kills_between_commits_leave_no_trace(home: Home, tmp_path: Path) -> None:
    two_months(home, [SOURCE])
    take_in_all(home, [SOURCE])
    killed = Home(tmp_path / "killed", home.landing)
    for commits in (1, 7):
        assert _work(killed, commits=commits) == -9
    assert tables.versions(killed, "bronze")
    assert _work(killed, commits=10_000) == 0
    assert content(killed) == content(home)
    assert all(balance.balanced for balance in file_balances(killed, load_source(SOURCE)))


def test_kills_at_random_instants_leave_no_trace(tmp_path: Path) -> None:
    stage = torture_kill.set_stage(SCENE, tmp_path / "stage")
    trial = torture_kill.torture(stage, tmp_path / "trial", seed=4, index=0)
    assert trial.failures == []


def test_who_comes_second_is_told_who_writes(home: Home) -> None:
    with writer_lock(home, "count beans"):
        process = torture_kill.start(SCENE, home)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "is being written by process" in errors
    assert "(count beans)" in errors
    assert tables.versions(home, "bronze") == {}


def test_the_torture_notices_what_is_wrong(tmp_path: Path) -> None:
    home = Home(tmp_path / "home", tmp_path / "landing")
    corrected_and_late(home, [SOURCE])
    expected = content(home) | {"silver/mis_report": "sha256:0"}
    stray = home.table_path("silver", "mis_report") / "_hidden" / "part.parquet"
    stray.parent.mkdir()
    stray.write_bytes(b"x")
    wrong = torture_kill.check(home, SCENE, expected)
    assert wrong == ["content of silver/mis_report", f"stray file {stray.relative_to(home.root)}"]
