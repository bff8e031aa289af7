"""Writing a release's folder: staged beside its place, fsynced, renamed; never changed afterwards.

A folder that no ledger event refers to is garbage of a killed run and is replaced. What goes into the files is made by
`governance.releases.candidate`.
"""

import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
from pyarrow import parquet

from governance.durable import sync
from governance.ledger.envelope import canonical_bytes
from governance.releases.manifest import MANIFEST, FileEntry, Manifest
from governance.releases.numbers import fixed_text, plain_text
from governance.releases.store import DATA, FILES, MEASURES, SET_ASIDE, SOURCES, STRUCTURE, ReleaseStore, sha256_of

CSV = "data.csv"

_MEDIA_TYPES = {
    **dict.fromkeys((DATA, SOURCES, FILES, SET_ASIDE, MEASURES), "application/vnd.apache.parquet"),
    CSV: "text/csv",
    STRUCTURE: "application/json",
}
_READ_ONLY = 0o444
_ROWS_IN_GROUP = 1 << 16
"""Rows of a row group: a trace opens the groups that hold its observation, not the whole table."""


@contextmanager
def dataset_lock(store: ReleaseStore, dataset: str) -> Iterator[Path]:
    """Keep every other proposal or publication of the dataset out; yields its folder."""
    folder = store.root / dataset
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield folder


def stage(
    folder: Path,
    *,
    data: pa.Table,
    lineage: Mapping[str, pa.Table],
    document: Mapping[str, object],
    note: Mapping[str, str],
) -> tuple[Path, tuple[FileEntry, ...]]:
    """Write a release's files into a fresh staging folder and return it with their entries.

    Args:
        folder: The dataset's folder, locked.
        data: Observations in the columns of `governance.releases.columns.data_schema`.
        lineage: Tables of lineage by the name of their file.
        document: Structure.
        note: Key-value metadata for the Parquet files.
    """
    staged = folder / ".staging"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    write_parquet(staged / DATA, data, note)
    for name, table in lineage.items():
        write_parquet(staged / name, table, note)
    csv_table(pl.DataFrame(data)).write_csv(staged / CSV)
    (staged / STRUCTURE).write_bytes(canonical_bytes(dict(document)) + b"\n")
    rows = {DATA: data.num_rows, CSV: data.num_rows, **{name: table.num_rows for name, table in lineage.items()}}
    entries = []
    for name in sorted({*rows, STRUCTURE}):
        path = staged / name
        path.chmod(_READ_ONLY)
        sync(path)
        entries.append(
            FileEntry(
                name=name,
                media_type=_MEDIA_TYPES[name],
                sha256=sha256_of(path),
                size_bytes=path.stat().st_size,
                rows=rows.get(name),
            )
        )
    return staged, tuple(entries)


def place_proposed(store: ReleaseStore, staged: Path, manifest: Manifest) -> None:
    """Move a staged folder to where proposals wait; call only for a version that no ledger event knows."""
    write_manifest(staged, manifest)
    target = store.proposed_path(manifest.dataset, manifest.version)
    for leftover in (target, store.published_path(manifest.dataset, manifest.version)):
        shutil.rmtree(leftover, ignore_errors=True)
    target.parent.mkdir(exist_ok=True)
    staged.rename(target)
    sync(target.parent)


def place_published(store: ReleaseStore, manifest: Manifest) -> None:
    """Give a waiting folder its final manifest and move it to its place; safe to repeat after a kill."""
    current = store.path(manifest.dataset, manifest.version)
    write_manifest(current, manifest)
    target = store.published_path(manifest.dataset, manifest.version)
    if current != target:
        current.rename(target)
        sync(target.parent)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write `manifest.json` into a folder that is not yet published, in one step."""
    temporary = folder.parent / f".{folder.name}.{MANIFEST}"
    temporary.write_bytes(manifest.to_bytes())
    temporary.chmod(_READ_ONLY)
    sync(temporary)
    temporary.replace(folder / MANIFEST)
    sync(folder)


def csv_table(data: pl.DataFrame) -> pl.DataFrame:
    """Return observations as text for CSV: values with exactly their published decimals, parts without zeros."""
    values = [
        None if value is None else fixed_text(value, decimals)
        for value, decimals in zip(data["OBS_VALUE"], data["DECIMALS"], strict=True)
    ]
    return data.with_columns(
        pl.Series("OBS_VALUE", values, dtype=pl.String),
        *(pl.Series(name, _texts(data[name]), dtype=pl.String) for name in ("NUMERATOR", "DENOMINATOR")),
    )


def _texts(values: pl.Series) -> list[str | None]:
    known: list[Decimal | None] = values.to_list()
    return [None if value is None else plain_text(value) for value in known]


def write_parquet(path: Path, table: pa.Table, note: Mapping[str, str]) -> None:
    """Write a table as Parquet with what it is (`note`) in the file itself."""
    noted = table.replace_schema_metadata({"amar": json.dumps(note, sort_keys=True)})
    parquet.write_table(noted, path, compression="zstd", row_group_size=_ROWS_IN_GROUP)
