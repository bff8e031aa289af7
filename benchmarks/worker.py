"""Takes in landing files in a process of its own, so that start-up is not counted and memory is only the product's.

`python -m benchmarks.worker HOME LANDING PERIOD SOURCE…` prints a line of JSON: rows, and seconds of intake, silver and
marts. PERIOD is a Jalali month whose marts are built too, or `-`.
"""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import PeakMemory
from lake import slices
from lake.contracts.model import load_source
from lake.layout import Home
from lake.lock import writer_lock
from lake.pseudonym import DEVELOPMENT_KEYRING
from orchestration import dbt
from orchestration.ingest import build_slices, take_in
from orchestration.settings import Settings


@dataclass(frozen=True)
class Work:
    """What a worker did: rows of bronze, seconds of each step without start-up, and its peak memory."""

    rows: int
    intake: float
    silver: float
    marts: float
    peak_mib: float

    @property
    def seconds(self) -> float:
        """All steps together."""
        return self.intake + self.silver + self.marts


def work(home: Home, sources: tuple[str, ...], *, marts: str | None = None) -> Work:
    """Take in the new files of some sources in a process of its own.

    Raises:
        SystemExit: the worker failed.
    """
    command = [sys.executable, "-m", "benchmarks.worker", str(home.root), str(home.landing), marts or "-", *sources]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent)
    with PeakMemory(process.pid) as memory:
        said, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"the worker ended with {process.returncode}: {' '.join(command)}")
    return Work(**json.loads(said.splitlines()[-1]), peak_mib=memory.mib)


def main() -> int:
    """Do the work that the command line asks for."""
    root, landing, period, *sources = sys.argv[1:]
    home = Home(Path(root), Path(landing))
    rows = bronze = silver = marts = 0.0
    for source in map(load_source, sources):
        with writer_lock(home, f"ingest {source.id}"):
            began = time.perf_counter()
            intake = take_in(home, source, periods=None, ingest_id="benchmark")
            if intake.failure:
                raise intake.failure
            rows += intake.rows
            taken = time.perf_counter()
            build_slices(home, source, DEVELOPMENT_KEYRING, periods=slices.stale(home, source, DEVELOPMENT_KEYRING))
            bronze, silver = bronze + taken - began, silver + time.perf_counter() - taken
    if period != "-":
        nodes = dbt.build(Settings(home=home.root, landing=home.landing), [period], lambda _: None)
        failed = [node.name for node in nodes if not node.passed]
        if failed:
            raise SystemExit(f"marts failed: {', '.join(failed)}")
        marts = sum(node.seconds for node in nodes)
    print(json.dumps({"rows": int(rows), "intake": bronze, "silver": silver, "marts": marts}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
