"""Writing a mart to its Delta table: only what differs, in one commit.

Rows are compared by a hash of their values, month by month where the mart is sliced. Months that are equal stay as
they are; a mart that is equal throughout gets no new version.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa
from deltalake import CommitProperties, write_deltalake

from lake import duck, tables
from lake.dbt_plugin import catalogue
from lake.layout import Home

WHOLE = ""
"""Stands for the slice of a mart that has none."""


@dataclass(frozen=True)
class Outcome:
    """What a write came to.

    Attributes:
        version: Version of the Delta table that holds the rows.
        is_written: Whether the write made that version.
        slices: Months replaced; `WHOLE` where the mart has no slices.
        row_count: Rows of the mart now.
    """

    version: int
    is_written: bool
    slices: tuple[str, ...]
    row_count: int

    @property
    def message(self) -> str:
        """One line for the run's log."""
        if not self.is_written:
            return f"unchanged, version {self.version}"
        months = f", {len(self.slices)} months" if self.slices != (WHOLE,) else ""
        return f"version {self.version}{months}"


def write(
    cursor: duckdb.DuckDBPyConnection,
    home: Home,
    name: str,
    rows: str,
    *,
    slice_by: str | None = None,
    months: Collection[str] | None = None,
) -> Outcome:
    """Bring `gold/<name>` to what `rows` holds.

    Args:
        cursor: Connection that can read `rows`.
        home: The installation.
        name: Name of the mart.
        rows: Relation of the new rows.
        slice_by: Month column that the table is partitioned and compared by.
        months: Months that `rows` covers: rows of other months stay. `None` means all.

    Raises:
        lake.tables.TableError: the columns changed and only some months were computed, or a row lies outside them.
    """
    types = {column: kind for column, kind, *_ in cursor.execute(f"describe {rows}").fetchall()}
    new = _hashes(cursor, rows, types, slice_by, None)
    if months is not None and (outside := sorted(set(new) - set(months))):
        raise tables.TableError(f"gold/{name}: rows outside the months asked for, the first in {outside[0]}")
    is_there = tables.exists(home, "gold", name)
    if is_there and _same_columns(cursor, home, name, types):
        old = _hashes(cursor, f"({catalogue.snapshot_sql(home, 'gold', name)})", types, slice_by, months)
        changed = tuple(sorted(key for key in set(old) | set(new) if old.get(key) != new.get(key)))
    elif is_there and months is not None:
        raise tables.TableError(f"gold/{name}: its columns changed; build all months")
    else:
        changed = tuple(sorted(new)) if slice_by else (WHOLE,)
        is_there = False
    if is_there and not changed:
        return Outcome(tables.version(home, "gold", name), False, (), _count(cursor, home, name))
    _replace(cursor, home, name, rows, slice_by=slice_by, changed=changed if is_there and slice_by else None)
    return Outcome(tables.version(home, "gold", name), True, changed, _count(cursor, home, name))


def _hashes(
    cursor: duckdb.DuckDBPyConnection,
    rows: str,
    columns: Collection[str],
    slice_by: str | None,
    months: Collection[str] | None,
) -> dict[str, tuple[int, int, int]]:
    """Return, by slice, the number of rows and two sums of 64-bit row hashes; of some months only, where named."""
    names = sorted(columns)
    forward = ", ".join(f'"{name}"' for name in names)
    backward = ", ".join(f'"{name}"' for name in reversed(names))
    key = f'"{slice_by}"' if slice_by else f"'{WHOLE}'"
    kept = "" if months is None else f"where {_condition(slice_by, months)}"
    query = f"select {key}, count(*), sum(hash({forward})), sum(hash({backward}, 1)) from {rows} {kept} group by 1"
    return {key: (count, int(first), int(second)) for key, count, first, second in cursor.execute(query).fetchall()}


def _condition(slice_by: str | None, months: Collection[str]) -> str:
    """Return the predicate of some months; of none where there are none."""
    listed = ", ".join(f"'{month}'" for month in sorted(months))
    return f"{slice_by} in ({listed})" if listed else "false"


def _same_columns(cursor: duckdb.DuckDBPyConnection, home: Home, name: str, types: dict[str, str]) -> bool:
    described = cursor.execute(f"describe {catalogue.snapshot_sql(home, 'gold', name)}").fetchall()
    return types == {column: kind for column, kind, *_ in described}


def _replace(
    cursor: duckdb.DuckDBPyConnection,
    home: Home,
    name: str,
    rows: str,
    *,
    slice_by: str | None,
    changed: Sequence[str] | None,
) -> None:
    columns = ", ".join(f'"{row[0]}"' for row in cursor.execute(f"describe {rows}").fetchall())
    predicate = _condition(slice_by, changed) if changed else None
    relation = cursor.sql(f"select {columns} from {rows}" + (f" where {predicate}" if predicate else ""))
    note = {"model": name, "slices": list(changed) if changed else "all"}
    write_deltalake(
        tables.uri(home, "gold", name),
        pa.RecordBatchReader.from_stream(relation),
        mode="overwrite",
        schema_mode=None if predicate else "overwrite",
        predicate=predicate,
        partition_by=[slice_by] if slice_by else None,
        writer_properties=tables.WRITER,
        commit_properties=CommitProperties(custom_metadata={"amar": json.dumps(note, sort_keys=True)}),
    )


def _count(cursor: duckdb.DuckDBPyConnection, home: Home, name: str) -> int:
    rows = cursor.execute(f"select count(*) from {duck.relation_sql(home, 'gold', name)}").fetchall()
    return int(rows[0][0])
