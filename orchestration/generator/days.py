"""Days and working hours of Jalali months, as tables to look up by number.

A day is a Gregorian ordinal. Working time is counted in seconds over working days of seven hours, so that adding a
delay to an instant of work always gives a later instant of work.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from dataclasses import dataclass

import polars as pl

from vocabulary.periods import Period, month_range

OPENING_SECONDS = 7 * 3600 + 30 * 60
WORKDAY_SECONDS = 7 * 3600
_FRIDAY = 4
_HOLIDAYS = frozenset(
    {(1, 1), (1, 2), (1, 3), (1, 4), (1, 12), (1, 13), (3, 14), (3, 15), (11, 22), (12, 29), (12, 30)}
)


@dataclass(frozen=True)
class Days:
    """The days from one month to another.

    Attributes:
        base: Ordinal of the first day.
        jalali: Jalali date `yyyymmdd` of each day, as numbers.
        workdays: Ordinals of the working days, ascending.
    """

    base: int
    jalali: pl.Series
    workdays: tuple[int, ...]

    def first_workday(self, period: Period) -> int:
        """Give the place, among the working days, of a month's first."""
        return bisect_left(self.workdays, period.start.toordinal())

    def workdays_of(self, period: Period) -> int:
        """Count the working days of a month."""
        return bisect_left(self.workdays, period.end.toordinal() + 1) - self.first_workday(period)

    def day_of_work(self, seconds: pl.Expr, period: Period) -> pl.Expr:
        """Give the day (ordinal) of an instant of work counted from a month's first working day."""
        places = seconds // WORKDAY_SECONDS + self.first_workday(period)
        return pl.lit(pl.Series(self.workdays, dtype=pl.Int32)).gather(places)

    @staticmethod
    def second_of_day(seconds: pl.Expr) -> pl.Expr:
        """Give the second of the day of an instant of work."""
        return (seconds % WORKDAY_SECONDS + OPENING_SECONDS).cast(pl.Int32)


def build_days(first: Period, last: Period, *, before: int, after: int) -> Days:
    """Lay out the days from some months before the first to some after the last."""
    months = month_range(first.shift(-before), last.shift(after))
    jalali, workdays = [], []
    for month in months:
        year, number, start = month.year, month.first_month, month.start.toordinal()
        for day in range(month.days):
            jalali.append(year * 10_000 + number * 100 + day + 1)
            weekday = dt.date.fromordinal(start + day).weekday()
            if weekday != _FRIDAY and (number, day + 1) not in _HOLIDAYS:
                workdays.append(start + day)
    return Days(months[0].start.toordinal(), pl.Series(jalali, dtype=pl.Int32), tuple(workdays))


def instant() -> pl.Expr:
    """Give the order of events in time, by `event_date` and `event_time`."""
    return pl.col("event_date").cast(pl.Int64) * 86_400 + pl.col("event_time")
