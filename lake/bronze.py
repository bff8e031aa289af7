"""Bronze: files appended as received, each exactly once, and the register of what was received.

The unit of commit is a source's month: one Delta commit holds all new files of it and names them. The register is
written after the rows; should a run die between the two, `recover` finds the rows and registers them.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from lake import coded, staging, tables
from lake.contracts.model import Source, load_source
from lake.layout import Home
from lake.staging import FileStager, StagedFile

ROWS_A_CHUNK = 262_144
REGISTER = "received_file"
REJECTED = "rejected_file"
ARCHIVES = "unpacked_archive"
_AT = "_at"
PERIOD = "_period"
"""Partition column of bronze and quarantine: the month that a file claims. `period` is what its rows say."""

REGISTER_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("object", pa.string()),
        ("file_name", pa.string()),
        ("file_sha256", pa.string()),
        ("size_bytes", pa.int64()),
        ("encoding", pa.string()),
        ("delimiter", pa.string()),
        ("period", pa.string()),
        ("sender_code", pa.string()),
        ("prepared_on", pa.date32()),
        ("provenance", pa.string()),
        ("lines_read", pa.int64()),
        ("new_columns", pa.string()),
        ("container_sha256", pa.string()),
        ("ingest_id", pa.string()),
    ]
)
REJECTED_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("file_name", pa.string()),
        ("file_sha256", pa.string()),
        ("size_bytes", pa.int64()),
        ("rule", pa.string()),
        ("reason", pa.string()),
        ("contract_version", pa.string()),
        ("ingest_id", pa.string()),
    ]
)
ARCHIVES_SCHEMA = pa.schema(
    [("source", pa.string()), ("file_sha256", pa.string()), ("file_name", pa.string()), ("members", pa.int64())]
)


@dataclass(frozen=True)
class FileRecord:
    """What the register keeps of one accepted file."""

    source: str
    object: str
    file_name: str
    file_sha256: str
    size_bytes: int
    encoding: str
    delimiter: str
    period: str | None
    sender_code: str
    prepared_on: dt.date | None
    provenance: str
    lines_read: int
    ingest_id: str
    new_columns: str | None = None
    container_sha256: str | None = None


@dataclass(frozen=True)
class RejectedFile:
    """What is kept of a file that was turned away as a whole."""

    source: str
    file_name: str
    file_sha256: str
    size_bytes: int
    rule: str
    reason: str
    contract_version: str
    ingest_id: str


@dataclass(frozen=True)
class Chunk:
    """Some row groups of one Parquet file of bronze, and where their rows begin."""

    uri: str
    groups: tuple[int, ...]
    offset: int
    rows: int


def stager(home: Home, source: str, period: str | None) -> FileStager:
    """Return what writes bronze rows of one slice; they are in bronze once `append_files` was called."""
    return FileStager(home, "bronze", source, {PERIOD: period} if period else {})


def append_files(
    home: Home, source: str, period: str | None, staged: Sequence[StagedFile], files: Sequence[FileRecord]
) -> None:
    """Append the staged rows of new files of one slice in one commit.

    Args:
        home: The installation.
        source: Source id.
        period: Month of the slice; None for a source without partitions.
        staged: Parquet files with the rows.
        files: The landing files; named in the commit, with all that the register keeps.
    """
    listed = [{**asdict(file), "prepared_on": file.prepared_on and file.prepared_on.isoformat()} for file in files]
    partition = {PERIOD: period} if period else {}
    if not staged:  # a file of no record at all is registered like any other
        columns = {**table_schema(load_source(source)), **dict.fromkeys(partition, pl.String())}
        nothing = pl.DataFrame(schema=columns).to_arrow(compat_level=pl.CompatLevel.oldest())
        tables.append(home, "bronze", source, nothing, partition_by=list(partition), note={"files": listed})
        return
    staging.commit(home, "bronze", source, staged, mode="append", partition=partition, note={"files": listed})


def table_schema(source: Source) -> dict[str, pl.DataType]:
    """Return the columns of a source's bronze table: those of all its objects, and the ones that Amar adds."""
    text = dict.fromkeys((column.name for entity in source.entities for column in entity.received), pl.String())
    added = ("_shape", "_raw", "_extra", "_entity", "_provenance", "_sender", "_file_sha256")
    return {**text, "_row_number": pl.Int64(), **dict.fromkeys(added, pl.String())}


def chunks(home: Home, source: Source, period: str | None, *, most: int = ROWS_A_CHUNK) -> list[Chunk]:
    """Cut the bronze rows of one slice into chunks of whole row groups, about `most` rows each."""
    return [chunk for uri in _uris(home, source, period) for chunk in _cut(uri, most)]


def read_chunks(source: Source, group: Sequence[Chunk]) -> pl.DataFrame:
    """Read what is judged of some chunks, by `judged_schema`; columns of few values are coded (`lake.coded`)."""
    wanted = judged_schema(source)
    if len(group) == 1:
        return _with_all(_read_coded(group[0], wanted), wanted)
    return pl.concat([coded.as_text(_with_all(_read_coded(chunk, wanted), wanted)) for chunk in group])


def read_received(source: Source, group: Sequence[Chunk], judged: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Read rows of some chunks as received, with the columns of `table_schema`.

    Args:
        source: Whose rows.
        group: The chunks.
        judged: What `read_chunks` read of them.
        places: Which rows: `_file_sha256` and `_row_number`.
    """
    wanted = table_schema(source)
    numbers = judged["_row_number"].is_in(places["_row_number"].implode()).arg_true()
    likely = coded.as_text(judged[numbers]).insert_column(0, numbers.alias(_AT))
    found = likely.join(places, on=["_file_sha256", "_row_number"], how="semi", maintain_order="left")
    unread = {name: dtype for name, dtype in wanted.items() if name not in judged.columns}
    rest = pl.concat(_with_all(_read_plain(chunk, _stored(chunk, unread)), unread) for chunk in group)
    return found.hstack(rest[found[_AT]]).select(list(wanted))


def judged_schema(source: Source) -> dict[str, pl.DataType]:
    """Return the columns of bronze that judging a row needs: what is typed, and what Amar added."""
    typed = {column.name for entity in source.entities for column in entity.judged}
    wide = {column.name for entity in source.entities if entity.wide for column in entity.received}
    return {
        name: dtype
        for name, dtype in table_schema(source).items()
        if name in typed | wide or (name.startswith("_") and name != "_extra")
    }


def rows_at(home: Home, source: Source, period: str | None, places: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of one slice that stand at some places: `_file_sha256` and `_row_number`."""
    wanted = table_schema(source)
    number = pl.col("_row_number")
    mark = pl.col("_file_sha256").hash() + number.cast(pl.UInt64)  # few other rows have the same
    likely = (
        number.is_between(places["_row_number"].min(), places["_row_number"].max())
        & number.is_in(places["_row_number"].implode())
        & mark.is_in(places.select(mark).to_series().implode())
    )
    uris = _uris(home, source, period)
    scans = (pl.scan_parquet(uri, hive_partitioning=False, parallel="prefiltered") for uri in uris)
    found = [_with_all(scan.filter(likely).collect(), wanted) for scan in scans]
    return pl.concat(found).join(places, on=["_file_sha256", "_row_number"], how="semi", maintain_order="left")


def _uris(home: Home, source: Source, period: str | None) -> list[str]:
    table = tables.open_table(home, "bronze", source.id)
    return sorted(table.file_uris(file_pruning_predicate=[(PERIOD, "=", period)] if period else None))


def _cut(uri: str, most: int) -> Iterator[Chunk]:
    groups = pq.read_metadata(uri)
    held: list[int] = []
    offset = rows = 0
    for number in range(groups.num_row_groups):
        size = groups.row_group(number).num_rows
        if held and rows + size > most:
            yield Chunk(uri, tuple(held), offset, rows)
            held, offset, rows = [], offset + rows, 0
        held.append(number)
        rows += size
    if held:
        yield Chunk(uri, tuple(held), offset, rows)


def _stored(chunk: Chunk, wanted: Iterable[str]) -> list[str]:
    """Return which columns a chunk has values of, of those that are wanted, and one that every chunk has."""
    metadata = pq.read_metadata(chunk.uri)
    empty = _columns(chunk, metadata, _is_empty)
    return ["_row_number", *sorted({*metadata.schema.names}.intersection(wanted) - empty)]


def _read_coded(chunk: Chunk, wanted: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Read dictionaries as they are stored, and the other columns with the reader that is quicker for these.

    What the chunk's statistics call empty is not read: most objects of a source fill few of its columns.
    """
    metadata = pq.read_metadata(chunk.uri)
    stored = [metadata.schema.column(place).name for place in range(metadata.num_columns)]
    as_codes = _columns(chunk, metadata, _is_coded).intersection(wanted)
    empty = _columns(chunk, metadata, _is_empty).intersection(as_codes)
    plain = _read_plain(chunk, [name for name in stored if name in wanted and name not in as_codes])
    with pq.ParquetFile(chunk.uri, metadata=metadata, read_dictionary=sorted(as_codes - empty)) as file:
        codes = file.read_row_groups(list(chunk.groups), columns=sorted(as_codes - empty), use_threads=False)
    read = [coded.from_arrow(name, codes[name]) for name in codes.column_names]
    return plain.hstack([*read, *(coded.nothing(name, len(plain)) for name in sorted(empty))])


def _read_plain(chunk: Chunk, names: Sequence[str]) -> pl.DataFrame:
    scan = pl.scan_parquet(chunk.uri, hive_partitioning=False)
    return scan.slice(chunk.offset, chunk.rows).select(names).collect()


def _with_all(rows: pl.DataFrame, wanted: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return rows with all columns that are wanted; a column that the file lacks is null."""
    missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in wanted.items() if name not in rows.columns]
    return rows.with_columns(missing).select(list(wanted))


def _columns(chunk: Chunk, metadata: pq.FileMetaData, holds: Callable[[pq.ColumnChunkMetaData], bool]) -> set[str]:
    """Return the columns of which something holds in each row group of the chunk."""
    places = range(metadata.num_columns)
    parts = [metadata.row_group(group).column(place) for group in chunk.groups for place in places]
    others = {part.path_in_schema for part in parts if not holds(part)}
    return {part.path_in_schema for part in parts} - others


def _is_coded(part: pq.ColumnChunkMetaData) -> bool:
    """Tell whether text is stored as a dictionary."""
    return bool(part.has_dictionary_page) and part.physical_type == "BYTE_ARRAY"


def _is_empty(part: pq.ColumnChunkMetaData) -> bool:
    """Tell whether there is no value, as far as the statistics tell."""
    return part.statistics is not None and part.statistics.null_count == part.num_values


def register(home: Home, files: Sequence[FileRecord]) -> None:
    """Add accepted files to the register, in one commit."""
    if files:
        tables.append(home, "bronze", REGISTER, _table(files, REGISTER_SCHEMA))


def reject(home: Home, files: Sequence[RejectedFile]) -> None:
    """Add files that were turned away as a whole, in one commit."""
    if files:
        tables.append(home, "quarantine", REJECTED, _table(files, REJECTED_SCHEMA))


def registered(home: Home, source: str) -> list[FileRecord]:
    """Return the register's entries of one source."""
    if not tables.exists(home, "bronze", REGISTER):
        return []
    rows = tables.read(home, "bronze", REGISTER, where={"source": source}).to_pylist()
    return [FileRecord(**row) for row in rows]


def registered_hashes(home: Home, source: str) -> set[str]:
    """Return the hashes of the files of one source in the register."""
    if not tables.exists(home, "bronze", REGISTER):
        return set()
    return set(
        tables.read(home, "bronze", REGISTER, columns=["file_sha256"], where={"source": source})[
            "file_sha256"
        ].to_pylist()
    )


def rejected(home: Home, source: str | None = None) -> list[RejectedFile]:
    """Return the files turned away, of one source or of all."""
    if not tables.exists(home, "quarantine", REJECTED):
        return []
    rows = tables.read(home, "quarantine", REJECTED).to_pylist()
    return [RejectedFile(**row) for row in rows if source in (None, row["source"])]


def note_archives(home: Home, source: str, archives: Sequence[tuple[str, str, int]]) -> None:
    """Note archives whose every member was dealt with: hash, name and number of members."""
    rows = [
        {"source": source, "file_sha256": sha256, "file_name": name, "members": members}
        for sha256, name, members in archives
    ]
    if rows:
        tables.append(home, "bronze", ARCHIVES, pa.Table.from_pylist(rows, schema=ARCHIVES_SCHEMA))


def unpacked_archives(home: Home, source: str) -> set[str]:
    """Return the hashes of a source's archives that need not be unpacked again."""
    if not tables.exists(home, "bronze", ARCHIVES):
        return set()
    rows = tables.read(home, "bronze", ARCHIVES, columns=["source", "file_sha256"]).to_pylist()
    return {row["file_sha256"] for row in rows if row["source"] == source}


def recover(home: Home, source: str) -> list[FileRecord]:
    """Register the files whose rows are in bronze though a killed run did not register them.

    The newest commits of the bronze table are compared with the register until one is known, so the cost does not
    grow with the history.

    Returns:
        The files that were added to the register.
    """
    if not tables.exists(home, "bronze", source):
        return []
    known = registered_hashes(home, source)
    lost: list[FileRecord] = []
    for files in tables.notes(home, "bronze", source, "files"):
        records = [_from_note(file) for file in files]
        unknown = [record for record in records if record.file_sha256 not in known]
        if not unknown:
            break
        lost += unknown
    register(home, lost)
    return lost


def _from_note(file: dict[str, Any]) -> FileRecord:
    prepared = file["prepared_on"]
    return FileRecord(**{**file, "prepared_on": dt.date.fromisoformat(prepared) if prepared else None})


def _table(files: Sequence[FileRecord] | Sequence[RejectedFile], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([asdict(file) for file in files], schema=schema)
