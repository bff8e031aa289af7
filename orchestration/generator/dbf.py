"""Writing dBASE files as list-disk programs do: fixed widths, a code-page byte that lies, text in Iran System.

The field layouts that are in use stand in `data/list_disk_layout.csv`; what is in the records belongs to `lists`.
"""

from __future__ import annotations

import csv
import datetime as dt
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import polars as pl

from lake.contracts.model import Entity
from vocabulary.iransystem import encode

LAYOUTS: Final = ("short", "specified", "older", "plain")
"""Layouts in use: the template's 25 and 29 fields, the specification's widths, the older 26 and 31 fields, and the
template's widths without the allowances."""

_DBASE_3 = 0x03
_CODE_PAGE = 0x7E
_END_OF_HEADER, _END_OF_FILE = b"\r", b"\x1a"
_DESCRIPTOR = 32
_BYTES = "latin-1"


@dataclass(frozen=True)
class Field:
    """One field of a layout: its name, `C` or `N`, and its width in bytes."""

    name: str
    kind: str
    width: int


@cache
def fields_of(layout: str, entity_name: str) -> tuple[Field, ...]:
    """Give the fields of an object in a layout, in the file's order."""
    text = resources.files("orchestration.generator").joinpath("data", "list_disk_layout.csv").read_text("utf-8")
    fields = []
    for row in csv.DictReader(text.splitlines()):
        width = row[layout]
        if row["object"] == entity_name and width:
            kind = width[0] if width[0].isalpha() else row["type"]
            fields.append(Field(row["field"], kind, int(width.lstrip("CN"))))
    if layout == "older":  # here the job code comes after the national code
        fields.sort(key=lambda field: {"DSW_JOB": 1, "DSW_INC": 2, "DSW_SPOUSE": 2}.get(field.name, 0))
    return tuple(fields)


def columns_of(layout: str, entity: Entity) -> Mapping[str, Field]:
    """Give the field of each contract column that a layout carries, in the file's order."""
    names = {alias: column.name for column in entity.received for alias in column.aliases}
    return {names[field.name]: field for field in fields_of(layout, entity.name)}


def records(rows: pl.DataFrame, fields: Mapping[str, Field]) -> pl.Series:
    """Give the record of each row, a character for each byte.

    Args:
        rows: Text by contract column; a null is an empty field.
        fields: Field of each column, in the file's order.
    """
    texts = rows.select(pl.col(name).fill_null("") for name in fields)
    is_wide = texts.select((pl.all().str.len_bytes() > pl.all().str.len_chars()).any())
    texts = texts.with_columns(
        _coded(texts[name]) for name, (wide,) in zip(fields, is_wide.iter_columns(), strict=True) if wide
    )
    cells = (_cell(pl.col(name), field) for name, field in fields.items())
    return texts.select(pl.concat_str(pl.lit(" "), *cells)).to_series()


def dbf_bytes(lines: Sequence[str] | pl.Series, fields: Sequence[Field], *, changed: dt.date, has_end: bool) -> bytes:
    """Give the bytes of a file.

    Args:
        lines: Its records.
        fields: Its fields.
        changed: Day of the last change, as the header tells it.
        has_end: Whether the end-of-file byte follows the last record.
    """
    body = "".join(lines).encode(_BYTES)
    return b"".join([_header(fields, len(lines), changed), body, _END_OF_FILE if has_end else b""])


def _header(fields: Sequence[Field], records: int, changed: dt.date) -> bytes:
    length = _DESCRIPTOR * (len(fields) + 1) + len(_END_OF_HEADER)
    width = 1 + sum(field.width for field in fields)
    day = (changed.year - 1900, changed.month, changed.day)
    head = struct.pack("<B3BIHH17xB2x", _DBASE_3, *day, records, length, width, _CODE_PAGE)
    parts = [struct.pack("<11sc4xBB14x", f.name.encode(), f.kind.encode(), f.width, 0) for f in fields]
    return b"".join([head, *parts, _END_OF_HEADER])


def _cell(text: pl.Expr, field: Field) -> pl.Expr:
    """Give a column's fields, a character for each byte; numbers stand at the right."""
    cut = text.str.slice(0, field.width)
    return cut.str.pad_start(field.width) if field.kind == "N" else cut.str.pad_end(field.width)


def _coded(values: pl.Series) -> pl.Series:
    """Write Persian text in Iran System, each distinct text once."""
    distinct = values.unique()
    coded = pl.Series([encode(text).decode(_BYTES) for text in distinct], dtype=pl.String)
    return values.replace_strict(distinct, coded, return_dtype=pl.String)
