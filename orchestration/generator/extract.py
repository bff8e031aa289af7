"""One extract: the bytes of a file, and where in it the planted defects lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts.model import Entity
from orchestration.generator.defects import ROW_SHAPE, Spoiling, rows_of, spoil_text
from orchestration.generator.printing import TEXT, Printer
from orchestration.generator.styles import ASCII, Style

_AT_ONCE = 250_000
_BOM = "\ufeff"


@dataclass(frozen=True)
class Extract:
    """What was written.

    Attributes:
        source: Source id.
        entity: Object of the source.
        name: The file, as seen from the source's folder.
        size_bytes: Its size.
        rows: Good data rows.
        places: Number (from 1) of the record of each defect.
        rules: The rule that each breaks, or `duplicate`.
    """

    source: str
    entity: str
    name: str
    size_bytes: int
    rows: int
    places: pa.Array
    rules: pa.Array


@dataclass(frozen=True)
class Layout:
    """A file to be: its contract, its look, how its defects show, and who writes its cells."""

    entity: Entity
    style: Style
    spoiling: Spoiling
    printer: Printer


def write_extract(path: Path, rows: pa.RecordBatch, layout: Layout) -> Extract:
    """Write the file of one sender and month; it appears whole or not at all.

    Args:
        path: Where to.
        rows: Coded rows in the file's order, with `remark`, `_rule` and `_turn`.
        layout: How it looks.
    """
    style, length = layout.style, rows.num_rows
    breaks = sorted({int(spot * (length + 1)) for spot in style.blanks})
    head = [*(style.delimiter.join(title) for title in style.titles), _record(style.headers, style)]
    part = path.with_name(path.name + ".part")
    with part.open("wb") as stream:
        stream.write((_BOM if style.encoding == "utf-8-sig" else "").encode())
        stream.write(_encoded("".join(line + style.newline for line in head), style))
        for start in range(0, max(length, 1), _AT_ONCE):
            _write_body(stream, rows.slice(start, _AT_ONCE), start, breaks, layout)
        if style.total:
            stream.write(_encoded(_total(rows, layout) + style.newline, style))
        size = stream.tell()
    part.replace(path)
    places, rules = _planted(rows, breaks, style)
    return Extract(layout.entity.source, layout.entity.name, path.name, size, length - len(rules), places, rules)


def _write_body(stream: BinaryIO, rows: pa.RecordBatch, start: int, breaks: Sequence[int], layout: Layout) -> None:
    """Write rows and the blank lines among them; those after the last row belong to the last part of the body."""
    style = layout.style
    blank = _encoded(
        (_record([""] * len(style.columns), style) if style.has_blank_cells else "") + style.newline, style
    )
    lines = _lines(rows, start, layout)
    done = 0
    for stop in breaks:
        at = stop - start
        if at < done or at > len(lines) or (at == len(lines) == _AT_ONCE):
            continue
        stream.write(_bytes(lines, done, at, style))
        stream.write(blank)
        done = at
    stream.write(_bytes(lines, done, len(lines), style))


def _lines(rows: pa.RecordBatch, start: int, layout: Layout) -> pa.Array:
    """Give the records of rows, each with its line end."""
    style = layout.style
    cells = layout.printer.cells(rows, layout.entity, style, start)
    rule = rows.column("_rule")
    if rule.null_count == len(rule):
        return _joined(list(cells.values()), style)
    columns = list(spoil_text(cells, rows, layout.spoiling).values())
    lines, cut = _joined(columns, style), rows_of(rule, ROW_SHAPE)
    if not pc.any(cut).as_py():
        return lines
    kept = columns[: -style.cut]
    return pc.replace_with_mask(lines, cut, _joined([column.filter(cut) for column in kept], style))


def _joined(columns: Sequence[pa.Array], style: Style) -> pa.Array:
    def join(*parts: pa.Array | pa.Scalar, between: str) -> pa.Array:
        separator = pa.scalar(between, TEXT)
        return pc.binary_join_element_wise(*parts, separator, null_handling="replace", null_replacement="")

    quote = '"' if style.is_quoted else ""
    line = join(*columns, between=f"{quote}{style.delimiter}{quote}")
    return join(pa.scalar(quote, TEXT), line, pa.scalar(quote + style.newline, TEXT), between="")


def _bytes(lines: pa.Array, start: int, stop: int, style: Style) -> bytes | memoryview:
    """Give lines as they go into the file; an array's text lies in one piece of memory."""
    if start == stop:
        return b""
    _, offsets, text = lines.buffers()
    place = memoryview(offsets).cast("q")
    piece = memoryview(text)[place[lines.offset + start] : place[lines.offset + stop]]
    return str(piece, "utf-8").encode("cp1256") if style.encoding == "cp1256" else piece


def _encoded(text: str, style: Style) -> bytes:
    return text.encode("cp1256" if style.encoding == "cp1256" else "utf-8")


def _record(cells: Sequence[str], style: Style) -> str:
    text = (f'"{style.delimiter}"' if style.is_quoted else style.delimiter).join(cells)
    return f'"{text}"' if style.is_quoted else text


def _total(rows: pa.RecordBatch, layout: Layout) -> str:
    """Write the total row: the marker, and the sum of each numeric column over the good rows."""
    style = layout.style
    good = rows.filter(pc.is_null(rows.column("_rule")))
    numbers = {column.name for column in layout.entity.received if column.parse == "integer"}
    marked = next(name for name in ("row_no", "unit_name", "unit_code") if name in style.columns)
    cells = []
    for name in style.columns:
        total = pc.sum(good.column(name)).as_py() or 0 if name in numbers else 0
        cell = f"{total:,}".replace(",", style.thousands) if name in numbers else ""
        needs = style.delimiter in cell and not style.is_quoted
        cell = cell.translate(str.maketrans(ASCII, style.digits["number"]))
        cells.append(style.total if name == marked else f'"{cell}"' if needs else cell)
    return _record(cells, style)


def _planted(rows: pa.RecordBatch, breaks: Sequence[int], style: Style) -> tuple[pa.Array, pa.Array]:
    rule = rows.column("_rule")
    at = pc.indices_nonzero(pc.is_valid(rule)).cast(pa.int64())
    number = pc.add(at, len(style.titles) + 2)
    for stop in breaks:
        number = pc.add(number, pc.greater_equal(at, stop).cast(pa.int64()))
    return number, pc.take(rule, at)
