"""Parquet to rows of text: columns by the contract's headers, each value in one printed form.

Numbers print without blanks, exponents or zeros at their end; days and times as ISO 8601 prints them. A column of a
type that cannot carry what the contract asks for is told, not guessed at: a code that came as a float has lost digits.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lake.contracts.model import Column, Entity
from orchestration.sources.header import Header, Record, check_header, find_header
from orchestration.sources.landing import FileRejectedError
from orchestration.sources.rows import Rows

MAGIC = b"PAR1"
_ROWS_AT_ONCE = 50_000
_LARGEST_GROUP = 4 << 30
_SMALL_GROUP = 256 << 20
_LARGEST_RATIO = 1_000
_SMALL_COUNT = 10_000_000
_ROWS_A_BYTE = 100
_LARGEST_COLUMN = 512 << 20
_WHOLE = r"\.0*$"
_TRAILING = r"(\.[0-9]*?)0+$"


@dataclass(frozen=True)
class _Kind:
    """What a physical type of Parquet can carry.

    Attributes:
        name: As a refusal says it.
        fits: Whether it is this kind of type.
        parses: The ways of reading in the contract that its printed values suit; None for all.
    """

    name: str
    fits: Callable[[pa.DataType], bool]
    parses: frozenset[str] | None


_NUMBERS = frozenset({"integer", "decimal", "text"})
_KINDS = (
    _Kind("text", lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind), None),
    _Kind("nothing", pa.types.is_null, None),
    _Kind("a whole number", pa.types.is_integer, None),
    _Kind("a decimal number", pa.types.is_decimal, _NUMBERS | {"code"}),
    _Kind("a floating-point number", pa.types.is_floating, _NUMBERS),
    _Kind("a day", pa.types.is_date, frozenset({"jalali_date", "text"})),
    _Kind("an instant", pa.types.is_timestamp, frozenset({"jalali_date", "text"})),
    _Kind("a time", pa.types.is_time, frozenset({"time", "text"})),
    _Kind("yes or no", pa.types.is_boolean, frozenset({"text"})),
)


def open_table(file: BinaryIO, entity: Entity) -> tuple[Header, Iterator[Rows]]:
    """Return the columns of a Parquet file and its records, whose first has number 1.

    Raises:
        FileRejectedError: `broken_parquet`; `too_large` where it unpacks to more than memory holds; `retyped_column`;
            what `check_header` says of its columns.
    """
    try:
        parquet = pq.ParquetFile(file, buffer_size=1 << 20, pre_buffer=False)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FileRejectedError("broken_parquet", "the file cannot be opened: truncated or no Parquet") from error
    _check_size(parquet.metadata, file.seek(0, os.SEEK_END))
    printed = tuple(parquet.schema_arrow.names)
    records = [Record(printed, 0)]
    header = check_header(find_header(records, entity), entity, records)
    _check_types(parquet.schema_arrow, header, entity)
    texts = [
        field.name for field in parquet.schema_arrow if pa.types.is_string(field.type) or pa.types.is_binary(field.type)
    ]
    parquet = pq.ParquetFile(file, buffer_size=1 << 20, pre_buffer=False, read_dictionary=texts)
    # the header is no record here
    return Header(0, 0, header.columns, printed, ()), _rows(parquet)


def _check_size(metadata: pq.FileMetaData, size: int) -> None:
    if metadata.num_rows > max(_SMALL_COUNT, _ROWS_A_BYTE * size):
        raise FileRejectedError("too_large", f"{size} bytes claim to hold {metadata.num_rows} records")
    for place in range(metadata.num_row_groups):
        group = metadata.row_group(place)
        packed = sum(group.column(column).total_compressed_size for column in range(group.num_columns))
        if group.total_byte_size > min(_LARGEST_GROUP, max(_SMALL_GROUP, _LARGEST_RATIO * packed)):
            raise FileRejectedError("too_large", f"row group {place + 1} unpacks to more than can be read safely")


def _check_types(schema: pa.Schema, header: Header, entity: Entity) -> None:
    columns = {column.name: column for column in entity.received}
    for field, name in zip(schema, header.columns, strict=True):
        if name:
            _check_type(_value_type(field.type), columns[name])


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _check_type(physical: pa.DataType, column: Column) -> None:
    kind = next((kind for kind in _KINDS if kind.fits(physical)), None)
    is_name = column.parse == "code" or column.identifier or column.codelist
    if kind and (kind.parses is None or ("code" if is_name else column.parse) in kind.parses):
        return
    came = kind.name if kind else f"a {physical}"
    raise FileRejectedError("retyped_column", f"column {column.name} came as {came}, not as {column.parse}")


def _rows(parquet: pq.ParquetFile) -> Iterator[Rows]:
    first = 1
    try:
        for batch in parquet.iter_batches(_ROWS_AT_ONCE, use_threads=False):
            last = first + batch.num_rows
            numbers = pl.int_range(first, last, dtype=pl.Int64, eager=True).to_arrow()
            yield Rows([_as_text(column) for column in batch.columns], numbers)
            first = last
    except (pa.ArrowException, OSError) as error:
        raise FileRejectedError("broken_parquet", "the file's pages cannot be read") from error


def _as_text(column: pa.Array) -> pa.Array:
    """Print a column's values in their one form."""
    if pa.types.is_dictionary(column.type):
        return _plain(pa.DictionaryArray.from_arrays(column.indices, _as_text(column.dictionary)))
    kind = column.type
    if pa.types.is_floating(kind):
        return _plain_number(_floats(column))
    if not any(known.fits(kind) for known in _KINDS):
        return _as_json(column)
    text = column.cast(pa.string())
    if pa.types.is_decimal(kind):
        return _plain_number(text)
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        return _plain_instant(text)
    return text


def _plain(column: pa.DictionaryArray) -> pa.Array:
    """Spell a dictionary out, unless few words would take the memory of the machine."""
    size = pc.sum(pc.binary_length(column.dictionary).take(column.indices)).as_py() or 0
    if size > _LARGEST_COLUMN:
        raise FileRejectedError("too_large", f"{len(column)} records unpack to {size >> 20} MiB in one column")
    return column.dictionary_decode()


def _floats(column: pa.Array) -> pa.Array:
    """Print floats with all their digits, whole ones as whole numbers; no number is no value."""
    values = pc.if_else(pc.is_finite(column), column, None)
    whole = pc.and_(pc.equal(pc.floor(values), values), pc.less(pc.abs(values), 2.0**53))
    return pc.if_else(whole, pc.if_else(whole, values, 0).cast(pa.int64()).cast(pa.string()), values.cast(pa.string()))


def _plain_instant(text: pa.Array) -> pa.Array:
    """Leave out a fraction of a second that is nothing, and put the T of ISO 8601 between day and time."""
    text = pc.replace_substring(text, " ", "T")
    return pc.replace_substring_regex(text, r"\.0+(Z?)$", r"\1") if _has_fraction(text) else text


def _has_fraction(text: pa.Array) -> bool:
    return pc.any(pc.match_substring(text, ".")).as_py() is True


def _plain_number(text: pa.Array) -> pa.Array:
    """Leave out the zeros at the end of a fraction."""
    if not _has_fraction(text):
        return text
    fraction = pc.replace_substring_regex(text, _TRAILING, r"\1")
    return pc.replace_substring_regex(fraction, _WHOLE, "")


def _as_json(column: pa.Array) -> pa.Array:
    """Print values with parts, which only columns that the contract does not know may have."""
    values = column.to_pylist()
    texts = [None if value is None else json.dumps(value, ensure_ascii=False, default=str) for value in values]
    return pa.array(texts, pa.string())
