"""What the lake no longer holds: rows that were erased, files whose rows expired. Places and counts, never content.

A tombstone names a file by its hash and a row by its number, so that each line that was read keeps exactly one state,
and carries a keyed digest of the row as received, so that the same row is not taken in again in whatever file it comes.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pyarrow as pa

from lake import tables
from lake.layout import Home

ERASED = "erased_row"
EXPIRED = "expired_file"

ERASED_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("object", pa.string()),
        ("period", pa.string()),
        ("file_sha256", pa.string()),
        ("row_number", pa.int64()),
        ("digest", pa.string()),
        ("key_version", pa.int64()),
        ("erasure", pa.string()),
    ]
)
EXPIRED_SCHEMA = pa.schema(
    [
        ("layer", pa.string()),
        ("source", pa.string()),
        ("period", pa.string()),
        ("file_sha256", pa.string()),
        ("rows", pa.int64()),
        ("rule", pa.string()),
        ("act", pa.string()),
    ]
)
PLACE = ("file_sha256", "row_number")


class ExpiredBronzeError(Exception):
    """Rows are to be made again from a month of bronze that has expired; says what is kept instead."""


def erased(home: Home, source: str | None = None) -> pl.DataFrame:
    """Return the tombstones of one source, or of all."""
    return _read(home, ERASED, ERASED_SCHEMA, source)


def expired(home: Home, source: str | None = None) -> pl.DataFrame:
    """Return what expired of one source, or of all: a row a file and layer."""
    return _read(home, EXPIRED, EXPIRED_SCHEMA, source)


def expired_months(home: Home, source: str) -> frozenset[str]:
    """Return the months of a source whose rows as received are gone: silver of them is kept, never made again."""
    return frozenset(expired(home, source).filter(layer="bronze")["period"])


def bury(home: Home, rows: Sequence[Mapping[str, Any]], *, note: Mapping[str, object] | None = None) -> None:
    """Add tombstones in one commit; a row that has one gets no second.

    Args:
        home: The installation.
        rows: By `ERASED_SCHEMA`.
        note: Kept in the commit for the auditor; where there is one, the commit is made even without a new row.
    """
    frame = pl.DataFrame(pa.Table.from_pylist([dict(row) for row in rows], schema=ERASED_SCHEMA))
    new = frame.join(erased(home), on=PLACE, how="anti").unique(PLACE, maintain_order=True)
    if len(new) or note:
        tables.append(home, "bronze", ERASED, _arrow(new, ERASED_SCHEMA), note=note)


def note_expired(home: Home, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note files whose rows expire, in one commit, before the rows are removed."""
    if rows:
        table = pa.Table.from_pylist([dict(row) for row in rows], schema=EXPIRED_SCHEMA)
        tables.append(home, "bronze", EXPIRED, table)


def digests(home: Home, source: str, *, but_for: str | None = None) -> dict[str | None, str]:
    """Return, for each month that lost rows, a hash of which: silver differs from what it was before.

    Args:
        home: The installation.
        source: Whose months.
        but_for: An erasure that is left out.
    """
    lost = erased(home, source).filter(pl.col("erasure") != (but_for or ""))
    return {
        month: hashlib.sha256(repr(sorted(rows.select(PLACE).iter_rows())).encode()).hexdigest()
        for (month,), rows in lost.group_by("period")
    }


def _read(home: Home, name: str, schema: pa.Schema, source: str | None) -> pl.DataFrame:
    if not tables.exists(home, "bronze", name):
        return pl.DataFrame(schema.empty_table())
    where = {"source": source} if source else None
    return pl.DataFrame(tables.read(home, "bronze", name, where=where))


def _arrow(frame: pl.DataFrame, schema: pa.Schema) -> pa.Table:
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)
