"""What the Jalali calendar does to a month, as regressors: working days, Nowruz, and the end of the year.

Lunar holidays move through the Jalali months by some eleven days a year, so that no season of twelve months can hold
them: they come in with the working days, which `vocabulary.holidays` counts for each month. Nowruz (Farvardin) and the
bonus month (Esfand) are the same months every year, and get an effect of their own.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache
from math import cos, log, pi, sin

import numpy as np
import numpy.typing as npt

from vocabulary.holidays.load import is_working_day
from vocabulary.periods import Period

Matrix = npt.NDArray[np.float64]

EFFECTS = ("working_days", "nowruz", "esfand", "season_cos", "season_sin")
"""Names of the regressors, in the order of the columns."""

_USUAL_WORKING_DAYS = 24.0


@cache
def working_days(month: Period) -> int:
    """Count the days of a month on which offices work."""
    days = (date.fromordinal(number) for number in range(month.start.toordinal(), month.end.toordinal() + 1))
    return sum(1 for day in days if is_working_day(day))


def regressors(months: Sequence[Period], *, with_season: bool) -> Matrix:
    """Give the calendar's regressors.

    Args:
        months: The months of a series, in order.
        with_season: Whether a yearly wave is estimated too; it takes two years.

    Returns:
        A row a month and a column an effect of `EFFECTS`; a column that says nothing (constant) is nil.
    """
    rows = [
        [
            log(working_days(month) / _USUAL_WORKING_DAYS),
            float(month.first_month == 1),
            float(month.first_month == 12),
            cos(2 * pi * month.first_month / 12) if with_season else 0.0,
            sin(2 * pi * month.first_month / 12) if with_season else 0.0,
        ]
        for month in months
    ]
    matrix = np.asarray(rows, dtype=np.float64)
    return np.asarray(matrix - matrix.mean(axis=0), dtype=np.float64)
