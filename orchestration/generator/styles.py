"""What a file looks like: encoding, delimiter, digits, letters, forms of dates, headers, titles.

Each file's style is drawn once, from its name; `printing` writes the cells accordingly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from lake.contracts.model import Column, Entity
from orchestration.generator.draws import Draws

DATE_FORMS: Final = ("ymd", "y/m/d", "y-m-d", "yy/m/d short", "yy/m/d", "y.m.d")
MONTH_FORMS: Final = ("ym", "y/m", "y-m", "yy/m", "name")
MONTH_NAMES: Final = (
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
)
ASCII, PERSIAN, ARABIC = "0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩"

_ENCODINGS = (("utf-8", 0.55), ("utf-8-sig", 0.2), ("cp1256", 0.25))
_DELIMITERS = ((",", 0.5), (";", 0.3), ("\t", 0.2))
_DIGITS = ((ASCII, 0.6), (PERSIAN, 0.3), (ARABIC, 0.1))
_THOUSANDS, _OLD_THOUSANDS = (("", 0.6), (",", 0.2), ("٬", 0.2)), (("", 0.6), (",", 0.4))
_OMITTED = {"row_no": 0.3, "unit_name": 0.25}
_JOINED = (("بیمه شد", "بیمه‌شد"), ("مستمری بگیر", "مستمری‌بگیر"), ("پرونده های", "پرونده‌های"), ("مستمری ها", "مستمری‌ها"))
_ARABIC_LETTERS = str.maketrans({"ی": "ي", "ک": "ك"})


@dataclass(frozen=True)
class Style:
    """The look of one file.

    Attributes:
        encoding: Python's name of the encoding.
        delimiter: Between cells.
        newline: Between records.
        digits: Ten digits for each kind of column: `number`, `date`, `id`.
        is_arabic: Whether yeh and kaf are the Arabic ones.
        is_joined: Whether some words are joined by ZWNJ, not parted by a blank.
        thousands: Separator of thousands; empty where there is none.
        date_form: One of `DATE_FORMS`.
        month_form: One of `MONTH_FORMS`.
        has_seconds: Whether times carry seconds.
        word: Which of the words for a code is written; 0 is the official one.
        is_quoted: Whether every cell stands in quotes.
        columns: Contract names of the columns, in the file's order.
        headers: What stands over them.
        titles: Records before the header; an empty one is a blank line.
        blanks: Where blank lines stand, as parts of the body.
        has_blank_cells: Whether a blank line is a row of empty cells.
        total: Word that marks the total row; empty where there is none.
        cut: Cells that a row cut short lacks.
    """

    encoding: str
    delimiter: str
    newline: str
    digits: Mapping[str, str]
    is_arabic: bool
    is_joined: bool
    thousands: str
    date_form: str
    month_form: str
    has_seconds: bool
    word: int
    is_quoted: bool
    columns: tuple[str, ...]
    headers: tuple[str, ...]
    titles: tuple[tuple[str, ...], ...]
    blanks: tuple[float, ...]
    has_blank_cells: bool
    total: str
    cut: int

    def letters(self, text: str) -> str:
        """Write a text in the file's letters."""
        if self.is_joined:
            for parted, joined in _JOINED:
                text = text.replace(parted, joined)
        return text.translate(_ARABIC_LETTERS) if self.is_arabic else text


@dataclass(frozen=True)
class Titles:
    """What the title rows say.

    Attributes:
        sender: Name of the office.
        subject: What the file reports, with its month.
        prepared: Jalali year, month and day of preparation.
    """

    sender: str
    subject: str
    prepared: tuple[int, int, int]


def draw_style(entity: Entity, titles: Titles, draws: Draws) -> Style:
    """Draw the look of a file from the draws of its name."""
    encoding = draws.weighted(_ENCODINGS, "encoding")
    is_old = encoding == "cp1256"
    is_arabic = is_old or draws.number("letters") < 0.3
    date_form = draws.choice(DATE_FORMS, "date form")
    digits = _digits(draws, is_old=is_old)
    thousands = draws.weighted(_OLD_THOUSANDS if is_old else _THOUSANDS, "thousands")
    columns = _columns(entity, draws)
    bare = Style(
        encoding=encoding,
        delimiter=draws.weighted(_DELIMITERS, "delimiter"),
        newline=draws.weighted((("\r\n", 0.6), ("\n", 0.4)), "newline"),
        digits=digits,
        is_arabic=is_arabic,
        is_joined=draws.number("joined") < 0.35,
        thousands=thousands,
        date_form=date_form,
        month_form=draws.choice(MONTH_FORMS, "month form"),
        has_seconds=draws.number("seconds") < 0.5,
        word=0 if draws.number("words") < 0.6 else 1 + draws.whole(3, "word"),
        is_quoted=draws.number("quotes") < 0.1,
        columns=tuple(column.name for column in columns),
        headers=(),
        titles=(),
        blanks=tuple(draws.number("blank", n) for n in range(draws.whole(3, "blanks"))),
        has_blank_cells=draws.number("blank cells") < 0.4,
        total=_total(entity, draws),
        cut=1 + draws.whole(3, "cut"),
    )
    headers = tuple(bare.letters(_header(column, draws)) for column in columns)
    return replace(bare, headers=headers, titles=_titles(titles, bare, draws))


def _digits(draws: Draws, *, is_old: bool) -> dict[str, str]:
    kinds = ("number", "date", "id")
    if is_old:
        return dict.fromkeys(kinds, ASCII)
    if draws.number("mixed digits") < 0.25:
        return {kind: draws.weighted(_DIGITS, "digits", kind) for kind in kinds}
    return dict.fromkeys(kinds, draws.weighted(_DIGITS, "digits"))


def _columns(entity: Entity, draws: Draws) -> tuple[Column, ...]:
    kept = [c for c in entity.received if not c.transient or draws.number("omit", c.name) >= _OMITTED.get(c.name, 0.0)]
    return draws.shuffled(kept, "order") if draws.number("shuffled") < 0.5 else tuple(kept)


def _header(column: Column, draws: Draws) -> str:
    words = persian(column.label, *column.aliases)
    return words[0] if draws.number("synonym", column.name) < 0.6 else draws.choice(words, "header", column.name)


@cache
def persian(*words: str) -> tuple[str, ...]:
    """Leave out words with Latin letters."""
    return tuple(word for word in words if not any(letter.isascii() and letter.isalpha() for letter in word))


def _total(entity: Entity, draws: Draws) -> str:
    markers = persian(*entity.total_markers)
    if not markers or draws.number("has total") >= 0.7:
        return ""
    return "جمع کل" if draws.number("marker") < 0.7 else draws.choice(markers, "marker word")


def _titles(titles: Titles, style: Style, draws: Draws) -> tuple[tuple[str, ...], ...]:
    year, month, day = titles.prepared
    digits = str.maketrans(ASCII, style.digits["date"])
    forms = {"yy/m/d short": f"{year % 100:02d}/{month}/{day}", "y-m-d": f"{year}-{month:02d}-{day:02d}"}
    prepared = forms.get(style.date_form, f"{year}/{month:02d}/{day:02d}").translate(digits)
    needed = [("PROVENANCE=synthetic",), (f"{style.letters('تاریخ تهیه')}: {prepared}",)]
    free = [(style.letters(titles.sender),), (style.letters(titles.subject),)]
    rows = [*free[: draws.whole(3, "free titles")], *needed]
    ordered = list(draws.shuffled(rows, "titles"))
    return (*ordered, ()) if draws.number("gap") < 0.15 else tuple(ordered)
