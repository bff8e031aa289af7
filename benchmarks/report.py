"""What every benchmark writes and prints: ratios, seconds, peak memory, and the bars it has to hold."""

import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Bar:
    """A bound that a measured figure has to keep."""

    want: str
    got: float
    holds: bool


def at_most(limit: float, got: float) -> Bar:
    """Make the bar `got ≤ limit`."""
    return Bar(f"<= {limit:g}", round(got, 3), got <= limit)


def at_least(limit: float, got: float) -> Bar:
    """Make the bar `got ≥ limit`."""
    return Bar(f">= {limit:g}", round(got, 3), got >= limit)


class PeakMemory:
    """Samples the resident memory of a process and its children, as a `with` block."""

    def __init__(self, pid: int) -> None:
        """Watch the process `pid`."""
        self._pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.mib = 0.0

    def __enter__(self) -> "PeakMemory":
        """Start sampling."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop sampling."""
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.05):
            self.mib = max(self.mib, _resident_mib(self._pid))


def _resident_mib(pid: int) -> float:
    total = 0
    for member in [pid, *_children(pid)]:
        try:
            pages = int(Path(f"/proc/{member}/statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += pages * os.sysconf("SC_PAGE_SIZE")
    return total / 2**20


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *_children(int(child))]
    except (FileNotFoundError, ProcessLookupError):
        return found
    return found


class Stopwatch:
    """Names the seconds of each part of a benchmark."""

    def __init__(self) -> None:
        """Start with nothing measured."""
        self.seconds: dict[str, float] = {}
        self._began = time.perf_counter()

    def lap(self, name: str) -> float:
        """Note the seconds since the last lap under `name`."""
        now = time.perf_counter()
        self.seconds[name] = round(now - self._began, 3)
        self._began = now
        return self.seconds[name]


def publish(
    name: str,
    *,
    rows: int,
    ratios: Mapping[str, float],
    seconds: Mapping[str, float],
    peak_rss_mib: float,
    bars: Mapping[str, Bar],
) -> int:
    """Write `results/<name>.json`, print it as a table, and return 1 where a bar does not hold."""
    RESULTS.mkdir(exist_ok=True)
    document = {
        "name": name,
        "rows": rows,
        "ratios": {key: round(value, 3) for key, value in ratios.items()},
        "seconds": dict(seconds),
        "peak_rss_mib": round(peak_rss_mib),
        "bars": {key: asdict(bar) for key, bar in bars.items()},
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(document, indent=2) + "\n")
    print(f"{name}: {rows:,} rows, peak {peak_rss_mib:,.0f} MiB")
    for key, value in seconds.items():
        print(f"  {key:<28} {value:>10.1f} s")
    for key, value in ratios.items():
        print(f"  {key:<28} {value:>10.2f} ×")
    for key, bar in bars.items():
        print(f"  {key:<28} {bar.got:>10.1f}   {bar.want}  {'holds' if bar.holds else 'DOES NOT HOLD'}")
    return 0 if all(bar.holds for bar in bars.values()) else 1
