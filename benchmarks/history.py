"""A month after three years of history against the same month as the first: cost follows the change (design rule 7).

History is 36 months of the `demo` country; the month is a month of it with every transfer of the whole country, half a
million rows. Intake, silver and the marts of the month are counted, process and dbt start-up are not.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks.national import SEED
from benchmarks.worker import Work, work
from lake.layout import Home
from orchestration.generator.generate import generate
from orchestration.generator.scales import Scale

SOURCES = ("mis", "smis", "pension_transfer", "scan_index", "contribution_list")
FIRST, LAST, MONTH = "1396-12", "1399-11", "1399-12"
SMALL_FIRST = "1399-10"


@dataclass(frozen=True)
class After:
    """The month as the first and after history."""

    first: Work
    after: Work

    @property
    def ratio(self) -> float:
        """Seconds after history to seconds as the first."""
        return self.after.seconds / self.first.seconds

    @property
    def seconds(self) -> dict[str, float]:
        """Each step of both, for the report."""
        pairs = (("first", self.first), ("after 36", self.after))
        return {
            f"{step}, {name}": round(float(getattr(done, step)), 2)
            for name, done in pairs
            for step in ("intake", "silver", "marts")
        }


def month_after(folder: Path, scale: str) -> After:
    """Measure the month both ways."""
    month, history = folder / "month", folder / "history"
    _write(month, MONTH, MONTH)
    transfers = Scale.NATIONAL if scale == "full" else Scale.DEMO
    generate(month, scale=transfers, seed=SEED, first=MONTH, last=MONTH, defects=0.001, sources=("pension_transfer",))
    _write(history, FIRST if scale == "full" else SMALL_FIRST, LAST)
    work(Home(folder / "after", history), SOURCES, marts=LAST)
    first = after = None
    for turn in range(2):  # the better of two turns, in turn, so that a busy machine hits both
        fresh, grown = folder / f"first{turn}", folder / f"after{turn}"
        shutil.copytree(folder / "after", grown)
        one, other = work(Home(fresh, month), SOURCES, marts=MONTH), work(Home(grown, month), SOURCES, marts=MONTH)
        first = one if first is None or one.seconds < first.seconds else first
        after = other if after is None or other.seconds < after.seconds else after
        shutil.rmtree(fresh)
        shutil.rmtree(grown)
    if first is None or after is None:
        raise SystemExit("nothing was measured")
    return After(first, after)


def _write(out: Path, first: str, last: str) -> None:
    generate(out, scale=Scale.DEMO, seed=SEED, first=first, last=last, defects=0.001, sources=SOURCES)
