"""Official holidays against the printed calendars of three years, corrections, and due dates."""

from datetime import date
from pathlib import Path

import pytest

from vocabulary.holidays import load
from vocabulary.holidays.load import (
    FIRST_DAY,
    LAST_DAY,
    HolidayError,
    corrected,
    due_date,
    is_holiday,
    is_working_day,
    next_working_day,
    read_corrections,
)
from vocabulary.jalali import from_gregorian, to_gregorian
from vocabulary.periods import Period

# The official calendars as printed: month-day of every holiday of the year.
PRINTED = {
    1399: "1-1 1-2 1-3 1-4 1-12 1-13 1-21 2-26 3-4 3-5 3-14 3-15 3-28 5-10 5-18 6-8 6-9 7-17 7-25 7-26 8-4 8-13 10-28 "
    "11-22 12-7 12-21 12-29 12-30",
    1403: "1-1 1-2 1-3 1-4 1-12 1-13 1-22 1-23 2-15 3-2 3-14 3-15 3-28 4-5 4-25 4-26 5-7 6-4 6-12 6-14 6-22 6-31 9-15 "
    "10-25 11-9 11-22 11-26 12-29 12-30",
}


@pytest.mark.parametrize("year", PRINTED)
def test_the_printed_calendar_of_a_year(year: int) -> None:
    start, end = to_gregorian(year, 1, 1), to_gregorian(year + 1, 1, 1)
    days = map(date.fromordinal, range(start.toordinal(), end.toordinal()))
    found = ["{1}-{2}".format(*from_gregorian(day)) for day in days if is_holiday(day)]
    assert found == PRINTED[year].split()


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (to_gregorian(1399, 1, 1), False),  # Friday and New Year
        (to_gregorian(1399, 1, 5), True),
        (to_gregorian(1399, 1, 7), True),  # Thursday: a working day by our decision
        (to_gregorian(1399, 1, 8), False),  # Friday
        (date(2016, 12, 8), True),  # 8 Rabi al-awwal the year before it became a holiday
        (date(2017, 11, 27), False),  # … and the first time it was one
        (date(2009, 9, 21), True),  # the day after Eid al-Fitr, before the act
        (date(2011, 9, 1), False),
        (date(2024, 7, 28), False),  # closed by a decision of the government
    ],
)
def test_working_days(*, day: date, works: bool) -> None:
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("period", "due"),
    [
        ("1399-01", (1399, 2, 31)),  # Wednesday
        ("1399-02", (1399, 3, 31)),
        ("1399-04", (1399, 6, 1)),  # 31 Mordad is a Friday
        ("1398-12", (1399, 1, 31)),
        ("1399-11", (1400, 1, 5)),  # 30 Esfand of a leap year, then New Year's holidays; the 5th is a Thursday
        ("1402-11", (1403, 1, 5)),  # 29 Esfand, then New Year's holidays
    ],
)
def test_lists_are_due_at_the_end_of_the_next_month_or_the_working_day_after(
    period: str, due: tuple[int, int, int]
) -> None:
    assert from_gregorian(due_date(Period.parse(period))) == due


def test_a_span_is_due_after_its_last_month() -> None:
    assert due_date(Period.parse("1399-Q1")) == due_date(Period.parse("1399-03"))


def test_unknown_years_are_refused() -> None:
    for day in (date.fromordinal(FIRST_DAY.toordinal() - 1), date.fromordinal(LAST_DAY.toordinal() + 1)):
        with pytest.raises(HolidayError, match="known from"):
            next_working_day(day)


def test_every_correction_has_its_source() -> None:
    corrections = read_corrections(Path(load.__file__).parent / "correction.csv")
    assert set(corrections.values()) == {"added", "removed"}


@pytest.mark.parametrize(
    "row",
    ["2024-05-22,moved,decree", "2024-05-22,added,", "2024-05-22,added,decree\n2024-05-22,removed,decree"],
    ids=["unknown kind", "no source", "twice"],
)
def test_a_correction_that_says_too_little_or_too_much_is_refused(tmp_path: Path, row: str) -> None:
    path = tmp_path / "correction.csv"
    path.write_text(f"date,kind,source\n{row}\n")
    with pytest.raises(HolidayError, match="2024-05-22"):
        read_corrections(path)


@pytest.mark.parametrize(("computed", "kind"), [({date(2024, 5, 22)}, "added"), (set(), "removed")])
def test_a_correction_that_the_calendar_has_already_is_refused(*, computed: set[date], kind: str) -> None:
    with pytest.raises(HolidayError, match="already"):
        corrected(frozenset(computed), {date(2024, 5, 22): kind})
