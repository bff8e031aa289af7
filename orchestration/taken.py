"""One received file on its way to bronze: small ones in memory until their month is written, large ones staged."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from lake import bronze
from lake.bronze import FileRecord
from lake.contracts.model import Source
from lake.layout import Home
from lake.retention.sift import Sift
from lake.staging import FileStager, StagedFile
from orchestration.sources.read import ReceivedFile

SMALL_ROWS = 100_000
SMALL_BYTES = 32 * 2**20


@dataclass(frozen=True)
class Taken:
    """A file that was read to its end.

    Attributes:
        record: What the register keeps of it.
        tables: Its rows, where they are few.
        staged: Parquet files with its rows, where they are many.
        erased: Tombstones of rows in it that were erased before, in another file; they are in neither.
    """

    record: FileRecord
    tables: tuple[pa.Table, ...]
    staged: tuple[StagedFile, ...]
    erased: tuple[Mapping[str, Any], ...] = ()


def take(
    home: Home, source: Source, period: str | None, received: ReceivedFile, ingest_id: str, sift: Sift | None = None
) -> Taken:
    """Read a file to its end, with what bronze adds to each row, and without the rows that were erased before.

    Raises:
        orchestration.sources.landing.FileRejectedError: the file turned out not to be fit; nothing of it is kept.
        orchestration.sources.landing.FileNotReadyError: it changed meanwhile.
    """
    constants = {
        "_entity": received.claim.entity.name,
        "_provenance": received.provenance,
        "_sender": received.claim.sender_code,
        "_file_sha256": received.file.sha256,
    }
    columns = bronze.table_schema(source)
    few: list[pa.Table] = []
    rows = size = 0
    sifted = sift and sift.of_file(received.claim.entity.name, period, received.file.sha256)
    with ExitStack() as stack:
        stager: FileStager | None = None
        for batch in received.batches:
            table = _bronze_rows(batch, constants, columns)
            rows, size = rows + len(table), size + batch.nbytes
            table = sifted(table) if sifted else table
            if stager is None and (rows > SMALL_ROWS or size > SMALL_BYTES):
                stager = stack.enter_context(bronze.stager(home, source.id, period))
                stager.gather(few)
                few.clear()
            if stager is None:
                few.append(table)
            else:
                stager.gather([table])
    staged = tuple(stager.staged) if stager else ()
    record = _record(source, period, received, rows, ingest_id)
    return Taken(record, tuple(few), staged, tuple(sifted.found) if sifted else ())


def _bronze_rows(batch: pa.Table, constants: Mapping[str, str], columns: Iterable[str]) -> pa.Table:
    """Return a batch with the columns of bronze; those of one value each as dictionaries, which cost a row nothing."""
    first = pa.repeat(pa.scalar(0, pa.int32()), len(batch))
    known = dict(zip(batch.column_names, batch.columns, strict=True))
    for name, value in constants.items():
        known[name] = pa.DictionaryArray.from_arrays(first, pa.array([value], pa.string()))
    return pa.table({name: known.get(name, pa.nulls(len(batch), pa.string())) for name in columns})


def _record(source: Source, period: str | None, received: ReceivedFile, rows: int, ingest_id: str) -> FileRecord:
    claim, file = received.claim, received.file
    return FileRecord(
        source=source.id,
        object=claim.entity.name,
        file_name=file.name,
        file_sha256=file.sha256,
        size_bytes=file.size_bytes,
        encoding=received.encoding,
        delimiter=received.delimiter,
        period=period,
        sender_code=claim.sender_code,
        prepared_on=received.prepared_on,
        provenance=received.provenance,
        lines_read=rows,
        ingest_id=ingest_id,
        new_columns="\n".join(received.new_columns) or None,
        container_sha256=file.container_sha256,
    )
