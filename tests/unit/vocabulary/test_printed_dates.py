from collections import Counter
from datetime import date

import pytest

from vocabulary.codelists.load import load_codelist
from vocabulary.periods import Period, PeriodError, parse_jalali_date, parse_jalali_month, printed_period

DAY = date(2020, 3, 21)  # 1399-01-02
# The periods of the 250 figures that the press printed, as printed, and how many carry each.
PRINTED = {
    "EXACT": {
        "1388 Q1": 20,
        "1391-12": 14,
        "1393": 20,
        "1393 H1": 5,
        "1393-12": 7,
        "1395 H1": 10,
        "1396": 13,
        "1396-12": 4,
        "1397": 6,
        "1397 Q1": 11,
        "1397-03": 14,
        "1397-12": 12,
        "1398": 10,
        "1399-12": 24,
        "1400 H1": 3,
        "1400 Q1": 2,
        "1400-03": 1,
        "1402-10": 6,
        "1403-12": 2,
        "1404-08": 3,
    },
    "UNCERTAIN": {
        "1395-12?": 6,
        "1399-12?": 5,
        "6 months (year not in excerpt)": 11,
        "9 months (year not in excerpt)": 7,
        "c.2020": 3,
        "end of Tir (year not stated)": 8,
        "~1404": 5,
    },
    "CUMULATIVE": {"1392 9 months": 11, "1395 9 months": 7},
}


@pytest.mark.parametrize(
    "text",
    [
        "13990102",
        "1399/01/02",
        "1399/1/2",
        "99/1/2",
        "99/01/02",
        "990102",
        "1399-01-02",
        "1399.1.2",
        "1399_01_02",
        "1399\\01\\02",
        "1399\u201301\u201302",
        "۱۳۹۹/۰۱/۰۲",
        "٩٩/١/٢",
        "۱۳۹۹۰۱۰۲",
        "۱۳۹۹٫۰۱٫۰۲",
        " 1399/01/02 ",
        "\ufeff1399/01/02\u200f",
        "1399 / 1 / 2",
        "99/ 1/ 2",
        "1399/ 1/ 2",
        "1399 1 2",
        "99 1 2",
        "99 102",
        "9901 2",
        "1399 102",
        "139901 2",
    ],
)
def test_forms_of_a_date(text: str) -> None:
    assert parse_jalali_date(text) == DAY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("00/01/01", date(2021, 3, 21)),
        ("29/01/01", date(2050, 3, 21)),
        ("30/01/01", date(1951, 3, 22)),
        ("99/12/30", date(2021, 3, 20)),
        (" 9 1 2", date(2030, 3, 22)),
        ("140113", date(2035, 4, 2)),
        ("1300/01/01", date(1921, 3, 21)),
        ("1500/12/29", date(2122, 3, 20)),
    ],
)
def test_years_of_two_digits_and_the_ends_of_the_range(text: str, day: date) -> None:
    assert parse_jalali_date(text) == day


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "unknown form"),
        ("0", "unknown form"),
        ("1399", "unknown form"),
        ("1399/01", "unknown form"),
        ("10102", "unknown form"),
        ("399/01/02", "unknown form"),
        ("1399/01/02/03", "unknown form"),
        ("02/01/1399", "unknown form"),
        ("1399/۰۱/x", "unknown form"),
        ("1399//01//02", "unknown form"),
        ("1399/-1/02", "unknown form"),
        ("۱۳۹۹/०१/०२", "unknown form"),
        ("140102", "may be year and month"),
        ("1401 2", "may be year and month"),
        ("00/00/00", "day outside"),
        ("99/00/01", "month outside"),
        ("1399/13/01", "month outside"),
        ("139912", "may be year and month"),
        ("1399/07/31", "day outside"),
        ("1400/12/30", "day outside"),
        ("1399/01/00", "day outside"),
        ("2021-03-20", "year outside"),
        ("1299/12/29", "year outside"),
        ("1501/01/01", "year outside"),
    ],
)
def test_texts_that_are_no_date(text: str, reason: str) -> None:
    with pytest.raises(PeriodError, match=reason):
        parse_jalali_date(text)


@pytest.mark.parametrize("text", ["0012345679", "1399/99/0012345679", "علی 0012345679"])
def test_errors_do_not_repeat_the_text(text: str) -> None:
    for parse in (parse_jalali_date, parse_jalali_month):
        with pytest.raises(PeriodError) as caught:
            parse(text)
        assert "0012345679" not in f"{caught.value}{caught.value.__cause__}"


@pytest.mark.parametrize(
    "text",
    [
        "139912",
        "1399/12",
        "99/12",
        "9912",
        "1399-12",
        "1399 12",
        "1399.12",
        "۱۳۹۹/۱۲",
        "٩٩١٢",
        " 1399 / 12 ",
        "اسفند 1399",
        "اسفند ۹۹",
        "اسفندماه ۱۳۹۹",
        "اسفند ماه 99",
        "اسفند\u200cماه سال 1399",
        "اسفند-99",
        "1399 اسفند",
        "۱۳۹۹/اسفند",
        "99 اسفند ماه",
    ],
)
def test_forms_of_a_month(text: str) -> None:
    assert parse_jalali_month(text) == Period.parse("1399-12")


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("فروردین", 1),
        ("ارديبهشت", 2),
        ("خرداد", 3),
        ("تیر", 4),
        ("مرداد", 5),
        ("امرداد", 5),
        ("شهريور", 6),
        ("مهر", 7),
        ("آبان", 8),
        ("ابان", 8),
        ("آذر", 9),
        ("دي", 10),
        ("بهمن", 11),
        ("اسفند", 12),
    ],
)
def test_names_of_months(name: str, month: int) -> None:
    assert parse_jalali_month(f"{name} ۱۴۰۰") == Period.month(1400, month)


@pytest.mark.parametrize(
    ("text", "code"),
    [("0001", "1400-01"), ("29/12", "1429-12"), ("30/1", "1330-01"), ("1399/1", "1399-01"), ("1599/1", None)],
)
def test_years_of_months(text: str, code: str | None) -> None:
    if code is None:
        with pytest.raises(PeriodError, match="year outside"):
            parse_jalali_month(text)
    else:
        assert parse_jalali_month(text).code == code


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "unknown form"),
        ("13991", "unknown form"),
        ("12/1399", "unknown form"),
        ("1399/12/01", "unknown form"),
        ("13991201", "unknown form"),
        ("اسفند", "unknown form"),
        ("اسفند 9", "unknown form"),
        ("رمضان 1399", "unknown form"),
        ("1401", "may be a year"),
        ("1399", "may be a year"),
        ("9913", "month outside"),
        ("1399/00", "month outside"),
        ("2021-03", "year outside"),
    ],
)
def test_texts_that_are_no_month(text: str, reason: str) -> None:
    with pytest.raises(PeriodError, match=reason):
        parse_jalali_month(text)


@pytest.mark.parametrize(
    ("text", "certainty"), [(text, certainty) for certainty, texts in PRINTED.items() for text in texts]
)
def test_printed_periods_of_the_press(text: str, certainty: str) -> None:
    period, found = printed_period(text)
    assert found == certainty
    assert (period is not None) is (certainty == "EXACT")
    if period is not None:
        assert period.code == text.replace(" ", "-")


def test_63_of_the_250_printed_figures_are_not_of_a_period() -> None:
    counts = Counter({certainty: sum(texts.values()) for certainty, texts in PRINTED.items()})
    assert counts == {"EXACT": 187, "UNCERTAIN": 45, "CUMULATIVE": 18}
    assert set(counts) == set(load_codelist("CL_PERIOD_CERTAINTY").codes)


@pytest.mark.parametrize(
    ("text", "code", "certainty"),
    [
        ("۱۳۹۷ Q1", "1397-Q1", "EXACT"),
        ("1397-Q1", "1397-Q1", "EXACT"),
        (" 1399 ", "1399", "EXACT"),
        ("1399-M9", None, "CUMULATIVE"),
        ("1399 M9", None, "UNCERTAIN"),
        ("1399-13", None, "UNCERTAIN"),
        ("1200", None, "UNCERTAIN"),
        ("2020", None, "UNCERTAIN"),
        ("", None, "UNCERTAIN"),
    ],
)
def test_other_printed_periods(text: str, code: str | None, certainty: str) -> None:
    period, found = printed_period(text)
    assert (period and period.code, found) == (code, certainty)
