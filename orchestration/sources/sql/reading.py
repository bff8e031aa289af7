"""One batch of a table to bronze rows: streamed, printed, hashed and spooled, so that memory holds a few thousand."""

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
    columns = [column.name for column in pull.entity.received]
    fingerprint = Fingerprint(f"{pull.source.id}/{pull.entity.name}", [*columns, "_extra"])
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
        # a batch whose rows all moved on since it was planned is known by its name
        sha256=fingerprint.hexdigest() if fingerprint.rows else Fingerprint(pull.name, ()).hexdigest(),
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
