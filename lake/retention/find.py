"""Finding a person's rows by pseudonym: in silver as they stand, in rows as received by what their identifiers become.

Rows that silver does not hold — duplicates, superseded, set aside — are found in bronze and quarantine, in any spelling
of the identifier; of a record that does not fit its header every run of digits is tried. Text that only mentions a
person is not searched.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import polars as pl
import pyarrow.parquet as pq

from lake import tables
from lake.contracts.model import Column, ContractError, Entity, Source, load_sources
from lake.layout import Home, Layer
from lake.normalise import clean_text, pseudonyms_of
from lake.pseudonym import SUFFIX, Keyring
from lake.retention import removal
from lake.retention.removal import Doomed

PLACES_SCHEMA: dict[str, pl.DataType] = {
    "source": pl.String(),
    "object": pl.String(),
    "period": pl.String(),
    "_file_sha256": pl.String(),
    "_row_number": pl.Int64(),
}
_UNFIT = ("_raw", "_extra")
_RUNS = r"[0-9A-Za-z]{4,}"
_FILE = "file"
_AS_RECEIVED: tuple[Layer, Layer] = ("bronze", "quarantine")


@dataclass(frozen=True)
class Found:
    """What the lake holds of some persons.

    Attributes:
        places: Where the rows stand, `PLACES_SCHEMA`.
        rows: Rows that go, by layer and table; only tables with any.
        linked: Pseudonyms of files that stand in these rows and in others: what else is known of the files is erased
            only where they are named too.
    """

    places: pl.DataFrame
    rows: dict[tuple[Layer, str], int]
    linked: frozenset[bytes]


def find(home: Home, pids: frozenset[bytes], keyring: Keyring) -> Found:
    """Find the rows in which one of some pseudonyms stands, whatever its kind."""
    parts = [pl.DataFrame(schema=PLACES_SCHEMA)]
    for source in load_sources():
        for entity in source.entities:
            parts += _in_silver(home, source, entity, pids)
        if any(map(_identifiers, source.entities)):
            parts += _as_received(home, source, pids, keyring)
    places = pl.concat(parts).unique(["_file_sha256", "_row_number"], keep="first", maintain_order=True)
    places = places.sort("source", "period", "_file_sha256", "_row_number")
    alone, shared = beside(home, places)
    doomed = doomed_of(places, pids | frozenset(alone))
    counted = {table: removal.count(home, *table, doomed) for table in held_in(home, places)}
    rows = {table: rows for table, rows in counted.items() if rows}
    return Found(places, rows, frozenset(pid for pid, kind in shared.items() if kind == _FILE and pid not in pids))


def beside(home: Home, places: pl.DataFrame) -> tuple[dict[bytes, str], dict[bytes, str]]:
    """Return the pseudonyms that stand in silver rows at some places, with their kind.

    Returns:
        Those that stand in no other row, so that what a mart says of them it says of these rows; and the others.
    """
    doomed = doomed_of(places, frozenset())
    entities = [entity for source in load_sources() for entity in source.entities]
    inside: dict[bytes, str] = {}
    for rows, kinds, _ in chain.from_iterable(_pids(home, entity) for entity in entities):
        gone = rows.filter(doomed.among(rows))
        for name, kind in kinds.items():
            inside |= dict.fromkeys(gone[name].drop_nulls().to_list(), kind)
    wanted = pl.Series(sorted(inside), dtype=pl.Binary).implode()
    shared: set[bytes] = set()
    for rows, kinds, _ in chain.from_iterable(_pids(home, entity) for entity in entities):
        stays = rows.filter(~doomed.among(rows))
        for name in kinds:
            shared.update(stays[name].filter(stays[name].is_in(wanted).fill_null(value=False)).unique().to_list())
    alone = {pid: kind for pid, kind in inside.items() if pid not in shared}
    return alone, {pid: inside[pid] for pid in shared}


def pseudonyms(identifiers: Iterable[str], kind: str, keyring: Keyring) -> frozenset[bytes]:
    """Return the pseudonyms that identifiers have in silver, in every way that a contract reads this kind.

    Raises:
        lake.contracts.model.ContractError: no contract has identifiers of this kind; the text says nothing of any.
    """
    named = pl.Series("identifier", list(identifiers), dtype=pl.String)
    entities = [entity for source in load_sources() for entity in source.entities]
    columns = [column for entity in entities for column in _identifiers(entity) if column.identifier == kind]
    if not columns:
        raise ContractError("no contract has identifiers of this kind: person, file, workshop or operator")
    found = (pseudonyms_of(named, column, keyring).drop_nulls() for column in columns)
    return frozenset(pid for series in found for pid in series)


def doomed_of(places: pl.DataFrame, pids: frozenset[bytes]) -> Doomed:
    """Return what `lake.retention.removal` takes out."""
    return Doomed(places.select(removal.PLACE), pids, frozenset(places["period"]))


def held_in(home: Home, places: pl.DataFrame) -> list[tuple[Layer, str]]:
    """Return the tables that rows at some places, or what was made of them, may stand in: marts first, silver last."""
    named: list[tuple[Layer, str]] = []
    for source in load_sources():
        if source.id in set(places["source"]):
            named += [(layer, source.id) for layer in _AS_RECEIVED]
            named += [("silver", f"{source.id}_{kind}") for kind in ("row_state", "finding", "correction")]
            named += [("silver", entity.name) for entity in source.entities]
    cases: list[tuple[Layer, str]] = [
        ("gold", name)
        for name in tables.versions(home, "gold")
        if any(column.endswith(SUFFIX) for column in tables.schema(home, "gold", name).names)
    ]
    return cases + [table for table in named if tables.exists(home, *table)]


def _identifiers(entity: Entity) -> list[Column]:
    return [column for column in entity.columns if column.identifier and column.pseudonym]


def _pids(home: Home, entity: Entity) -> Iterator[tuple[pl.DataFrame, dict[str, str], str | None]]:
    """Yield place and pseudonyms of an object's silver rows file by file, the kinds of the columns, and the month."""
    known = {column.pseudonym or "": column.identifier or "" for column in _identifiers(entity)}
    if not known or not tables.exists(home, "silver", entity.name):
        return
    for path, partition in removal.files(home, "silver", entity.name):
        stored = set(pq.read_schema(path).names)
        kinds = {name: kind for name, kind in known.items() if name in stored}
        rows = pl.read_parquet(path, columns=[*removal.PLACE, *kinds], hive_partitioning=False)
        yield rows, kinds, partition.get("period")


def _in_silver(home: Home, source: Source, entity: Entity, pids: frozenset[bytes]) -> Iterator[pl.DataFrame]:
    """Yield the rows of one object that hold a pseudonym."""
    wanted = pl.Series(sorted(pids), dtype=pl.Binary).implode()
    for rows, kinds, month in _pids(home, entity):
        hit = pl.any_horizontal(pl.lit(value=False), pl.col(list(kinds)).is_in(wanted))
        yield _placed(rows.filter(hit), source, entity, month)


def _as_received(home: Home, source: Source, pids: frozenset[bytes], keyring: Keyring) -> Iterator[pl.DataFrame]:
    """Yield the rows of bronze and quarantine whose identifiers become one of the pseudonyms."""
    for layer in _AS_RECEIVED:
        if not tables.exists(home, layer, source.id):
            continue
        for uri in tables.file_uris(home, layer, source.id):
            rows = _read(uri, source)
            for entity in source.entities:
                own = rows.filter(pl.col("_entity") == entity.name)
                hit = _hit(own, entity, pids, keyring)
                yield _placed(own.filter(hit), source, entity, _month(uri))


def _placed(rows: pl.DataFrame, source: Source, entity: Entity, period: str | None) -> pl.DataFrame:
    return rows.select(
        pl.lit(source.id).alias("source"),
        pl.lit(entity.name).alias("object"),
        pl.lit(period, dtype=pl.String).alias("period"),
        *removal.PLACE,
    )


def _read(uri: str, source: Source) -> pl.DataFrame:
    wanted = {column.name for entity in source.entities for column in _identifiers(entity)} | {*_UNFIT}
    always = ["_entity", *removal.PLACE]
    stored = pq.read_schema(uri).names
    rows = pl.read_parquet(uri, columns=[*always, *sorted(wanted.intersection(stored))], hive_partitioning=False)
    missing = [pl.lit(None, dtype=pl.String).alias(name) for name in sorted(wanted.difference(stored))]
    return rows.with_columns(missing)


def _hit(rows: pl.DataFrame, entity: Entity, pids: frozenset[bytes], keyring: Keyring) -> pl.Series:
    found = pl.repeat(value=False, n=len(rows), dtype=pl.Boolean, eager=True)
    for column in _identifiers(entity):
        found |= _becomes(rows[column.name], column, pids, keyring)
        for name in _UNFIT:
            found |= _mentions(rows[name], column, pids, keyring)
    return found


def _becomes(values: pl.Series, column: Column, pids: frozenset[bytes], keyring: Keyring) -> pl.Series:
    """Tell which values become one of the pseudonyms, each distinct one tried once."""
    distinct = values.cast(pl.String).unique().drop_nulls()
    wanted = pl.Series(sorted(pids), dtype=pl.Binary).implode()
    hits = distinct.filter(pseudonyms_of(distinct, column, keyring).is_in(wanted).fill_null(value=False))
    return values.cast(pl.String).is_in(hits.implode()).fill_null(value=False)


def _mentions(values: pl.Series, column: Column, pids: frozenset[bytes], keyring: Keyring) -> pl.Series:
    """Tell in which texts a run of letters and digits becomes one of the pseudonyms."""
    nothing = pl.repeat(value=False, n=len(values), dtype=pl.Boolean, eager=True)
    at = values.is_not_null().arg_true()
    if at.is_empty():
        return nothing
    runs = clean_text(values.gather(at)).str.extract_all(_RUNS)
    listed = pl.DataFrame({"at": at, "run": runs}).explode("run").drop_nulls()
    hit = listed.filter(_becomes(listed["run"], column, pids, keyring))["at"].unique()
    return nothing.scatter(hit, True)


def _month(uri: str) -> str | None:
    return next((part.split("=", 1)[1] for part in uri.split("/") if part.startswith("_period=")), None)
