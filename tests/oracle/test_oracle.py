"""Every indicator, computed again from the landing files by another route, equals what the marts say.

The homes are made once for a scale, in a process of their own (`oracle_world`); the oracle (`oracle_compute`) reads the
same landing files with readers of its own. Demo scale runs where `AMAR_REQUIRE` names `oracle` (`make oracle`).
"""

import ast
import sys
from functools import cache
from pathlib import Path

import oracle_compute
import oracle_world
import polars as pl
import pytest
from oracle_indicators import CELL, INDICATORS

from lake import tables
from lake.layout import Home
from vocabulary.indicators.load import load_indicators

pytestmark = pytest.mark.heavy
HERE = Path(__file__).parent
KEY = ["indicator", "area", "period"]
ODDS = 1e-9
"""Relative difference up to which two quotients are one; counts have no such grace."""


@cache
def recomputed(home: Path) -> pl.DataFrame:
    """Return what the oracle says of the indicators that are computed."""
    cells = oracle_compute.compute(home / "landing", pl.read_parquet(home.with_suffix(".parquet")))
    return cells.filter(pl.col("indicator").is_in([definition.code for definition in load_indicators()]))


def published(home: Home) -> pl.DataFrame:
    """Return what the marts say of country, provinces, offices and units, in the oracle's columns.

    Cells without either part are left out.
    """
    marts = [("fct_indicator_observation", "geo_code"), ("fct_unit_indicator", "area_code")]
    read = [
        pl.DataFrame(tables.read(home, "gold", name)).rename({"indicator_code": "indicator", area: "area"})
        for name, area in marts
    ]
    held = pl.concat([table.select(list(CELL)) for table in read])
    return held.filter(pl.col("numerator").is_not_null() | pl.col("denominator").is_not_null()).cast(CELL)


def differences(ours: pl.DataFrame, oracle: pl.DataFrame) -> pl.DataFrame:
    """Return the cells that one side lacks, whose counts differ at all, or whose values differ noticeably."""
    both = ours.with_columns(ours=True).join(oracle, on=KEY, how="full", coalesce=True, suffix="_oracle")
    same_counts = [pl.col(part).eq_missing(pl.col(f"{part}_oracle")) for part in ("numerator", "denominator")]
    value, expected = pl.col("value"), pl.col("value_oracle")
    same_value = (value - expected).abs() <= ODDS * expected.abs()
    same_value = (
        pl.when(value.is_null() | expected.is_null()).then(value.is_null() & expected.is_null()).otherwise(same_value)
    )
    return both.filter(~pl.all_horizontal(pl.col("ours").is_not_null(), *same_counts, same_value)).sort(KEY)


def test_every_computed_definition_has_an_oracle() -> None:
    assert set(INDICATORS) >= {definition.code for definition in load_indicators()}


def test_the_oracle_shares_no_code_with_what_it_checks() -> None:
    modules = [path for path in HERE.glob("oracle_*.py") if path.stem != "oracle_world"]
    imported = {
        name.split(".")[0]
        for path in modules
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    outside = {name for name in imported if not name.startswith("oracle_")} - set(sys.stdlib_module_names)
    assert outside == {"polars", "holidays"}


def test_each_indicator_has_values_to_compare(home: Home) -> None:
    valued = recomputed(home.root).drop_nulls("value")
    assert set(valued["indicator"]) == set(INDICATORS) - oracle_world.WITHOUT_VALUES.get(home.root.name, frozenset())


def test_each_indicator_has_values_at_each_scale() -> None:
    for worlds in oracle_world.WORLDS.values():
        assert not frozenset.intersection(*(oracle_world.WITHOUT_VALUES.get(name, frozenset()) for name in worlds))


def test_every_area_and_period_equals_the_oracle(home: Home) -> None:
    different = differences(published(home), recomputed(home.root))
    assert different.is_empty(), str(different)
