"""From text as received to typed values: letters and digits, dates, numbers, codes, pseudonyms.

Text is mapped by distinct value, so the cost follows the number of spellings, not of rows. A value that cannot be read
becomes null; deciding what that means is `lake.validate`'s job.
"""

import datetime as dt
import re
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import polars as pl

from lake.contracts.model import Column, Entity
from lake.pseudonym import Keyring
from vocabulary.codelists.load import load_codelist
from vocabulary.periods import Period, PeriodError, parse_jalali_date, parse_jalali_month, printed_period
from vocabulary.text import fold, normalise
from vocabulary.units.load import load_units

DECIMAL = pl.Decimal(20, 3)
BLANKS = frozenset({"", "-", "--", "—", "–"})
UNIT = "UNIT"
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_SEPARATORS = r"[,\s\u066c\u00a0']"
_DIGITS = {chr(base + digit): str(digit) for base in (0x06F0, 0x0660) for digit in range(10)} | {"\u066b": "."}


def type_columns(data: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Return the entity's received columns typed; what cannot be read, and what is blank, is null.

    Identifiers stay as normalised text here: they are checked first and become pseudonyms after.
    """
    kept = [column for column in entity.received if not column.transient or column.parse == "time"]
    return pl.DataFrame([_typed(data[column.name], column) for column in kept])


def is_blank(values: pl.Series) -> pl.Series:
    """Tell which received values are nothing: null, white space or a dash."""
    return (values.is_null() | values.str.strip_chars().is_in(sorted(BLANKS))).alias(values.name)


def derive_columns(typed: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Return `typed` with the contract's derived columns appended."""
    derived = [
        _DERIVATIONS[column.rule](typed, *column.inputs).alias(column.name) for column in entity.columns if column.rule
    ]
    return typed.with_columns(derived)


def pseudonymise(typed: pl.DataFrame, entity: Entity, keyring: Keyring) -> pl.DataFrame:
    """Replace each identifier by its pseudonym, 16 bytes, under the name that the contract gives."""
    replaced = typed
    for column in entity.columns:
        if column.identifier and column.pseudonym:
            secret = map_distinct(typed[column.name], partial(keyring.pseudonym, column.identifier), pl.Binary())
            replaced = replaced.drop(column.name).with_columns(secret.alias(column.pseudonym))
    return replaced


def map_distinct(values: pl.Series, function: Callable[[Any], Any], dtype: pl.DataType) -> pl.Series:
    """Map each distinct non-null value once; a null stays null."""
    distinct = values.unique().drop_nulls()
    if distinct.is_empty():
        return pl.Series(values.name, [None] * len(values), dtype=dtype)
    results = pl.DataFrame({"from": distinct, "to": pl.Series([function(value) for value in distinct], dtype=dtype)})
    joined = pl.DataFrame({"from": values}).join(results, on="from", how="left", maintain_order="left")
    return joined["to"].alias(values.name)


def _typed(values: pl.Series, column: Column) -> pl.Series:
    if column.codelist == UNIT:
        codes = _unit_codes()
        return map_distinct(values, lambda text: _known(_code(text), codes), pl.String())
    if column.codelist:
        labels = _labels(column.codelist)
        return map_distinct(values, lambda text: labels.get(fold(text)), pl.String())
    if column.parse == "integer":
        return _number_text(values).cast(pl.Int64, strict=False)
    if column.parse == "decimal":
        return _number_text(values).cast(DECIMAL, strict=False)
    function, dtype = _PARSERS[column.parse]
    return map_distinct(values, function, dtype)


def _number_text(values: pl.Series) -> pl.Series:
    text = values
    if not _is_ascii(text):
        text = text.str.replace_many(list(_DIGITS), list(_DIGITS.values()))
    return text.str.replace_all(_SEPARATORS, "")


def _is_ascii(values: pl.Series) -> bool:
    return bool(values.str.len_bytes().sum() == values.str.len_chars().sum())


def _text(text: str) -> str | None:
    clean = normalise(text)
    return None if clean in BLANKS else clean


def _code(text: str) -> str:
    return normalise(text).upper()


def _plain_code(text: str) -> str | None:
    clean = _code(text)
    return None if clean in BLANKS else clean


def _month(text: str) -> str | None:
    try:
        return parse_jalali_month(text).code
    except PeriodError:
        return None


def _date(text: str) -> dt.date | None:
    try:
        return parse_jalali_date(text)
    except PeriodError:
        return None


def _seconds(text: str) -> int | None:
    found = _TIME.fullmatch(normalise(text))
    if not found:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds if hours < 24 and minutes < 60 and seconds < 60 else None


_PARSERS: dict[str, tuple[Callable[[str], Any], pl.DataType]] = {
    "text": (_text, pl.String()),
    "code": (_plain_code, pl.String()),
    "jalali_month": (_month, pl.String()),
    "jalali_date": (_date, pl.Date()),
    "time": (_seconds, pl.Int64()),
}


def _known(code: str, codes: frozenset[str]) -> str | None:
    return code if code in codes else None


@cache
def _unit_codes() -> frozenset[str]:
    return frozenset(unit.code for unit in load_units())


@cache
def _labels(codelist: str) -> dict[str, str]:
    return dict(load_codelist(codelist).labels())


def _instant(typed: pl.DataFrame, date: str, time: str) -> pl.Series:
    local = typed[date].cast(pl.Datetime("us")) + pl.Series(typed[time] * 1_000_000).cast(pl.Duration("us"))
    return local.dt.replace_time_zone("Asia/Tehran", ambiguous="earliest", non_existent="null").dt.convert_time_zone(
        "UTC"
    )


def _month_of(typed: pl.DataFrame, date: str) -> pl.Series:
    return map_distinct(typed[date], lambda day: Period.month_of(day).code, pl.String())


def _printed_period(typed: pl.DataFrame, text: str) -> pl.Series:
    def canonical(printed: str) -> str | None:
        period, _ = printed_period(printed)
        return period.code if period else None

    return map_distinct(typed[text], canonical, pl.String())


def _certainty(typed: pl.DataFrame, text: str) -> pl.Series:
    return map_distinct(typed[text], lambda printed: printed_period(printed)[1], pl.String())


_DERIVATIONS: dict[str, Callable[..., pl.Series]] = {
    "jalali_instant": _instant,
    "jalali_month_of": _month_of,
    "printed_period": _printed_period,
    "printed_period_certainty": _certainty,
}
