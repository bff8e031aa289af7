"""Sharing out a whole number among cells by weight, so that the parts sum to it exactly.

Whole numbers only: no rounding error, and no order of summation, can move a unit from one cell to another.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_LIMIT = 2**62


class ApportionError(ValueError):
    """A total cannot be shared out by these weights."""


def apportion(cells: pl.DataFrame, *, total: str, weight: str, by: Sequence[str], into: str) -> pl.DataFrame:
    """Share out the total of each group among its cells by largest remainder (Hamilton).

    Args:
        cells: One row a cell.
        total: Whole-number column, the same in all cells of a group: what to share out.
        weight: Whole-number column, not negative.
        by: Columns that make the group; none means one group.
        into: Name of the new column.

    Returns:
        The cells in their order with the new Int64 column; it sums to the total in each group.

    Raises:
        ApportionError: A group has a positive total and no weight, or the numbers are too large for 64 bits.
    """
    groups: list[str | pl.Expr] = [*by] if by else [pl.lit(0)]
    framed = cells.with_row_index("_cell").with_columns(
        pl.col(weight).cast(pl.Int64).alias("_weight"),
        pl.col(weight).cast(pl.Int64).sum().over(groups).alias("_all"),
    )
    _check(framed, total)
    shared = framed.with_columns(
        pl.when(pl.col("_all") > 0).then(pl.col(total) * pl.col("_weight") // pl.col("_all")).alias("_whole"),
        pl.when(pl.col("_all") > 0).then(pl.col(total) * pl.col("_weight") % pl.col("_all")).alias("_rest"),
    ).with_columns(
        (pl.col(total) - pl.col("_whole").sum().over(groups)).alias("_left"),
        pl.struct(-pl.col("_rest"), pl.col("_cell").cast(pl.Int64)).rank("ordinal").over(groups).alias("_rank"),
    )
    value = pl.col("_whole").fill_null(0) + (pl.col("_rank") <= pl.col("_left")).fill_null(value=False).cast(pl.Int64)
    return shared.with_columns(value.alias(into)).drop("_cell", "_weight", "_all", "_whole", "_rest", "_left", "_rank")


def _check(framed: pl.DataFrame, total: str) -> None:
    wrong = framed.select(
        ((pl.col("_all") == 0) & (pl.col(total) > 0)).any().alias("empty"),
        (pl.col("_all").cast(pl.Float64) * pl.col(total).cast(pl.Float64) > _LIMIT).any().alias("large"),
    ).row(0)
    if wrong[0]:
        raise ApportionError("a group has something to share out and no weight")
    if wrong[1]:
        raise ApportionError("total × weights does not fit in 64 bits")


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Share out one total among a few weights by largest remainder.

    Raises:
        ApportionError: There is something to share out and no weight.
    """
    whole = sum(weights)
    if whole == 0:
        if total:
            raise ApportionError("something to share out and no weight")
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    rests = sorted(range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place))
    for place in rests[: total - sum(parts)]:
        parts[place] += 1
    return parts
