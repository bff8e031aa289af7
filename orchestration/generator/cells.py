"""Cells that national figures are shared out among, and the sharing out.

A cell is a unit, a measure and a breakdown. Its weight is what the unit holds of the country, times the share of the
breakdown, times a deviation that is its own and stays, times a small one that changes by month. Shares are invented;
those by sex come near the published share of women (18.8 % of principal insured).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from orchestration.generator.apportion import apportion
from orchestration.generator.coding import PLACE, places
from orchestration.generator.draws import Draws
from orchestration.generator.profile import Key, month_number
from vocabulary.periods import Period

_STAYING, _PASSING = 0.12, 0.012
_FINENESS = 100.0


@dataclass(frozen=True)
class Breakdown:
    """The categories of one series that units report, with their shares.

    Attributes:
        key: Measure, and category of its first breakdown.
        size: Column of the units that gives their weight.
        categories: Places of the codes that a cell carries, by column, and the share of the cell in the series.
        deviation: How far units differ in this series (standard deviation of the logarithm).
        absence: Share of units that have nothing of it and do not report it.
        with_zeros: Whether a cell that comes out nil is reported as nil, not left out.
        passing: How far a cell deviates in a month (standard deviation of the logarithm); rare events need much.
    """

    key: Key
    size: str
    categories: Sequence[tuple[Mapping[str, int], float]]
    deviation: float = 0.25
    absence: float = 0.0
    with_zeros: bool = True
    passing: float = _PASSING


def build_cells(
    units: pl.DataFrame, breakdowns: Sequence[Breakdown], *, draws: Draws, measures: str, dimensions: Sequence[str]
) -> pl.DataFrame:
    """Lay the breakdowns over the units.

    Args:
        units: Units with their sizes; one that is without the `size` of a breakdown (null) has none of its cells.
        breakdowns: The series, numbered by their order.
        draws: Draws of this source.
        measures: Codelist of the measures.
        dimensions: All breakdown columns of the source.

    Returns:
        One row a cell: `cell`, `unit`, `measure`, the dimensions (places, null where not broken down), `series`,
        `base` (weight), `with_zeros`, `passing`.
    """
    cells = pl.concat(
        _cells_of(units, series, breakdown, draws.named(*breakdown.key), dimensions).with_columns(
            pl.lit(places(measures)[breakdown.key[0]], dtype=PLACE).alias("measure")
        )
        for series, breakdown in enumerate(breakdowns)
    )
    # A cell's number depends on its unit and category only, so that it does not change with the units that are in.
    number = pl.sum_horizontal(
        [(pl.col(name).cast(pl.Int64).fill_null(-1) + 1) * 32**place for place, name in enumerate(dimensions)]
    )
    cell = (pl.col("unit").cast(pl.Int64) * 256 + pl.col("series")) * 32 ** len(dimensions) + number
    base = pl.col("held") * pl.col("share") * draws.named("cell").lognormal(1.0, _STAYING, cell)
    kept = ("series", base.alias("base"), "with_zeros", "passing")
    return cells.select(cell.alias("cell"), "unit", "measure", *dimensions, *kept)


def _cells_of(
    units: pl.DataFrame, series: int, breakdown: Breakdown, draws: Draws, dimensions: Sequence[str]
) -> pl.DataFrame:
    categories = pl.DataFrame(
        [{**dict.fromkeys(dimensions), **codes, "share": share} for codes, share in breakdown.categories],
        schema={**dict.fromkeys(dimensions, PLACE), "share": pl.Float64},
    )
    unit = pl.col("unit")
    is_held = pl.col(breakdown.size).is_not_null() & (draws.named("absent").unit(unit) >= breakdown.absence)
    held = pl.col(breakdown.size) * draws.lognormal(1.0, breakdown.deviation, unit)
    return (
        units.filter(is_held)
        .select("unit", held.alias("held"))
        .join(categories, how="cross")
        .with_columns(
            pl.lit(series, dtype=PLACE).alias("series"),
            pl.lit(breakdown.with_zeros).alias("with_zeros"),
            pl.lit(breakdown.passing).alias("passing"),
        )
    )


def share_out(cells: pl.DataFrame, totals: Iterable[int], *, draws: Draws, period: Period) -> pl.DataFrame:
    """Share out the national figures of a month among the cells, exactly.

    Args:
        cells: Cells of the units that report in this month.
        totals: Figure of each series, by its number.
        draws: Draws of this source.
        period: The month.

    Returns:
        The cells with `value`; those that come out nil and are not reported as nil are gone.
    """
    passing = draws.named("month", month_number(period)).lognormal(1.0, pl.col("passing"), pl.col("cell"))
    weighted = cells.with_columns(
        (pl.col("base") * passing * _FINENESS).round().cast(pl.Int64).alias("weight"),
        pl.lit(pl.Series(list(totals), dtype=pl.Int64)).gather(pl.col("series")).alias("total"),
    )
    shared = apportion(weighted, total="total", weight="weight", by=["series"], into="value")
    return shared.filter(pl.col("with_zeros") | (pl.col("value") > 0)).drop("weight", "total")


def present(units: pl.DataFrame, *, draws: Draws, period: Period, rate: float) -> pl.DataFrame:
    """Give the units that report in a month: a few leave one out, but none 1399-12, where the figures are anchored."""
    if period.code == "1399-12":
        return units
    silent = draws.named("silent", month_number(period)).unit(pl.col("unit")) < rate
    return units.filter(~silent)
