"""What a trace names is enough: random published numbers, computed again from the named files alone, are the same.

The oracle reads the files (`oracle_traced`); nothing of the code under test computes. Its demo runs with `make oracle`:
a thousand numbers of two homes, and the median time of a trace.
"""

import random
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import oracle_world
import polars as pl
import pytest
from oracle_cubes import is_counted
from oracle_traced import TracedFiles

from governance.context import Context, open_context
from governance.lineage.model import Lineage
from governance.lineage.published import trace
from governance.releases.store import DATA
from governance.settings import Settings
from lake.layout import Home

pytestmark = pytest.mark.heavy
SAMPLE = {"tiny": 30, "demo": 500}
"""Numbers that are drawn of a home of a scale; two homes of each."""
_CUBES_SHARE = 3
"""One of so many is drawn from the cubes."""


@pytest.fixture
def context(home: Home) -> Iterator[Context]:
    with open_context(Settings(home=home.root, environment="development")) as opened:
        yield opened


def drawn(context: Context, datasets: tuple[str, ...], size: int) -> list[dict[str, Any]]:
    """Draw published values, the seed fixed: of indicators each as often as another, whatever its areas."""
    dice, found = random.Random(17), []
    shares = dict.fromkeys(datasets, size // _CUBES_SHARE // (len(datasets) - 1))
    shares["INDICATORS"] = size - sum(shares.values()) + shares["INDICATORS"]
    for dataset, share in shares.items():
        held = context.store.rows(context.store.manifest(dataset, "1.0.0"), DATA, pl.col("OBS_VALUE").is_not_null())
        code = "INDICATOR" if dataset == "INDICATORS" else "MEASURE"
        by_code: dict[str, list[dict[str, Any]]] = {}
        for row in held.sort("OBSERVATION_ID").iter_rows(named=True):
            if dataset == "INDICATORS" or is_counted(dataset, row):
                by_code.setdefault(row[code], []).append({**row, "dataset": dataset})
        found += [dice.choice(dice.choice(list(by_code.values()))) for _ in range(share if by_code else 0)]
    return found


def agrees(row: Mapping[str, Any], lineage: Lineage, files: TracedFiles) -> bool:
    """Tell whether the named files give the published number; a value is published with its decimals, rounded."""
    named = {file.file_sha256 for file in (*lineage.sources, *lineage.decided_by)}
    if row["dataset"] != "INDICATORS":
        return files.cube(row["dataset"], row, row["PERIOD"], named) == row["OBS_VALUE"]
    cell = files.indicator(row["INDICATOR"], row["GEO"], row["PERIOD"], named)
    if cell is None or not isinstance(cell["value"], float):
        return False
    numerator, denominator = (cell[part] for part in ("numerator", "denominator"))
    step = Decimal(1).scaleb(-row["DECIMALS"])
    near = abs(Decimal(cell["value"]).scaleb(-row["UNIT_MULT"]) - row["OBS_VALUE"]) <= step / 2 + step * Decimal("1e-6")
    return near and numerator == row["NUMERATOR"] and row["DENOMINATOR"] in (denominator, None)


def test_the_named_files_give_the_number(home: Home, context: Context, capsys: pytest.CaptureFixture[str]) -> None:
    scale = home.root.parent.name
    rows = drawn(context, tuple(oracle_world.RELEASED[scale]), SAMPLE[scale])
    files = TracedFiles(home.landing, pl.read_parquet(home.root.with_suffix(".parquet")))
    different, seconds = [], []
    for row in rows:
        began = time.perf_counter()
        lineage = trace(context, row["OBSERVATION_ID"])
        seconds.append(time.perf_counter() - began)
        if not agrees(row, lineage, files):
            different.append(row["OBSERVATION_ID"])
    with capsys.disabled():
        told = f"{len(rows)} numbers, trace_ms median {1000 * statistics.median(seconds):.1f}"
        sys.stdout.write(f"\n{home.root.name}: {told}, {len(different)} differ\n")
    assert not different, f"{len(different)} of {len(rows)}: {different[:12]}"
