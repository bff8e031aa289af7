"""The homes that the oracle is set against: generated, corrected, taken in and built as the product does it.

Run as a script in a process of its own; dbt is parsed once for all homes. Beside each home lie `planted.parquet`, the
rows that the generator spoilt. The generator writes each file once, so the corrections that senders send later are
made here, from the files as printed.
"""

import sys
from pathlib import Path

import polars as pl
from dbt_fixtures import Dbt
from intake_world import take_in_all
from oracle_late import send_late_files

from lake.layout import Home
from orchestration.generator.generate import generate
from orchestration.generator.scales import Scale

Spans = tuple[tuple[str, str], ...]

WORLDS: dict[str, dict[str, tuple[int, float, Spans]]] = {
    "tiny": {
        "tiny-3": (3, 0.05, (("1398-12", "1398-12"), ("1399-10", "1399-12"))),
        "tiny-19": (19, 0.0, (("1399-03", "1399-03"), ("1400-02", "1400-03"))),
    },
    "demo": {
        "demo-5": (5, 0.01, (("1398-10", "1399-12"),)),
        "demo-8": (8, 0.03, (("1399-03", "1399-03"), ("1400-02", "1400-03"))),
    },
}
"""Scale → home → seed, share of spoilt rows, and spans of months: some a year apart, for growth, and whole quarters."""


def make_worlds(root: Path, scale: str) -> None:
    """Make the homes of a scale."""
    dbt = Dbt(root)
    for name, (seed, defects, spans) in WORLDS[scale].items():
        home = Home(root / name)
        planted = []
        for number, (first, last) in enumerate(spans):
            place = root / f"{name}-planted" / str(number) / "planted.parquet"
            report = generate(
                home.landing, scale=Scale(scale), seed=seed, first=first, last=last, defects=defects, planted=place
            )
            planted.append(pl.read_parquet(report.planted_path))
        pl.concat(planted).write_parquet(root / f"{name}.parquet")
        send_late_files(home.landing, pl.concat(planted))
        take_in_all(home)
        built = dbt.build(home, "--exclude-resource-type", "unit_test", "test")
        if not built["success"]:
            raise SystemExit(f"dbt: {built['error']} {built['failures']}")


if __name__ == "__main__":
    make_worlds(Path(sys.argv[1]), sys.argv[2])
