"""Which rows of a table are still to be pulled, cut into batches: by month first, then by watermark.

A batch is one interval of the watermark within one slice, so the batches of a table neither overlap nor leave a gap,
whatever order they are committed in. It holds about `BATCH_ROWS` rows; rows of one watermark are never parted.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from lake.contracts.model import Entity, Source
from orchestration.sources.sql import coverage
from orchestration.sources.sql.coverage import Coverage
from orchestration.sources.sql.layout import Layout, query_of
from orchestration.sources.sql.slices import UNREADABLE, WHOLE_TABLE, Slice, count, find_slices, rows_between
from orchestration.sources.sql.watermark import BUSINESS_ZONE, Value, clock, day_of, newest, text_of
from vocabulary.periods import Period

BATCH_ROWS: Final = 250_000


@dataclass(frozen=True)
class Pull:
    """One batch of rows to be pulled; what a landing file is to a folder.

    Attributes:
        source: Whose table.
        entity: Object whose rows they are.
        period: Month that the batch is committed to; None for a source without partitions.
        rows: Slice of the table that its rows lie in.
        after: The rows' watermark is greater.
        to: The rows' watermark is not greater.
        name: Its name in the register.
        prepared_on: Day of the watermark: among batches and files the newer one holds.
        is_again: Whether it reads rows again that were pulled before.
    """

    source: Source
    entity: Entity
    period: Period | None
    rows: Slice
    after: Value | None
    to: Value
    name: str
    prepared_on: dt.date | None
    is_again: bool = False


def plan(connection: sa.Connection, source: Source, entity: Entity, layout: Layout, known: Coverage) -> list[Pull]:
    """Return the batches of rows that bronze does not hold yet, in order of slice and watermark."""
    to = newest(connection, layout.mark)
    if to is None or text_of(to) <= known.complete:
        return []
    value = layout.mark.value
    parts: list[tuple[Slice, Value | None, Value]] = []
    for slice_ in find_slices(connection, source, entity, layout, value(known.complete), to):
        gaps = known.gaps(slice_.name, text_of(to))
        fresh = gaps == [(known.complete, text_of(to))]
        for after, end in ((value(after), value(end)) for after, end in gaps):
            if end is not None:
                parts += _cut(connection, layout, slice_, after, end, rows=slice_.rows if fresh else None)
    return _named(connection, source, entity, parts)


def plan_month(
    connection: sa.Connection, source: Source, entity: Entity, layout: Layout, known: Coverage, period: Period | None
) -> list[Pull]:
    """Return batches that read again all rows of one month that bronze should hold, as a correction of it.

    How far the table is known stays as it is: rows above it come with the next pull.
    """
    name = period.code if period else WHOLE_TABLE
    to = layout.mark.value(max(known.end(name), known.complete) if known.end(name) else "")
    if to is None:
        return []
    slices = [slice_ for slice_ in find_slices(connection, source, entity, layout, None, to) if slice_.name == name]
    parts = [part for slice_ in slices for part in _cut(connection, layout, slice_, None, to, rows=slice_.rows)]
    return _named(connection, source, entity, parts, whole=(to, known.readings.get(name, 0) + 1))


def _cut(
    connection: sa.Connection, layout: Layout, slice_: Slice, after: Value | None, to: Value, *, rows: int | None
) -> list[tuple[Slice, Value | None, Value]]:
    """Cut an interval of a slice into batches; none where it holds no rows."""
    column, wanted = layout.mark.column, rows_between(layout, slice_, after, to)
    if rows is None:
        rows = count(connection, layout, wanted)
    if not rows:
        return []
    if rows <= BATCH_ROWS:
        return [(slice_, after, to)]
    place = sa.func.row_number().over(order_by=column).label("place")
    numbered = sa.select(column.label("mark"), place).where(wanted).subquery()
    cuts = sa.select(numbered.c.mark).where(numbered.c.place % BATCH_ROWS == 0).distinct().order_by(numbered.c.mark)
    found: Sequence[Any] = connection.execute(cuts).scalars().all()
    between = [end for end in found if end < to]
    return [(slice_, start, end) for start, end in zip([after, *between], [*between, to], strict=True)]


def _named(
    connection: sa.Connection,
    source: Source,
    entity: Entity,
    parts: Sequence[tuple[Slice, Value | None, Value]],
    *,
    whole: tuple[Value, int] | None = None,
) -> list[Pull]:
    """Give the batches of one plan their names, each of which tells the plan and how many batches it has.

    Args:
        connection: Tells the day.
        source: Whose batches.
        entity: Their object.
        parts: Slice and interval of each.
        whole: Where a month is read again: up to which watermark, and the number of the reading (a later one is newer).
    """
    begins = coverage.prefix(query_of(source, entity))
    whole_to, reading = whole or (None, 0)
    bounds = [(text_of(after if whole_to is None else whole_to), text_of(whole_to or to)) for _, after, to in parts]
    listed = [f"{slice_.name}:{text_of(after)}:{text_of(to)}" for slice_, after, to in parts]
    digest = hashlib.sha256("\n".join((entity.name, *listed)).encode()).hexdigest()[:8]
    kind = f"{coverage.WHOLE}{reading}-" if whole else ""
    today = Period.month_of(clock(connection).astimezone(ZoneInfo(BUSINESS_ZONE)).date())
    width = len(str(len(parts)))
    return [
        Pull(
            source=source,
            entity=entity,
            period=_period(source, slice_.name, today),
            rows=slice_,
            after=after,
            to=to,
            name=f"{begins}{begin}..{end}/{slice_.name}/{kind}{place:0{width}d}of{len(parts)}.{digest}",
            prepared_on=day_of(whole_to or to),
            is_again=whole is not None,
        )
        for place, ((slice_, after, to), (begin, end)) in enumerate(zip(parts, bounds, strict=True), start=1)
    ]


def _period(source: Source, slice_: str, today: Period) -> Period | None:
    if not source.partitioned:
        return None
    return today if slice_ == UNREADABLE else Period.parse(slice_)
