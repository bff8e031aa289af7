"""The whole job: extracts → lake → marts → approved release → API answering, in a process of its own.

Beside it the flow proof over all models, in both forms that a run compiles to (`benchmarks.proof`).

Floor, in the same run: DuckDB reading the landing files of text as lines and writing them as Parquet. A second run of
the job, which has nothing to do, is measured apart. `SCALE=small` runs a small country.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks import proof
from benchmarks.report import PeakMemory, Stopwatch, at_most, publish

SCALE = {"small": "tiny", "full": "demo"}
PORT = 18931


def main() -> int:
    """Run the job twice and the floor once; report."""
    scale = os.environ.get("SCALE", "full")
    with tempfile.TemporaryDirectory(prefix="amar-bench-") as folder:
        home = Path(folder)
        proven = proof.measure(home / "proof")
        clock = Stopwatch()
        peak = _run_job(home, SCALE[scale])
        job = clock.lap("job")
        _run_job(home, SCALE[scale])
        again = clock.lap("job again")
        _write_as_utf8(home)
        clock.lap("extracts as UTF-8 for the floor")
        rows = _floor(home)
        floor = clock.lap("floor")
    bars = {
        "demo_seconds": at_most(180, job),
        "demo_peak_rss_mib": at_most(4096, peak),
        "flow_seconds": at_most(10, proven.seconds),
        "flow_ms_per_column": at_most(3, proven.ms_per_column),
    }
    return publish(
        "flow",
        rows=rows,
        ratios={"job_to_floor": job / floor, "again_to_job": again / job},
        seconds={**clock.seconds, "flow proof": proven.seconds, "flow proof, compiling": proven.compiling},
        peak_rss_mib=peak,
        bars=bars,
    )


def _run_job(home: Path, scale: str) -> float:
    amar = Path(sys.executable).parent / "amar"
    command = [str(amar), "up", "--no-serve", "--scale", scale, "--port", str(PORT)]
    environment = {**os.environ, "AMAR_HOME": str(home)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    with PeakMemory(process.pid) as memory:
        _, errors = process.communicate()
    if process.returncode:
        raise SystemExit(f"the job failed:\n{errors[-2000:]}")
    return memory.mib


def _write_as_utf8(home: Path) -> None:
    """Copy the landing files of text as UTF-8, for DuckDB reads no cp1256; not part of the floor."""
    folder = home / "utf8"
    folder.mkdir()
    for path in (home / "landing").rglob("*.csv"):
        data = path.read_bytes()
        try:
            data.decode()
        except UnicodeDecodeError:
            data = data.decode("cp1256").encode()
        (folder / path.name).write_bytes(data)


def _floor(home: Path) -> int:
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        lines = f"""read_csv('{home}/utf8/*', delim = '\\x1f', quote = '', escape = '', header = false,
            columns = {{'line': 'varchar'}}, strict_mode = false)"""
        connection.execute(f"copy (select * from {lines}) to '{home}/floor.parquet' (format parquet, compression zstd)")
        counted = connection.execute(f"select count(*) from '{home}/floor.parquet'").fetchone()
    return int(counted[0]) if counted else 0


if __name__ == "__main__":
    sys.exit(main())
