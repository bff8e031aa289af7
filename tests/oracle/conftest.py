"""The homes of the oracle, made once for a scale, in a process of their own."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import oracle_world
import pytest

from lake.layout import Home

HERE = Path(__file__).parent
HOMES = [(scale, name) for scale, worlds in oracle_world.WORLDS.items() for name in worlds]


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of all homes that were made; parallel workers share it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "oracle_worlds"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(params=HOMES, ids=[name for _, name in HOMES])
def home(request: pytest.FixtureRequest, worlds: Path) -> Home:
    """Return a home that was taken in and built; the first that asks for a scale makes all of that scale."""
    scale, name = request.param
    if scale != "tiny" and "oracle" not in os.environ.get("AMAR_REQUIRE", ""):
        pytest.skip("minutes: `make oracle` runs this scale, and so does CI")
    made = worlds / scale
    with (worlds / f"{scale}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (made / "done").is_file():
            made.mkdir()
            places = [HERE, HERE.parent / "integration", HERE.parents[1]]
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places))}
            command = [sys.executable, str(HERE / "oracle_world.py"), str(made), scale]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
            (made / "done").touch()
    return Home(made / name)
