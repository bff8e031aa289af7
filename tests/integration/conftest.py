"""The small lakes that dbt's tests share, built once (`mart_worlds.py`, `transfer_worlds.py`)."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the lakes with every mart, after all runs."""
    return _made(tmp_path_factory, "mart_worlds")


@pytest.fixture(scope="session")
def seen(world: Path) -> dict[str, Any]:
    return json.loads((world / "seen.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def transfer_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the lakes with the marts of transfers, after all runs."""
    return _made(tmp_path_factory, "transfer_worlds")


def _made(tmp_path_factory: pytest.TempPathFactory, script: str) -> Path:
    """Return the folder that a script fills; parallel workers share it, and the first to come runs the script."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / script
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "seen.json").is_file():
            command = [sys.executable, str(Path(__file__).with_name(f"{script}.py")), str(folder)]
            done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder
