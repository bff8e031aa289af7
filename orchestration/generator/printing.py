"""Writing codes, units, dates, times and numbers as cells, the way a file's style has it.

Everything with few distinct values is a table that places look up; only numbers and identifiers are made row by row.
On Arrow arrays: a file has few rows, and what counts is the cost of a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts.model import Column, Entity
from orchestration.generator.days import OPENING_SECONDS, WORKDAY_SECONDS, Days
from orchestration.generator.profile import month_number
from orchestration.generator.styles import ASCII, MONTH_NAMES, Style, persian
from orchestration.generator.world import unit_codes, unit_names
from vocabulary.codelists.load import load_codelist
from vocabulary.periods import Period

TEXT = pa.large_string()

_UNIT = "UNIT"
_GROUP = 1000
_MOST_GROUPS = 6

_MONTH_FORMS: dict[str, Callable[[int, int], str]] = {
    "ym": lambda year, month: f"{year}{month:02d}",
    "y/m": lambda year, month: f"{year}/{month:02d}",
    "y-m": lambda year, month: f"{year}-{month:02d}",
    "yy/m": lambda year, month: f"{year % 100:02d}/{month:02d}",
    "name": lambda year, month: f"{MONTH_NAMES[month - 1]} {year}",
}
_DATE_FORMS: dict[str, Callable[[int, int, int], str]] = {
    "ymd": lambda year, month, day: f"{year}{month:02d}{day:02d}",
    "y/m/d": lambda year, month, day: f"{year}/{month:02d}/{day:02d}",
    "y-m-d": lambda year, month, day: f"{year}-{month:02d}-{day:02d}",
    "yy/m/d short": lambda year, month, day: f"{year % 100:02d}/{month}/{day}",
    "yy/m/d": lambda year, month, day: f"{year % 100:02d}/{month:02d}/{day:02d}",
    "y.m.d": lambda year, month, day: f"{year}.{month}.{day}",
}


@dataclass
class Printer:
    """Tables of printed cells, made when first needed and kept.

    Attributes:
        days: The days that files may speak of.
        months: The months that they may speak of, in order.
    """

    days: Days
    months: tuple[Period, ...]
    _tables: dict[tuple[object, ...], pa.Array] = field(default_factory=dict)

    def cells(self, rows: pa.RecordBatch, entity: Entity, style: Style, first: int) -> dict[str, pa.Array]:
        """Give the text of each column of the file, in its order; null is an empty cell.

        Args:
            rows: Coded rows.
            entity: Their contract.
            style: The look of the file.
            first: Place of the first of them in the file, from 0.
        """
        columns = {column.name: column for column in entity.received}
        computed = [columns[name] for name in style.columns if _is_computed(columns[name])]
        texts = _computed(rows, computed, style)
        return {
            name: texts[name] if name in texts else self._looked_up(columns[name], rows, style, first)
            for name in style.columns
        }

    def _looked_up(self, column: Column, rows: pa.RecordBatch, style: Style, first: int) -> pa.Array:
        if column.name == "remark":
            return rows.column("remark")
        if column.name == "row_no":
            return self._row_numbers(first + rows.num_rows, style).slice(first)
        places = rows.column("unit_code" if column.name == "unit_name" else column.name)
        if column.name == "unit_name":
            return pc.take(self._unit_names(style), places)
        if column.codelist == _UNIT:
            return pc.take(self._unit_codes(style), places)
        if column.codelist:
            return pc.take(self._words(column, style), places)
        if column.parse == "jalali_month":
            return pc.take(self._months(style), _less(places, month_number(self.months[0])))
        if column.parse == "jalali_date":
            return pc.take(self._dates(style), _less(places, self.days.base))
        return pc.take(self._times(style), _less(places, OPENING_SECONDS))

    def _table(self, key: tuple[object, ...], make: Callable[[], list[str]]) -> pa.Array:
        if key not in self._tables:
            self._tables[key] = pa.array(make(), TEXT)
        return self._tables[key]

    def _row_numbers(self, many: int, style: Style) -> pa.Array:
        digits, enough = style.digits["number"], 1 << many.bit_length()
        numbers = self._table(("row", enough, digits), lambda: _in_digits(map(str, range(1, enough + 1)), digits))
        return numbers.slice(0, many)

    def _unit_codes(self, style: Style) -> pa.Array:
        digits = style.digits["id"]
        return self._table(("unit", digits), lambda: _in_digits(unit_codes(), digits))

    def _unit_names(self, style: Style) -> pa.Array:
        key = ("unit name", style.is_arabic, style.is_joined, style.delimiter, style.is_quoted)
        return self._table(key, lambda: [quoted(style.letters(name), style) for name in unit_names()])

    def _words(self, column: Column, style: Style) -> pa.Array:
        """Give the word for each code of a list: the official one, or one of its aliases; plain codes stay codes."""
        items = load_codelist(column.codelist or "").items
        look = (style.word, style.is_arabic, style.is_joined, style.delimiter, style.is_quoted)

        def words() -> list[str]:
            if column.parse == "code":
                return [item.code for item in items]
            choices = [(item.name_fa, *persian(*item.aliases)) for item in items]
            return [quoted(style.letters(words[style.word % len(words)]), style) for words in choices]

        return self._table((column.codelist, column.parse, *look), words)

    def _months(self, style: Style) -> pa.Array:
        form, digits = _MONTH_FORMS[style.month_form], style.digits["date"]

        def months() -> list[str]:
            return _in_digits((style.letters(form(p.year, p.first_month)) for p in self.months), digits)

        return self._table(("month", style.month_form, digits, style.is_arabic), months)

    def _dates(self, style: Style) -> pa.Array:
        form, digits = _DATE_FORMS[style.date_form], style.digits["date"]

        def dates() -> list[str]:
            days = self.days.jalali.to_list()
            return _in_digits((form(day // 10_000, day // 100 % 100, day % 100) for day in days), digits)

        return self._table(("date", style.date_form, digits), dates)

    def _times(self, style: Style) -> pa.Array:
        digits = style.digits["date"]

        def times() -> list[str]:
            seconds = range(OPENING_SECONDS, OPENING_SECONDS + WORKDAY_SECONDS)
            texts = (f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in seconds)
            return _in_digits((text if style.has_seconds else text[:5] for text in texts), digits)

        return self._table(("time", style.has_seconds, digits), times)


def quoted(cell: str, style: Style) -> str:
    """Put a cell in quotes if it needs them."""
    doubled = cell.replace('"', '""')
    needs = not style.is_quoted and (style.delimiter in cell or '"' in cell)
    return f'"{doubled}"' if needs else doubled


def _less(places: pa.Array, base: int) -> pa.Array:
    return pc.subtract(places, pa.scalar(base, pa.int32()))


def _is_computed(column: Column) -> bool:
    """Tell whether a column is written row by row, not looked up."""
    is_text = column.parse in ("text", "code") and not column.codelist
    return column.parse == "integer" or (is_text and column.name not in ("row_no", "unit_name", "remark"))


def _computed(rows: pa.RecordBatch, columns: list[Column], style: Style) -> dict[str, pa.Array]:
    """Write the numbers and identifiers."""
    texts = {}
    for column in columns:
        value = rows.column(column.name)
        is_number = column.parse == "integer"
        if is_number and style.thousands:
            frame = pl.DataFrame({"value": pl.Series(value)}).select(_grouped(pl.col("value"), style))
            text = frame.to_series().to_arrow(compat_level=pl.CompatLevel.oldest())
        else:
            text = pc.cast(value, TEXT)
        texts[column.name] = _digited(text, style.digits["number" if is_number else "id"])
    return texts


def _digited(text: pa.Array, digits: str) -> pa.Array:
    """Write texts in other digits.

    Texts of nothing but digits, the most, are replaced in one piece: each byte becomes two, so offsets double.
    """
    if digits == ASCII:
        return text
    text = pc.fill_null(text, "")  # there may be text under a null
    _, offsets, body = text.buffers()
    places = pa.Array.from_buffers(pa.int64(), len(text) + 1, [None, offsets], offset=text.offset)
    start, stop = places[0].as_py(), places[-1].as_py()
    piece = str(memoryview(body or b"")[start:stop], "utf-8")
    if not (piece.isascii() and piece.isdigit()):
        return (
            pl.Series(text).str.replace_many(list(ASCII), list(digits)).to_arrow(compat_level=pl.CompatLevel.oldest())
        )
    for plain, wanted in zip(ASCII, digits, strict=True):
        piece = piece.replace(plain, wanted)
    doubled = pc.multiply(pc.subtract(places, start), 2)
    return pa.LargeStringArray.from_buffers(len(text), doubled.buffers()[1], pa.py_buffer(piece.encode()))


def _grouped(value: pl.Expr, style: Style) -> pl.Expr:
    """Write whole numbers (not negative) with the style's separators of thousands."""
    text = value.cast(pl.String)
    if not style.thousands:
        return text
    groups = [(value // _GROUP**place % _GROUP + _GROUP).cast(pl.String).str.slice(1) for place in range(_MOST_GROUPS)]
    for many in range(2, _MOST_GROUPS + 1):
        leading = (value // _GROUP ** (many - 1)).cast(pl.String)
        parts = pl.concat_str(leading, *reversed(groups[: many - 1]), separator=style.thousands)
        text = pl.when(value >= _GROUP ** (many - 1)).then(parts).otherwise(text)
    if style.thousands == style.delimiter and not style.is_quoted:
        text = pl.when(value >= _GROUP).then(pl.concat_str(pl.lit('"'), text, pl.lit('"'))).otherwise(text)
    return text


def _in_digits(texts: Iterable[str], digits: str) -> list[str]:
    table = str.maketrans(ASCII, digits)
    return [text if digits == ASCII else text.translate(table) for text in texts]
