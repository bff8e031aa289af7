"""DBF files to bronze batches, read in blocks and cut into fields for all records of a block at once.

The code page in the header is not believed (list disks say 0x7E and hold Iran System), nor is the number of records:
the file's length says how many there are. Only a file that holds fewer than its header says and has no end mark either
is taken for one that was cut off between two records. A field's value is what stands between its padding. A record
marked as deleted is kept with the shape `blank` and the mark as its raw text; one with any other mark is `ragged`.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts.model import Entity
from orchestration.sources import rows
from orchestration.sources.dbf_layout import END_OF_FILE, Layout, read_layout
from orchestration.sources.decode import UTF8
from orchestration.sources.header import Header, Record, check_header, find_header
from orchestration.sources.landing import Claim, FileNotReadyError, FileRejectedError, LandingFile
from orchestration.sources.plausible import decoder, tell_encoding

BLOCK_BYTES: Final = 24 * 2**20
SAMPLE_CELLS: Final = 2_000
MANY_TORN: Final = 100
"""Up to so many records without a mark are kept as ragged, however few there are with one."""
_KEPT, _DELETED = b" ", b"*"


def open_dbf(file: LandingFile, claim: Claim) -> tuple[str, tuple[str, ...], Iterator[pa.Table]]:
    """Open a DBF file and read its head.

    Args:
        file: The file.
        claim: What its name claims.

    Returns:
        Its encoding (`dbf/iransystem`, `dbf/cp1256`, `dbf/utf-8`, `dbf/ascii`), the fields that the contract does not
        know, and its records as batches of `row_schema`. Taking a batch may raise FileNotReadyError, or
        FileRejectedError with `dbf_records`: most do not start with a mark.

    Raises:
        FileRejectedError: `dbf_header`, `dbf_field`, `dbf_length`, `unknown_encoding`, or what is wrong with its fields
            as with the header of a text: `missing_column`, `repeated_column`, `wrong_source`, `no_header`.
        FileNotReadyError: it is not the file any more that was listed.
    """
    stream = file.open()
    try:
        layout = read_layout(stream)
        count = _count(stream, layout)
        header = _header(claim.entity, layout)
        encoding = tell_encoding(_sample(stream, layout, count))
    except FileRejectedError:
        stream.close()
        raise
    batches = _batches(stream, file, claim.entity, layout, count, header, encoding)
    return f"dbf/{encoding}", rows.new_columns(header), batches


def _count(stream: BinaryIO, layout: Layout) -> int:
    """Return how many records there are, by the file's length."""
    size = stream.seek(0, os.SEEK_END)
    count, rest = divmod(size - layout.header_bytes, layout.record_bytes)
    if rest == 1:
        stream.seek(-1, os.SEEK_END)
    if rest > 1 or (rest == 1 and stream.read(1) != END_OF_FILE):
        raise FileRejectedError(
            "dbf_length",
            f"after {count} records {rest} bytes are left over, and the header says {layout.claimed}: truncated?",
        )
    if rest == 0 and count < layout.claimed:
        raise FileRejectedError(
            "dbf_length", f"the header says {layout.claimed} records, {count} are there and no end mark: truncated?"
        )
    return count


def _header(entity: Entity, layout: Layout) -> Header:
    names = [Record(tuple(field.name for field in layout.fields), 0)]
    return replace(check_header(find_header(names, entity), entity, names), row=0, end=0, lines=())


def _blocks(stream: BinaryIO, layout: Layout, count: int) -> Iterator[bytes]:
    """Give whole records, some at a time."""
    stream.seek(layout.header_bytes)
    at_once = max(1, min(BLOCK_BYTES // layout.record_bytes, rows.BATCH_ROWS))
    for done in range(0, count, at_once):
        size = min(at_once, count - done) * layout.record_bytes
        block = stream.read(size)
        if len(block) < size:
            raise FileNotReadyError("the file became shorter")
        yield block


def _sample(stream: BinaryIO, layout: Layout, count: int) -> list[bytes]:
    """Return the first text cells of the file that are not ASCII."""
    texts = [field for field in layout.fields if field.kind == "C"]
    cells: set[bytes] = set()
    for block in _blocks(stream, layout, count):
        if block.isascii():
            continue
        for start in range(0, len(block), layout.record_bytes):
            record = block[start : start + layout.record_bytes]
            if not record.isascii():
                cells.update(record[field.start : field.end].strip(b" \x00") for field in texts)
            if len(cells) > SAMPLE_CELLS:
                break
        break
    return sorted(cell for cell in cells if not cell.isascii())


def _batches(
    stream: BinaryIO, file: LandingFile, entity: Entity, layout: Layout, count: int, header: Header, encoding: str
) -> Iterator[pa.Table]:
    with stream:
        stream.seek(0)
        digest = hashlib.sha256(stream.read(layout.header_bytes))
        done = 0
        for block in _blocks(stream, layout, count):
            digest.update(block)
            yield from _block_batches(block, entity, layout, header, encoding, first=done + 1)
            done += len(block) // layout.record_bytes
        digest.update(stream.read())
        if digest.hexdigest() != file.sha256:
            raise FileNotReadyError(f"{file.name} is still being written")


def _block_batches(
    block: bytes, entity: Entity, layout: Layout, header: Header, encoding: str, *, first: int
) -> Iterable[pa.Table]:
    width = layout.record_bytes
    count = len(block) // width
    records = pa.Array.from_buffers(pa.binary(width), count, [None, pa.py_buffer(block)])
    numbers = pa.array(range(first, first + count), pa.int64())
    marks = pc.binary_slice(records, 0, 1)
    fit = pc.is_in(marks, pa.array([_KEPT, _DELETED], marks.type))
    irregular: tuple[tuple[int, str], ...] = ()
    if not pc.all(fit).as_py():
        torn = pc.invert(fit)
        _check_torn(pc.sum(torn).as_py(), count)
        texts = (_raw(record, layout, encoding) for record in records.filter(torn).to_pylist())
        irregular = tuple(zip(numbers.filter(torn).to_pylist(), texts, strict=True))
        records, numbers, marks = records.filter(fit), numbers.filter(fit), marks.filter(fit)
    cells = [decoder(encoding).many(pc.binary_slice(records, field.start, field.end)) for field in layout.fields]
    batches = rows.batches(entity, header, UTF8, rows.Rows(cells, numbers, irregular))
    deleted = numbers.filter(pc.equal(marks, pa.scalar(_DELETED, marks.type)))
    return (_with_deleted(batch, deleted) for batch in batches) if len(deleted) else batches


def _check_torn(torn: int, count: int) -> None:
    if torn > max(count // 2, MANY_TORN):
        raise FileRejectedError(
            "dbf_records", f"of {count} records {torn} do not start with a mark: the length of a record is not true"
        )


def _raw(record: bytes, layout: Layout, encoding: str) -> str:
    one = decoder(encoding).one
    return "|".join(one(part) for part in (record[:1], *(record[field.start : field.end] for field in layout.fields)))


def _with_deleted(batch: pa.Table, deleted: pa.Array) -> pa.Table:
    """Mark the deleted records, which are no data."""
    where = pc.is_in(batch["_row_number"], deleted)
    for name, value in (("_shape", "blank"), ("_raw", _DELETED.decode())):
        place = batch.schema.get_field_index(name)
        batch = batch.set_column(place, batch.field(place), pc.if_else(where, value, batch[name]))
    return batch
