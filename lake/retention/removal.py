"""Taking rows out of a Delta table, and out of the files of its older versions.

No predicate names what goes, for predicates stay in the log: the slice is written again without the rows, in order.
"""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from lake import staging, tables
from lake.layout import Home, Layer
from lake.pseudonym import SUFFIX
from lake.staging import FileStager

PLACE = ("_file_sha256", "_row_number")
_LEVELS = (1, 9, 19)
_FOOTER = 8


@dataclass(frozen=True)
class Doomed:
    """Which rows go.

    Attributes:
        places: File and row number, `PLACE`: decides in tables whose rows know their place.
        pids: Pseudonyms: decide in all other tables, in whatever `_pid` column they stand.
        months: Months that the places lie in; None where a source has none.
    """

    places: pl.DataFrame
    pids: frozenset[bytes]
    months: frozenset[str | None]

    def columns(self, names: Collection[str]) -> list[str]:
        """Return the columns of a table that decide; none where it holds nothing about rows of a person."""
        if set(PLACE) <= set(names):
            return list(PLACE)
        return sorted(name for name in names if name.endswith(SUFFIX))

    def among(self, rows: pl.DataFrame) -> pl.Series:
        """Tell which rows go, by the columns that decide."""
        if set(PLACE) <= set(rows.columns):
            gone = self.places.select(PLACE).with_columns(pl.lit(value=True).alias("gone"))
            return rows.join(gone, on=PLACE, how="left", maintain_order="left")["gone"].fill_null(value=False)
        wanted = pl.Series(sorted(self.pids), dtype=pl.Binary).implode()
        hits = (pl.col(name).is_in(wanted).fill_null(value=False) for name in rows.columns)
        return rows.select(pl.any_horizontal(pl.lit(value=False), *hits).alias("gone"))["gone"]

    def may_lie_in(self, partition: Mapping[str, str | None], columns: Sequence[str]) -> bool:
        """Tell from a partition alone whether doomed rows may lie in it."""
        month = next((value for column, value in partition.items() if column in ("period", "_period")), None)
        return month is None or columns != list(PLACE) or month in self.months


def count(home: Home, layer: Layer, name: str, doomed: Doomed) -> int:
    """Count the rows of a table that would go."""
    return sum(int(gone.sum()) for _, _, gone in _hits(home, layer, name, doomed))


def remove(home: Home, layer: Layer, name: str, doomed: Doomed, note: Mapping[str, object]) -> None:
    """Write every partition again that holds such rows, without them; order and all else stay.

    Args:
        home: The installation; the caller holds its writer lock.
        layer: Layer of the table.
        name: Name of the table.
        doomed: Which rows go.
        note: Kept in the commits for the auditor.
    """
    hit = {tuple(partition.items()) for partition, _, gone in _hits(home, layer, name, doomed) if gone.any()}
    for partition in sorted(hit, key=str):
        _rewrite(home, layer, name, doomed, dict(partition), note)


def redact(home: Home, layer: Layer, name: str, doomed: Doomed) -> list[Path]:
    """Take the rows out of the files of older versions, in place; a version that a release names stays openable.

    A file keeps its path and its size, which the log names, so that every reader still finds its footer; the gap is
    filled with noughts.

    Returns:
        Files that still hold such rows, because what is left of them would be larger than before.
    """
    root = Path(tables.uri(home, layer, name))
    now = {str(path) for path, _ in files(home, layer, name)}
    held = []
    for path in sorted(root.rglob("*.parquet")):
        if str(path) in now or "_delta_log" in path.parts:
            continue
        columns = doomed.columns(pq.read_schema(path).names)
        partition = dict(part.split("=", 1) for part in path.relative_to(root).parts[:-1] if "=" in part)
        if not columns or not doomed.may_lie_in(partition, columns):
            continue
        if doomed.among(pl.read_parquet(path, columns=columns, hive_partitioning=False)).any():
            held += [] if _redact_file(path, doomed) else [path]
    return held


def files(home: Home, layer: Layer, name: str) -> list[tuple[Path, dict[str, str | None]]]:
    """Return the files of the newest version, each with its partition."""
    table = tables.open_table(home, layer, name)
    columns = table.metadata().partition_columns
    root = Path(tables.uri(home, layer, name))
    actions = pa.table(table.get_add_actions(flatten=True)).to_pylist()
    found = [
        (root / unquote(action["path"]), {column: action[f"partition.{column}"] for column in columns})
        for action in actions
    ]
    return sorted(found, key=lambda item: str(item[0]))


def _hits(
    home: Home, layer: Layer, name: str, doomed: Doomed
) -> Iterator[tuple[dict[str, str | None], Path, pl.Series]]:
    for path, partition in files(home, layer, name):
        columns = doomed.columns(pq.read_schema(path).names)
        if columns and doomed.may_lie_in(partition, columns):
            rows = pl.read_parquet(path, columns=columns, hive_partitioning=False)
            yield partition, path, doomed.among(rows)


def _rewrite(
    home: Home,
    layer: Layer,
    name: str,
    doomed: Doomed,
    partition: Mapping[str, str | None],
    note: Mapping[str, object],
) -> None:
    if None in partition.values():
        raise tables.TableError(f"{layer}/{name}: a partition without value cannot be written again")
    values = {column: value for column, value in partition.items() if value is not None}
    schema = tables.schema(home, layer, name)
    own = pa.schema([field for field in schema if field.name not in values])
    with FileStager(home, layer, name, values) as stager:
        for path, place in files(home, layer, name):
            if place == partition:
                for rows in _row_groups(path):
                    stager.write(_aligned(_kept(rows, doomed), own))
    if stager.staged:
        staging.commit(home, layer, name, stager.staged, mode="overwrite", partition=values, note=note)
    else:
        tables.replace(home, layer, name, schema.empty_table(), partition=values or None, note=note)


def _row_groups(path: Path) -> Iterator[pa.Table]:
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group)


def _kept(rows: pa.Table, doomed: Doomed) -> pa.Table:
    columns = doomed.columns(rows.column_names)
    gone = doomed.among(pl.DataFrame(rows.select(columns)))
    return rows.filter(pa.array((~gone).to_list(), pa.bool_())) if gone.any() else rows


def _aligned(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return rows with all columns of a table; one that the file lacks is null."""
    lacking = [field for field in schema if field.name not in rows.column_names]
    for field in lacking:
        rows = rows.append_column(field, pa.nulls(len(rows), field.type))
    return rows.select(schema.names)


def _redact_file(path: Path, doomed: Doomed) -> bool:
    size = path.stat().st_size
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        for level in _LEVELS:
            _write_kept(path, staged, doomed, level)
            if staged.stat().st_size <= size:
                _fill(staged, size)
                staged.rename(path)
                return True
        return False
    finally:
        staged.unlink(missing_ok=True)


def _write_kept(path: Path, staged: Path, doomed: Doomed, level: int) -> None:
    """Write what is left of a file as it was stored, but for statistics, which would name the least and the largest."""
    with pq.ParquetFile(path) as file:
        schema, metadata = file.schema_arrow, file.metadata
    options: dict[str, Any] = {"use_dictionary": _dictionaries(metadata), "write_statistics": False}
    options |= {"store_schema": b"ARROW:schema" in (metadata.metadata or {})}
    with pq.ParquetWriter(staged, schema, compression="zstd", compression_level=level, **options) as writer:
        for rows in _row_groups(path):
            if len(left := _kept(rows, doomed)):
                writer.write_table(left)


def _dictionaries(metadata: pq.FileMetaData) -> list[str]:
    groups = (metadata.row_group(group) for group in range(metadata.num_row_groups))
    columns = (group.column(place) for group in groups for place in range(metadata.num_columns))
    return sorted({column.path_in_schema for column in columns if column.has_dictionary_page})


def _fill(path: Path, size: int) -> None:
    """Bring a Parquet file to a size by noughts before its footer, which is found from the file's end."""
    with path.open("r+b") as file:
        file.seek(-_FOOTER, os.SEEK_END)
        length = int.from_bytes(file.read(4), "little")
        cut = file.seek(-(_FOOTER + length), os.SEEK_END)
        footer = file.read()
        file.seek(cut)
        file.write(bytes(size - cut - len(footer)) + footer)
        file.flush()
        os.fsync(file.fileno())
