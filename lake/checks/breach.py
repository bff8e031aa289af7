"""What a check gives back, and to which rows it speaks; the checks themselves are in the modules beside this one."""

from typing import Any, TypeAlias

import polars as pl

from lake.contracts.model import Check

Breach: TypeAlias = tuple[pl.Series, str, str]
"""Rows that break a rule (a null means: cannot be told, so not broken), the rule's name, the column it is about."""


def applies(typed: pl.DataFrame, check: Check) -> pl.Series:
    """Tell to which rows a check speaks: its `when` names columns and their lawful values, `null` for a blank one."""
    spoken = pl.repeat(True, len(typed), dtype=pl.Boolean, eager=True)
    for name, values in check.settings.get("when", {}).items():
        known = is_one_of(typed[name], [value for value in values if value is not None])
        spoken = spoken & (known.fill_null(None in values))
    return spoken


def is_one_of(values: pl.Series, lawful: list[Any]) -> pl.Series:
    """Tell which values are among the lawful ones, numbers by their size; null where there is no value."""
    if values.dtype.is_numeric():
        return values.cast(pl.Float64).is_in([float(value) for value in lawful])
    return values.is_in([str(value) for value in lawful])
