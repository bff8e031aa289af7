"""The process that is killed: it does its acts under the writer lock, without Dagster, and says when it begins.

`python torture_worker.py HOME LANDING SOURCES ACT…`, sources joined by commas; exit code 3 where another writes.
"""

import gc
import json
import resource
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from intake_world import take_in_all

from lake import bronze, tables
from lake.layout import Home
from lake.lock import HomeBusyError, writer_lock
from lake.maintenance.leavings import LAYERS
from lake.maintenance.model import Policy
from lake.maintenance.upkeep import apply

AT_ONCE = Policy(keep_hours=0, grace_hours=0, small_files=1, checkpoint_every=3)
"""Upkeep that finds something to do in a small lake."""

BUSY = 3
_RUNS, _WARM = 50, 10


def ingest(home: Home, sources: Sequence[str]) -> None:
    """Take in what is new and bring silver up to date."""
    take_in_all(home, sources)


def upkeep(home: Home, sources: Sequence[str]) -> None:
    """Compact, remove what nothing needs, sum up logs."""
    for source in sources:
        bronze.recover(home, source)
    apply(home, {}, AT_ONCE)


def soak(home: Home, sources: Sequence[str]) -> None:
    """Ingest many times though nothing is new; print how memory and logs grew."""
    take_in_all(home, sources)
    before = {layer: tables.versions(home, layer) for layer in LAYERS}
    seen = []
    for _ in range(_RUNS):
        take_in_all(home, sources)
        gc.collect()
        seen.append(_resident_mib())
    after = {layer: tables.versions(home, layer) for layer in LAYERS}
    grown = {"runs": _RUNS, "warm_mib": max(seen[:_WARM]), "end_mib": seen[-1], "new_commits": before != after}
    print(json.dumps(grown), flush=True)


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * resource.getpagesize() / 2**20, 1)


ACTS: dict[str, Callable[[Home, Sequence[str]], None]] = {"ingest": ingest, "upkeep": upkeep, "soak": soak}


def main(arguments: Sequence[str]) -> int:
    """Do the acts that the command line names."""
    root, landing, sources, *acts = arguments
    home = Home(Path(root), Path(landing))
    print("ready", flush=True)
    try:
        with writer_lock(home, " and ".join(acts)):
            for act in acts:
                ACTS[act](home, sources.split(","))
    except HomeBusyError as busy:
        print(busy, file=sys.stderr)
        return BUSY
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
