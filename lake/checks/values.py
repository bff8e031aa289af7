"""Rules on a single value of a row that a codelist, a pattern or a minimum does not say."""

import polars as pl

from lake.checks.breach import Breach, applies, is_one_of
from lake.contracts.model import Check

_NATIONAL_CODE = r"^[0-9]{8,10}$"
_PLACES = 10
_MODULUS = 11
_REPDIGIT = 1_111_111_111


def one_of(typed: pl.DataFrame, check: Check) -> list[Breach]:
    """Find values outside a short list. Settings: `column`, `values`, `when`."""
    column = check.settings["column"]
    known = is_one_of(typed[column], check.settings["values"])
    return [(~known & applies(typed, check), check.name, column)]


def national_id(typed: pl.DataFrame, check: Check) -> list[Breach]:
    """Find Iranian national codes that are none. Settings: `column`, `when` (to whom the algorithm speaks).

    Ten digits; each of the first nine times its weight (10 down to 2), summed, modulo 11, is the tenth digit if below
    2, else 11 less the tenth. Ten equal digits pass that sum and are refused all the same. Leading zeros that a
    spreadsheet took away (eight or nine digits) are put back.
    """
    column = check.settings["column"]
    code = typed[column]
    lawful = code.str.contains(_NATIONAL_CODE)
    number = code.cast(pl.Int64, strict=False)
    total = sum((number // 10**place % 10 * (place + 1) for place in range(1, _PLACES)), start=number * 0)
    rest = total % _MODULUS
    mirrored = pl.select(pl.when(rest < 2).then(rest).otherwise(_MODULUS - rest)).to_series()
    right = lawful & (number % 10 == mirrored) & (number % _REPDIGIT != 0)
    wrong = code.is_not_null() & ~right.fill_null(value=False)
    return [(wrong & applies(typed, check), check.name, column)]
