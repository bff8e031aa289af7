"""Writing a mart to its Delta table: only what differs, in one commit.

Rows are compared by a hash of their values, slice by slice where the mart has slices: a month, or a month and a source.
Slices that are equal stay as they are; a mart that is equal throughout gets no new version.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import duckdb
import pyarrow as pa
from deltalake import CommitProperties, write_deltalake

from lake import duck, tables
from lake.dbt_plugin import catalogue
from lake.layout import Home

Slice = tuple[str, ...]
"""Values of the slice columns: a month, a month and a source, or nothing where the mart has no slices."""


@dataclass(frozen=True)
class Outcome:
    """What a write came to.

    Attributes:
        version: Version of the Delta table that holds the rows.
        is_written: Whether the write made that version.
        slices: Slices replaced; the empty one where the mart has none.
        row_count: Rows of the mart now.
    """

    version: int
    is_written: bool
    slices: tuple[Slice, ...]
    row_count: int

    @property
    def message(self) -> str:
        """One line for the run's log."""
        if not self.is_written:
            return f"unchanged, version {self.version}"
        months = {slice_[0] for slice_ in self.slices if slice_}
        return f"version {self.version}{f', {len(months)} months' if months else ''}"


def write(
    cursor: duckdb.DuckDBPyConnection,
    home: Home,
    name: str,
    rows: str,
    *,
    slice_by: Sequence[str] = (),
    slices: Collection[Slice] | None = None,
) -> Outcome:
    """Bring `gold/<name>` to what `rows` holds.

    Args:
        cursor: Connection that can read `rows`.
        home: The installation.
        name: Name of the mart.
        rows: Relation of the new rows.
        slice_by: Columns that the table is partitioned and compared by.
        slices: Slices that `rows` covers: rows of other slices stay. `None` means all.

    Raises:
        lake.tables.TableError: the columns or the slices' columns changed and only some slices were computed, or a row
            lies outside them.
    """
    types = {column: kind for column, kind, *_ in cursor.execute(f"describe {rows}").fetchall()}
    new = _hashes(cursor, rows, types, slice_by, None)
    if slices is not None and (outside := sorted(set(new) - set(slices))):
        raise tables.TableError(f"gold/{name}: rows outside the slices asked for, the first in {'/'.join(outside[0])}")
    is_there = tables.exists(home, "gold", name)
    if is_there and _is_alike(cursor, home, name, types, slice_by):
        old = _hashes(cursor, f"({catalogue.snapshot_sql(home, 'gold', name)})", types, slice_by, slices)
        changed = tuple(sorted(key for key in set(old) | set(new) if old.get(key) != new.get(key)))
    elif is_there and slices is not None:
        raise tables.TableError(f"gold/{name}: its columns changed; build all months")
    else:
        changed = tuple(sorted(new)) if slice_by else ((),)
        is_there = False
    if is_there and not changed:
        return Outcome(tables.version(home, "gold", name), False, (), _count(cursor, home, name))
    _replace(cursor, home, name, rows, slice_by=slice_by, changed=changed if is_there and slice_by else None)
    return Outcome(tables.version(home, "gold", name), True, changed, _count(cursor, home, name))


def _hashes(
    cursor: duckdb.DuckDBPyConnection,
    rows: str,
    columns: Collection[str],
    slice_by: Sequence[str],
    slices: Collection[Slice] | None,
) -> dict[Slice, tuple[int, int, int]]:
    """Return, by slice, the number of rows and two sums of 64-bit row hashes; of some slices only, where named."""
    names = sorted(columns)
    forward = ", ".join(f'"{name}"' for name in names)
    backward = ", ".join(f'"{name}"' for name in reversed(names))
    kept = "" if slices is None else f"where {_condition(slice_by, slices)}"
    sums = f"count(*), sum(hash({forward})), sum(hash({backward}, 1))"
    keys = "".join(f'"{column}", ' for column in slice_by)
    query = f"select {keys}{sums} from {rows} {kept} {'group by all' if slice_by else 'having count(*) > 0'}"
    found = cursor.execute(query).fetchall()
    return {tuple(key): (count, int(first), int(second)) for *key, count, first, second in found}


def _condition(slice_by: Sequence[str], slices: Collection[Slice]) -> str:
    """Return the predicate of some slices; of none where there are none."""
    month, *source = slice_by
    if not source:
        return f"{month} in ({_listed(slices)})" if slices else "false"
    months = groupby(sorted(slices), key=lambda slice_: slice_[0])
    parts = [f"({month} = '{one}' and {source[0]} in ({_listed(key[1:] for key in keys)}))" for one, keys in months]
    return " or ".join(parts) or "false"


def _listed(keys: Iterable[Slice]) -> str:
    return ", ".join(f"'{value}'" for (value,) in sorted(keys))


def _is_alike(
    cursor: duckdb.DuckDBPyConnection, home: Home, name: str, types: dict[str, str], slice_by: Sequence[str]
) -> bool:
    """Tell whether the table has these columns and is partitioned by these slices."""
    described = cursor.execute(f"describe {catalogue.snapshot_sql(home, 'gold', name)}").fetchall()
    partitions = tables.open_table(home, "gold", name).metadata().partition_columns
    return types == {column: kind for column, kind, *_ in described} and partitions == list(slice_by)


def _replace(
    cursor: duckdb.DuckDBPyConnection,
    home: Home,
    name: str,
    rows: str,
    *,
    slice_by: Sequence[str],
    changed: Sequence[Slice] | None,
) -> None:
    columns = ", ".join(f'"{row[0]}"' for row in cursor.execute(f"describe {rows}").fetchall())
    predicate = _condition(slice_by, changed) if changed else None
    relation = cursor.sql(f"select {columns} from {rows}" + (f" where {predicate}" if predicate else ""))
    note = {"model": name, "slices": ["/".join(slice_) for slice_ in changed] if changed else "all"}
    write_deltalake(
        tables.uri(home, "gold", name),
        pa.RecordBatchReader.from_stream(relation),
        mode="overwrite",
        schema_mode=None if predicate else "overwrite",
        predicate=predicate,
        partition_by=list(slice_by) or None,
        writer_properties=tables.WRITER,
        commit_properties=CommitProperties(custom_metadata={"amar": json.dumps(note, sort_keys=True)}),
    )


def _count(cursor: duckdb.DuckDBPyConnection, home: Home, name: str) -> int:
    rows = cursor.execute(f"select count(*) from {duck.relation_sql(home, 'gold', name)}").fetchall()
    return int(rows[0][0])
