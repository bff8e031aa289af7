"""Jalali periods, and the dates and periods that administrative files write.

What belongs here: spans of Jalali months with their Gregorian bounds, and reading them from text in every form that
Iranian files use. What does not: days (`vocabulary.jalali`) and partitions' life (`orchestration`).

Years of two digits: `00`–`29` are 1400–1429, `30`–`99` are 1330–1399.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Final

from vocabulary.jalali import FIRST_YEAR, LAST_YEAR, CalendarError, days_in_month, from_gregorian, to_gregorian
from vocabulary.text import TRANSLATION, fold

EXACT: Final = "EXACT"
UNCERTAIN: Final = "UNCERTAIN"
CUMULATIVE: Final = "CUMULATIVE"

_YEAR_MONTHS = 12
_PIVOT = 30
_SHORT_DATE = len("990102")


class PeriodError(ValueError):
    """A text is no date or period of the calendar, or a period leaves 1300–1500. Never carries the text itself."""


class PeriodKind(StrEnum):
    """Length of a period."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    NINE_MONTHS = "nine_months"
    YEAR = "year"


_LENGTHS = {
    PeriodKind.MONTH: 1,
    PeriodKind.QUARTER: 3,
    PeriodKind.HALF: 6,
    PeriodKind.NINE_MONTHS: 9,
    PeriodKind.YEAR: _YEAR_MONTHS,
}
_KINDS = {length: kind for kind, length in _LENGTHS.items()}
_CANONICAL = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?:(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<nine>M9)))?"
)


@dataclass(frozen=True, order=True)
class Period:
    """A span of whole months within one Jalali year, ordered by its first month, the shorter first.

    Attributes:
        year: Jalali year, 1300–1500.
        first_month: First month, 1–12.
        last_month: Last month. Month, quarter, half and year are spans of 1, 3, 6 and 12 months in step with the
            year; nine months always begin it (they are cumulative).
    """

    year: int
    first_month: int
    last_month: int

    def __post_init__(self) -> None:
        """Check the span.

        Raises:
            PeriodError: It is no period, or outside 1300–1500.
        """
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise PeriodError(f"year outside {FIRST_YEAR}–{LAST_YEAR}")
        length = self.last_month - self.first_month + 1
        if not 1 <= self.first_month <= self.last_month <= _YEAR_MONTHS:
            raise PeriodError("month outside 1–12")
        if length not in _KINDS or (self.first_month - 1) % length:
            raise PeriodError("months that make no month, quarter, half, nine months or year")

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        """Give a month of a year."""
        return cls(year, month, month)

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read the canonical form: `1399-12`, `1399-Q4`, `1399-H2`, `1399-M9` or `1399`.

        Raises:
            PeriodError: The text has another form.
        """
        found = _CANONICAL.fullmatch(text)
        if found is None:
            raise PeriodError("no canonical period (1399-12, 1399-Q4, 1399-H2, 1399-M9, 1399)")
        year = int(found["year"])
        if found["month"]:
            return cls.month(year, int(found["month"]))
        if found["quarter"]:
            return cls._in_step(year, int(found["quarter"]), _LENGTHS[PeriodKind.QUARTER])
        if found["half"]:
            return cls._in_step(year, int(found["half"]), _LENGTHS[PeriodKind.HALF])
        return cls(year, 1, _LENGTHS[PeriodKind.NINE_MONTHS] if found["nine"] else _YEAR_MONTHS)

    @classmethod
    def _in_step(cls, year: int, number: int, length: int) -> Period:
        return cls(year, (number - 1) * length + 1, number * length)

    @classmethod
    def month_of(cls, day: date) -> Period:
        """Give the month that a Gregorian date falls in.

        Raises:
            PeriodError: The day is outside 1300–1500.
        """
        try:
            year, month, _ = from_gregorian(day)
        except CalendarError as error:
            raise PeriodError(str(error)) from None
        return cls.month(year, month)

    def __str__(self) -> str:
        """Give the canonical form."""
        return self.code

    @property
    def kind(self) -> PeriodKind:
        """Length of the period."""
        return _KINDS[self.last_month - self.first_month + 1]

    @property
    def code(self) -> str:
        """The canonical form."""
        number = self.last_month // _LENGTHS[self.kind]
        suffixes = {
            PeriodKind.MONTH: f"-{number:02d}",
            PeriodKind.QUARTER: f"-Q{number}",
            PeriodKind.HALF: f"-H{number}",
            PeriodKind.NINE_MONTHS: "-M9",
            PeriodKind.YEAR: "",
        }
        return f"{self.year}{suffixes[self.kind]}"

    @property
    def start(self) -> date:
        """First day (Gregorian)."""
        return to_gregorian(self.year, self.first_month, 1)

    @property
    def end(self) -> date:
        """Last day (Gregorian), inclusive."""
        return to_gregorian(self.year, self.last_month, days_in_month(self.year, self.last_month))

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days + 1

    def months(self) -> list[Period]:
        """Give the months of the period in order."""
        return [Period.month(self.year, month) for month in range(self.first_month, self.last_month + 1)]

    def previous_year(self) -> Period:
        """Give the same period of the year before.

        Raises:
            PeriodError: It is outside 1300–1500.
        """
        return Period(self.year - 1, self.first_month, self.last_month)

    def shift(self, n: int) -> Period:
        """Give the period `n` of its own kind later, earlier where negative; nine months go by the year.

        Raises:
            PeriodError: It is outside 1300–1500.
        """
        if self.kind is PeriodKind.NINE_MONTHS:
            return Period(self.year + n, self.first_month, self.last_month)
        length = _LENGTHS[self.kind]
        years, position = divmod(self.first_month - 1 + n * length, _YEAR_MONTHS)
        return Period(self.year + years, position + 1, position + length)


def month_range(first: Period, last: Period) -> list[Period]:
    """Give the months from one to another, both included; none where the last comes before the first.

    Raises:
        PeriodError: One of the two is no month.
    """
    if first.kind is not PeriodKind.MONTH or last.kind is not PeriodKind.MONTH:
        raise PeriodError("a range of months needs two months")
    positions = range(first.year * _YEAR_MONTHS + first.first_month - 1, last.year * _YEAR_MONTHS + last.first_month)
    return [Period.month(position // _YEAR_MONTHS, position % _YEAR_MONTHS + 1) for position in positions]


PARTITIONS: Final[tuple[Period, ...]] = tuple(month_range(Period.month(1380, 1), Period.month(1430, 12)))
"""The months that data are partitioned by: 1380-01 … 1430-12."""


_TABLE = str.maketrans(TRANSLATION)
_MARK = r"[/\\.\-\u2010-\u2015\u2212\u2044_]"  # slash, dot and dash of every kind
_DATE_PARTS = re.compile(rf"(\d{{4}}|\d{{2}}) ?(?:{_MARK}| ) ?(\d{{1,2}}) ?(?:{_MARK}| ) ?(\d{{1,2}})", re.ASCII)
_DATE_DIGITS = re.compile(r"(\d{4}|\d{2})(\d{2})(\d{2})", re.ASCII)
_FIXED_WIDTH = re.compile(r"(?=.{6}$|.{8}$)(\d{4}|[ \d]\d)([ \d]\d)([ \d]\d)", re.ASCII)
_MONTH_PARTS = re.compile(rf"(\d{{4}}|\d{{2}}) ?(?:{_MARK}| ) ?(\d{{1,2}})", re.ASCII)
_MONTH_DIGITS = re.compile(r"(\d{4}|\d{2})(\d{2})", re.ASCII)
_MONTH_NAMES = {
    fold(name): number
    for number, names in enumerate(
        (
            ("فروردین",),
            ("اردیبهشت",),
            ("خرداد",),
            ("تیر",),
            ("مرداد", "امرداد"),
            ("شهریور",),
            ("مهر",),
            ("آبان",),
            ("آذر",),
            ("دی",),
            ("بهمن",),
            ("اسفند",),
        ),
        start=1,
    )
    for name in names
}
_ANY_NAME = "|".join(_MONTH_NAMES)
_NAME_FIRST = re.compile(rf"(?P<name>{_ANY_NAME}) ?(?:ماه)? ?(?:سال|{_MARK})? ?(?P<year>\d{{4}}|\d{{2}})", re.ASCII)
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}}|\d{{2}}) ?{_MARK}? ?(?P<name>{_ANY_NAME}) ?(?:ماه)?", re.ASCII)


def parse_jalali_date(text: str) -> date:
    """Read a Jalali date in any form of administrative files.

    `13990102`, `990102`, `1399/01/02`, `99/1/2`, `1399-01-02`, `1399.1.2`, `99 1 2` and, in six or eight columns,
    blanks for leading zeros (` 9 1 2`); digits Latin, Persian or Arabic. Six digits that read as a year of the range
    and a month too (`140102`) are refused.

    Args:
        text: The cell.

    Returns:
        The Gregorian date.

    Raises:
        PeriodError: The text has no such form, or there is no such day in 1300–1500.
    """
    translated = text.translate(_TABLE)
    squeezed = " ".join(translated.split())
    found = _DATE_PARTS.fullmatch(squeezed)
    if found is None:
        found = _DATE_DIGITS.fullmatch(squeezed) or _FIXED_WIDTH.fullmatch(translated)
        if found is None:
            raise PeriodError("no Jalali date: unknown form")
        if len(found[0]) == _SHORT_DATE and _is_year(found[0][:4]) and 1 <= int(found[3]) <= _YEAR_MONTHS:
            raise PeriodError("no Jalali date: six digits that may be year and month")
    try:
        return to_gregorian(_full_year(found[1]), int(found[2]), int(found[3]))
    except CalendarError as error:
        raise PeriodError(f"no Jalali date: {error}") from None


def parse_jalali_month(text: str) -> Period:
    """Read a Jalali month in any form of administrative files.

    `139912`, `9912`, `1399/12`, `99/12`, `1399-12`, `اسفند 1399`, `اسفندماه ۹۹`, `1399 اسفند`. Four digits that read
    as a year of the range too (`1401`) are refused.

    Args:
        text: The cell.

    Returns:
        The month.

    Raises:
        PeriodError: The text has no such form, or there is no such month in 1300–1500.
    """
    folded = fold(text)
    named = _NAME_FIRST.fullmatch(folded) or _YEAR_FIRST.fullmatch(folded)
    if named is not None:
        return Period.month(_full_year(named["year"]), _MONTH_NAMES[named["name"]])
    if _is_year(folded):
        raise PeriodError("no Jalali month: four digits that may be a year")
    found = _MONTH_PARTS.fullmatch(folded) or _MONTH_DIGITS.fullmatch(folded)
    if found is None:
        raise PeriodError("no Jalali month: unknown form")
    return Period.month(_full_year(found[1]), int(found[2]))


def printed_period(text: str) -> tuple[Period | None, str]:
    """Read a period as a publication prints it, and how sure it is.

    Only a period that is printed plainly is taken for one: `1399-12`, `1399`, `1397 Q1`, `1395 H1`. Nine months are
    cumulative, so no value *of* a period; whatever else is printed (`1399-12?`, `~1404`, `c.2020`,
    `6 months (year not in excerpt)`) is uncertain.

    Args:
        text: The period as printed.

    Returns:
        The period, `None` unless it is exact; and a code of `CL_PERIOD_CERTAINTY`.
    """
    printed = " ".join(text.translate(_TABLE).split())
    if re.fullmatch(r"\d{4}(?: 9 months|-M9)", printed, re.ASCII):
        return None, CUMULATIVE
    try:
        return Period.parse(re.sub(r" (?=[QH]\d$)", "-", printed)), EXACT
    except PeriodError:
        return None, UNCERTAIN


@cache
def jalali_calendar() -> tuple[tuple[int, date], ...]:
    """Give every day of 1300–1500 as `yyyymmdd` (Jalali) and as a Gregorian date, in order.

    For vectorised use: bring dates to eight digits, then join.
    """
    days: list[tuple[int, date]] = []
    for month in month_range(Period.month(FIRST_YEAR, 1), Period.month(LAST_YEAR, _YEAR_MONTHS)):
        start = month.start
        base = month.year * 10_000 + month.first_month * 100
        days.extend((base + number + 1, start + timedelta(days=number)) for number in range(month.days))
    return tuple(days)


def _is_year(text: str) -> bool:
    return text.isdecimal() and len(text) == len("1399") and FIRST_YEAR <= int(text) <= LAST_YEAR


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) == len("1399"):
        return year
    return year + (1400 if year < _PIVOT else 1300)
