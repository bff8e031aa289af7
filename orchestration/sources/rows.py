"""Records to bronze batches: contract columns by name, and what Amar adds to each record.

`_row_number` (1-based record number) · `_shape` (title, header, blank, ragged, data) · `_raw` (text of a record that
does not fit the header) · `_extra` (JSON of columns that the contract does not know).
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts.model import Entity
from orchestration.sources.decode import Encoding
from orchestration.sources.header import Header
from orchestration.sources.landing import printable

BATCH_ROWS = 250_000
_MANY = 500
"""Regular records to an irregular one, from which on putting them in one by one costs less than sorting."""


@dataclass(frozen=True)
class Rows:
    """Some records of a file.

    Attributes:
        columns: Regular records: one array of text for each column of the header, in its order.
        numbers: 1-based record number of each regular record.
        irregular: Record number and text of each record with another number of cells.
    """

    columns: Sequence[pa.Array]
    numbers: pa.Array
    irregular: tuple[tuple[int, str], ...] = ()


def row_schema(entity: Entity) -> pa.Schema:
    """Return the columns of an object's bronze batches: as received, and the ones that Amar adds."""
    text = [pa.field(column.name, pa.string()) for column in entity.received]
    added = [pa.field(name, pa.string()) for name in ("_shape", "_raw", "_extra")]
    return pa.schema([*text, pa.field("_row_number", pa.int64()), *added])


def head_batch(entity: Entity, header: Header, *, first: int = 1) -> pa.Table:
    """Return the records up to the header; the first has number `first`."""
    records = [*header.titles, *header.records]
    shapes = ["title"] * len(header.titles) + ["header"] * (len(records) - len(header.titles))
    texts = [json.dumps(record, ensure_ascii=False) for record in records]
    numbers = range(first, first + len(records))
    columns = {"_shape": pa.array(shapes, pa.string()), "_raw": pa.array(texts, pa.string())}
    return _table(entity, {"_row_number": pa.array(numbers, pa.int64()), **columns})


def batches(entity: Entity, header: Header, encoding: Encoding, rows: Rows) -> Iterator[pa.Table]:
    """Return records as bronze batches of bounded length, in the order of their numbers."""
    table = _regular(entity, header, encoding, rows)
    if rows.irregular:
        table = _in_order(table, _irregular(entity, rows))
    for start in range(0, table.num_rows, BATCH_ROWS):
        yield table.slice(start, BATCH_ROWS)


def _in_order(regular: pa.Table, irregular: pa.Table) -> pa.Table:
    """Put records in the order of their numbers, which have no gaps; few irregular ones are put in without a copy."""
    if len(irregular) * _MANY > len(regular):
        table = pa.concat_tables([regular, irregular])
        return table.take(pc.sort_indices(table["_row_number"]))
    numbers = irregular["_row_number"].to_pylist()
    first = min(regular["_row_number"][0].as_py(), numbers[0])
    pieces, at = [], 0
    for place, number in enumerate(numbers):
        until = number - first - place
        pieces += [regular.slice(at, until - at), irregular.slice(place, 1)]
        at = until
    return pa.concat_tables([*pieces, regular.slice(at)])


def new_columns(header: Header) -> tuple[str, ...]:
    """Return the headers that the contract does not know; an empty or repeated one has its place beside it."""
    return tuple(label for label, name in zip(_distinct(header.printed), header.columns, strict=True) if not name)


def _regular(entity: Entity, header: Header, encoding: Encoding, rows: Rows) -> pa.Table:
    cells = [_readable(column, encoding) for column in rows.columns] if encoding.visual else rows.columns
    arrays = {name: column for name, column in zip(header.columns, cells, strict=True) if name}
    arrays["_row_number"] = rows.numbers
    arrays["_shape"] = _shapes(header, cells, len(rows.numbers))
    unknown = [column for name, column in zip(header.columns, cells, strict=True) if not name]
    if unknown and len(rows.numbers):
        arrays["_extra"] = _as_json(new_columns(header), unknown)
    return _table(entity, arrays)


def _irregular(entity: Entity, rows: Rows) -> pa.Table:
    numbers, texts = zip(*rows.irregular, strict=True)
    return _table(
        entity,
        {
            "_row_number": pa.array(numbers, pa.int64()),
            "_shape": pa.repeat("ragged", len(numbers)),
            "_raw": pa.array(texts, pa.string()),
        },
    )


def _table(entity: Entity, arrays: dict[str, pa.Array]) -> pa.Table:
    """Return a table of all columns; those that are not given are null."""
    schema, length = row_schema(entity), len(arrays["_row_number"])
    return pa.table([arrays.get(field.name, pa.nulls(length, field.type)) for field in schema], schema=schema)


def _shapes(header: Header, cells: Sequence[pa.Array], length: int) -> pa.Array:
    """Tell blank records and repeated headers from data; nearly always there are none, which one column shows."""
    shapes = pa.repeat("data", length)
    for record in header.records:
        pairs = zip(cells, record, strict=True)
        shapes = _marked(shapes, "header", (pc.equal(column, printed) for column, printed in pairs))
    return _marked(shapes, "blank", (_is_blank(column) for column in cells))


def _marked(shapes: pa.Array, shape: str, masks: Iterator[pa.Array]) -> pa.Array:
    where = _where_all(masks)
    return shapes if where is None else pc.if_else(where, shape, shapes)


def _where_all(masks: Iterator[pa.Array]) -> pa.Array | None:
    """Return where all masks hold, or None where they hold nowhere; no more of them are made than needed."""
    held = next(masks)
    for mask in masks:
        if not pc.any(held).as_py():
            return None
        held = pc.and_(held, mask)
    return pc.fill_null(held, False) if pc.any(held).as_py() else None


def _is_blank(column: pa.Array) -> pa.Array:
    return pc.or_(pc.equal(pc.fill_null(pc.binary_length(column), 0), 0), pc.fill_null(pc.utf8_is_space(column), False))


def _readable(column: pa.Array, encoding: Encoding) -> pa.Array:
    """Put cells of Iran System, read as Latin-1, in reading order; each distinct one is decoded once."""
    if pc.all(pc.string_is_ascii(column)).as_py() is not False:
        return column
    coded = column.dictionary_encode()
    texts = pa.array([encoding.cell(text) for text in coded.dictionary.to_pylist()], pa.string())
    return texts.take(coded.indices)


def _as_json(labels: Sequence[str], columns: Sequence[pa.Array]) -> pa.Array:
    frame = pl.DataFrame(pa.table(list(columns), names=list(labels)))
    return frame.select(pl.struct(pl.all()).struct.json_encode())[:, 0].to_arrow().cast(pa.string())


def _distinct(printed: Sequence[str]) -> list[str]:
    """Give each header a printable name of its own: an empty or repeated one gets its place."""
    labels = [printable(label) for label in printed]
    taken = {label for label, count in Counter(labels).items() if label and count == 1}
    names: list[str] = []
    for place, label in enumerate(labels, start=1):
        name = label
        if label not in taken:
            name = f"{label or 'column'} ({place})"
            while name in taken:
                name += f" ({place})"
            taken.add(name)
        names.append(name)
    return names
