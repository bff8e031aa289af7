"""One batch of a table to bronze rows: streamed, printed, hashed and spooled, so that memory holds a few thousand."""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import sqlalchemy as sa

from lake.contracts.model import Entity
from orchestration.sources.landing import Claim, LandingFile
from orchestration.sources.read import DEFAULT_PROVENANCE, ReceivedFile
from orchestration.sources.rows import row_schema
from orchestration.sources.sql.fingerprint import Fingerprint
from orchestration.sources.sql.layout import Layout, read_layout
from orchestration.sources.sql.plan import Pull
from orchestration.sources.sql.printing import as_json
from orchestration.sources.sql.slices import rows_between

FETCHED_ROWS: Final = 10_000
"""Rows in memory at a time."""
ENCODING: Final = "database"


def receive(connection: sa.Connection, pull: Pull, spool: Path | None) -> ReceivedFile:
    """Read a batch to a temporary file and give it as a received file, whose batches come from there.

    Args:
        connection: Where the rows are.
        pull: Which rows.
        spool: Folder of the temporary file; the system's where None.

    Raises:
        DatabaseSourceError: the table is not what the contract says.
    """
    layout = read_layout(connection, pull.source, pull.entity)
    fingerprint = _fingerprint(pull)
    if spool:
        spool.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(prefix="pull-", dir=spool) as spooled:
        with pa.ipc.new_stream(spooled, row_schema(pull.entity)) as writer:
            for rows in _batches(connection, layout, pull):
                fingerprint.add(rows)
                writer.write_table(rows)
        spooled.flush()
        stored = pa.ipc.open_stream(pa.OSFile(spooled.name))  # outlives the name of the file
    file = LandingFile(
        source=pull.source.id,
        path=Path(pull.name),
        size_bytes=fingerprint.size_bytes,
        sha256=_identity(pull, fingerprint),
        name=pull.name,
    )
    return ReceivedFile(
        file=file,
        claim=Claim(pull.entity, pull.source.sender, pull.period),
        encoding=ENCODING,
        delimiter="",
        prepared_on=pull.prepared_on,
        provenance=pull.source.provenance or DEFAULT_PROVENANCE,
        new_columns=layout.new_columns,
        batches=(pa.Table.from_batches([batch]) for batch in stored),
    )


def content_hash(connection: sa.Connection, pull: Pull) -> str:
    """Hash what a batch says, without keeping it.

    Raises:
        DatabaseSourceError: the table is not what the contract says.
    """
    fingerprint = _fingerprint(pull)
    for rows in _batches(connection, read_layout(connection, pull.source, pull.entity), pull):
        fingerprint.add(rows)
    return fingerprint.hexdigest()


def says(registered_hash: str, name: str, content: str) -> bool:
    """Tell whether a batch that bronze holds, by its name and its hash in the register, says a content."""
    return registered_hash in (content, _named(name, content))


def _fingerprint(pull: Pull) -> Fingerprint:
    columns = [column.name for column in pull.entity.received]
    return Fingerprint(f"{pull.source.id}/{pull.entity.name}", [*columns, "_extra"])


def _identity(pull: Pull, fingerprint: Fingerprint) -> str:
    """Return what the register knows a batch by.

    A batch that is read again may say what one before the last said, so its name is part of it. One whose rows all
    moved on since it was planned is known by its name.
    """
    if not fingerprint.rows:
        return Fingerprint(pull.name, ()).hexdigest()
    content = fingerprint.hexdigest()
    return _named(pull.name, content) if pull.is_again else content


def _named(name: str, content: str) -> str:
    return hashlib.sha256(f"{name}\n{content}".encode()).hexdigest()


def _batches(connection: sa.Connection, layout: Layout, pull: Pull) -> Iterator[pa.Table]:
    """Yield the rows of a batch as bronze rows, in order of watermark."""
    listed = [*layout.known.values(), *layout.extra.values()]
    query = (
        sa.select(*(column.label(f"c{place}") for place, (column, _) in enumerate(listed)))
        .where(rows_between(layout, pull.rows, pull.after, pull.to))
        .order_by(layout.mark.column, *layout.order_by)
    )
    count = 0
    streamed = connection.execution_options(stream_results=True, yield_per=FETCHED_ROWS)
    with streamed.execute(query) as result:
        for rows in result.partitions():
            yield _printed(pull.entity, layout, rows, first=count + 1)
            count += len(rows)


def _printed(entity: Entity, layout: Layout, rows: Sequence[sa.Row[Any]], *, first: int) -> pa.Table:
    printers = [printer for _, printer in (*layout.known.values(), *layout.extra.values())]
    texts = [printer(values) for printer, values in zip(printers, zip(*rows, strict=True), strict=True)]
    known = dict(zip(layout.known, texts, strict=False))
    extra = dict(zip(layout.extra, texts[len(layout.known) :], strict=True))
    added = {
        "_row_number": pa.array(range(first, first + len(rows)), pa.int64()),
        "_shape": pa.repeat("data", len(rows)),
        **({"_extra": as_json(extra)} if extra else {}),
    }
    arrays = known | added
    schema = row_schema(entity)
    return pa.table([arrays.get(field.name, pa.nulls(len(rows), field.type)) for field in schema], schema=schema)
