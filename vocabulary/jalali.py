"""The official calendar of Iran over 1300–1500: days to Gregorian days and back.

What belongs here: arithmetic on days. What does not: reading dates from text and spans of months
(`vocabulary.periods`). Years outside the range are refused: there the leap years were not measured
(`docs/adr/0002-calendar.md`).
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from functools import cache
from typing import Final

FIRST_YEAR: Final = 1300
LAST_YEAR: Final = 1500

_FIRST_SHORT_MONTH = 7  # six months of 31 days come first
_LAST_MONTH = 12
_LONG, _SHORT = 31, 30


class CalendarError(ValueError):
    """There is no such day in the calendar, or it lies outside 1300–1500."""


@cache
def _new_year_ordinals() -> tuple[int, ...]:
    """Give the ordinals of 1 Farvardin of every year of the range and of the year after it."""
    from persiantools.jdatetime import JalaliDate  # its import costs more than all of this room's

    return tuple(JalaliDate(year, 1, 1).to_gregorian().toordinal() for year in range(FIRST_YEAR, LAST_YEAR + 2))


def _days_in_year(year: int) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarError(f"year outside {FIRST_YEAR}–{LAST_YEAR}")
    starts = _new_year_ordinals()
    return starts[year - FIRST_YEAR + 1] - starts[year - FIRST_YEAR]


def _days_before_month(month: int) -> int:
    return _SHORT * (month - 1) + min(month, _FIRST_SHORT_MONTH) - 1


def is_leap(year: int) -> bool:
    """Tell whether a Jalali year has 366 days.

    Raises:
        CalendarError: The year is outside 1300–1500.
    """
    return _days_in_year(year) % 2 == 0


def days_in_month(year: int, month: int) -> int:
    """Give the number of days of a Jalali month: 31, 30 or 29.

    Raises:
        CalendarError: There is no such month, or it is outside 1300–1500.
    """
    days = _days_in_year(year)
    if not 1 <= month <= _LAST_MONTH:
        raise CalendarError(f"month outside 1–{_LAST_MONTH}")
    if month == _LAST_MONTH:
        return days - _days_before_month(_LAST_MONTH)
    return _LONG if month < _FIRST_SHORT_MONTH else _SHORT


def to_gregorian(year: int, month: int, day: int) -> date:
    """Give the Gregorian date of a Jalali day.

    Raises:
        CalendarError: There is no such day, or it is outside 1300–1500.
    """
    if not 1 <= day <= days_in_month(year, month):
        raise CalendarError("day outside its month")
    return date.fromordinal(_new_year_ordinals()[year - FIRST_YEAR] + _days_before_month(month) + day - 1)


def from_gregorian(day: date) -> tuple[int, int, int]:
    """Give Jalali year, month and day of a Gregorian date.

    Raises:
        CalendarError: The day is outside 1300–1500.
    """
    starts = _new_year_ordinals()
    position = bisect_right(starts, day.toordinal())
    if not 1 <= position < len(starts):
        raise CalendarError(f"year outside {FIRST_YEAR}–{LAST_YEAR}")
    passed = day.toordinal() - starts[position - 1]
    month = next(month for month in range(_LAST_MONTH, 0, -1) if _days_before_month(month) <= passed)
    return FIRST_YEAR + position - 1, month, passed - _days_before_month(month) + 1
