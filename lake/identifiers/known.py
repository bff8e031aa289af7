"""The identifiers that a home's bronze holds: what must not be found anywhere after it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from lake import tables
from lake.contracts.model import Column, Source, load_sources
from lake.identifiers.tokens import LONGEST, SHORTEST, TELLING, is_national, numbers, plain
from lake.layout import Home
from vocabulary.text import normalise

PERSONAL = frozenset({"person", "insured", "workshop", "file", "operator"})
_SHORTEST_RECORD = 10
_FEWEST = 3
"""Digits between the noughts at both ends of a number that begins with one, as no amount does."""
_SHORTEST_NAME = 7
"""Shorter names are words of everyday and stand in texts of all kinds."""


@dataclass(frozen=True)
class Known:
    """What is looked for.

    Attributes:
        numbers: Identifiers as they may be written: as received, filled up to ten digits, without leading noughts.
        names: Names of persons and workshops, two words or more.
    """

    numbers: pl.Series
    names: tuple[str, ...]

    @cached_property
    def density(self) -> dict[int, float]:
        """Return by length how likely a number drawn at random is one of these."""
        lengths = self.numbers.str.len_bytes().value_counts()
        return {length: count / 9 / 10 ** (length - 1) for length, count in lengths.iter_rows()}


def known_identifiers(home: Home, more: Iterable[str] = ()) -> Known:
    """Gather the identifiers of a home from bronze.

    Args:
        home: The installation.
        more: Further words to look for: names, or identifiers that stand in free text.
    """
    digits, names = [_written(pl.Series("token", [word for word in more if word.isdigit()], dtype=pl.String))], set()
    for source in load_sources():
        if tables.exists(home, "bronze", source.id):
            for column, values in _columns(home, source):
                digits += [_written(found) for found in _numbers(column, values)]
                names |= _names(column, values)
    names |= {word for word in more if not word.isdigit() and len(word) >= _SHORTEST_NAME}
    every = pl.concat(digits).unique()
    bare = every.str.strip_chars("0").str.len_bytes()
    telling = (bare >= TELLING) | (every.str.starts_with("0") & (bare >= _FEWEST))
    within = every.str.len_bytes().is_between(SHORTEST, LONGEST)
    return Known(every.filter(telling & within), tuple(sorted(names)))


def _columns(home: Home, source: Source) -> Iterator[tuple[Column, pl.Series]]:
    """Yield the columns of bronze that may hold identifiers, each with its distinct values."""
    table = tables.open_table(home, "bronze", source.id)
    held = {field.name for field in table.schema().fields}
    wanted = {column.name: column for entity in source.entities for column in entity.received if _is_secret(column)}
    for name in sorted(held & wanted.keys()):
        values = pl.scan_delta(table).select(pl.col(name).cast(pl.String).unique()).collect().to_series().drop_nulls()
        yield wanted[name], values


def _is_secret(column: Column) -> bool:
    return bool(column.identifier) or (column.transient and column.parse in ("text", "code") and not column.codelist)


def _numbers(column: Column, values: pl.Series) -> Iterator[pl.Series]:
    """Yield the numbers of a column that identify.

    Of free text these are whole cells, numbers that begin with a nought, which no amount or date does, and those that
    end in a national code's check digit.
    """
    if column.identifier:
        digits = plain(values).str.replace_all(r"[^0-9]", "").alias("token")
        shortest = SHORTEST if column.identifier in PERSONAL else _SHORTEST_RECORD
        yield digits.filter(digits.str.len_bytes() >= shortest)
    else:
        texts = plain(values)
        yield texts.filter(texts.str.contains(r"^[0-9]{8,10}$")).alias("token")
        runs = texts.str.extract_all(r"[0-9]+").explode(empty_as_null=False).drop_nulls().alias("token")
        yield runs.filter(runs.str.contains(r"^0[0-9]{7,9}$"))
        found = numbers(texts.alias("text").to_frame())
        yield found.filter(is_national(pl.col("token")))["token"]


def _names(column: Column, values: pl.Series) -> set[str]:
    if not column.name.endswith("_name") or column.access_class == "public":
        return set()
    cleaned = {normalise(text) for text in values}
    return {text for text in cleaned if len(text) >= _SHORTEST_NAME and " " in text}


def _written(digits: pl.Series) -> pl.Series:
    """Return numbers as they may be written elsewhere."""
    bare = digits.str.strip_chars_start("0")
    return pl.concat([digits, digits.str.zfill(10), bare]).unique().alias("token")
