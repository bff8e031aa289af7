"""The flow proof over all models: seconds, and milliseconds a column, by the clock; `make bench-flow` holds the bars.

Judged are both forms of a run, over all months and over some; the seconds are those of the slower one. What dbt needs
to compile the project is measured apart, for it does so for every run.
"""

import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from governance.proof.project import prove
from orchestration import dbt
from orchestration.proof import FORMS, compiled
from orchestration.settings import Settings


@dataclass(frozen=True)
class Measured:
    """What the proof took.

    Attributes:
        seconds: Of the slower form.
        columns: Columns of models that it judged.
        compiling: Seconds that dbt took to compile the slower form.
    """

    seconds: float
    columns: int
    compiling: float

    @property
    def ms_per_column(self) -> float:
        """Milliseconds a column."""
        return 1000 * self.seconds / self.columns


def measure(home: Path) -> Measured:
    """Judge the project in each form.

    Raises:
        SystemExit: something is refused, so there is nothing to measure.
    """
    settings = Settings(home=home, landing=None)
    manifest = json.loads(dbt.manifest(settings).read_text())
    seconds, compiling, columns = 0.0, 0.0, 0
    for form in FORMS:
        began = time.perf_counter()
        sql = compiled(settings, form)
        ready = time.perf_counter()
        proof = prove(manifest, sql)
        done = time.perf_counter()
        if proof.refusals:
            raise SystemExit("\n".join(map(str, proof.refusals)))
        seconds, compiling = max(seconds, done - ready), max(compiling, ready - began)
        columns = proof.column_count
    return Measured(round(seconds, 3), columns, round(compiling, 3))


def main() -> int:
    """Print what the proof takes, without the rest of `make bench-flow`."""
    with tempfile.TemporaryDirectory(prefix="amar-bench-") as folder:
        found = measure(Path(folder))
    print(f"flow proof: {found.columns:,} columns, {found.seconds:.2f} s, {found.ms_per_column:.2f} ms a column")
    return 0 if found.seconds <= 10 and found.ms_per_column <= 3 else 1


if __name__ == "__main__":
    sys.exit(main())
