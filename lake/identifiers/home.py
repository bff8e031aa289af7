"""Everything of a home that lies after bronze, searched for identifiers: tables, releases, databases, logs, artifacts.

Not searched: bronze, quarantine and landing, which hold rows as received; older versions of tables, until maintenance
removes them; a ledger in PostgreSQL; DuckDB's scratch databases, which the next run makes anew.
"""

import io
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from lake import tables
from lake.identifiers.known import Known, known_identifiers
from lake.identifiers.scan import Leak, scan_frame, scan_texts
from lake.layout import Home, Layer

LAYERS: tuple[Layer, ...] = ("silver", "gold")
_CLOSED = ("bronze", "quarantine")
_DATABASES = (".db", ".sqlite", ".sqlite3")
_PARQUET, _ARROW = ".parquet", ".arrow"
_PACKED = (".zip", ".xlsx")
_PASSED = (".duckdb", ".wal", ".lock", ".db-wal", ".db-shm", ".pyc")


@dataclass(frozen=True)
class Report:
    """What a search came to.

    Attributes:
        known: Identifiers looked for, as they may be written.
        names: Names looked for.
        places: Tables and files searched.
        leaks: What was found.
    """

    known: int
    names: int
    places: int
    leaks: tuple[Leak, ...]


def scan_home(home: Home, more: Iterable[str] = ()) -> Report:
    """Search everything after bronze.

    Args:
        home: The installation.
        more: Further words to look for, besides the identifiers of bronze.
    """
    known = known_identifiers(home, more)
    found: list[Leak] = []
    places = 0
    for searched in _searched(home, known):
        places += 1
        found += searched
    return Report(len(known.numbers), len(known.names), places, tuple(found))


def _searched(home: Home, known: Known) -> Iterator[list[Leak]]:
    for layer in LAYERS:
        for name in tables.versions(home, layer):
            table = pl.scan_delta(tables.open_table(home, layer, name)).collect()
            yield list(scan_frame(known, f"{layer}/{name}", table))
    for path in sorted(_files(home)):
        yield list(scan_file(known, path, place=str(path.relative_to(home.root))))


def _files(home: Home) -> Iterator[Path]:
    """Yield the files of a home that are no table of the lake and nothing as received."""
    within = {home.lake / layer for layer in (*LAYERS, *_CLOSED)} | {home.landing, home.scratch / "members"}
    for path in home.root.rglob("*"):
        if path.is_file() and path.suffix not in _PASSED and not within.intersection(path.parents):
            yield path


def scan_file(known: Known, path: Path, *, place: str) -> Iterator[Leak]:
    """Yield what a file and its name hold."""
    yield from scan_texts(known, place, pl.Series([place]), column="(name of the file)")
    if path.suffix in _DATABASES:
        yield from _scan_database(known, path, place)
    elif path.suffix in (_PARQUET, _ARROW):
        frame = pl.read_parquet(path) if path.suffix == _PARQUET else pl.read_ipc(path)
        yield from scan_frame(known, place, frame)
    elif path.suffix in _PACKED and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                yield from scan_texts(known, f"{place}!{name}", _lines(packed.read(name)))
    else:
        yield from scan_texts(known, place, _lines(path.read_bytes()))


def _lines(data: bytes) -> pl.Series:
    return pl.Series(io.StringIO(data.decode(errors="replace")).readlines(), dtype=pl.String)


def _scan_database(known: Known, path: Path, place: str) -> Iterator[Leak]:
    """Yield what the tables of an SQLite database hold."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        names = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        for name in names:
            rows = database.execute(f'select * from "{name}"')
            columns = [column for column, *_ in rows.description]
            values = list(zip(*rows.fetchall(), strict=True)) or [()] * len(columns)
            for column, held in zip(columns, values, strict=True):
                texts = [_text(value) for value in set(held) if isinstance(value, str | bytes | int)]
                yield from scan_texts(known, f"{place}:{name}", pl.Series(texts, dtype=pl.String), column=column)


def _text(value: str | bytes | int) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
