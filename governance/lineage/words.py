"""Names in words, Persian and English, for readers of a trace: months, periods, parts, statuses. Pure."""

from collections.abc import Mapping
from typing import Any

from governance.datasets.load import Text
from vocabulary.codelists.load import NA, TOTAL, load_codelist
from vocabulary.periods import Period, PeriodKind

_MONTHS = (
    ("فروردین", "Farvardin"), ("اردیبهشت", "Ordibehesht"), ("خرداد", "Khordad"), ("تیر", "Tir"), ("مرداد", "Mordad"),
    ("شهریور", "Shahrivar"), ("مهر", "Mehr"), ("آبان", "Aban"), ("آذر", "Azar"), ("دی", "Dey"), ("بهمن", "Bahman"),
    ("اسفند", "Esfand"),
)  # fmt: skip
_KINDS = {
    PeriodKind.QUARTER: ("سه‌ماهه", "quarter"),
    PeriodKind.HALF: ("نیمه", "half"),
    PeriodKind.NINE_MONTHS: ("نه‌ماهه", "nine months"),
}
_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def period_words(code: str) -> Text:
    """Name a Jalali period: `Esfand 1399`, `quarter 4 of 1399`."""
    period = Period.parse(code)
    year = str(period.year)
    if period.kind is PeriodKind.MONTH:
        fa, en = _MONTHS[period.first_month - 1]
        return Text(fa=f"{fa} {persian(year)}", en=f"{en} {year}")
    if period.kind is PeriodKind.YEAR:
        return Text(fa=f"سال {persian(year)}", en=f"year {year}")
    fa, en = _KINDS[period.kind]
    if period.kind is PeriodKind.NINE_MONTHS:
        return Text(fa=f"{fa} {persian(year)}", en=f"{en} of {year}")
    number = code[-1]
    return Text(fa=f"{fa} {persian(number)} {persian(year)}", en=f"{en} {number} of {year}")


def persian(text: str) -> str:
    """Write digits, points and commas of a number as Persian does."""
    return text.translate(_DIGITS).replace(",", "٬").replace(".", "٫")


def title_of(dimensions: Mapping[str, str], period: str, structure: Mapping[str, Any]) -> Text:
    """Name an observation by its codes in words; a total over everything is left out.

    Args:
        dimensions: Dimension → code.
        period: Its period.
        structure: The release's structure.
    """
    parts = [names_of(structure, dimension, code) for dimension, code in dimensions.items() if code not in (TOTAL, NA)]
    parts.append(period_words(period))
    return Text(fa="، ".join(part.fa for part in parts), en=", ".join(part.en for part in parts))


def names_of(structure: Mapping[str, Any], dimension: str, code: str) -> Text:
    """Return the names of a code of a dimension; the code itself where the structure has none."""
    for each in structure["dimensions"]:
        if each["id"] == dimension:
            for item in each["codes"]:
                if item["code"] == code:
                    return Text(fa=item["names"]["fa"], en=item["names"]["en"])
    return Text(fa=code, en=code)


def code_words(codelist: str, code: str) -> Text:
    """Return the names of a code of a codelist; the code itself where it has none."""
    for item in load_codelist(codelist).items:
        if item.code == code:
            return Text(fa=item.name_fa, en=item.name_en)
    return Text(fa=code, en=code)
