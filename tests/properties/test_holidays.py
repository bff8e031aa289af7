"""Working days and due dates over all years that are partitioned by."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from vocabulary.holidays.load import FIRST_DAY, LAST_DAY, due_date, is_holiday, is_working_day, next_working_day
from vocabulary.jalali import is_leap, to_gregorian
from vocabulary.periods import PARTITIONS, Period

FRIDAY = 4
FIXED = [(1, 1), (1, 2), (1, 3), (1, 4), (1, 12), (1, 13), (3, 14), (3, 15), (11, 22), (12, 29)]
LONGEST_PAUSE = timedelta(days=10)
"""More than any run of holidays in the calendar: the seven days of Esfand 1404 between two Fridays."""

days = st.dates(FIRST_DAY, LAST_DAY - LONGEST_PAUSE)
fixed = settings(deadline=None, derandomize=True)


@fixed
@given(days)
def test_the_next_working_day_is_the_first_one(day: date) -> None:
    following = next_working_day(day)
    assert day <= following <= day + LONGEST_PAUSE
    assert is_working_day(following)
    assert not any(is_working_day(day + timedelta(days=n)) for n in range((following - day).days))
    assert next_working_day(following) == following


@fixed
@given(st.sampled_from(PARTITIONS))
def test_a_month_is_due_on_a_working_day_after_the_whole_next_month(period: Period) -> None:
    due = due_date(period)
    assert is_working_day(due)
    assert due.weekday() != FRIDAY
    assert period.shift(1).end <= due <= period.shift(1).end + LONGEST_PAUSE


@fixed
@given(st.sampled_from(PARTITIONS), st.sampled_from(PARTITIONS))
def test_later_months_are_due_later(one: Period, other: Period) -> None:
    assert (one < other) == (due_date(one) < due_date(other))


@fixed
@given(st.integers(1380, 1431))
def test_solar_holidays_fall_on_their_day_in_every_year(year: int) -> None:
    for month, day in [*FIXED, *([(12, 30)] if is_leap(year) else [])]:
        assert is_holiday(to_gregorian(year, month, day))


@fixed
@given(st.integers(1380, 1431))
def test_every_year_has_its_lunar_holidays(year: int) -> None:
    start, end = to_gregorian(year, 1, 1), to_gregorian(year, 12, 29)
    holidays = sum(is_holiday(start + timedelta(days=n)) for n in range((end - start).days + 1))
    assert 20 <= holidays <= 36
