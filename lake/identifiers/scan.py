"""The search itself: which texts, columns and files hold an identifier that bronze holds.

A place is reported where it holds more of the known numbers than chance would put there, a known name, or where most of
its ten-digit numbers end in the check digit of a national code. Reported are places and counts, never a value (OPEN-1).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from lake.identifiers.known import Known
from lake.identifiers.tokens import holds_any, is_national, numbers, plain
from lake.pseudonym import SIZE, SUFFIX

_BEYOND_CHANCE = 10
_FEW = 5
_PRINTABLE = rb"^[\x20-\x7e]+$"
NO_PSEUDONYM = b"NA"


@dataclass(frozen=True)
class Leak:
    """A place that holds what it must not.

    Attributes:
        place: Table, file or address.
        column: Column, where the place has some.
        kind: `known number`, `known name`, `national codes` or `no pseudonym`.
        count: How many different ones.
    """

    place: str
    column: str
    kind: str
    count: int


def scan_frame(known: Known, place: str, frame: pl.DataFrame) -> Iterator[Leak]:
    """Yield what the columns of a table hold, its names among them."""
    names = pl.Series("names", frame.columns, dtype=pl.String)
    yield from scan_texts(known, place, names, column="(names of columns)")
    for column in frame.get_columns():
        if isinstance(column.dtype, pl.Binary):
            yield from _scan_binary(known, place, column)
        elif column.dtype.is_integer() or column.dtype.is_decimal() or column.dtype.is_float():
            whole = column.unique().drop_nulls().cast(pl.Int128, strict=False).drop_nulls()
            yield from _judged(known, place, column.name, whole.abs().cast(pl.String).unique().alias("token"))
        elif not column.dtype.is_temporal() and column.dtype != pl.Boolean:
            yield from scan_texts(known, place, column.cast(pl.String), column=column.name)


def scan_texts(known: Known, place: str, texts: pl.Series, *, column: str = "") -> Iterator[Leak]:
    """Yield what texts hold."""
    distinct = plain(texts.drop_nulls().unique())
    yield from _judged(known, place, column, numbers(distinct))
    if count := holds_any(distinct, known.names):
        yield Leak(place, column, "known name", count)


def _scan_binary(known: Known, place: str, column: pl.Series) -> Iterator[Leak]:
    """Yield what a column of bytes holds: a pseudonym has its length and is no text."""
    values = column.drop_nulls().unique()
    other = values.filter((values.bin.size() != SIZE) & ~values.is_in([NO_PSEUDONYM]))
    if column.name.endswith(SUFFIX) and len(other):
        yield Leak(place, column.name, "no pseudonym", len(other))
    texts = [value.decode() for value in values if value.isascii() and value.decode().isprintable()]
    yield from scan_texts(known, place, pl.Series(texts, dtype=pl.String), column=column.name)


def _judged(known: Known, place: str, column: str, tokens: pl.Series) -> Iterator[Leak]:
    hits = tokens.is_in(known.numbers.implode())
    by_length = tokens.str.len_bytes().value_counts()
    by_chance = sum(count * known.density.get(length, 0.0) for length, count in by_length.iter_rows())
    if hits.sum() > _BEYOND_CHANCE * by_chance + 0.5:
        yield Leak(place, column, "known number", int(hits.sum()))
        return
    ten = tokens.filter(tokens.str.len_bytes() == 10)
    national = int(is_national(ten).sum()) if len(ten) else 0
    if national >= _FEW and national * 2 > len(ten):
        yield Leak(place, column, "national codes", national)
