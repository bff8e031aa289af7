"""Everything of a home that lies after bronze, searched for identifiers: tables, releases, databases, logs, artifacts.

Not searched: bronze, quarantine and landing, which hold rows as received; older versions of tables, until maintenance
removes them; a ledger in PostgreSQL; DuckDB's scratch databases, which the next run makes anew.
"""

import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from lake import tables
from lake.identifiers.known import known_identifiers
from lake.identifiers.scan import SCHEMA, Leak, columns_of, judge, no_pseudonyms, texts_of
from lake.layout import Home, Layer

LAYERS: tuple[Layer, ...] = ("silver", "gold")
_CLOSED = ("bronze", "quarantine")
_INVENTED = ("planted_identifiers.txt", "planted.parquet", "planted_findings")
"""What the generator notes of its invented extracts, beside the landing folder."""
_DATABASES = (".db", ".sqlite", ".sqlite3")
_PARQUET, _ARROW = ".parquet", ".arrow"
_ROWS_A_BATCH = 200_000
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
    places: set[str] = set()
    for layer in LAYERS:
        for name in tables.versions(home, layer):
            frame = pl.scan_delta(tables.open_table(home, layer, name)).collect()
            found += no_pseudonyms(f"{layer}/{name}", frame)
            found += judge(known, columns_of(f"{layer}/{name}", frame))
            places.add(f"{layer}/{name}")
    for batch in _batched(_loose(home)):
        places.update(batch["place"].unique())
        found += judge(known, batch)
    return Report(len(known.numbers), len(known.names), len(places), tuple(found))


def _batched(parts: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Put small pieces together, for a search costs about the same for one text as for a thousand."""
    gathered, rows = [pl.DataFrame(schema=SCHEMA)], 0
    for part in parts:
        gathered.append(part)
        rows += len(part)
        if rows >= _ROWS_A_BATCH:
            yield pl.concat(gathered)
            gathered, rows = [pl.DataFrame(schema=SCHEMA)], 0
    yield pl.concat(gathered)


def _loose(home: Home) -> Iterator[pl.DataFrame]:
    """Yield what the files hold that are no table of the lake and nothing as received."""
    within = {home.lake / layer for layer in (*LAYERS, *_CLOSED)} | {home.landing, home.members}
    within |= {home.landing.parent / name for name in _INVENTED}
    for path in sorted(home.root.rglob("*")):
        if path.is_file() and path.suffix not in _PASSED and not within.intersection((path, *path.parents)):
            yield from file_texts(path, place=str(path.relative_to(home.root)))


def file_texts(path: Path, *, place: str) -> Iterator[pl.DataFrame]:
    """Yield the texts of a file and its name, for `judge`."""
    yield texts_of(place, [place], "(name of the file)")
    if path.suffix in _DATABASES:
        yield from _database_texts(path, place)
    elif path.suffix in (_PARQUET, _ARROW):
        yield columns_of(place, pl.read_parquet(path) if path.suffix == _PARQUET else pl.read_ipc(path))
    elif path.suffix in _PACKED and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                yield texts_of(f"{place}!{name}", _lines(packed.read(name)))
    else:
        yield texts_of(place, _lines(path.read_bytes()))


def _lines(data: bytes) -> list[str]:
    return data.decode(errors="replace").splitlines()


def _database_texts(path: Path, place: str) -> Iterator[pl.DataFrame]:
    """Yield the texts and whole numbers of an SQLite database."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for (name,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
            rows = database.execute(f'select * from "{name}"')
            columns = [column for column, *_ in rows.description]
            for column, held in zip(columns, zip(*rows.fetchall(), strict=True), strict=False):
                texts = {_text(value) for value in held if isinstance(value, str | bytes | int)}
                yield texts_of(f"{place}:{name}", texts, column)


def _text(value: str | bytes | int) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
