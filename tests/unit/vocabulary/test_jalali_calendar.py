"""The calendar against the official one: the year begins on the day whose noon in Iran comes after the equinox."""

from datetime import date, timedelta

import pytest

from vocabulary.jalali import (
    FIRST_YEAR,
    LAST_YEAR,
    CalendarError,
    days_in_month,
    from_gregorian,
    is_leap,
    to_gregorian,
)

# Computed from the March equinox (Meeus) at 52.5° E, apart from any calendar library: day of March less 20.
NEW_YEAR_DAYS = (
    "1221122111211121112111211121112111211121111111111111111111111111111111111110111011101110111011101110"
    "1110111001100110011001100110011001100110001000100010001000100010001000100000000111111111111111111111"
    "1"
)
LEAP_YEARS = [
    *(1300, 1304, 1309, 1313, 1317, 1321, 1325, 1329, 1333, 1337, 1342, 1346, 1350, 1354, 1358, 1362, 1366, 1370),
    *(1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408, 1412, 1416, 1420, 1424, 1428, 1432, 1436, 1441, 1445),
    *(1449, 1453, 1457, 1461, 1465, 1469, 1474, 1478, 1482, 1486, 1490, 1494, 1498),
]


def test_the_range_is_covered() -> None:
    assert len(NEW_YEAR_DAYS) == LAST_YEAR - FIRST_YEAR + 1 == 201


@pytest.mark.parametrize("year", range(FIRST_YEAR, LAST_YEAR + 1))
def test_new_year_and_leap_years_are_the_official_ones(year: int) -> None:
    new_year = date(year + 621, 3, 20 + int(NEW_YEAR_DAYS[year - FIRST_YEAR]))
    assert to_gregorian(year, 1, 1) == new_year
    assert is_leap(year) is (year in LEAP_YEARS)
    assert days_in_month(year, 12) == (30 if year in LEAP_YEARS else 29)


def test_leap_years_that_the_cycle_of_2820_years_misses() -> None:
    by_cycle = {year for year in range(FIRST_YEAR, LAST_YEAR + 1) if (year - 474) % 2820 * 31 % 128 < 31}
    assert by_cycle ^ set(LEAP_YEARS) == {1403, 1404, 1436, 1437, 1469, 1470}


@pytest.mark.parametrize(
    ("jalali", "gregorian"),
    [
        ((1300, 1, 1), date(1921, 3, 21)),
        ((1357, 11, 22), date(1979, 2, 11)),
        ((1375, 1, 1), date(1996, 3, 20)),
        ((1399, 12, 30), date(2021, 3, 20)),
        ((1400, 1, 1), date(2021, 3, 21)),
        ((1403, 12, 30), date(2025, 3, 20)),
        ((1404, 1, 1), date(2025, 3, 21)),
        ((1408, 12, 30), date(2030, 3, 20)),
        ((1500, 12, 29), date(2122, 3, 20)),
    ],
)
def test_known_days(jalali: tuple[int, int, int], gregorian: date) -> None:
    assert to_gregorian(*jalali) == gregorian
    assert from_gregorian(gregorian) == jalali


def test_days_follow_one_another() -> None:
    expected = date(1921, 3, 21)
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for month in range(1, 13):
            assert to_gregorian(year, month, 1) == expected
            expected += timedelta(days=days_in_month(year, month))
    assert expected == date(2122, 3, 21)


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ((1299, 12, 29), "year outside 1300–1500"),
        ((1501, 1, 1), "year outside 1300–1500"),
        ((1399, 0, 1), "month outside 1–12"),
        ((1399, 13, 1), "month outside 1–12"),
        ((1399, 1, 0), "day outside its month"),
        ((1399, 1, 32), "day outside its month"),
        ((1399, 7, 31), "day outside its month"),
        ((1400, 12, 30), "day outside its month"),
    ],
)
def test_days_that_do_not_exist(day: tuple[int, int, int], reason: str) -> None:
    with pytest.raises(CalendarError, match=reason):
        to_gregorian(*day)


@pytest.mark.parametrize("day", [date(1921, 3, 20), date(2122, 3, 21)])
def test_days_outside_the_range(day: date) -> None:
    with pytest.raises(CalendarError, match="year outside 1300–1500"):
        from_gregorian(day)
