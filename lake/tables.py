"""Delta tables by layer and name: open, read, append, replace a slice.

Every table of the lake is opened here, by URI, so that an object store can come later. What a table means is not
known here.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import TableNotFoundError
from deltalake.schema import PrimitiveType, Schema

from lake.layout import Home, Layer

WRITER = WriterProperties(compression="ZSTD", compression_level=1)
"""zstd: 0.6 times the speed of no compression, 40 % smaller (measured 2026-11-21)."""

KEEP_HOURS, CHECKPOINT_EVERY = 720, 10


def settings(keep_hours: int = KEEP_HOURS, checkpoint_every: int = CHECKPOINT_EVERY) -> dict[str, str]:
    """Return the settings of a table.

    Its log is summed up every few commits, which opens it four times as fast (measured 2026-11-22), and never cut, so
    that every version stays openable; it keeps no smallest and largest values.

    Args:
        keep_hours: How long the files of a replaced version stay readable.
        checkpoint_every: Commits after which the log is summed up.
    """
    return {
        "delta.checkpointInterval": str(checkpoint_every),
        "delta.deletedFileRetentionDuration": f"interval {keep_hours} hours",
        "delta.enableExpiredLogCleanup": "false",
        "delta.dataSkippingNumIndexedCols": "0",
    }


UNSUPPORTED_SETTINGS = ("delta.enableDeletionVectors", "delta.columnMapping.mode")
UNSUPPORTED_FEATURES = frozenset({"deletionVectors", "columnMapping"})


class TableError(Exception):
    """A Delta table is missing or uses a feature that the readers here do not honour."""


class ColumnTypeError(TableError):
    """A column is to be written with another type than its table holds; names table, column and both types."""


def uri(home: Home, layer: Layer, name: str) -> str:
    """Return the URI of a table, whether or not it exists."""
    return str(home.table_path(layer, name).resolve())


def exists(home: Home, layer: Layer, name: str) -> bool:
    """Tell whether the table has a first commit."""
    return DeltaTable.is_deltatable(uri(home, layer, name))


def open_table(home: Home, layer: Layer, name: str, version: int | None = None) -> DeltaTable:
    """Open a table at its newest version or at `version`.

    Raises:
        TableError: no such table, or it has deletion vectors or column mapping, which reading its Parquet files
            directly would ignore.
    """
    try:
        table = DeltaTable(uri(home, layer, name), version=version)
    except TableNotFoundError as error:
        raise TableError(f"no table {layer}/{name} in {home.root}") from error
    settings = table.metadata().configuration
    found = [name for name in UNSUPPORTED_SETTINGS if settings.get(name, "false").lower() not in ("false", "none")]
    found += sorted(UNSUPPORTED_FEATURES.intersection(table.protocol().reader_features or ()))
    if found:
        raise TableError(f"{layer}/{name}: the table uses {', '.join(found)}, which Amar does not read")
    return table


def version(home: Home, layer: Layer, name: str) -> int:
    """Return the newest version number of a table."""
    return open_table(home, layer, name).version()


def versions(home: Home, layer: Layer) -> dict[str, int]:
    """Return the newest version of every table of a layer, by name."""
    return {name: version(home, layer, name) for name in names(home, layer)}


def names(home: Home, layer: Layer) -> list[str]:
    """Return the names of the tables of a layer, sorted."""
    folder = home.lake / layer
    if not folder.is_dir():
        return []
    folders = sorted(path.name for path in folder.iterdir() if path.is_dir())
    return [name for name in folders if exists(home, layer, name)]


def file_uris(home: Home, layer: Layer, name: str, *, at: int | None = None) -> list[str]:
    """Return the Parquet files of a table's snapshot, sorted."""
    return sorted(open_table(home, layer, name, at).file_uris())


def schema(home: Home, layer: Layer, name: str) -> pa.Schema:
    """Return a table's Arrow schema."""
    return pa.schema(open_table(home, layer, name).schema().to_arrow())


def read(
    home: Home,
    layer: Layer,
    name: str,
    *,
    columns: Sequence[str] | None = None,
    where: Mapping[str, str] | None = None,
    at: int | None = None,
) -> pa.Table:
    """Read a table, or some of its rows, into memory.

    Args:
        home: The installation.
        layer: Layer of the table.
        name: Name of the table.
        columns: Columns to read; all by default.
        where: Column → the value of its rows to read; of a partition column, only these files are opened.
        at: Version to read; the newest by default.
    """
    table = open_table(home, layer, name, at)
    scan = pl.scan_delta(table)
    for column, value in (where or {}).items():
        scan = scan.filter(pl.col(column) == value)
    # not through pyarrow's dataset: its readers may outlive the interpreter, which aborts the process
    rows = (scan.select(columns) if columns else scan).collect()
    return rows.to_arrow(compat_level=pl.CompatLevel.oldest())


def count(home: Home, layer: Layer, name: str) -> int:
    """Count a table's rows from its log, without reading them."""
    return count_of(open_table(home, layer, name))


def count_of(table: DeltaTable) -> int:
    """Count the rows of an open table from its log, without reading them."""
    return sum(counts_by_partition(table).values())


def counts_by_partition(table: DeltaTable) -> dict[tuple[str, ...], int]:
    """Count the rows of an open table from its log, by the values of its partition columns in order."""
    actions = pa.table(table.get_add_actions(flatten=True))
    columns = [actions[f"partition.{column}"] for column in table.metadata().partition_columns]
    counts = Counter[tuple[str, ...]]()
    for *values, count in zip(*(column.to_pylist() for column in (*columns, actions["num_records"])), strict=True):
        counts[tuple(values)] += count
    return dict(counts)


def append(
    home: Home,
    layer: Layer,
    name: str,
    data: Any,
    *,
    partition_by: Sequence[str] = (),
    note: Mapping[str, object] | None = None,
) -> int:
    """Append rows in one commit and return the new version.

    Args:
        home: The installation.
        layer: Layer of the table.
        name: Name of the table; made on first use.
        data: Anything with the Arrow C stream interface.
        partition_by: Partition columns.
        note: Kept in the commit as `amar`, for the auditor.
    """
    target = _target(home, layer, name)
    write_deltalake(
        target,
        data,
        mode="append",
        schema_mode="merge",
        partition_by=list(partition_by) or None,
        configuration=made_with(target),
        writer_properties=WRITER,
        commit_properties=properties(note),
    )
    return target.version() if isinstance(target, DeltaTable) else 0


def replace(
    home: Home,
    layer: Layer,
    name: str,
    data: Any,
    *,
    partition: Mapping[str, str] | None = None,
    note: Mapping[str, object] | None = None,
) -> int:
    """Replace the whole table, or one partition of it, in one commit and return the new version.

    Args:
        home: The installation.
        layer: Layer of the table.
        name: Name of the table; made on first use.
        data: The new rows; they must all lie in `partition` where one is given.
        partition: Partition column → value whose rows are replaced; the whole table by default.
        note: Kept in the commit as `amar`, for the auditor.

    Raises:
        ColumnTypeError: a partition is replaced, and the table holds a column with another type.
    """
    predicate = " AND ".join(f"{column} = '{value}'" for column, value in partition.items()) if partition else None
    target = _target(home, layer, name)
    fresh = isinstance(target, str)
    if predicate and isinstance(target, DeltaTable) and isinstance(data, pa.Table):
        check_types(target, Schema.from_arrow(data.schema), f"{layer}/{name}")  # else they would be cast, 1.5 to 1
    write_deltalake(
        target,
        data,
        mode="overwrite",
        schema_mode="merge" if predicate and not fresh else "overwrite",
        predicate=None if fresh else predicate,
        partition_by=list(partition) if partition else None,
        configuration=made_with(target),
        writer_properties=WRITER,
        commit_properties=properties(note),
    )
    return target.version() if isinstance(target, DeltaTable) else 0


def check_types(table: DeltaTable, wanted: Schema, name: str) -> None:
    """Refuse to write into a table whose columns have other types than what is written.

    Args:
        table: The table.
        wanted: Columns that are to be written; ones that the table lacks are no matter here.
        name: The table's layer and name, for the error.

    Raises:
        ColumnTypeError: a column has another type.
    """
    found = type_changes(table, wanted)
    if found:
        listed = "; ".join(f"column {column} holds {held}, to be written is {new}" for column, held, new in found)
        raise ColumnTypeError(
            f"{name}: {listed}. A contract changed a type, so the table is to be built anew from bronze: amar ingest"
        )


def type_changes(table: DeltaTable, wanted: Schema) -> list[tuple[str, str, str]]:
    """Return the columns whose type is not the table's: name, type held, type wanted."""
    held = {column.name: _spelled(column.type) for column in table.schema().fields}
    compared = [(column.name, held.get(column.name), _spelled(column.type)) for column in wanted.fields]
    return [(name, before, new) for name, before, new in compared if before is not None and before != new]


def _spelled(kind: object) -> str:
    return kind.type if isinstance(kind, PrimitiveType) else str(kind)


def _target(home: Home, layer: Layer, name: str) -> DeltaTable | str:
    """Return the open table, so that a racing writer fails, or the URI of one that is still to be made."""
    return open_table(home, layer, name) if exists(home, layer, name) else uri(home, layer, name)


def made_with(target: DeltaTable | str) -> dict[str, str] | None:
    """Return the settings to write with: those of a new table where there is none yet."""
    return settings() if isinstance(target, str) else None


def notes(home: Home, layer: Layer, name: str, key: str) -> Iterator[Any]:
    """Yield one entry of each commit's note, newest commit first; commits without it are passed over.

    Commits are read in growing batches, so a caller that stops early does not pay for the whole history.
    """
    table = open_table(home, layer, name)
    seen, batch = 0, 32
    while seen <= table.version():
        commits = table.history(limit=batch)
        for commit in commits[seen:]:
            note = json.loads(commit.get("amar", "{}"))
            if key in note:
                yield note[key]
        if len(commits) < batch:
            return
        seen, batch = len(commits), batch * 4


def properties(note: Mapping[str, object] | None) -> CommitProperties | None:
    """Return a commit's metadata that carries a note."""
    if not note:
        return None
    return CommitProperties(custom_metadata={"amar": json.dumps(note, sort_keys=True, ensure_ascii=False)})
