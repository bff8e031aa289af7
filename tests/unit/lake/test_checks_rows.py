"""Each rule that a contract can name, on the rows that break it, keep it, and say nothing of it."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from lake.checks.rows import CHECKS
from lake.contracts.model import Check

EARLY, LATE, JUNK = "1399-11", "1399-12", None
START, END = dt.date(2021, 2, 19), dt.date(2021, 3, 20)  # of 1399-12
DAY = dt.timedelta(days=1)


def broken(settings: dict[str, Any], **columns: list[Any]) -> list[bool | None]:
    """Return, for a rule that is about one column, which rows break it."""
    typed = pl.DataFrame(columns, strict=False)
    ((mask, name, about),) = CHECKS[settings["rule"]](typed, Check("named", "", settings))
    assert name == "named"
    assert about in columns
    assert len(mask) == len(typed)
    return mask.to_list()


@pytest.mark.parametrize(
    ("total", "parts", "tolerance", "expected"),
    [
        (3, (1, 2), 0, False),
        (4, (1, 2), 0, True),
        (2, (1, 2), 0, True),
        (4, (1, 2), 1, False),
        (5, (1, 2), 1, True),
        (None, (1, 2), 0, None),
        (3, (1, None), 0, None),
        (0, (0, 0), 0, False),
    ],
)
def test_additive(total: int | None, parts: tuple[int | None, int | None], tolerance: int, *, expected: bool) -> None:
    settings = {"rule": "additive", "total": "t", "parts": ["a", "b"], "tolerance": tolerance}
    assert broken(settings, t=[total, 3], a=[parts[0], 1], b=[parts[1], 2]) == [expected, False]


@pytest.mark.parametrize(
    ("total", "days", "expected"),
    [(300, 3, False), (303, 3, False), (297, 3, False), (304, 3, True), (296, 3, True), (1, 0, True), (None, 3, None)],
)
def test_a_product_may_be_off_by_a_rial_for_each_day(total: int | None, days: int, *, expected: bool) -> None:
    settings = {"rule": "product", "total": "t", "factors": ["w", "d"], "tolerance": 1, "tolerance_per": "d"}
    assert broken(settings, t=[total, 200], w=[100, 100], d=[days, 2]) == [expected, False]


def test_a_product_of_an_unreadable_factor_is_not_told() -> None:
    assert broken({"rule": "product", "total": "t", "factors": ["w", "d"]}, t=[1], w=[None], d=[3]) == [None]


@pytest.mark.parametrize(
    ("share", "whole", "more", "expected"),
    [
        (70, 1000, {}, False),
        (71, 1000, {}, True),
        (71, 1000, {"tolerance": 1}, False),
        (69, 1000, {"tolerance": 1}, False),
        (72, 1000, {"tolerance": 1}, True),
        (7, 99, {"tolerance": 1}, False),
        (72, 1000, {"tolerance": 1, "tolerance_per": "n"}, False),
        (73, 1000, {"tolerance": 1, "tolerance_per": "n"}, True),
        (75, 1000, {"tolerance_percent": 0.5}, False),
        (76, 1000, {"tolerance_percent": 0.5}, True),
        (0, 1000, {"or_zero": True}, False),
        (0, 1000, {}, True),
        (1, 1000, {"or_zero": True}, True),
        (None, 1000, {}, None),
        (70, None, {}, None),
        (99, 1000, {"when": {"r": [27, 30]}}, True),
        (99, 1000, {"when": {"r": [20]}}, False),
    ],
)
def test_share_of(share: int | None, whole: int | None, more: dict[str, Any], *, expected: bool) -> None:
    settings = {"rule": "share_of", "column": "s", "of": "w", "percent": 7, **more}
    assert broken(settings, s=[share, 7], w=[whole, 100], n=[2, 2], r=[30, 0])[0] is expected


def test_at_least() -> None:
    settings = {"rule": "at_least", "column": "total", "least": "part"}
    assert broken(settings, total=[5, 4, None, 5], part=[5, 5, 5, None]) == [False, True, None, None]
    assert broken({**settings, "tolerance": 1}, total=[4, 3], part=[5, 5]) == [False, True]


def test_one_of_knows_words_and_numbers() -> None:
    assert broken({"rule": "one_of", "column": "k", "values": ["0"]}, k=["0", "1", None]) == [False, True, None]
    rates = pl.Series([27, 25, None], dtype=pl.Decimal(20, 3))
    assert broken({"rule": "one_of", "column": "r", "values": [27, 30]}, r=rates) == [False, True, None]


@pytest.mark.parametrize(
    ("value", "lawful", "expected"),
    [
        ("IR", ["IR"], True),
        ("AF", ["IR"], False),
        (None, ["IR"], False),
        (None, ["IR", None], True),
        ("AF", ["IR", None], False),
        ("AF", ["IR", "AF"], True),
    ],
)
def test_a_check_speaks_of_the_rows_that_its_when_names(
    value: str | None, lawful: list[str | None], *, expected: bool
) -> None:
    settings = {"rule": "one_of", "column": "k", "values": ["0"], "when": {"n": lawful}}
    assert broken(settings, k=["9", "0"], n=[value, "IR"]) == [expected, False]


def test_every_column_of_a_when_must_hold() -> None:
    settings = {"rule": "one_of", "column": "k", "values": ["0"], "when": {"a": [1], "b": [2]}}
    assert broken(settings, k=["9"] * 4, a=[1, 1, 0, 0], b=[2, 0, 2, 0]) == [True, False, False, False]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("0012345679", False),
        ("0012345678", True),
        ("1234567891", False),  # 210 mod 11 is 1: the check digit is 1
        ("1234567890", True),
        ("0000000019", False),
        ("12345679", False),  # two zeros that a spreadsheet took away
        ("012345679", False),
        ("0000000000", True),
        ("1111111111", True),
        ("9999999999", True),
        ("123456788", True),
        ("123456789", False),
        ("123456789012", True),
        ("1234567", True),
        ("00123A5679", True),
        ("", True),
        (None, False),
    ],
)
def test_national_id(code: str | None, *, expected: bool) -> None:
    assert broken({"rule": "national_id", "column": "c"}, c=[code, "0012345679"]) == [expected, False]


def test_exactly_one_check_digit_is_right() -> None:
    for body in ("001234567", "123456789", "987654321", "000000001", "555555554"):
        codes = [f"{body}{digit}" for digit in range(10)]
        assert broken({"rule": "national_id", "column": "c"}, c=codes).count(False) == 1


@pytest.mark.parametrize(
    ("sides", "day", "expected"),
    [
        (["after"], END + DAY, True),
        (["after"], END, False),
        (["after"], START - DAY, False),
        (["before"], START - DAY, True),
        (["before"], START, False),
        (["before"], END + DAY, False),
        (["before", "after"], START - DAY, True),
        (["before", "after"], END + DAY, True),
        (["before", "after"], START, False),
        (["before", "after"], END, False),
        (["before", "after"], None, None),
    ],
)
def test_within_period(sides: list[str], day: dt.date | None, *, expected: bool) -> None:
    settings = {"rule": "within_period", "column": "day", "sides": sides}
    assert broken(settings, day=[day, START], period=[LATE, LATE]) == [expected, False]


def test_a_row_without_a_month_is_not_judged_by_it() -> None:
    settings = {"rule": "within_period", "column": "day", "sides": ["after"]}
    assert broken(settings, day=[END, END + DAY, END + DAY], period=[None, LATE, EARLY]) == [None, True, True]
    assert broken({"rule": "days_of_month", "column": "n"}, n=[99], period=pl.Series([None], dtype=pl.String)) == [None]


def test_in_order() -> None:
    settings = {"rule": "in_order", "column": "leave", "after": "start"}
    start = [START, START, START, None, START]
    assert broken(settings, leave=[START, START - DAY, END, START, None], start=start) == [
        False,
        True,
        False,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("period", "days", "expected"),
    [
        ("1399-01", 31, False),
        ("1399-01", 32, True),
        ("1399-07", 30, False),
        ("1399-07", 31, True),
        ("1399-12", 30, False),  # 1399 is a leap year
        ("1398-12", 30, True),
        ("1398-12", 29, False),
        ("1398-12", 0, False),
        ("1398-12", None, None),
    ],
)
def test_days_of_month(period: str, days: int | None, *, expected: bool) -> None:
    assert broken({"rule": "days_of_month", "column": "n"}, n=[days, 1], period=[period, period]) == [expected, False]


def test_dimensions_by_code() -> None:
    settings = {
        "rule": "dimensions_by_code",
        "column": "measure",
        "codelist": "CL_MIS_MEASURE",
        "dimensions": ["sex", "pension_kind"],
    }
    typed = pl.DataFrame(
        {
            "measure": ["DEPENDENT_INSURED", "DEPENDENT_INSURED", "PENSION_CASE", "PENSION_CASE"],
            "sex": ["M", None, None, "M"],
            "pension_kind": [None, "RETIREMENT", "RETIREMENT", "RETIREMENT"],
        }
    )
    found = {about: mask.to_list() for mask, _, about in CHECKS["dimensions_by_code"](typed, Check("n", "", settings))}
    assert found == {"sex": [False, True, False, True], "pension_kind": [False, True, False, False]}


@pytest.mark.parametrize("rule", sorted(set(CHECKS) - {"dimensions_by_code"}))
def test_a_rule_takes_no_rows(rule: str) -> None:
    settings = {
        "rule": rule,
        **dict.fromkeys(("column", "total", "of", "least", "after"), "a"),
        "parts": ["a"],
        "factors": ["a"],
        "values": [1],
        "percent": 1,
        "sides": ["after"],
    }
    dtype = {"national_id": pl.String, "in_order": pl.Date, "within_period": pl.Date}.get(rule, pl.Int64)
    typed = pl.DataFrame(schema={"a": dtype, "period": pl.String})
    ((mask, _, _),) = CHECKS[rule](typed, Check("n", "", settings))
    assert mask.to_list() == []
