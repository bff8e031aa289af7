"""Rules of sums, products and shares among the numbers of a row.

Each takes `tolerance` (in the unit of the number, 0 by default) and `tolerance_per` (a column: the tolerance holds for
each one counted in it). A blank number is unknown, not nought: what it enters cannot be told, so it is not broken.
"""

from functools import reduce
from operator import add, mul

import polars as pl

from lake.checks.breach import Breach, applies
from lake.contracts.model import Check

_HAIR = 1e-6
"""What binary fractions may be off by."""


def additive(typed: pl.DataFrame, check: Check) -> list[Breach]:
    """Find totals that are not the sum of their parts. Settings: `total`, `parts`, `when`."""
    return _unequal(typed, check, reduce(add, (typed[part] for part in check.settings["parts"])))


def product(typed: pl.DataFrame, check: Check) -> list[Breach]:
    """Find totals that are not the product of their factors. Settings: `total`, `factors`, `when`."""
    return _unequal(typed, check, reduce(mul, (typed[factor] for factor in check.settings["factors"])))


def share_of(typed: pl.DataFrame, check: Check) -> list[Breach]:
    """Find amounts that are not the given percentage of another.

    Settings: `column`, `of`, `percent`, `tolerance_percent` (of the other amount, besides `tolerance`), `or_zero`
    (whether nought is lawful too), `when`.
    """
    settings = check.settings
    share, whole = typed[settings["column"]].cast(pl.Float64), typed[settings["of"]].cast(pl.Float64)
    allowed = _tolerance(typed, check) + whole.abs() * (settings.get("tolerance_percent", 0) / 100)
    wrong = (share - whole * (settings["percent"] / 100)).abs() > allowed + _HAIR
    if settings.get("or_zero"):
        wrong = wrong & (share != 0)
    return [(wrong & applies(typed, check), check.name, settings["column"])]


def at_least(typed: pl.DataFrame, check: Check) -> list[Breach]:
    """Find numbers below another of their row. Settings: `column`, `least`, `when`."""
    column, least = check.settings["column"], check.settings["least"]
    wrong = (typed[least] - typed[column]).cast(pl.Float64) > _tolerance(typed, check)
    return [(wrong & applies(typed, check), check.name, column)]


def _unequal(typed: pl.DataFrame, check: Check, expected: pl.Series) -> list[Breach]:
    total = check.settings["total"]
    wrong = (typed[total] - expected).cast(pl.Float64).abs() > _tolerance(typed, check) + _HAIR
    return [(wrong & applies(typed, check), check.name, total)]


def _tolerance(typed: pl.DataFrame, check: Check) -> pl.Series:
    tolerance, per = float(check.settings.get("tolerance", 0)), check.settings.get("tolerance_per")
    if per is None:
        return pl.repeat(tolerance, len(typed), dtype=pl.Float64, eager=True)
    many: pl.Series = typed[per].cast(pl.Float64).abs()
    return many * tolerance
