"""The content hash of a lake table: what it says, not how it is stored.

A multiset hash: the sum modulo 2^128 of the first 128 bits of each row's SHA-256, so neither the order of rows nor
files, versions and ingest ids move it. A published release has an exact hash of its own (`governance.releases`).
"""

import hashlib
from collections.abc import Iterable

import duckdb

from lake import duck
from lake.layout import Home, Layer

VOLATILE = frozenset({"ingest_id", "_ingest_id"})
"""Columns that say when and how a row was stored; they are left out."""


def table_hash(home: Home, layer: Layer, name: str, *, at: int | None = None) -> str:
    """Return the content hash of a Delta table's snapshot, `sha256:` and 64 hexadecimal digits."""
    with duck.connect(home) as connection:
        return relation_hash(connection, duck.relation_sql(home, layer, name, at=at))


def relation_hash(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """Return the content hash of any table expression that `connection` can read.

    The hash covers column names, the number of rows and each row's values by column name, with nulls marked apart
    from empty text.
    """
    described = connection.execute(f"describe select * from {relation}").fetchall()
    names = sorted(row[0] for row in described if row[0] not in VOLATILE)
    high, low, rows = connection.execute(_query(names, relation)).fetchone() or (0, 0, 0)
    total = (int(high or 0) * 2**64 + int(low or 0)) % 2**128
    text = "\n".join([*names, str(rows), f"{total:032x}"])
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _query(names: Iterable[str], relation: str) -> str:
    # netstrings: a value cannot be mistaken for two, nor a null for a text
    cells = ", ".join(
        f"""coalesce(length(cast("{name}" as varchar)) || ':' || cast("{name}" as varchar), '-')""" for name in names
    )
    return f"""
        select
            sum(cast('0x' || substr(row_hash, 1, 16) as ubigint)),
            sum(cast('0x' || substr(row_hash, 17, 16) as ubigint)),
            count(*)
        from (select sha256(concat_ws(',', {cells})) as row_hash from {relation})
    """
