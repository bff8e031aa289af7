"""Breakdowns that a code must have, may not have, or has some values of."""

from functools import cache

import polars as pl

from lake.checks.breach import Breach
from lake.contracts.model import Check
from vocabulary.codelists.load import load_codelist


def dimensions_by_code(typed: pl.DataFrame, check: Check) -> list[Breach]:
    """Find breakdowns that are filled though the code has none, missing though it has one, or not lawful for it.

    Settings: `column` and its `codelist`, whose attributes `dimensions` and `dimension_values` say what is lawful;
    `dimensions`, the columns.
    """
    settings = check.settings
    codes = typed[settings["column"]]
    found = []
    for dimension in settings["dimensions"]:
        lawful = _lawful_values(settings["codelist"], dimension)
        wrong = codes.is_in(sorted(lawful)) != typed[dimension].is_not_null()
        for code, values in lawful.items():
            if values:
                wrong = wrong | ((codes == code) & ~typed[dimension].is_in(sorted(values)))
        found.append((wrong, check.name, dimension))
    return found


@cache
def _lawful_values(codelist: str, dimension: str) -> dict[str, frozenset[str]]:
    """Return the codes that have a dimension, each with its lawful values; no values means any."""
    lawful = {}
    for item in load_codelist(codelist).items:
        if dimension in item.attributes.get("dimensions", "").split("|"):
            listed = dict(part.split(":", 1) for part in item.attributes.get("dimension_values", "").split("|") if part)
            lawful[item.code] = frozenset(listed.get(dimension, "").split(",")) - {""}
    return lawful
