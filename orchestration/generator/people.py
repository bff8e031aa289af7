"""Identifiers of invented persons.

All begin with digits that no real one begins with, as far as is known: national codes with 000 (999 in free text),
insurance numbers with 000. They belong to nobody.
"""

from __future__ import annotations

import polars as pl

_PLACES = 9
_MODULUS = 11
REMARK_PREFIX = 999


def national_code(person: pl.Expr, prefix: int = 0) -> pl.Expr:
    """Give the ten-digit national code of a person, its check digit right.

    Args:
        person: Number in [0, 10^6).
        prefix: The first three digits.
    """
    body = person.cast(pl.Int64) + prefix * 10**6
    total = pl.sum_horizontal([body // 10**place % 10 * (place + 2) for place in range(_PLACES)])
    rest = total % _MODULUS
    check = pl.when(rest < 2).then(rest).otherwise(_MODULUS - rest)
    return padded(body * 10 + check, _PLACES + 1)


def insurance_number(person: pl.Expr) -> pl.Expr:
    """Give the ten-digit insurance number of a person, a number in [0, 10^7)."""
    return padded(person.cast(pl.Int64), 10)


def padded(number: pl.Expr, width: int) -> pl.Expr:
    """Write a whole number with leading zeros."""
    above: int = 10**width
    return (number.cast(pl.Int64) + above).cast(pl.String).str.slice(1)
