"""The ledger at a million events: appending, verifying and proving, each by product code in a process of its own.

The floor of appending is a bare durable insert of the same bytes (envelope, salt, payload) through the same engine and
settings, into a table without keys or triggers of a database file of its own in the same folder; single appends and
bare inserts take turns, each its own transaction. Beside it the rate of many events in one transaction, by which the
ledger is filled. `SCALE=small` fills fifty thousand.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Engine, LargeBinary, MetaData, Table, func, insert, select

from benchmarks.report import PeakMemory, at_least, at_most, publish
from governance.database import engine as database
from governance.database.schema import LEDGER_EVENT, LEDGER_PAYLOAD
from governance.ledger.envelope import Draft
from governance.ledger.keyfile import make_key
from governance.ledger.ledger import Ledger
from governance.ledger.merkle import verify_consistency, verify_inclusion
from governance.ledger.verify import verify

EVENTS = {"small": 50_000, "full": 1_000_000}
IN_ONE = 1_000
TURNS, PROOFS = 400, 200
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
_BARE = Table("bare", MetaData(), Column("said", LargeBinary))


def main() -> int:
    """Fill, append, prove and verify a ledger; report."""
    events = EVENTS[os.environ.get("SCALE", "full")]
    with tempfile.TemporaryDirectory(prefix="amar-bench-") as folder:
        home = Path(folder)
        filled = _apart("fill", home, events)
        appended = _apart("append", home, TURNS)
        proved = _apart("prove", home, PROOFS)
        verified = _apart("verify", home, events + TURNS)
    peak = max(each.peak_mib for each in (filled, appended, proved, verified))
    ratio = appended.said["bare"] / appended.said["ours"]
    bars = {
        "verify_seconds": at_most(60, verified.said["seconds"]),
        "proof_ms": at_most(10, proved.said["ms"]),
        "append_ratio": at_least(0.5, ratio),
        "peak_rss_mib": at_most(500, peak),
    }
    return publish(
        "ledger",
        rows=events,
        ratios={"append_to_bare_insert": ratio},
        seconds={
            "fill": filled.said["seconds"],
            "thousand appends": 1000 * appended.said["ours"],
            "thousand bare inserts": 1000 * appended.said["bare"],
            "slowest proof": proved.said["slowest_ms"] / 1000,
            "verify": verified.said["seconds"],
        },
        peak_rss_mib=peak,
        bars=bars,
    )


@dataclass(frozen=True)
class _Done:
    """What a process said, and its peak memory."""

    said: dict[str, float]
    peak_mib: float


def _apart(step: str, home: Path, count: int) -> _Done:
    command = [sys.executable, "-m", "benchmarks.ledger", step, str(home), str(count)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent)
    with PeakMemory(process.pid) as memory:
        said, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"{step} ended with {process.returncode}")
    return _Done(json.loads(said), memory.mib)


def _fill(home: Path, events: int) -> dict[str, float]:
    engine = _open(home)
    database.migrate(engine)
    ledger = _ledger(home, engine)
    began = time.perf_counter()
    for first in range(0, events, IN_ONE):
        with ledger.writing() as writer:
            for number in range(first, min(first + IN_ONE, events)):
                writer.append(_draft(number), now=NOW)
    return {"seconds": round(time.perf_counter() - began, 3)}


def _append(home: Path, turns: int) -> dict[str, float]:
    """Time single appends and bare inserts of the same bytes, in turn; medians."""
    engine, bare = _open(home), database.open_database(f"sqlite:///{home / 'bare.db'}")
    with database.write(bare) as connection:
        _BARE.create(connection)
    ledger = _ledger(home, engine)
    took: dict[str, list[float]] = {"ours": [], "bare": []}
    for number in range(turns):
        took["ours"].append(_seconds(lambda number=number: _append_one(ledger, number)))  # type: ignore[misc]
        said = _newest_bytes(engine)
        took["bare"].append(_seconds(lambda said=said: _insert_bare(bare, said)))  # type: ignore[misc]
    return {name: statistics.median(seconds) for name, seconds in took.items()}


def _append_one(ledger: Ledger, number: int) -> None:
    with ledger.writing() as writer:
        writer.append(_draft(number), now=NOW)


def _insert_bare(engine: Engine, said: bytes) -> None:
    with database.write(engine) as connection:
        connection.execute(insert(_BARE), {"said": said})


def _newest_bytes(engine: Engine) -> bytes:
    newest = select(func.max(LEDGER_EVENT.c.sequence)).scalar_subquery()
    query = select(LEDGER_EVENT, LEDGER_PAYLOAD.c.salt, LEDGER_PAYLOAD.c.payload).join_from(
        LEDGER_EVENT, LEDGER_PAYLOAD, LEDGER_PAYLOAD.c.sequence == LEDGER_EVENT.c.sequence
    )
    with database.read(engine) as connection:
        row: Sequence[Any] = connection.execute(query.where(LEDGER_EVENT.c.sequence == newest)).one()
    *envelope, salt, payload = row
    return b"".join([*(str(member).encode() for member in envelope), salt, payload.encode()])


def _prove(home: Path, proofs: int) -> dict[str, float]:
    """Time an inclusion and a consistency proof together, of random events and sizes, and check each; the median."""
    ledger, chance = Ledger(_open(home)), random.Random(1405)  # noqa: S311
    took: list[float] = []
    for _ in range(proofs):
        began = time.perf_counter()
        with ledger.reading() as reader:
            size = chance.randint(1, reader.head())
            one = reader.inclusion(chance.randint(1, size), size)
            two = reader.consistency(size)
        took.append(1000 * (time.perf_counter() - began))
        if not verify_inclusion(one.leaf_hash, one.sequence - 1, size, one.hashes, one.root_hash):
            raise SystemExit("an inclusion proof does not hold")
        if not verify_consistency(size, two.new_size, two.hashes, two.old_root, two.new_root):
            raise SystemExit("a consistency proof does not hold")
    return {"ms": statistics.median(took), "slowest_ms": max(took)}


def _verify(home: Path, events: int) -> dict[str, float]:
    engine = _open(home)
    began = time.perf_counter()
    found = verify(engine)
    seconds = time.perf_counter() - began
    if not found.is_sound or found.tree_size != events or found.signed_size != events:
        raise SystemExit(f"the ledger does not verify: {found}")
    return {"seconds": round(seconds, 3)}


def _open(home: Path) -> Engine:
    return database.open_database(f"sqlite:///{home / 'governance.db'}")


def _ledger(home: Path, engine: Engine) -> Ledger:
    return Ledger(engine, key=lambda: make_key(home / "ledger.key", origin="example.org/ledger"))


def _draft(number: int) -> Draft:
    """Return an event as long as those of a release are."""
    payload = {"official": "DEMO-STATISTICIAN", "name": "کارشناس آمار (نمونه)", "draft_hash": f"{number:064x}"}
    return Draft("HQ-STATISTICS", "release.proposed", f"INDICATORS@1.{number}.0", "DASH-B", payload)


def _seconds(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


_STEPS = {"fill": _fill, "append": _append, "prove": _prove, "verify": _verify}

if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(main())
    print(json.dumps(_STEPS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))))
