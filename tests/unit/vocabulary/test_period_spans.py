from datetime import date

import pytest

from vocabulary.periods import (
    PARTITIONS,
    Period,
    PeriodError,
    PeriodKind,
    jalali_calendar,
    month_range,
)


@pytest.mark.parametrize(
    ("code", "kind", "first_month", "last_month", "start", "end", "days"),
    [
        ("1399-01", "month", 1, 1, date(2020, 3, 20), date(2020, 4, 19), 31),
        ("1399-12", "month", 12, 12, date(2021, 2, 19), date(2021, 3, 20), 30),
        ("1400-12", "month", 12, 12, date(2022, 2, 20), date(2022, 3, 20), 29),
        ("1399-Q1", "quarter", 1, 3, date(2020, 3, 20), date(2020, 6, 20), 93),
        ("1399-Q4", "quarter", 10, 12, date(2020, 12, 21), date(2021, 3, 20), 90),
        ("1399-H1", "half", 1, 6, date(2020, 3, 20), date(2020, 9, 21), 186),
        ("1399-H2", "half", 7, 12, date(2020, 9, 22), date(2021, 3, 20), 180),
        ("1399-M9", "nine_months", 1, 9, date(2020, 3, 20), date(2020, 12, 20), 276),
        ("1399", "year", 1, 12, date(2020, 3, 20), date(2021, 3, 20), 366),
        ("1400", "year", 1, 12, date(2021, 3, 21), date(2022, 3, 20), 365),
    ],
)
def test_spans(code: str, kind: str, first_month: int, last_month: int, start: date, end: date, days: int) -> None:
    period = Period.parse(code)
    assert (period.year, period.first_month, period.last_month) == (int(code[:4]), first_month, last_month)
    assert period.kind is PeriodKind(kind)
    assert (period.start, period.end, period.days) == (start, end, days)
    assert period.code == str(period) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "139",
        "13999",
        "1399-",
        "1399-1",
        "1399-00",
        "1399-13",
        "1399-Q0",
        "1399-Q5",
        "1399-H3",
        "1399-M6",
        "1399-m9",
        "1399/12",
        "139912",
        " 1399",
        "1399\n",
        "۱۳۹۹",
        "2021-03",
    ],
)
def test_other_forms_are_not_canonical(text: str) -> None:
    with pytest.raises(PeriodError):
        Period.parse(text)


@pytest.mark.parametrize(
    ("year", "first_month", "last_month", "reason"),
    [
        (1299, 1, 1, "year outside"),
        (1501, 1, 1, "year outside"),
        (1399, 0, 0, "month outside"),
        (1399, 12, 13, "month outside"),
        (1399, 3, 2, "month outside"),
        (1399, 1, 2, "make no month"),
        (1399, 2, 4, "make no month"),
        (1399, 4, 9, "make no month"),
        (1399, 2, 10, "make no month"),
        (1399, 1, 11, "make no month"),
    ],
)
def test_spans_that_are_no_periods(year: int, first_month: int, last_month: int, reason: str) -> None:
    with pytest.raises(PeriodError, match=reason):
        Period(year, first_month, last_month)


def test_errors_do_not_repeat_the_text() -> None:
    with pytest.raises(PeriodError) as caught:
        Period.parse("0012345678")
    assert "0012345678" not in str(caught.value)


def test_months_of_a_period() -> None:
    assert [month.code for month in Period.parse("1399-Q4").months()] == ["1399-10", "1399-11", "1399-12"]
    assert len(Period.parse("1399-M9").months()) == 9


@pytest.mark.parametrize("code", ["1399-12", "1399-Q4", "1399-H2", "1399-M9", "1399"])
def test_previous_year(code: str) -> None:
    assert Period.parse(code).previous_year().code == code.replace("1399", "1398")


def test_previous_year_of_the_first() -> None:
    with pytest.raises(PeriodError, match="year outside"):
        Period.parse("1300").previous_year()


@pytest.mark.parametrize(
    ("code", "n", "expected"),
    [
        ("1399-12", 1, "1400-01"),
        ("1399-12", 0, "1399-12"),
        ("1399-01", -1, "1398-12"),
        ("1399-06", -18, "1397-12"),
        ("1399-Q4", 1, "1400-Q1"),
        ("1399-Q1", -5, "1397-Q4"),
        ("1399-H1", 1, "1399-H2"),
        ("1399-H1", -1, "1398-H2"),
        ("1399-M9", 2, "1401-M9"),
        ("1399", -9, "1390"),
    ],
)
def test_shift(code: str, n: int, expected: str) -> None:
    assert Period.parse(code).shift(n).code == expected


def test_order_is_by_first_month_then_length() -> None:
    codes = ["1399", "1399-Q1", "1398-12", "1399-01", "1400-01", "1399-M9", "1399-02", "1399-H1"]
    assert [period.code for period in sorted(map(Period.parse, codes))] == [
        "1398-12",
        "1399-01",
        "1399-Q1",
        "1399-H1",
        "1399-M9",
        "1399",
        "1399-02",
        "1400-01",
    ]


def test_month_of_a_day() -> None:
    assert Period.month_of(date(2021, 3, 20)).code == "1399-12"
    assert Period.month_of(date(2021, 3, 21)).code == "1400-01"
    with pytest.raises(PeriodError, match="year outside"):
        Period.month_of(date(1900, 1, 1))


def test_month_range() -> None:
    months = month_range(Period.parse("1398-11"), Period.parse("1399-02"))
    assert [month.code for month in months] == ["1398-11", "1398-12", "1399-01", "1399-02"]
    assert month_range(Period.parse("1399-02"), Period.parse("1399-01")) == []


@pytest.mark.parametrize(("first", "last"), [("1399", "1399-12"), ("1399-01", "1399-Q4")])
def test_month_range_needs_months(first: str, last: str) -> None:
    with pytest.raises(PeriodError, match="needs two months"):
        month_range(Period.parse(first), Period.parse(last))


def test_partitions() -> None:
    assert (PARTITIONS[0].code, PARTITIONS[-1].code, len(PARTITIONS)) == ("1380-01", "1430-12", 51 * 12)


def test_calendar_table() -> None:
    table = jalali_calendar()
    assert len(table) == 73_414
    assert table[0] == (13000101, date(1921, 3, 21))
    assert table[-1] == (15001229, date(2122, 3, 20))
    assert dict(table)[13991230] == date(2021, 3, 20)
    assert 14001230 not in dict(table)
