"""Writing a mart to its Delta table: only what differs, in one commit.

Rows are compared slice by slice where the mart has slices: a month, or a month and a source. How many there are tells
first, for it stands in the table's log; rows of slices of the same length are compared by a hash of their values.
Slices that are equal stay as they are; a mart that is equal throughout gets no new version.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import duckdb
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake

from lake import duck, tables
from lake.dbt_plugin import catalogue
from lake.layout import Home

Slice = tuple[str, ...]
"""Values of the slice columns: a month, a month and a source, or nothing where the mart has no slices."""


@dataclass(frozen=True)
class Outcome:
    """What a write came to.

    Attributes:
        table: The Delta table, at the version that holds the rows.
        is_written: Whether the write made that version.
        slices: Slices replaced; the empty one where the mart has none.
    """

    table: DeltaTable
    is_written: bool
    slices: tuple[Slice, ...]

    @property
    def version(self) -> int:
        """Version of the table that holds the rows."""
        return self.table.version()

    @property
    def row_count(self) -> int:
        """Rows of the mart now."""
        return tables.count_of(self.table)

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
    held: DeltaTable | None = None,
) -> Outcome:
    """Bring `gold/<name>` to what `rows` holds.

    Args:
        cursor: Connection that can read `rows`.
        home: The installation.
        name: Name of the mart.
        rows: Relation of the new rows.
        slice_by: Columns that the table is partitioned and compared by.
        slices: Slices that `rows` covers: rows of other slices stay. `None` means all.
        held: The mart as this run opened it, so that its log is not read again; it is opened where none is given.

    Raises:
        lake.tables.TableError: the columns or the slices' columns changed and only some slices were computed, or a row
            lies outside them.
    """
    types = {column: kind for column, kind, *_ in cursor.execute(f"describe {rows}").fetchall()}
    if held is None and tables.exists(home, "gold", name):
        held = tables.open_table(home, "gold", name)
    is_alike = held is not None and _is_alike(held, types, slice_by)
    if held and slices is not None and not is_alike:
        raise tables.TableError(f"gold/{name}: its columns changed; build all months")
    new = _counts(cursor, rows, slice_by)
    if slices is not None and (outside := sorted(set(new) - set(slices))):
        raise tables.TableError(f"gold/{name}: rows outside the slices asked for, the first in {'/'.join(outside[0])}")
    if held and is_alike:
        changed = _changed(cursor, held, rows, new, types=types, slice_by=slice_by, slices=slices)
        if not changed:
            return Outcome(held, False, ())
        _replace(cursor, held, name, rows, slice_by=slice_by, changed=changed if slice_by else None)
        return Outcome(held, True, changed)
    target = held or tables.uri(home, "gold", name)
    _replace(cursor, target, name, rows, slice_by=slice_by, changed=None)
    return Outcome(held or tables.open_table(home, "gold", name), True, tuple(sorted(new)) if slice_by else ((),))


def _counts(cursor: duckdb.DuckDBPyConnection, rows: str, slice_by: Sequence[str]) -> dict[Slice, int]:
    """Return the slices that the rows lie in, with the number of rows in each."""
    keys = "".join(f'"{column}", ' for column in slice_by)
    query = f"select {keys}count(*) from {rows} {'group by all' if slice_by else 'having count(*) > 0'}"
    return {tuple(key): count for *key, count in cursor.execute(query).fetchall()}


def _changed(
    cursor: duckdb.DuckDBPyConnection,
    held: DeltaTable,
    rows: str,
    new: Mapping[Slice, int],
    *,
    types: Collection[str],
    slice_by: Sequence[str],
    slices: Collection[Slice] | None,
) -> tuple[Slice, ...]:
    """Return the slices whose rows are not those that the table holds; rows are read where their number is the same."""
    asked = None if slices is None else set(slices)
    counts = tables.counts_by_partition(held).items()
    old = {key: count for key, count in counts if count and (asked is None or key in asked)}
    changed = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    same = sorted(old.keys() - changed)
    if same:
        within = [(slice_by[0], "in", sorted({key[0] for key in same}))] if slice_by else None
        before = _hashes(cursor, f"({catalogue.mart_sql(held, within)})", types, slice_by, same)
        now = _hashes(cursor, rows, types, slice_by, same)
        changed |= {key for key in same if before[key] != now[key]}
    return tuple(sorted(changed))


def _hashes(
    cursor: duckdb.DuckDBPyConnection,
    rows: str,
    columns: Collection[str],
    slice_by: Sequence[str],
    slices: Collection[Slice],
) -> dict[Slice, tuple[int, int]]:
    """Return two sums of 64-bit row hashes of each of these slices."""
    names = sorted(columns)
    forward = ", ".join(f'"{name}"' for name in names)
    backward = ", ".join(f'"{name}"' for name in reversed(names))
    kept = f"where {_condition(slice_by, slices)} group by all" if slice_by else ""
    keys = "".join(f'"{column}", ' for column in slice_by)
    query = f"select {keys}sum(hash({forward})), sum(hash({backward}, 1)) from {rows} {kept}"
    found = cursor.execute(query).fetchall()
    return {tuple(key): (int(first), int(second)) for *key, first, second in found}


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


def _is_alike(table: DeltaTable, types: dict[str, str], slice_by: Sequence[str]) -> bool:
    """Tell whether the table has these columns and is partitioned by these slices."""
    held = pa.schema(table.schema().to_arrow())
    described = {field.name: duck.sql_type(field.type).upper().replace(", ", ",") for field in held}
    described = {name: _DESCRIBED.get(kind, kind) for name, kind in described.items()}
    return types == described and table.metadata().partition_columns == list(slice_by)


_DESCRIBED = {"TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE"}


def _replace(
    cursor: duckdb.DuckDBPyConnection,
    target: DeltaTable | str,
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
        target,
        pa.RecordBatchReader.from_stream(relation),
        mode="overwrite",
        schema_mode=None if predicate else "overwrite",
        predicate=predicate,
        partition_by=list(slice_by) or None,
        configuration=tables.made_with(target),
        writer_properties=tables.WRITER,
        commit_properties=CommitProperties(custom_metadata={"amar": json.dumps(note, sort_keys=True)}),
    )
