"""Several processes write what one writes, in the same order, and none outlives the one that started it."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.generator.batches import OPERATIONAL
from orchestration.generator.generate import GenerationReport, generate
from orchestration.generator.scales import Scale
from orchestration.generator.shares import shares

STARTED = """
import sys
from pathlib import Path
from orchestration.generator.generate import generate
from orchestration.generator.scales import Scale
if __name__ == "__main__":
    generate(
        Path(sys.argv[1]), scale=Scale.TINY, seed=5, first="1398-01", last="1409-12", defects=0.0, processes=2,
        progress=lambda label, done, total: print(done, flush=True),
    )
"""


@pytest.fixture(autouse=True)
def _no_tests_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide what pytest put on the path, which a spawned process takes over: folders there are named as packages are."""
    tests = Path(__file__).parents[3]
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if not Path(entry).is_relative_to(tests)])


def _written(out: Path, processes: int) -> tuple[GenerationReport, list[int], dict[str, str]]:
    told: list[int] = []
    report = generate(
        out,
        scale=Scale.TINY,
        seed=5,
        first="1399-11",
        last="1399-12",
        defects=0.05,
        progress=lambda _, done, __: told.append(done),
        processes=processes,
    )
    files = {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }
    return report, told, files


def test_two_processes_write_what_one_writes(tmp_path: Path) -> None:
    alone, told_alone, files_alone = _written(tmp_path / "one" / "landing", 1)
    shared, told_shared, files_shared = _written(tmp_path / "two" / "landing", 2)
    assert files_shared == files_alone
    assert told_shared == told_alone
    assert (shared.rows, shared.rows_by_source, shared.planted) == (alone.rows, alone.rows_by_source, alone.planted)
    assert shared.planted_path.read_bytes() == alone.planted_path.read_bytes()
    assert shared.identifiers_path.read_bytes() == alone.identifiers_path.read_bytes()


@pytest.mark.parametrize("most", [1, 2, 3, 9])
def test_each_source_is_in_one_share_and_no_share_is_empty(most: int) -> None:
    shared = shares(set(OPERATIONAL), most)
    assert sorted(source for share in shared for source in share) == sorted(OPERATIONAL)
    assert all(shared)
    assert len(shared) == min(most, len(OPERATIONAL))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="children are found in /proc")
def test_no_process_outlives_the_one_that_started_it(tmp_path: Path) -> None:
    script = tmp_path / "started.py"
    script.write_text(STARTED)
    started = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "landing")], stdout=subprocess.PIPE, text=True
    )
    if started.stdout is None:
        raise RuntimeError("no output to read")
    with started, started.stdout as told:
        told.readline()
        children = _children(started.pid)
        os.kill(started.pid, signal.SIGKILL)
    assert len(children) >= 2
    until = time.monotonic() + 30
    while any(_is_running(child) for child in children) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [child for child in children if _is_running(child)]


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
