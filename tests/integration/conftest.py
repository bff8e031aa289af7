"""The small lakes that dbt's tests share, built once (`dbt_fixtures.py`)."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dbt_fixtures as fixtures
import pytest


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the lakes after all runs; parallel workers share them, and the first to come makes them."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "dbt_worlds"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "seen.json").is_file():
            command = [sys.executable, str(Path(fixtures.__file__)), str(folder)]
            done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder


@pytest.fixture(scope="session")
def seen(world: Path) -> dict[str, Any]:
    return json.loads((world / "seen.json").read_text(encoding="utf-8"))
