"""Intake at the size of a country: a national month, the list as DBF beside CSV, and a month after three years.

`national_month_ratio` is our seconds to those of a floor that only reads, casts and writes (`benchmarks.floor`),
interleaved source by source in the same run. Ours ends with bronze, pseudonymised and validated silver, findings, row
states and quarantine. Extracts are written once and kept in `AMAR_BENCH_DATA` (the system's temporary folder by
default). `SCALE=small` takes about a minute.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import national
from benchmarks.floor import Floor, extracts
from benchmarks.history import month_after
from benchmarks.report import Stopwatch, at_least, at_most, publish
from benchmarks.worker import work
from lake.layout import Home

SOURCES = ("mis", "smis", "pension_transfer", "scan_index", "contribution_list")


def main() -> int:
    """Run all three parts; report."""
    scale = os.environ.get("SCALE", "full")
    data = Path(os.environ.get("AMAR_BENCH_DATA", tempfile.gettempdir())) / "amar-bench"
    landing = national.landing(data, scale)
    clock = Stopwatch()
    with tempfile.TemporaryDirectory(prefix="amar-bench-", dir=data) as folder:
        rows, ours, floor, peak = _national_month(Path(folder), landing)
        clock.lap("national month, both")
        dbf = _dbf_to_csv(Path(folder), data, scale)
        clock.lap("lists as CSV and DBF")
        after = month_after(Path(folder), scale)
        clock.lap("month after history")
    return publish(
        f"ingest-{scale}" if scale == "small" else "ingest",
        rows=rows,
        ratios={
            "national_month_ratio": ours / floor.seconds,
            "to_single_pass": ours / floor.single_pass,
            "dbf_rows_ratio": dbf,
            "month_after_36_ratio": after.ratio,
        },
        seconds={"ours": round(ours, 1), "floor": round(floor.seconds, 1), **after.seconds, **clock.seconds},
        peak_rss_mib=peak,
        bars={
            "national_month_ratio": at_most(2.0, ours / floor.seconds),
            "peak_rss_mib": at_most(3072, peak),
            "dbf_rows_ratio": at_least(0.3, dbf),
            "month_after_36_ratio": at_most(1.2, after.ratio),
        },
    )


def _national_month(folder: Path, landing: Path) -> tuple[int, float, Floor, float]:
    """Take in every source once, the floor before each; return rows, our seconds, the floor and our peak memory."""
    floor, rows, ours, peak = Floor(folder / "floor"), 0, 0.0, 0.0
    for source in SOURCES:
        for shape, paths in extracts(landing, source, folder / "copies").items():
            floor.run(shape, paths)
        shutil.rmtree(folder / "copies")
        os.sync()  # what one side leaves to be written to disk is not written in the other's time
        done = work(Home(folder / "home", landing), (source,))
        rows, ours, peak = rows + done.rows, ours + done.seconds, max(peak, done.peak_mib)
        os.sync()
        print(
            f"  {source}: {done.rows:,} rows, bronze {done.intake:.1f} s, silver {done.silver:.1f} s, "
            f"{done.peak_mib:,.0f} MiB; floor so far {floor.seconds:.1f} s"
        )
    shutil.rmtree(folder / "home")
    return rows, ours, floor, peak


def _dbf_to_csv(folder: Path, data: Path, scale: str) -> float:
    """Take the same lists in as DBF pairs and as CSV; return the ratio of rows per second."""
    rates = {}
    for form in (national.CSV, national.DBF):
        done = work(Home(folder / form.kind, national.lists(data, scale, form)), ("contribution_list",))
        rates[form.kind] = done.rows / done.seconds
        print(f"  lists as {form.kind}: {done.rows:,} rows, {rates[form.kind]:,.0f} rows/s")
    return rates[national.DBF.kind] / rates[national.CSV.kind]


if __name__ == "__main__":
    sys.exit(main())
