"""From text as received to typed values: letters and digits, dates, numbers, codes, pseudonyms.

Text is mapped by distinct value, so the cost follows the number of spellings, not of rows. A value that cannot be read
becomes null; deciding what that means is `lake.validate`'s job.
"""

import datetime as dt
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
_TIME = r"^([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?$"
_ASCII_BLANKS = r"[\s\x1c-\x1f]+"
_GROUPED = r"^[+-]?([0-9]{1,3}([ ,'\u066c][0-9]{3})+|[0-9]+)(\.[0-9]{1,3})?$"
_SEPARATORS = r"[ ,'\u066c]"
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


def clean_text(values: pl.Series) -> pl.Series:
    """Return `vocabulary.text.normalise` of each value, blanks and dashes as null.

    Plain ASCII, and ASCII but for its digits, is done in bulk; other text by distinct value.
    """
    text = values if _is_ascii(values) else values.str.replace_many(list(_DIGITS), list(_DIGITS.values()))
    if _is_ascii(text):
        clean = text.str.replace_all(_ASCII_BLANKS, " ").str.strip_chars(" ")
    else:
        clean = map_distinct(text, normalise, pl.String())
    blank = clean.is_in(sorted(BLANKS))
    return pl.select(pl.when(~blank).then(clean).alias(values.name)).to_series()


def _typed(values: pl.Series, column: Column) -> pl.Series:
    if column.codelist == UNIT:
        codes = clean_text(values)
        known = codes.is_in(sorted(_unit_codes()))
        return pl.select(pl.when(known).then(codes).alias(values.name)).to_series()
    if column.codelist:
        labels = _labels(column.codelist)
        return map_distinct(values, lambda text: labels.get(fold(text)), pl.String())
    return _PARSERS[column.parse](values)


def _integer(values: pl.Series) -> pl.Series:
    return _number_text(values).cast(pl.Int64, strict=False)


def _decimal(values: pl.Series) -> pl.Series:
    return _number_text(values).cast(DECIMAL, strict=False)


def _number_text(values: pl.Series) -> pl.Series:
    """Return plain digits; null where separators part no groups of three, or more than three decimals are given."""
    text = clean_text(values)
    lawful = text.str.contains(_GROUPED)
    return pl.select(pl.when(lawful).then(text.str.replace_all(_SEPARATORS, "")).alias(values.name)).to_series()


def _is_ascii(values: pl.Series) -> bool:
    return bool(values.str.len_bytes().sum() == values.str.len_chars().sum())


def _code(values: pl.Series) -> pl.Series:
    return clean_text(values).str.to_uppercase()


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


def _seconds(values: pl.Series) -> pl.Series:
    """Read `14:05` or `14:05:09` as seconds of the day."""
    parts = clean_text(values).str.extract_groups(_TIME).struct.unnest().cast(pl.Int64)
    hours, minutes, seconds = parts["1"], parts["2"], parts["3"].fill_null(0)
    lawful = (hours < 24) & (minutes < 60) & (seconds < 60)
    total = hours * 3600 + minutes * 60 + seconds
    return pl.select(pl.when(lawful).then(total).alias(values.name)).to_series()


_PARSERS: dict[str, Callable[[pl.Series], pl.Series]] = {
    "text": clean_text,
    "code": _code,
    "integer": _integer,
    "decimal": _decimal,
    "jalali_month": partial(map_distinct, function=_month, dtype=pl.String()),
    "jalali_date": partial(map_distinct, function=_date, dtype=pl.Date()),
    "time": _seconds,
}


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
