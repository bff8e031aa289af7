"""The column by which new and changed rows are known: its values, and how far a pull may go.

A pull ends behind the newest row, by the contract's `lag`: a transaction that wrote its rows earlier and commits later
must not be overtaken, for its rows would lie below the watermark and never be asked for.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from lake.contracts.database import Query
from lake.contracts.model import Entity, Source
from orchestration.sources.sql.errors import DatabaseSourceError
from orchestration.sources.sql.printing import Family, family_of

Value = int | dt.date | dt.datetime
"""A value of a watermark; of one column they are all of one type."""

DEFAULT_LAG_SECONDS: Final = 300
BUSINESS_ZONE: Final = "Asia/Tehran"


@dataclass(frozen=True)
class Mark:
    """The watermark of one table.

    Attributes:
        column: The column.
        family: Integer, date, timestamp or instant.
        lag: How far behind the newest a pull stays: numbers, days or seconds.
        zone: Whose clock a timestamp without zone, or a date, shows.
    """

    column: sa.Column[Any]
    family: Family
    lag: int
    zone: str

    def value(self, text: str) -> Value | None:
        """Read what `text_of` wrote."""
        if not text:
            return None
        if self.family is Family.INTEGER:
            return int(text)
        return dt.date.fromisoformat(text) if self.family is Family.DATE else dt.datetime.fromisoformat(text)


def mark_of(source: Source, entity: Entity, query: Query, table: sa.Table) -> Mark:
    """Find a table's watermark.

    Raises:
        DatabaseSourceError: `missing_column`; `retyped_column` where it is no integer, date or timestamp;
            `watermark_zone` where nothing says whose clock it shows.
    """
    column = table.columns.get(query.watermark)
    if column is None:
        raise DatabaseSourceError(source.id, entity.name, "missing_column", f"{query.table} lacks {query.watermark}")
    family = family_of(column.type)
    if family not in (Family.INTEGER, Family.DATE, Family.TIMESTAMP, Family.INSTANT):
        reason = f"{query.table}.{query.watermark} holds {family}; a watermark is an integer, a date or a timestamp"
        raise DatabaseSourceError(source.id, entity.name, "retyped_column", reason)
    if family is Family.TIMESTAMP and query.zone is None:
        reason = f"{query.table}.{query.watermark} has no time zone; say in the contract whose clock it shows (zone)"
        raise DatabaseSourceError(source.id, entity.name, "watermark_zone", reason)
    usual = DEFAULT_LAG_SECONDS if family in (Family.TIMESTAMP, Family.INSTANT) else 0
    return Mark(column, family, usual if query.lag is None else query.lag, query.zone or BUSINESS_ZONE)


def text_of(value: Value | None) -> str:
    """Write a value so that texts of one column sort as its values do; nothing stands for the beginning."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            return value.isoformat(timespec="microseconds")
        return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    return value.isoformat() if isinstance(value, dt.date) else f"{value:020d}"


def day_of(value: Value) -> dt.date | None:
    """Return the day of a value; a number has none."""
    if isinstance(value, dt.datetime):
        return (value.astimezone(dt.UTC) if value.tzinfo else value).date()
    return value if isinstance(value, dt.date) else None


def clock(connection: sa.Connection) -> dt.datetime:
    """Return the database's own clock, in UTC."""
    asked = _CLOCKS.get(connection.dialect.name, sa.func.current_timestamp())
    told: dt.datetime = connection.execute(sa.select(asked)).scalar_one()
    return told.replace(tzinfo=dt.UTC) if told.tzinfo is None else told.astimezone(dt.UTC)


_CLOCKS: Final[dict[str, Any]] = {
    "mysql": sa.func.utc_timestamp(type_=sa.DateTime()),
    "mssql": sa.func.sysutcdatetime(type_=sa.DateTime()),
    "oracle": sa.func.sys_extract_utc(sa.func.systimestamp(), type_=sa.DateTime()),
}


def check_marked(connection: sa.Connection, source: Source, entity: Entity, mark: Mark) -> None:
    """Check that every row has a watermark: one without would never be asked for.

    Raises:
        DatabaseSourceError: `null_watermark`.
    """
    if not mark.column.nullable:
        return
    unmarked = sa.select(sa.literal(1)).select_from(mark.column.table).where(mark.column.is_(None)).limit(1)
    if connection.execute(unmarked).first():
        reason = f"{mark.column.name} is null in some rows, which would never be pulled"
        raise DatabaseSourceError(source.id, entity.name, "null_watermark", reason)


def newest(connection: sa.Connection, mark: Mark) -> Value | None:
    """Return the largest value that a pull may take now; None where there is none."""
    largest: Value | None = connection.execute(
        sa.select(sa.func.max(mark.column)).where(_settled(connection, mark))
    ).scalar()
    return _integer(largest) if mark.family is Family.INTEGER else largest


def _settled(connection: sa.Connection, mark: Mark) -> sa.ColumnElement[bool]:
    """Return what holds for rows that no transaction under way can still add to."""
    if mark.family is Family.INTEGER:
        largest = _integer(connection.execute(sa.select(sa.func.max(mark.column))).scalar())
        return sa.false() if largest is None else mark.column <= largest - mark.lag
    now = clock(connection)
    if mark.family is Family.DATE:
        return mark.column < now.astimezone(ZoneInfo(mark.zone)).date() - dt.timedelta(days=mark.lag)
    bound = now - dt.timedelta(seconds=mark.lag)
    if mark.family is Family.TIMESTAMP:
        bound = bound.astimezone(ZoneInfo(mark.zone)).replace(tzinfo=None)
    return mark.column < bound


def _integer(value: Any) -> int | None:
    return None if value is None else int(value)
