"""Dates and days that cannot be: out of order, outside the month, more than the month has."""

from functools import reduce
from operator import or_

import polars as pl

from lake.checks.breach import Breach, applies
from lake.contracts.model import Check
from lake.normalise import map_distinct
from vocabulary.periods import Period

PERIOD = "period"


def in_order(typed: pl.DataFrame, check: Check) -> list[Breach]:
    """Find dates before the date they must not be before. Settings: `column`, `after`, `when`."""
    column = check.settings["column"]
    wrong = typed[column] < typed[check.settings["after"]]
    return [(wrong & applies(typed, check), check.name, column)]


def within_period(typed: pl.DataFrame, check: Check) -> list[Breach]:
    """Find dates outside the month of their row. Settings: `column`, `sides` (`before`, `after`, or both), `when`."""
    column = check.settings["column"]
    outside = {
        "before": lambda: typed[column] < _of_month(typed, "start"),
        "after": lambda: typed[column] > _of_month(typed, "end"),
    }
    wrong = reduce(or_, (outside[side]() for side in check.settings["sides"]))
    return [(wrong & applies(typed, check), check.name, column)]


def days_of_month(typed: pl.DataFrame, check: Check) -> list[Breach]:
    """Find counts of days above what the month of the row has. Settings: `column`, `when`."""
    column = check.settings["column"]
    days = map_distinct(typed[PERIOD], lambda code: Period.parse(code).days, pl.Int64())
    return [((typed[column] > days) & applies(typed, check), check.name, column)]


def _of_month(typed: pl.DataFrame, bound: str) -> pl.Series:
    return map_distinct(typed[PERIOD], lambda code: getattr(Period.parse(code), bound), pl.Date())
