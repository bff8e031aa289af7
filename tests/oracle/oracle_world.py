"""The homes that the oracle is set against: generated, corrected, taken in and built as the product does it.

Run as a script in a process of its own; dbt is parsed once for all homes. Beside each home lies a Parquet file of its
name: the rows that the generator spoilt. It writes each file once, so the corrections that senders send later are made
here, from the files as printed.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from dbt_runner import Dbt
from intake_world import take_in_all
from oracle_late import send_late_files
from release_world import APPROVER, PUBLIC, START, STATISTICIAN, World

from governance.context import open_context
from governance.database.engine import migrate
from governance.datasets.load import list_structures, load_structure
from governance.officials import seed_demo
from governance.releases.flow import approve, publish
from governance.settings import Settings
from lake import tables
from lake.layout import Home
from orchestration.generator.batches import OPERATIONAL
from orchestration.generator.generate import generate
from orchestration.generator.scales import Scale

Span = tuple[str, str, tuple[str, ...]]
REPORTS = ("mis", "smis")
MARTS = ("+fct_indicator_observation", "+fct_unit_indicator", "+fct_observation_source_file", "+fct_measure")
"""What is built: the marts that are compared and all that they stand on."""

RELEASED = {"tiny": ("INDICATORS", "TREATMENT", "TRANSFERS"), "demo": list_structures()}
"""Datasets that are released, whose numbers are followed to their files."""

WORLDS: dict[str, dict[str, tuple[int, float, tuple[Span, ...]]]] = {
    "tiny": {
        "tiny-3": (
            3,
            0.05,
            (
                ("1398-06", "1398-06", ("mis",)),
                ("1399-01", "1399-03", (*REPORTS, "scan_index")),
                ("1399-04", "1399-06", OPERATIONAL),
                ("1399-07", "1399-09", REPORTS),
            ),
        ),
        "tiny-19": (
            19,
            0.0,
            (("1399-09", "1399-09", ("mis",)), ("1400-07", "1400-07", REPORTS), ("1400-08", "1400-09", OPERATIONAL)),
        ),
    },
    "demo": {
        "demo-5": (
            5,
            0.01,
            (
                ("1398-12", "1398-12", ("mis",)),
                ("1399-01", "1399-06", REPORTS),
                ("1399-07", "1399-09", (*REPORTS, "scan_index")),
                ("1399-10", "1399-12", OPERATIONAL),
            ),
        ),
        "demo-8": (
            8,
            0.03,
            (("1399-09", "1399-09", ("mis",)), ("1400-01", "1400-07", REPORTS), ("1400-08", "1400-09", OPERATIONAL)),
        ),
    },
}
"""Scale → home → seed, share of spoilt rows, and spans of months with their sources.

One home of a scale has nine months or a year and a half-year of imaging, so that what is counted by year or half-year
has values; each has a month of the year before, for growth.
"""

_BY_YEAR = frozenset({"pension_wage_ratio", "arrears_ratio", "injury_rate", "injury_fatality"})
_BY_HALF = frozenset({"destruction_timeliness"})
WITHOUT_VALUES: dict[str, frozenset[str]] = {"tiny-19": _BY_YEAR | _BY_HALF, "demo-8": _BY_HALF}
"""Home → indicators that its months are too few for."""


def make_worlds(root: Path, scale: str) -> None:
    """Make the homes of a scale."""
    dbt = Dbt(root)
    cubes = [f"+{load_structure(dataset).mart}" for dataset in RELEASED[scale]]
    for name, (seed, defects, spans) in WORLDS[scale].items():
        home = Home(root / name)
        planted = []
        for number, (first, last, sources) in enumerate(spans):
            place = root / f"{name}-planted" / str(number) / "planted.parquet"
            report = generate(
                home.landing,
                scale=Scale(scale),
                seed=seed,
                first=first,
                last=last,
                defects=defects,
                planted=place,
                sources=sources,
            )
            planted.append(pl.read_parquet(report.planted_path))
        pl.concat(planted).write_parquet(root / f"{name}.parquet")
        send_late_files(home.landing, pl.concat(planted))
        take_in_all(home, OPERATIONAL)
        built = dbt.build(home, "--select", *MARTS, *cubes, "--exclude-resource-type", "unit_test", "test")
        if not built["success"]:
            raise SystemExit(f"dbt: {built['error']} {built['failures']}")
        release_all(home, RELEASED[scale])


def release_all(home: Home, datasets: Sequence[str]) -> None:
    """Publish datasets out of the marts of a home."""
    with open_context(Settings(home=home.root, environment="development")) as context:
        migrate(context.engine)
        seed_demo(context.officials, now=START)
        world = World(context, home)
        for dataset in datasets:
            names = tables.schema(home, "gold", load_structure(dataset).mart).names
            proposed = world.propose(dataset, labels=dict.fromkeys(names, PUBLIC))
            approve(context, proposed.id, actor=APPROVER, now=world.tick())
            publish(context, proposed.id, actor=STATISTICIAN, now=world.tick())


if __name__ == "__main__":
    make_worlds(Path(sys.argv[1]), sys.argv[2])
