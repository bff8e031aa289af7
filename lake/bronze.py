"""Bronze: files appended as received, each exactly once, and the register of what was received.

The unit of commit is a source's month: one Delta commit holds all new files of it and names them. The register is
written after the rows; should a run die between the two, `recover` finds the rows and registers them.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl
import pyarrow as pa

from lake import tables
from lake.layout import Home

REGISTER = "received_file"
REJECTED = "rejected_file"
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


def append_files(home: Home, source: str, period: str | None, rows: pl.DataFrame, files: Sequence[FileRecord]) -> None:
    """Append the rows of new files of one slice in one commit.

    Args:
        home: The installation.
        source: Source id.
        period: Month of the slice; None for a source without partitions.
        rows: The files' rows, bronze columns.
        files: The files; named in the commit, with all that the register keeps.
    """
    if period:
        rows = rows.with_columns(pl.lit(period).alias(PERIOD))
    listed = [{**asdict(file), "prepared_on": file.prepared_on and file.prepared_on.isoformat()} for file in files]
    tables.append(
        home,
        "bronze",
        source,
        rows.to_arrow(compat_level=pl.CompatLevel.oldest()),
        partition_by=[PERIOD] if period else (),
        note={"files": listed},
    )


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
    rows = tables.read(home, "bronze", REGISTER).to_pylist()
    return [FileRecord(**row) for row in rows if row["source"] == source]


def rejected(home: Home, source: str | None = None) -> list[RejectedFile]:
    """Return the files turned away, of one source or of all."""
    if not tables.exists(home, "quarantine", REJECTED):
        return []
    rows = tables.read(home, "quarantine", REJECTED).to_pylist()
    return [RejectedFile(**row) for row in rows if source in (None, row["source"])]


def recover(home: Home, source: str) -> list[FileRecord]:
    """Register the files whose rows are in bronze though a killed run did not register them.

    The newest commits of the bronze table are compared with the register until one is known, so the cost does not
    grow with the history.

    Returns:
        The files that were added to the register.
    """
    if not tables.exists(home, "bronze", source):
        return []
    known = {file.file_sha256 for file in registered(home, source)}
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
