"""A database's values as text, one canonical form for each type, so that the same rows always read the same.

Integers and decimals in plain digits as scaled, `true` and `false`, days and times ISO, timestamps ISO with six
decimals, those with a zone in UTC (`Z`). A day of a column that the contract reads as Jalali is printed in that
calendar, for what follows reads it as it reads a file's.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from vocabulary.jalali import CalendarError, from_gregorian

Printer = Callable[[Sequence[Any]], pa.Array]
"""From the values of one column to their text."""


class Family(StrEnum):
    """What a column holds, whatever its database calls it."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    INSTANT = "timestamp with time zone"
    BINARY = "binary"
    OTHER = "other"


def family_of(kind: sa.types.TypeEngine[Any]) -> Family:
    """Return what a column of a type holds."""
    if isinstance(kind, sa.DateTime):
        zoned = kind.timezone or getattr(kind, "local_timezone", False)
        return Family.INSTANT if zoned else Family.TIMESTAMP
    if isinstance(kind, sa.Numeric) and not isinstance(kind, sa.Float):
        return Family.INTEGER if kind.scale == 0 else Family.DECIMAL
    for types, family in _FAMILIES:
        if isinstance(kind, types):
            return family
    return Family.OTHER


_FAMILIES: tuple[tuple[tuple[type[Any], ...], Family], ...] = (
    ((sa.Boolean,), Family.BOOLEAN),
    ((sa.Integer,), Family.INTEGER),
    ((sa.Float,), Family.FLOAT),
    ((sa.Date,), Family.DATE),
    ((sa.Time,), Family.TIME),
    ((sa.String, sa.Uuid), Family.TEXT),
    ((sa.LargeBinary,), Family.BINARY),
)


def printer(family: Family, parse: str | None) -> Printer:
    """Return how the values of a column are printed.

    Args:
        family: What the column holds.
        parse: How the contract reads it; None for a column that it does not know.
    """
    if parse == "jalali_date" and family in (Family.DATE, Family.TIMESTAMP):
        return _each(jalali_day)
    return _PRINTERS.get(family, _each(_other))


@lru_cache(maxsize=65_536)
def jalali_day(value: dt.date) -> str:
    """Print a day as `1403-02-31`; what is no day of that calendar, or has a time, so that nothing takes it for one."""
    if isinstance(value, dt.datetime):
        if value.time() != dt.time():
            return value.isoformat(timespec="microseconds")
        value = value.date()
    try:
        year, month, day = from_gregorian(value)
    except CalendarError:
        return f"{value.isoformat()} AD"
    return f"{year}-{month:02d}-{day:02d}"


def as_json(columns: Mapping[str, pa.Array]) -> pa.Array:
    """Return the texts of several columns as one JSON object a row, nulls left as nulls."""
    names = list(columns)
    rows = zip(*(column.to_pylist() for column in columns.values()), strict=True)
    return pa.array([json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in rows], pa.string())


def _each(text: Callable[[Any], str]) -> Printer:
    return lambda values: pa.array([None if value is None else text(value) for value in values], pa.string())


def _integers(values: Sequence[Any]) -> pa.Array:
    try:
        return pa.array(values, pa.int64()).cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):  # a decimal without scale, or a larger number
        return _each(_number)(values)


def _texts(values: Sequence[Any]) -> pa.Array:
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # a UUID or a member of an enumeration
        return _each(str)(values)


def _timestamps(zone: str | None) -> Printer:
    def text(values: Sequence[Any]) -> pa.Array:
        printed = pa.array(values, pa.timestamp("us", zone)).cast(pa.string())  # far faster than strftime
        return pc.utf8_replace_slice(printed, 10, 11, "T")

    return text


def _number(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _other(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return str(value)


_PRINTERS: dict[Family, Printer] = {
    Family.TEXT: _texts,
    Family.INTEGER: _integers,
    Family.DECIMAL: _each(_number),
    Family.FLOAT: _each(repr),
    Family.BOOLEAN: _each(lambda value: "true" if value else "false"),
    Family.DATE: _each(dt.date.isoformat),
    Family.TIME: _each(dt.time.isoformat),
    Family.TIMESTAMP: _timestamps(None),
    Family.INSTANT: _timestamps("UTC"),
    Family.BINARY: _each(lambda value: bytes(value).hex()),
}
