"""From text as received to typed values: letters and digits, dates, numbers, codes, pseudonyms.

Plain columns are done in bulk, on the bytes of the whole column; other text by distinct value, so the cost follows the
number of spellings, not of rows. A value that cannot be read becomes null; deciding what that means is
`lake.validate`'s job.
"""

import datetime as dt
from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import Any

import polars as pl
import polars_hash as plh

from lake import coded, plain_text
from lake.contracts.model import Column, Entity
from lake.pseudonym import SEPARATOR, SIZE, Keyring
from vocabulary.codelists.load import NA, load_codelist
from vocabulary.periods import Period, PeriodError, parse_jalali_date, parse_jalali_month, printed_period
from vocabulary.text import fold, normalise
from vocabulary.units.load import load_units

DECIMAL = pl.Decimal(20, 3)
BLANKS = ("", "-", "--", "—", "–")
UNIT = "UNIT"
_TIME = r"^([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?$"
_LONGEST_BLANK = max(len(blank) for blank in BLANKS)
_NOT_PLAIN = r"[^\x21-\x7e]"
_NOT_DIGITS = r"[^0-9]"
_GROUPED = r"^[+-]?([0-9]{1,3}([ ,'\u066c][0-9]{3})+|[0-9]+)(\.[0-9]{1,3})?$"
_REMEMBERED = 200_000
_SEPARATORS = r"[ ,'\u066c]"
_DIGITS = {chr(base + digit): str(digit) for base in (0x06F0, 0x0660) for digit in range(10)} | {"\u066b": "."}


def type_columns(data: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Return the entity's received columns typed; what cannot be read, and what is blank, is null.

    Identifiers stay as normalised text here: they are checked first and become pseudonyms after.
    """
    return pl.DataFrame([_typed(data[column.name], column) for column in entity.judged])


def is_blank(values: pl.Series) -> pl.Series:
    """Tell which received values are nothing: null, white space or a dash."""
    return coded.mapped(values, lambda texts: texts.is_null() | texts.str.strip_chars().is_in(BLANKS)).fill_null(
        value=True
    )


def type_codes(data: pl.DataFrame, entity: Entity) -> list[pl.Series]:
    """Return the columns of `type_columns` that hold text of few values, coded; NA where a breakdown does not apply."""
    return [
        coded.translated(data[column.name], partial(_typed_texts, column=column), blank=_blank(column))
        for column in entity.judged
        if isinstance(data[column.name].dtype, pl.Enum) and _is_text(column) and not column.transient
    ]


def _is_text(column: Column) -> bool:
    return not column.identifier and (column.codelist is not None or column.parse in ("text", "code", "jalali_month"))


def _blank(column: Column) -> str | None:
    return NA if column.key_position is not None and not column.required else None


def derive_columns(typed: pl.DataFrame, entity: Entity, sender: pl.Series) -> pl.DataFrame:
    """Return `typed` with the contract's derived columns appended.

    Args:
        typed: Rows of `type_columns`.
        entity: Their contract.
        sender: Code of the unit that sent each row's file.
    """
    every = typed.with_columns(sender.cast(pl.String).alias("_sender"))
    derived = [
        DERIVATIONS[column.rule](every, *column.inputs).alias(column.name) for column in entity.columns if column.rule
    ]
    return typed.with_columns(derived)


def pseudonymise(typed: pl.DataFrame, texts: pl.DataFrame, entity: Entity, keyring: Keyring) -> pl.DataFrame:
    """Replace each identifier by its pseudonym, 16 bytes, under the name that the contract gives.

    Args:
        typed: Typed rows.
        texts: The same rows as received; where their column is coded, each distinct value is hashed once.
        entity: Their contract.
        keyring: The keys.
    """
    replaced = typed
    for column in entity.columns:
        if column.identifier and column.pseudonym:
            secret = _pseudonyms(typed[column.name], texts[column.name], column, keyring)
            replaced = replaced.drop(column.name).with_columns(secret.alias(column.pseudonym))
    return replaced


def pseudonyms_of(received: pl.Series, column: Column, keyring: Keyring) -> pl.Series:
    """Return the pseudonyms that identifiers of a column have, in whatever spelling they were received."""
    return _hashed(_typed_texts(received, column), column, keyring)


def _pseudonyms(typed: pl.Series, received: pl.Series, column: Column, keyring: Keyring) -> pl.Series:
    """Return `Keyring.pseudonym` of each identifier in bulk."""
    if isinstance(received.dtype, pl.Enum):
        return coded.mapped(received, lambda texts: _hashed(_typed_texts(texts, column), column, keyring))
    return _hashed(typed, column, keyring)


def _hashed(values: pl.Series, column: Column, keyring: Keyring) -> pl.Series:
    kind = column.identifier or ""
    written = pl.col(values.name).str.zfill(column.pad_to)
    digest = pl.concat_str(pl.lit(kind + SEPARATOR), written)
    for number in range(keyring.version):
        digest = nested(digest, keyring.subkey(number, kind))
    return values.to_frame().select(digest.alias(values.name)).to_series()


def nested(digest: pl.Expr, subkey: str) -> pl.Expr:
    """Return pseudonyms under one more key; `digest` is text at first, the pseudonyms of the key before after that."""
    hashed = plh.CryptographicHashingNameSpace(digest).hmac_sha256(key=subkey)
    return hashed.str.slice(0, 2 * SIZE).str.decode("hex")


def map_distinct(values: pl.Series, function: Callable[[Any], Any], dtype: pl.DataType) -> pl.Series:
    """Map each distinct non-null value once; a null stays null."""
    first = values.drop_nulls().first() if values.null_count() else values.first()
    if first is None:
        return pl.Series(values.name, [None] * len(values), dtype=dtype)
    if (values == first).all():  # as the month of a file's rows
        alone = pl.lit(function(first), dtype=dtype)
        return pl.select(pl.when(values.is_not_null()).then(alone).alias(values.name)).to_series()
    distinct = values.unique().drop_nulls()
    results = pl.DataFrame({"from": distinct, "to": pl.Series([function(value) for value in distinct], dtype=dtype)})
    joined = pl.DataFrame({"from": values}).join(results, on="from", how="left", maintain_order="left")
    return joined["to"].alias(values.name)


def clean_text(values: pl.Series) -> pl.Series:
    """Return `vocabulary.text.normalise` of each value, blanks and dashes as null.

    Text in one piece of ASCII, and ASCII but for its digits, is done in bulk; other text by distinct value.
    """
    return coded.mapped(values, _clean)


def _clean(values: pl.Series) -> pl.Series:
    return _cleaned(values)[0]


def _cleaned(values: pl.Series) -> tuple[pl.Series, plain_text.Look]:
    text, look = plain_text.with_ascii_digits(values)
    if look.is_plain:
        is_long = bool((text.str.len_bytes() > _LONGEST_BLANK).all())
        return text if is_long else _without(text, BLANKS), look
    rough = text.str.contains(_NOT_PLAIN).fill_null(value=False)
    clean = map_distinct(text.filter(rough), normalise, pl.String())
    return _without(text.clone().scatter(rough.arg_true(), clean), BLANKS), look


def _without(values: pl.Series, texts: tuple[str, ...]) -> pl.Series:
    hit = values.is_in(texts)
    return pl.select(pl.when(~hit).then(values).alias(values.name)).to_series() if hit.any() else values


def _typed(values: pl.Series, column: Column) -> pl.Series:
    return coded.mapped(values, lambda texts: _typed_texts(texts, column))


def _typed_texts(values: pl.Series, column: Column) -> pl.Series:
    if column.codelist == UNIT:
        codes = _clean(values)
        known = codes.is_in(_unit_codes())
        return pl.select(pl.when(known).then(codes).alias(values.name)).to_series()
    if column.codelist:
        labels = _labels(column.codelist)
        return map_distinct(values, lambda text: labels.get(fold(text)), pl.String())
    return _PARSERS[column.parse](values)


def _integer(values: pl.Series) -> pl.Series:
    return _number(values, pl.Int64())


def _decimal(values: pl.Series) -> pl.Series:
    return _number(values, DECIMAL)


def _number(values: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Read numbers; null where separators part no groups of three, or more than three decimals are given."""
    text, look = plain_text.with_ascii_digits(values)
    if look.is_digits:
        return text.cast(dtype, strict=False)
    rough = text.str.contains(_NOT_DIGITS).fill_null(value=False)
    numbers = text.cast(dtype, strict=False)
    return numbers.scatter(rough.arg_true(), _rough_number(text.filter(rough), dtype))


def _rough_number(values: pl.Series, dtype: pl.DataType) -> pl.Series:
    clean = _clean(values)
    lawful = clean.str.contains(_GROUPED)
    plain = pl.select(pl.when(lawful).then(clean.str.replace_all(_SEPARATORS, "")).alias(values.name)).to_series()
    return plain.cast(dtype, strict=False)


def _code(values: pl.Series) -> pl.Series:
    clean, look = _cleaned(values)
    return clean.str.to_uppercase() if look.has_lower else clean


@lru_cache(_REMEMBERED)
def _month(text: str) -> str | None:
    try:
        return parse_jalali_month(text).code
    except PeriodError:
        return None


@lru_cache(_REMEMBERED)
def _date(text: str) -> dt.date | None:
    try:
        return parse_jalali_date(text)
    except PeriodError:
        return None


def _seconds(values: pl.Series) -> pl.Series:
    """Read `14:05` or `14:05:09` as seconds of the day."""
    parts = _clean(values).str.extract_groups(_TIME).struct.unnest().cast(pl.Int64)
    hours, minutes, seconds = parts["1"], parts["2"], parts["3"].fill_null(0)
    lawful = (hours < 24) & (minutes < 60) & (seconds < 60)
    total = hours * 3600 + minutes * 60 + seconds
    return pl.select(pl.when(lawful).then(total).alias(values.name)).to_series()


_PARSERS: dict[str, Callable[[pl.Series], pl.Series]] = {
    "text": _clean,
    "code": _code,
    "integer": _integer,
    "decimal": _decimal,
    "jalali_month": partial(map_distinct, function=_month, dtype=pl.String()),
    "jalali_date": partial(map_distinct, function=_date, dtype=pl.Date()),
    "time": _seconds,
}


@cache
def _unit_codes() -> pl.Series:
    return pl.Series(sorted(unit.code for unit in load_units())).implode()


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


def _list_period(typed: pl.DataFrame, year: str, month: str) -> pl.Series:
    """Read a two-digit Jalali year and a month: 80…99 lie before 1400, 0…79 after."""
    known = typed[year].is_between(0, 99) & typed[month].is_between(1, 12)
    number = pl.when(typed[year] >= 80).then(typed[year] + 1300).otherwise(typed[year] + 1400) * 100 + typed[month]
    months = pl.select(pl.when(known).then(number).alias(month)).to_series()
    return map_distinct(months, lambda at: f"{at // 100}-{at % 100:02}", pl.String())


def _sender(typed: pl.DataFrame, sender: str) -> pl.Series:
    return typed[sender]


def _printed_period(typed: pl.DataFrame, text: str) -> pl.Series:
    def canonical(printed: str) -> str | None:
        period, _ = printed_period(printed)
        return period.code if period else None

    return map_distinct(typed[text], canonical, pl.String())


def _certainty(typed: pl.DataFrame, text: str) -> pl.Series:
    return map_distinct(typed[text], lambda printed: printed_period(printed)[1], pl.String())


DERIVATIONS: dict[str, Callable[..., pl.Series]] = {
    "jalali_instant": _instant,
    "jalali_month_of": _month_of,
    "list_period": _list_period,
    "printed_period": _printed_period,
    "printed_period_certainty": _certainty,
    "sender": _sender,
}
