"""Round trips of calendar, periods and text over the whole range."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from vocabulary.jalali import FIRST_YEAR, LAST_YEAR, days_in_month, from_gregorian, to_gregorian
from vocabulary.periods import (
    Period,
    PeriodError,
    PeriodKind,
    jalali_calendar,
    month_range,
    parse_jalali_date,
    parse_jalali_month,
    printed_period,
)
from vocabulary.text import TRANSLATION, fold, normalise

FIRST_DAY, LAST_DAY = date(1921, 3, 21), date(2122, 3, 20)
DIGITS = [str.maketrans("0123456789", digits) for digits in ("0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩")]
SPANS = [
    *((month, month) for month in range(1, 13)),
    *((3 * quarter + 1, 3 * quarter + 3) for quarter in range(4)),
    *((1, 6), (7, 12), (1, 9), (1, 12)),
]

days = st.dates(FIRST_DAY, LAST_DAY)
years = st.integers(FIRST_YEAR, LAST_YEAR)
digits = st.sampled_from(DIGITS)
periods = st.builds(lambda year, span: Period(year, *span), years, st.sampled_from(SPANS))
months = st.builds(Period.month, years, st.integers(1, 12))
texts = st.text(st.sampled_from([*TRANSLATION, *"abکیآء 01/", "\x1c"]) | st.characters())

fixed = settings(deadline=None, derandomize=True)


@fixed
@given(days)
def test_days_go_to_gregorian_and_back(day: date) -> None:
    assert to_gregorian(*from_gregorian(day)) == day


@fixed
@given(years, st.integers(1, 12), st.integers(1, 31))
def test_days_go_to_jalali_and_back(year: int, month: int, day: int) -> None:
    day = min(day, days_in_month(year, month))
    assert from_gregorian(to_gregorian(year, month, day)) == (year, month, day)


@fixed
@given(days, digits, st.sampled_from(["/", "-", ".", " ", ""]), st.booleans())
def test_dates_of_four_digit_years_are_read_back(day: date, table: dict[int, int], mark: str, is_padded: bool) -> None:
    year, month, number = from_gregorian(day)
    width = 2 if is_padded or not mark else 1
    text = mark.join((str(year), f"{month:0{width}d}", f"{number:0{width}d}"))
    assert parse_jalali_date(text.translate(table)) == day


@fixed
@given(st.dates(to_gregorian(1330, 1, 1), to_gregorian(1429, 12, 29)), digits, st.sampled_from(["/", "-", "."]))
def test_dates_of_two_digit_years_are_read_back(day: date, table: dict[int, int], mark: str) -> None:
    year, month, number = from_gregorian(day)
    assert parse_jalali_date(f"{year % 100:02d}{mark}{month}{mark}{number}".translate(table)) == day


@fixed
@given(st.dates(to_gregorian(1330, 1, 1), to_gregorian(1429, 12, 29)))
def test_six_digits_are_read_back_or_refused(day: date) -> None:
    year, month, number = from_gregorian(day)
    text = f"{year % 100:02d}{month:02d}{number:02d}"
    is_month_too = FIRST_YEAR <= int(text[:4]) <= LAST_YEAR and 1 <= int(text[4:]) <= 12
    try:
        assert parse_jalali_date(text) == day
    except PeriodError:
        assert is_month_too
    else:
        assert not is_month_too


@fixed
@given(months, digits, st.sampled_from(["/", "-", ".", ""]))
def test_months_are_read_back(month: Period, table: dict[int, int], mark: str) -> None:
    text = f"{month.year}{mark}{month.first_month:02d}".translate(table)
    assert parse_jalali_month(text) == month


@fixed
@given(texts)
def test_any_text_is_read_or_refused_with_one_error(text: str) -> None:
    for parse in (parse_jalali_date, parse_jalali_month, Period.parse):
        try:
            parse(text)
        except PeriodError as error:
            assert not text.strip() or len(text.strip()) < 5 or text.strip() not in str(error)


@fixed
@given(periods)
def test_codes_are_read_back(period: Period) -> None:
    assert Period.parse(period.code) == period
    expected = None if period.kind is PeriodKind.NINE_MONTHS else period
    assert printed_period(period.code)[0] == expected


@fixed
@given(periods)
def test_a_period_is_its_months_laid_end_to_end(period: Period) -> None:
    parts = period.months()
    assert (parts[0].start, parts[-1].end) == (period.start, period.end)
    assert sum(part.days for part in parts) == period.days
    for earlier, later in pairwise(parts):
        assert later.start - earlier.end == timedelta(days=1)


@fixed
@given(periods, st.integers(-300, 300))
def test_shifts_are_undone(period: Period, n: int) -> None:
    try:
        shifted = period.shift(n)
    except PeriodError:
        return
    assert shifted.kind is period.kind
    assert shifted.shift(-n) == period
    assert (shifted > period, shifted < period) == (n > 0, n < 0)


@fixed
@given(months, st.integers(0, 200))
def test_a_range_holds_every_month_once(first: Period, length: int) -> None:
    last = Period.month(min(first.year + length // 12, LAST_YEAR), 12)
    found = month_range(first, last)
    assert found[0] == first
    assert found[-1] == last
    assert all(later == earlier.shift(1) for earlier, later in pairwise(found))


@fixed
@given(days)
def test_the_calendar_table_agrees(day: date) -> None:
    year, month, number = from_gregorian(day)
    position = (day - FIRST_DAY).days
    assert jalali_calendar()[position] == (year * 10_000 + month * 100 + number, day)
    assert Period.month_of(day) == Period.month(year, month)


@fixed
@given(texts)
def test_normal_form_is_stable_and_equals_the_table(text: str) -> None:
    normal = normalise(text)
    assert normalise(normal) == normal
    assert normal == " ".join("".join(TRANSLATION.get(letter, letter) for letter in text).split())
    assert not set(normal) & set(TRANSLATION)
    assert fold(normal) == fold(text)
    assert fold(fold(text)) == fold(text)
