"""The slices of a table: which rows say which month, whatever way they spell it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from lake.contracts.model import Entity, Source
from orchestration.sources.sql.errors import DatabaseSourceError
from orchestration.sources.sql.layout import Layout
from orchestration.sources.sql.watermark import Value
from vocabulary.periods import PARTITIONS, Period, PeriodError, parse_jalali_date, parse_jalali_month

WHOLE_TABLE: Final = "all"
UNREADABLE: Final = "unreadable"
"""Slice of the rows whose month cannot be read: they go with the month of the pull, to be set aside there."""
MAX_SPELLINGS: Final = 1_000
"""A month's column that spells one month in more ways than this is no month's column."""

_PARTITIONS: Final = frozenset(PARTITIONS)


@dataclass(frozen=True)
class Slice:
    """Rows of one month within an interval of the watermark.

    Attributes:
        name: The month, `all` for a source without partitions, or `unreadable`.
        spellings: Values of the table's period column that mean it; empty where there is no such column.
        rows: How many there are.
        first: Their smallest watermark.
        last: Their largest watermark; with `first` it lets the database look at few rows.
    """

    name: str
    spellings: tuple[Any, ...]
    rows: int
    first: Value
    last: Value


def find_slices(
    connection: sa.Connection, source: Source, entity: Entity, layout: Layout, after: Value | None, to: Value
) -> list[Slice]:
    """Return the slices of the rows whose watermark is greater than `after` and not greater than `to`, by name.

    Raises:
        DatabaseSourceError: `period_column`, it holds anything but months; `negative_watermark`.
    """
    mark = layout.mark.column
    wanted = mark <= to if after is None else sa.and_(mark > after, mark <= to)
    month = layout.period[0] if layout.period else sa.null()
    counted = sa.select(month, sa.func.count(), sa.func.min(mark), sa.func.max(mark)).select_from(layout.table)
    grouped = counted.where(wanted).group_by(month) if layout.period else counted.where(wanted)
    found: defaultdict[str, list[Sequence[Any]]] = defaultdict(list)
    for row in connection.execute(grouped, execution_options={"yield_per": MAX_SPELLINGS}):
        name = _month_of(row[0], layout.period[1].parse) if layout.period else WHOLE_TABLE
        found[name].append(row)
        if len(found[name]) > MAX_SPELLINGS:
            reason = f"the column of the month says {name} in more than {MAX_SPELLINGS} ways"
            raise DatabaseSourceError(source.id, entity.name, "period_column", reason)
    slices = [_slice(layout, name, found[name]) for name in sorted(found) if found[name][0][1]]
    if any(isinstance(slice_.first, int) and slice_.first < 0 for slice_ in slices):
        reason = f"{mark.name} is below 0 in some rows; a number that is a watermark counts up from 0"
        raise DatabaseSourceError(source.id, entity.name, "negative_watermark", reason)
    return slices


def rows_between(layout: Layout, slice_: Slice, after: Value | None, to: Value) -> sa.ColumnElement[bool]:
    """Return what holds for the rows of a slice whose watermark is greater than `after` and not greater than `to`."""
    mark = layout.mark.column
    conditions = [mark >= slice_.first, mark <= slice_.last, mark <= to]
    if after is not None:
        conditions.append(mark > after)
    if layout.period:
        month = layout.period[0]
        spelled = [spelling for spelling in slice_.spellings if spelling is not None]
        one_of = month.in_(spelled)
        conditions.append(one_of if len(spelled) == len(slice_.spellings) else sa.or_(one_of, month.is_(None)))
    return sa.and_(*conditions)


def count(connection: sa.Connection, layout: Layout, wanted: sa.ColumnElement[bool]) -> int:
    """Count the rows for which something holds."""
    return connection.execute(sa.select(sa.func.count()).select_from(layout.table).where(wanted)).scalar_one()


def _slice(layout: Layout, name: str, groups: Sequence[Sequence[Any]]) -> Slice:
    return Slice(
        name=name,
        spellings=tuple(group[0] for group in groups) if layout.period else (),
        rows=sum(int(group[1]) for group in groups),
        first=min(group[2] for group in groups),
        last=max(group[3] for group in groups),
    )


def _month_of(spelling: Any, parse: str) -> str:
    try:
        if isinstance(spelling, dt.date):
            month = Period.month_of(spelling.date() if isinstance(spelling, dt.datetime) else spelling)
        elif parse == "jalali_date":
            month = Period.month_of(parse_jalali_date(str(spelling)))
        else:
            month = parse_jalali_month(str(spelling))
    except PeriodError:
        return UNREADABLE
    return month.code if month in _PARTITIONS else UNREADABLE
