"""The search itself: which texts, columns and files hold an identifier that bronze holds.

A place is reported where it holds more of the known numbers than chance would put there, a known name, or where most of
its ten-digit numbers end in the check digit of a national code. Reported are places and counts, never a value (OPEN-1).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from lake.identifiers.known import Known
from lake.identifiers.tokens import NATIONAL, SHORTEST, is_national, numbers, plain
from lake.pseudonym import SIZE, SUFFIX

SCHEMA = {"place": pl.String(), "column": pl.String(), "text": pl.String()}
WHERE = ["place", "column"]
_BEYOND_CHANCE = 10
_FEW = 5
_NO_PSEUDONYM = b"NA"
_NAMES = "(names of columns)"


@dataclass(frozen=True)
class Leak:
    """A place that holds what it must not.

    Attributes:
        place: Table, file or address.
        column: Column, where the place has some.
        kind: `known number`, `known name`, `national codes` or `no pseudonym`.
        count: How many different ones; of names, in how many different texts one stands.
    """

    place: str
    column: str
    kind: str
    count: int


def texts_of(place: str, texts: Iterable[str] | pl.Series, column: str = "") -> pl.DataFrame:
    """Lay out texts for `judge`."""
    held = texts if isinstance(texts, pl.Series) else pl.Series(list(texts), dtype=pl.String)
    return pl.DataFrame({"text": held.drop_nulls().unique()}, schema={"text": pl.String}).select(
        pl.lit(place).alias("place"), pl.lit(column).alias("column"), "text"
    )


def columns_of(place: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Lay out the values of a table for `judge`, the names of its columns among them."""
    parts = [texts_of(place, frame.columns, _NAMES)]
    for column in frame.get_columns():
        if isinstance(column.dtype, pl.Binary):
            values = column.drop_nulls().unique()
            texts = [value.decode() for value in values if value.isascii() and value.decode().isprintable()]
            parts.append(texts_of(place, texts, column.name))
        elif column.dtype.is_numeric():
            whole = column.unique().drop_nulls().cast(pl.Int128, strict=False).drop_nulls().abs()
            parts.append(texts_of(place, whole.cast(pl.String), column.name))
        elif not column.dtype.is_temporal() and column.dtype != pl.Boolean:
            parts.append(texts_of(place, column.cast(pl.String), column.name))
    return pl.concat(parts)


def no_pseudonyms(place: str, frame: pl.DataFrame) -> Iterator[Leak]:
    """Yield the columns of pseudonyms that hold something of another length, or text."""
    for column in frame.get_columns():
        if column.name.endswith(SUFFIX):
            held = column.drop_nulls().unique().cast(pl.Binary)
            other = held.filter((held.bin.size() != SIZE) & ~held.is_in([_NO_PSEUDONYM]))
            if len(other):
                yield Leak(place, column.name, "no pseudonym", len(other))


def judge(known: Known, rows: pl.DataFrame) -> list[Leak]:
    """Return what rows of `SCHEMA` hold that they must not."""
    cleaned = rows.with_columns(plain(rows["text"]))
    tokens = numbers(cleaned)
    found = [*_known_numbers(known, tokens), *_national(tokens)]
    if known.names:
        holds = cleaned.filter(pl.col("text").str.contains_any(list(known.names)))
        found += _leaks(holds.group_by(WHERE).len("count"), "known name")
    return sorted(found, key=lambda leak: (leak.place, leak.column, leak.kind))


def _known_numbers(known: Known, tokens: pl.DataFrame) -> Iterator[Leak]:
    """Yield where more known numbers stand than chance explains; the shortest count only where most are known."""
    length = pl.col("token").str.len_bytes()
    chance = length.replace_strict(known.density, default=0.0, return_dtype=pl.Float64)
    marked = tokens.with_columns(
        (length == SHORTEST).alias("is_short"),
        pl.col("token").is_in(known.numbers.implode()).alias("is_known"),
        chance=chance,
    )
    counted = marked.group_by(WHERE).agg(
        pl.col("is_known").sum().alias("count"),
        (pl.col("is_known") & ~pl.col("is_short")).sum().alias("long"),
        (pl.col("is_known") & pl.col("is_short")).sum().alias("short"),
        pl.col("is_short").sum().alias("shorts"),
        pl.col("chance").filter(~pl.col("is_short")).sum().alias("by_chance"),
    )
    beyond = pl.col("long") > _BEYOND_CHANCE * pl.col("by_chance") + 0.5
    mostly = (pl.col("short") >= _FEW) & (pl.col("short") * 4 > pl.col("shorts"))
    yield from _leaks(counted.filter(beyond | mostly), "known number")


def _national(tokens: pl.DataFrame) -> Iterator[Leak]:
    """Yield where most ten-digit numbers end in the check digit of a national code, whoever's they are."""
    ten = tokens.filter(pl.col("token").str.len_bytes() == NATIONAL)
    counted = ten.group_by(WHERE).agg(is_national(pl.col("token")).sum().alias("count"), pl.len().alias("all"))
    # each number stands there twice, once turned round, and then its check digit means nothing
    yield from _leaks(
        counted.filter((pl.col("count") >= _FEW) & (pl.col("count") * 5 > pl.col("all") * 2)), "national codes"
    )


def _masked(name: str) -> str:
    """Leave out of a name what may be the identifier."""
    return re.sub(rf"[0-9]{{{SHORTEST},}}", "…", name)


def _leaks(counted: pl.DataFrame, kind: str) -> Iterator[Leak]:
    for place, column, count in counted.select(*WHERE, "count").iter_rows():
        yield Leak(_masked(place), _masked(column), kind, count)
