"""Killed at any instant and started again, the lake ends the same: kill -9 of a bare process at seeded instants."""

import random
import subprocess
import sys
import time
from pathlib import Path

from intake_world import content, take_in_all, write_extracts

from lake.balance import file_balances
from lake.contracts.model import load_source
from lake.layout import Home

SOURCE = "mis"
KILLS = 4
WORKER = """
import sys
from pathlib import Path
from lake import slices
from lake.contracts.model import load_source
from lake.layout import Home
from lake.lock import writer_lock
from lake.pseudonym import DEVELOPMENT_KEYRING
from orchestration.ingest import build_slices, take_in

home, source = Home(Path(sys.argv[1]), Path(sys.argv[2])), load_source(sys.argv[3])
print("ready", flush=True)
with writer_lock(home, "worker"):
    take_in(home, source, periods=None, ingest_id="worker")
    build_slices(home, source, DEVELOPMENT_KEYRING, periods=slices.stale(home, source, DEVELOPMENT_KEYRING))
"""


def _start(home: Home) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", WORKER, str(home.root), str(home.landing), SOURCE]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as output:
        assert output.readline() == "ready\n"
    return process


def test_kills_leave_no_trace(home: Home, tmp_path: Path) -> None:
    write_extracts(home, defects=0.05, first="1399-09")
    take_in_all(home, [SOURCE])
    names = (f"bronze/{SOURCE}", "silver/mis_report", f"silver/{SOURCE}_row_state", f"quarantine/{SOURCE}")
    expected = content(home, names)
    random_instants = random.Random(4)
    killed = Home(tmp_path / "killed", home.landing)
    deaths = 0
    for _ in range(KILLS):
        process = _start(killed)
        time.sleep(random_instants.uniform(0.02, 0.9))
        process.kill()
        deaths += process.wait() == -9
    assert deaths
    process = _start(killed)
    assert process.wait(timeout=60) == 0
    assert content(killed, names) == expected
    assert all(balance.balanced for balance in file_balances(killed, load_source(SOURCE)))
