"""A source's database as a place that rows come from, batch by batch, beside the landing folder.

A batch is to intake what a file is: it has a name, a content hash and a month, is committed to bronze like a file, and
what bronze committed is the only memory of how far a table was read. So a run that dies between reading and committing
reads again, and one that dies after does not. The caller holds the home's writer lock.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path

import sqlalchemy as sa

from lake import bronze
from lake.bronze import FileRecord
from lake.contracts.model import Entity, Source
from lake.layout import Home
from lake.row_states import in_order_of_receipt
from orchestration.sources.read import ReceivedFile
from orchestration.sources.sql import plan as plans
from orchestration.sources.sql import reading, watermark
from orchestration.sources.sql.connect import PATIENCE, Patience, ask
from orchestration.sources.sql.coverage import Coverage, Registered, coverage
from orchestration.sources.sql.layout import Layout, read_layout
from orchestration.sources.sql.plan import Pull
from vocabulary.periods import Period

Planner = Callable[[sa.Connection, Entity, Layout, Coverage], list[Pull]]


@dataclass(frozen=True)
class Watermark:
    """How far a source's tables could be read now.

    Attributes:
        source: Id of the source.
        values: Object → its newest watermark, as text; only objects with rows that bronze does not hold.
    """

    source: str
    values: tuple[tuple[str, str], ...]

    @property
    def cursor(self) -> str:
        """One text for all of it; the same as long as nothing new came."""
        return ";".join(f"{entity}={value}" for entity, value in self.values)


def is_pulled(source: Source) -> bool:
    """Tell whether a source has a database to pull from."""
    return source.database is not None and any(entity.query for entity in source.entities)


def pending_pulls(home: Home, source: Source, *, patience: Patience = PATIENCE) -> list[Pull]:
    """Return the batches of rows of a source's database that bronze does not hold, in the order to commit them in.

    Call it after `bronze.recover`. Batches may be committed in any order and any number of them together; what is not
    committed is planned again.

    Raises:
        DatabaseSourceError: the database cannot be reached, or a table is not what the contract says.
    """
    return _planned(
        home, source, lambda c, entity, layout, known: plans.plan(c, source, entity, layout, known), patience
    )


def month_pulls(home: Home, source: Source, period: Period | None, *, patience: Patience = PATIENCE) -> list[Pull]:
    """Return batches that read a whole month again, as a correction: its rows are newer than those pulled before.

    Only rows up to the watermark that was reached are read; a month that was never pulled gives none. Rows deleted in
    the database are not noticed. An object whose rows are word for word what the newest batches of the month say gives
    none: they are read once to tell, and a second time where they are taken in.

    Args:
        home: The installation.
        source: Whose database.
        period: The month; None for a source without partitions.
        patience: How often a lost connection is tried again.

    Raises:
        DatabaseSourceError: as `pending_pulls`.
    """

    def planner(connection: sa.Connection, entity: Entity, layout: Layout, known: Coverage) -> list[Pull]:
        return plans.plan_month(connection, source, entity, layout, known, period)

    records = bronze.registered(home, source.id)
    by_object = groupby(_planned(home, source, planner, patience), key=lambda pull: pull.entity.name)
    readings = [list(pulls) for _, pulls in by_object]
    return [pull for pulls in readings if not _is_what_holds(pulls, records, patience) for pull in pulls]


def open_pull(pull: Pull, *, spool: Path | None = None, patience: Patience = PATIENCE) -> ReceivedFile:
    """Read one batch and give it as a file that was received.

    The rows are streamed to a temporary file, hashed on the way, and given from there: memory holds some thousand of
    them. A connection that is lost midway is made anew and the batch read from its beginning.

    Args:
        pull: The batch.
        spool: Folder of the temporary file, on a disk with room for a batch; the system's by default.
        patience: How often a lost connection is tried again.

    Raises:
        DatabaseSourceError: the database cannot be reached, or the table is not what the contract says.
    """
    return ask(pull.source, pull.entity.name, lambda connection: reading.receive(connection, pull, spool), patience)


def has_news(home: Home, source: Source, *, patience: Patience = PATIENCE) -> Watermark | None:
    """Tell whether a source's database has rows that bronze does not hold; asks each table for its largest watermark.

    Raises:
        DatabaseSourceError: as `pending_pulls`.
    """
    records = bronze.registered(home, source.id)
    news = []
    for entity in source.entities:
        if entity.query is None:
            continue
        known = coverage(records, entity.name, entity.query).complete
        newest = ask(source, entity.name, partial(_newest, source, entity), patience)
        if newest > known:
            news.append((entity.name, newest))
    return Watermark(source.id, tuple(news)) if news else None


def _is_what_holds(pulls: Sequence[Pull], records: Iterable[FileRecord], patience: Patience) -> bool:
    """Tell whether the reading of an object's month says what the newest batches before it say, no more and no less.

    That an older batch said the same is not enough: what came after it holds.
    """
    first, month = pulls[0], pulls[0].period.code if pulls[0].period else None
    held = [record for record in records if record.object == first.entity.name and record.period == month]
    if len(held) < len(pulls):
        return False
    place = replace(held[0], file_name=first.name, prepared_on=first.prepared_on, file_sha256="")
    order = in_order_of_receipt([*held, place])
    newest = set(order[: order.index("")][-len(pulls) :])
    left = [record for record in held if record.file_sha256 in newest]
    for pull in pulls:
        content = ask(pull.source, pull.entity.name, partial(_content, pull), patience)
        same = [record for record in left if reading.says(record.file_sha256, record.file_name, content)]
        if not same:
            return False
        left.remove(same[0])
    return True


def _content(pull: Pull, connection: sa.Connection) -> str:
    return reading.content_hash(connection, pull)


def _planned(home: Home, source: Source, planner: Planner, patience: Patience) -> list[Pull]:
    records: Iterable[Registered] = bronze.registered(home, source.id)
    pulls: list[Pull] = []
    for entity in source.entities:
        query = entity.query
        if query is None:
            continue
        known = coverage(records, entity.name, query)

        def work(connection: sa.Connection, entity: Entity = entity, known: Coverage = known) -> list[Pull]:
            layout = read_layout(connection, source, entity)
            watermark.check_marked(connection, source, entity, layout.mark)
            return planner(connection, entity, layout, known)

        pulls += ask(source, entity.name, work, patience)
    return pulls


def _newest(source: Source, entity: Entity, connection: sa.Connection) -> str:
    return watermark.text_of(watermark.newest(connection, read_layout(connection, source, entity).mark))
