"""Killed between any two commits and started again, the lake ends the same: kill -9 of a bare process."""

import subprocess
import sys
from pathlib import Path

import pytest
from intake_world import content, take_in_all, write_extracts

from lake import tables
from lake.balance import file_balances
from lake.contracts.model import load_source
from lake.layout import Home

SOURCE = "mis"
NAMES = (f"bronze/{SOURCE}", "silver/mis_report", f"silver/{SOURCE}_row_state", f"quarantine/{SOURCE}")
WORKER = """
import os, signal, sys
from pathlib import Path
from lake import slices, tables
from lake.contracts.model import load_source
from lake.layout import Home
from lake.lock import writer_lock
from lake.pseudonym import DEVELOPMENT_KEYRING
from orchestration.ingest import build_slices, take_in

left = int(sys.argv[4])
write = tables.write_deltalake

def dying(*arguments, **named):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    return write(*arguments, **named)

tables.write_deltalake = dying
home, source = Home(Path(sys.argv[1]), Path(sys.argv[2])), load_source(sys.argv[3])
with writer_lock(home, "worker"):
    take_in(home, source, periods=None, ingest_id="worker")
    build_slices(home, source, DEVELOPMENT_KEYRING, periods=slices.stale(home, source, DEVELOPMENT_KEYRING))
"""


def _work(home: Home, *, commits: int) -> int:
    """Run the worker until it has made that many commits; return its exit code."""
    command = [sys.executable, "-c", WORKER, str(home.root), str(home.landing), SOURCE, str(commits)]
    return subprocess.run(command, check=False, timeout=120).returncode


@pytest.mark.parametrize("commits", [1, 2, 3, 4, 5, 6, 9])
def test_a_kill_after_any_commit_leaves_no_trace(home: Home, tmp_path: Path, commits: int) -> None:
    write_extracts(home, defects=0.05)
    take_in_all(home, [SOURCE])
    killed = Home(tmp_path / "killed", home.landing)
    assert _work(killed, commits=commits) == -9
    assert sum(
        table + 1 for layer in ("bronze", "silver", "quarantine") for table in tables.versions(killed, layer).values()
    )
    assert _work(killed, commits=10_000) == 0
    assert content(killed, NAMES) == content(home, NAMES)
    assert all(balance.balanced for balance in file_balances(killed, load_source(SOURCE)))
