"""A hash of rows' texts that depends on nothing else: not on how they were cut into batches, nor on a file format."""

import hashlib
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc


class Fingerprint:
    """The hash of rows that come batch by batch.

    Each column has two hashes, of its values' lengths (-1 for null) and of their bytes; the fingerprint is the hash of
    these in order, with what the rows are rows of.
    """

    def __init__(self, subject: str, columns: Sequence[str]) -> None:
        """Begin.

        Args:
            subject: What the rows are rows of; the same rows of something else have another fingerprint.
            columns: Names of the columns, in order.
        """
        self._subject = subject
        self._columns = tuple(columns)
        self._lengths = [hashlib.sha256() for _ in columns]
        self._bytes = [hashlib.sha256() for _ in columns]
        self.rows = 0
        self.size_bytes = 0

    def add(self, batch: pa.Table) -> None:
        """Add rows."""
        self.rows += batch.num_rows
        for place, name in enumerate(self._columns):
            for chunk in batch[name].chunks:
                lengths = pc.fill_null(pc.binary_length(chunk), -1).cast(pa.int32())
                self._lengths[place].update(_plain_bytes(lengths))
                texts = _text_bytes(pc.fill_null(chunk, ""))
                self._bytes[place].update(texts)
                self.size_bytes += len(texts)

    def hexdigest(self) -> str:
        """Return the fingerprint."""
        whole = hashlib.sha256(f"{self._subject}\n{self.rows}\n".encode())
        for name, lengths, texts in zip(self._columns, self._lengths, self._bytes, strict=True):
            whole.update(f"{name}\n{lengths.hexdigest()}\n{texts.hexdigest()}\n".encode())
        return whole.hexdigest()


def _plain_bytes(numbers: pa.Array) -> memoryview:
    width = numbers.type.byte_width
    return memoryview(numbers.buffers()[1])[numbers.offset * width : (numbers.offset + len(numbers)) * width]


def _text_bytes(texts: pa.Array) -> memoryview:
    _, offsets, data = texts.buffers()
    if data is None:
        return memoryview(b"")
    place = memoryview(offsets).cast("i")
    return memoryview(data)[place[texts.offset] : place[texts.offset + len(texts)]]
