"""Official holidays of Iran over 1380–1431, the days on which offices work, and the day a month's files are due.

What belongs here: the calendar that the `holidays` library computes, with the corrections of `correction.csv` beside
this module (`date, kind, source`; a kind is `added` or `removed`). What does not: who is late (`orchestration`).

Solar holidays are certain for all years. Lunar ones are what was observed up to the library's last confirmed year
(2026 in its 0.109) and an estimate after it, which observation may move by a day: `docs/adr/0008-holidays.md`.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from vocabulary.periods import PARTITIONS, Period

WEEKEND: Final = frozenset({4})
"""Weekdays without office, Monday being 0: Friday. HOUSE: offices that close on Thursday too do so by province."""

FIRST_DAY: Final = PARTITIONS[0].start
LAST_DAY: Final = PARTITIONS[-1].shift(12).end

_FOLDER = Path(__file__).parent
_KINDS = ("added", "removed")


class HolidayError(ValueError):
    """A day lies outside the years whose holidays are known, or a correction contradicts the calendar."""


def is_holiday(day: date) -> bool:
    """Tell whether a day (Gregorian) is an official holiday; a Friday alone is none.

    Raises:
        HolidayError: The day is outside 1380–1431.
    """
    if not FIRST_DAY <= day <= LAST_DAY:
        raise HolidayError(f"holidays are known from {FIRST_DAY} to {LAST_DAY}")
    return day in _official_holidays()


def is_working_day(day: date) -> bool:
    """Tell whether offices work on a day (Gregorian): neither Friday nor official holiday.

    Raises:
        HolidayError: The day is outside 1380–1431.
    """
    return not is_holiday(day) and day.weekday() not in WEEKEND


def next_working_day(day: date) -> date:
    """Give the first working day that is not before a day: the day itself if offices work on it.

    Raises:
        HolidayError: The day, or the working day after it, is outside 1380–1431.
    """
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def due_date(period: Period) -> date:
    """Give the last day on which the lists of a period are in time.

    Contribution lists are due by the last day of the month after the period's last (Social Security Act, Article 39);
    where that is no working day, by the next one.

    Raises:
        HolidayError: The day is outside 1380–1431.
    """
    following = period.months()[-1].shift(1)
    return next_working_day(following.end)


def read_corrections(path: Path) -> dict[date, str]:
    """Read which days official decisions made or unmade holidays: a kind for each day.

    Raises:
        HolidayError: A kind is unknown, a source is missing or a day stands twice.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found: dict[date, str] = {}
    for row in rows:
        day = date.fromisoformat(row["date"])
        if row["kind"] not in _KINDS or not row["source"] or day in found:
            raise HolidayError(f"{path.name}: {day} stands twice, lacks a source or is neither {' nor '.join(_KINDS)}")
        found[day] = row["kind"]
    return found


def corrected(computed: frozenset[date], corrections: dict[date, str]) -> frozenset[date]:
    """Give the holidays that remain after the corrections.

    Raises:
        HolidayError: A correction removes what is no holiday or adds what is one: it is stale.
    """
    stale = [day for day, kind in corrections.items() if (day in computed) != (kind == "removed")]
    if stale:
        raise HolidayError(f"corrections that the calendar has already: {', '.join(map(str, sorted(stale)))}")
    return computed.symmetric_difference(corrections)


@cache
def _official_holidays() -> frozenset[date]:
    from holidays import country_holidays  # its import costs half a second

    computed = country_holidays("IR", years=range(FIRST_DAY.year, LAST_DAY.year + 1))
    return corrected(frozenset(computed), read_corrections(_FOLDER / "correction.csv"))
