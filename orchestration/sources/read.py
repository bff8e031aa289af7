"""One landing file to bronze rows: every record of it, as received, with its place, batch by batch.

What belongs here: telling what kind of file it is, and that what was read is what was listed. What does not: each kind
itself (`delimited`, `spreadsheet`, `columnar`, `dbf`).
"""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import BinaryIO

import pyarrow as pa

from lake.contracts.model import Entity, Source
from orchestration.sources import columnar, delimited, spreadsheet
from orchestration.sources.dbf import open_dbf
from orchestration.sources.dbf_layout import is_dbf
from orchestration.sources.decode import BLOCK_BYTES, UTF8, Encoding, TextStream, tell_encoding
from orchestration.sources.header import Header, best_header, by_position, check_header
from orchestration.sources.landing import Claim, FileNotReadyError, FileRejectedError, LandingFile, read_claim
from orchestration.sources.note import provenance_beside
from orchestration.sources.rows import batches, head_batch, new_columns
from vocabulary.periods import PeriodError, parse_jalali_date

DEFAULT_PROVENANCE = "reported"
_MAGIC_BYTES = 32


@dataclass(frozen=True)
class ReceivedFile:
    """A file whose head was read; its rows come as they are asked for.

    Attributes:
        file: Where it lies.
        claim: What its name claims.
        encoding: Of its text, or its format: `utf-8`, `cp1256`, `iransystem`, `workbook`, `parquet`.
        delimiter: What parts its cells; empty where the format knows.
        prepared_on: Day of preparation that its titles print.
        provenance: Of its data.
        new_columns: Headers that the contract does not know.
        batches: Its records as tables of `row_schema`. Taking one may raise FileRejectedError or FileNotReadyError:
            then nothing of the file counts.
    """

    file: LandingFile
    claim: Claim
    encoding: str
    delimiter: str
    prepared_on: dt.date | None
    provenance: str
    new_columns: tuple[str, ...]
    batches: Iterator[pa.Table]


def open_file(source: Source, file: LandingFile) -> ReceivedFile:
    """Open one file and read its head.

    Raises:
        FileRejectedError: the file as a whole cannot be taken in; the reason names no cell of it.
        FileNotReadyError: the file is not the one that was listed any more.
    """
    claim = read_claim(source, file.name)
    received = ReceivedFile(file, claim, "", "", None, source.provenance or DEFAULT_PROVENANCE, (), iter(()))
    if file.container_sha256 is None and _size(file) != file.size_bytes:
        raise FileNotReadyError(f"{file.name} is still being written")
    stream = file.open()
    try:
        with _unchanged(file):
            return _received(source, received, stream)
    except (FileRejectedError, FileNotReadyError):
        stream.close()
        raise


def _size(file: LandingFile) -> int:
    try:
        return file.path.stat().st_size
    except FileNotFoundError as error:
        raise FileNotReadyError(f"{file.name} is gone") from error
    except OSError:
        return file.size_bytes  # opening it says what is wrong


@contextmanager
def _unchanged(file: LandingFile) -> Iterator[None]:
    """Refuse a file that cannot be read on; a refused one whose bytes are not those that were listed is not ready."""
    try:
        yield
    except FileRejectedError:
        with suppress(OSError), file.open() as stream:  # where it cannot be read again, the refusal stands
            _check_hash(file, stream)
        raise
    except OSError as error:
        raise FileRejectedError("unreadable", "the file cannot be read to its end") from error


def _received(source: Source, received: ReceivedFile, stream: BinaryIO) -> ReceivedFile:
    magic = stream.read(_MAGIC_BYTES)
    stream.seek(0)
    if spreadsheet.is_workbook(magic, received.file.name):
        return _workbook(source, received, stream)
    if magic.startswith(columnar.MAGIC) or received.file.name.lower().endswith(".parquet"):
        return _columnar(source, received, stream)
    if is_dbf(magic, received.file.name):
        stream.close()
        encoding, unknown, rows = open_dbf(received.file, received.claim)
        provenance = source.provenance or provenance_beside(received.file) or DEFAULT_PROVENANCE
        return replace(received, encoding=encoding, new_columns=unknown, provenance=provenance, batches=rows)
    return _delimited(source, received, stream)


def _workbook(source: Source, received: ReceivedFile, stream: BinaryIO) -> ReceivedFile:
    _check_hash(received.file, stream)
    entity = received.claim.entity
    sheets = spreadsheet.open_sheets(stream, entity)
    stream.close()

    def every() -> Iterator[pa.Table]:
        for sheet in sheets:
            yield head_batch(entity, sheet.header, first=sheet.before + 1)
            for some in sheet.rows:
                yield from batches(entity, sheet.header, UTF8, some)

    return replace(
        _with_titles(source, received, [sheet.header for sheet in sheets]), encoding="workbook", batches=every()
    )


def _columnar(source: Source, received: ReceivedFile, stream: BinaryIO) -> ReceivedFile:
    _check_hash(received.file, stream)
    header, rows = columnar.open_table(stream, received.claim.entity)

    def every() -> Iterator[pa.Table]:
        with stream, _unchanged(received.file):
            for some in rows:
                yield from batches(received.claim.entity, header, UTF8, some)

    return replace(_with_titles(source, received, [header]), encoding="parquet", batches=every())


def _check_hash(file: LandingFile, stream: BinaryIO) -> None:
    digest = hashlib.sha256()
    while block := stream.read(BLOCK_BYTES):
        digest.update(block)
    if digest.hexdigest() != file.sha256:
        raise FileNotReadyError(f"{file.name} is still being written")
    stream.seek(0)


def _delimited(source: Source, received: ReceivedFile, stream: BinaryIO) -> ReceivedFile:
    entity = received.claim.entity
    encoding, text = tell_encoding(stream, lambda text, encoding: _fits(text, entity, encoding))
    header, delimiter = _header(text, entity, encoding)
    stream.seek(0)
    text_stream = TextStream(stream, encoding, delimited.text_offset(text, header.end))
    rows = delimited.read_rows(text_stream, header, delimiter, encoding)

    def every() -> Iterator[pa.Table]:
        with stream, _unchanged(received.file):
            if header.row:
                yield head_batch(entity, header)
            for some in rows:
                yield from batches(entity, header, encoding, some)
            if text_stream.file_digest() != received.file.sha256:
                raise FileNotReadyError(f"{received.file.name} is still being written")

    return replace(
        _with_titles(source, received, [header]), encoding=encoding.name, delimiter=delimiter, batches=every()
    )


def _with_titles(source: Source, received: ReceivedFile, headers: Sequence[Header]) -> ReceivedFile:
    """Note what a file's titles and headers say of it."""
    prepared = (day for header in headers if (day := _prepared(header.prepared)))
    provenance = (header.provenance for header in headers if header.provenance)
    return replace(
        received,
        prepared_on=next(prepared, None),
        provenance=source.provenance or next(provenance, DEFAULT_PROVENANCE),
        new_columns=tuple(
            dict.fromkeys(name for header in headers if any(header.printed) for name in new_columns(header))
        ),
    )


def _fits(text: str, entity: Entity, encoding: Encoding) -> bool:
    if entity.has_header:
        return best_header(text, entity, encoding)[0] is not None
    return by_position(text, entity, encoding)[2]


def _header(text: str, entity: Entity, encoding: Encoding) -> tuple[Header, str]:
    if not entity.has_header:
        return by_position(text, entity, encoding)[:2]
    found, delimiter, first_rows = best_header(text, entity, encoding)
    return check_header(found, entity, first_rows), delimiter


def _prepared(printed: str | None) -> dt.date | None:
    if printed is None:
        return None
    try:
        return parse_jalali_date(printed)
    except PeriodError:
        return None
