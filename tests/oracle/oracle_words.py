"""How cells of extracts are read: letters, digits, words for codes, numbers, Jalali months and days.

Written for the oracle alone, from docs/sources.md: nothing here comes from the code under test. Codelists are read from
the vocabulary as data.
"""

import csv
import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

VOCABULARY = Path(__file__).parents[2] / "vocabulary"
MONTH_NAMES = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"]

_SAME = str.maketrans(
    {
        **{"۰۱۲۳۴۵۶۷۸۹"[n]: str(n) for n in range(10)},
        **{"٠١٢٣٤٥٦٧٨٩"[n]: str(n) for n in range(10)},
        **dict.fromkeys("يىے", "ی"),
        **dict.fromkeys("كڪ", "ک"),
        **dict.fromkeys("أإآ", "ا"),
        **dict.fromkeys("ۀةە", "ه"),
        **dict.fromkeys("\u200c\u200b\u00a0\u00ac\t ", ""),
        **dict.fromkeys("–—−", "-"),
        "ؤ": "و",
        "ئ": "ی",
        "ـ": "",
    }
)


def fold(text: str) -> str:
    """Bring a text to one form: letters and digits of one kind, lower case, no blanks."""
    return text.translate(_SAME).lower().strip()


def mapped(column: pl.Series, function: Callable[[str], Any], kind: pl.DataType) -> pl.Series:
    """Apply a function to each distinct text of a column."""
    texts = column.unique().drop_nulls().to_list()
    return column.replace_strict(texts, [function(text) for text in texts], default=None, return_dtype=kind)


@cache
def words_of(codelist: str) -> Mapping[str, str]:
    """Give the code behind each word of a codelist."""
    with (VOCABULARY / "codelists" / f"{codelist}.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    words: dict[str, str] = {}
    for row in rows:
        for word in (row["code"], row["name_fa"], row["name_en"], *row["aliases"].split("|")):
            words.setdefault(fold(word), row["code"])
    return words


def code(column: pl.Series, codelist: str) -> pl.Series:
    """Read words as codes; what is in no codelist is null."""
    words = words_of(codelist)
    return mapped(column, lambda text: words.get(fold(text)), pl.String())


def number(column: pl.Series) -> pl.Series:
    """Read whole numbers with or without separators of thousands; anything else is null."""

    def read(text: str) -> int | None:
        digits = fold(text).replace(",", "").replace("٬", "")
        return int(digits) if digits.isdecimal() else None

    return mapped(column, read, pl.Int64())


def text(column: pl.Series) -> pl.Series:
    """Read identifiers: digits of one kind, no blanks."""
    return mapped(column, lambda cell: cell.translate(_SAME).strip() or None, pl.String())


def full_year(year: int) -> int:
    """Give the year behind one of two digits."""
    return year if year > 99 else 1400 + year if year < 80 else 1300 + year


def day(column: pl.Series) -> pl.Series:
    """Read Jalali dates as Gregorian ones; what is none is null."""
    return mapped(column, read_day, pl.Date())


def read_day(cell: str) -> dt.date | None:
    """Read a Jalali date, `1399/12/05`, `99/1/5`, `13991205`; none where it is none."""
    printed = fold(cell).replace("/", "-").replace(".", "-")
    parts = printed.split("-") if "-" in printed else [printed[:-4], printed[-4:-2], printed[-2:]]
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return None
    year, month, number_ = (int(part) for part in parts)
    year = full_year(year)
    if not 1 <= month <= 12 or not 1 <= number_ <= month_length(year, month):
        return None
    return first_day(year, month) + dt.timedelta(days=number_ - 1)


def month(column: pl.Series) -> pl.Series:
    """Read Jalali months as `1399-12`; what is none is null."""
    return mapped(column, _read_month, pl.String())


def _read_month(cell: str) -> str | None:
    printed = fold(cell).replace("/", "-")
    for place, name in enumerate(MONTH_NAMES, start=1):
        if printed.startswith(fold(name)):
            printed = f"{printed.removeprefix(fold(name))}-{place}"
    parts = printed.split("-") if "-" in printed else [printed[:-2], printed[-2:]]
    if len(parts) != 2 or not all(part.isdecimal() for part in parts) or not 1 <= int(parts[1]) <= 12:
        return None
    return month_code(full_year(int(parts[0])), int(parts[1]))


def month_code(year: int, number_: int) -> str:
    """Write a month, `1399-12`."""
    return f"{year}-{number_:02d}"


def is_leap(year: int) -> bool:
    """Tell whether Esfand has 30 days: eight years in a cycle of 33, right for 1206 to 1498."""
    return year % 33 in {1, 5, 9, 13, 17, 22, 26, 30}


def month_length(year: int, number_: int) -> int:
    """Count the days of a month."""
    return 31 if number_ <= 6 else 30 if number_ <= 11 or is_leap(year) else 29


@cache
def first_day(year: int, number_: int) -> dt.date:
    """Give the first day of a month, counted from 1 Farvardin 1380, which was 21 March 2001."""
    start = dt.date(2001, 3, 21)
    years = range(1380, year)
    days = sum(365 + is_leap(each) for each in years)
    days += sum(month_length(year, each) for each in range(1, number_))
    return start + dt.timedelta(days=days)


def length(month_: str) -> int:
    """Count the days of a month, `1399-12`."""
    return month_length(int(month_[:4]), int(month_[5:]))


def last_day(month_: str) -> dt.date:
    """Give the last day of a month, `1399-12`."""
    return first_day(int(month_[:4]), int(month_[5:])) + dt.timedelta(days=length(month_) - 1)


def shifted(month_: str, months: int) -> str:
    """Give the month so many months later."""
    count = int(month_[:4]) * 12 + int(month_[5:]) - 1 + months
    return month_code(count // 12, count % 12 + 1)


def month_of(days: pl.Series) -> pl.Series:
    """Give the Jalali month of Gregorian days."""
    found = {}
    for each in days.unique().drop_nulls().to_list():
        year = each.year - 621
        while first_day(year, 1) > each:
            year -= 1
        number_ = max(n for n in range(1, 13) if first_day(year, n) <= each)
        found[each] = month_code(year, number_)
    return days.replace_strict(list(found), list(found.values()), default=None, return_dtype=pl.String())
