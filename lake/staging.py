"""Parquet files staged in a table's folder: written first, part of the table only once a commit names them.

A run that dies leaves files that no version names; `lake.maintenance` removes them. Writing here instead of through
the Delta writer costs a third of the time, for constants and codes go in as dictionaries (measured 2026-11-22).
"""

import json
import math
import os
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake import Schema as DeltaSchema
from deltalake.transaction import AddAction, create_table_with_add_actions

from lake import tables
from lake.layout import Home, Layer

ROWS_A_FILE = 4_000_000
_ROWS_A_GROUP = 262_144
_SAMPLE = 65_536
_FEW = 0.5


@dataclass(frozen=True)
class StagedFile:
    """A Parquet file in a table's folder.

    Attributes:
        path: Path below the table's folder.
        rows: Its rows.
        size_bytes: Its size.
        partition: Partition column → value of all its rows.
        schema: Its columns, without the partition's.
    """

    path: str
    rows: int
    size_bytes: int
    partition: Mapping[str, str]
    schema: pa.Schema


@dataclass
class FileStager:
    """Writes rows of one partition into staged files, as a `with` block; what fails midway is removed.

    Attributes:
        home: The installation.
        layer: Layer of the table.
        name: Name of the table.
        partition: Partition column → value.
        staged: The files that are complete.
    """

    home: Home
    layer: Layer
    name: str
    partition: Mapping[str, str]
    staged: list[StagedFile] = field(default_factory=list)
    _path: Path | None = None
    _writer: pq.ParquetWriter | None = None
    _rows: int = 0
    _gathered: list[pa.Table] = field(default_factory=list)
    _waiting: int = 0

    def __enter__(self) -> "FileStager":
        """Start with no file."""
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        """Complete the last file; after an error remove all."""
        if kind is not None:
            self.discard()
            return
        self._flush()
        self._close()

    def write(self, rows: pa.Table) -> None:
        """Add rows; columns and their order are those of the first call. A partition's column is not stored."""
        if not len(rows):
            return
        rows = rows.drop_columns([column for column in self.partition if column in rows.column_names])
        rows = _alike(rows, pa.schema([pa.field(column.name, _stored_type(column.type)) for column in rows.schema]))
        if self._writer is None:
            self._open(rows)
        if self._writer is not None:
            self._writer.write_table(_alike(rows, self._writer.schema), row_group_size=_even(len(rows)))
        self._rows += len(rows)
        if self._rows >= ROWS_A_FILE:
            self._close()

    def gather(self, tables: Iterable[pa.Table]) -> None:
        """Add rows that come in small tables; they are written once they fill a row group, or at the end."""
        for table in tables:
            self._gathered.append(table)
            self._waiting += len(table)
            if self._waiting >= _ROWS_A_GROUP:
                self._flush()

    def discard(self) -> None:
        """Remove everything that was written."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        root = Path(tables.uri(self.home, self.layer, self.name))
        for path in [*(root / file.path for file in self.staged), *([self._path] if self._path else [])]:
            path.unlink(missing_ok=True)
        self.staged.clear()

    def _flush(self) -> None:
        if self._gathered:
            rows = pa.concat_tables(self._gathered).unify_dictionaries()
            self._gathered, self._waiting = [], 0
            self.write(rows)

    def _open(self, rows: pa.Table) -> None:
        root = Path(tables.uri(self.home, self.layer, self.name))
        folder = root.joinpath(*(f"{column}={value}" for column, value in self.partition.items()))
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"part-{uuid.uuid4()}.parquet"
        # the Arrow schema is left out: a dictionary is how a column is stored, not what it is
        coded = _repetitive(rows)
        self._writer = pq.ParquetWriter(
            self._path,
            rows.schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=coded,
            column_encoding=dict.fromkeys(_whole_numbers(rows.schema, coded), "DELTA_BINARY_PACKED"),
            store_schema=False,
        )

    def _close(self) -> None:
        if self._writer is None or self._path is None:
            return
        schema = self._writer.schema
        self._writer.close()
        with self._path.open("rb") as written:
            os.fsync(written.fileno())
        path = self._path.relative_to(tables.uri(self.home, self.layer, self.name)).as_posix()
        size = self._path.stat().st_size
        self.staged.append(StagedFile(path, self._rows, size, dict(self.partition), _plain(schema)))
        self._writer, self._path, self._rows = None, None, 0


def commit(
    home: Home,
    layer: Layer,
    name: str,
    staged: Sequence[StagedFile],
    *,
    mode: Literal["append", "overwrite"],
    partition: Mapping[str, str],
    note: Mapping[str, object] | None = None,
) -> None:
    """Make staged files part of their table, in one commit.

    Args:
        home: The installation.
        layer: Layer of the table.
        name: Name of the table; made on first use.
        staged: The files, at least one, all of one partition.
        mode: Whether they come to the partition's rows or replace them.
        partition: Partition column → value; empty for a table without partitions.
        note: Kept in the commit as `amar`, for the auditor.

    Raises:
        lake.tables.ColumnTypeError: the table holds a column with another type; the staged files stay no part of it.
    """
    fields = pa.unify_schemas([file.schema for file in staged])
    schema = DeltaSchema.from_arrow(pa.schema([*fields, *(pa.field(column, pa.string()) for column in partition)]))
    added = [_action(file) for file in staged]
    properties = tables.properties(note)
    if not tables.exists(home, layer, name):
        target = tables.uri(home, layer, name)
        create_table_with_add_actions(
            target,
            schema,
            added,
            mode="error",
            partition_by=list(partition),
            configuration=tables.settings(),
            commit_properties=properties,
        )
        return
    table = tables.open_table(home, layer, name)
    tables.check_types(table, schema, f"{layer}/{name}")
    _add_new_columns(table, schema)
    table.create_write_transaction(
        [*added],
        mode,
        table.schema(),
        list(partition),
        partition_filters=_filters(partition) if mode == "overwrite" else None,
        commit_properties=properties,
    )


def holds(home: Home, layer: Layer, name: str, partition: Mapping[str, str]) -> bool:
    """Tell whether a table exists and has files in a partition."""
    if not tables.exists(home, layer, name):
        return False
    return bool(tables.open_table(home, layer, name).file_uris(file_pruning_predicate=_filters(partition)))


def _filters(partition: Mapping[str, str]) -> list[tuple[str, str, str]] | None:
    return [(column, "=", value) for column, value in partition.items()] or None


def _add_new_columns(table: DeltaTable, schema: DeltaSchema) -> None:
    known = {column.name for column in table.schema().fields}
    new = [column for column in schema.fields if column.name not in known]
    if new:
        table.alter.add_columns(new)


def _action(file: StagedFile) -> AddAction:
    stats = json.dumps({"numRecords": file.rows})
    return AddAction(file.path, file.size_bytes, dict(file.partition), 0, data_change=True, stats=stats)


def _stored_type(kind: pa.DataType) -> pa.DataType:
    """Return the type that a column is handed to the writer in: one kind of dictionary, one kind of text."""
    if pa.types.is_dictionary(kind):
        return pa.dictionary(pa.int32(), _plain_type(kind))
    return _plain_type(kind)


def _alike(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return rows with the types of `schema`; a dictionary and what it stands for are made into one another."""
    columns = [_as(column, field.type) for column, field in zip(rows.columns, schema, strict=True)]
    return pa.table(columns, names=rows.column_names)


def _as(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if column.type == kind:
        return column
    if not pa.types.is_dictionary(kind):
        return column.cast(kind)
    if not pa.types.is_dictionary(column.type):
        return column.cast(kind.value_type).dictionary_encode()
    chunks = (
        pa.DictionaryArray.from_arrays(chunk.indices.cast(kind.index_type), chunk.dictionary.cast(kind.value_type))
        for chunk in column.chunks
    )
    return pa.chunked_array(chunks, kind)


def _even(rows: int) -> int:
    """Return the size of row groups about as large as they shall be, none a small rest."""
    return math.ceil(rows / max(1, round(rows / _ROWS_A_GROUP)))


def _repetitive(rows: pa.Table) -> list[str]:
    """Return the columns worth a dictionary: those with few values in the first rows."""
    sample = pl.DataFrame(rows.slice(0, _SAMPLE))
    texts = [column for column, dtype in sample.schema.items() if dtype not in (pl.Int64, pl.Float64)]
    return [column for column in texts if sample[column].n_unique() <= max(1, int(len(sample) * _FEW))]


def _whole_numbers(schema: pa.Schema, coded: Sequence[str]) -> list[str]:
    """Return the columns whose differences are stored: a third quicker to write than the numbers, and smaller."""
    kinds = (pa.types.is_int64, pa.types.is_timestamp)
    return [field.name for field in schema if field.name not in coded and any(kind(field.type) for kind in kinds)]


def _plain(schema: pa.Schema) -> pa.Schema:
    """Return the schema with each dictionary as what it stands for, and 64-bit offsets as 32-bit ones."""
    return pa.schema([pa.field(field.name, _plain_type(field.type)) for field in schema])


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    return pa.binary() if pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind) else kind
