"""Places of codes in their codelists: what coded frames hold instead of text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import polars as pl

from vocabulary.codelists.load import load_codelist

PLACE = pl.Int16()


@cache
def places(codelist: str) -> Mapping[str, int]:
    """Give the place of each code in its codelist."""
    return {code: place for place, code in enumerate(load_codelist(codelist).codes)}


def place(codelist: str, code: str) -> pl.Expr:
    """Give the place of a code, as a column."""
    return pl.lit(places(codelist)[code], dtype=PLACE)


@cache
def reports_of(measures: str, reports: str) -> pl.Series:
    """Give, for the place of each measure, the place of the report form that carries it."""
    known = places(reports)
    return pl.Series([known[item.attributes["report"]] for item in load_codelist(measures).items], dtype=PLACE)
