"""Erasing rows: tombstones first, then table by table with the files of older versions; repeated, it ends the same.

Marts come before silver, which tells as long as it is whole which pseudonyms stand in these rows alone. The tombstones'
commit says what the erasure takes from which table: a run that dies is finished by a second call, which reads that
instead of counting what is left.
"""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from lake import bronze, slices, tables
from lake.contracts.model import Source, load_source
from lake.layout import Home
from lake.pseudonym import Keyring
from lake.retention import register, removal
from lake.retention.find import Found, beside, doomed_of, find, held_in
from lake.retention.sift import row_digest

_NOTE = "erasure"


@dataclass(frozen=True)
class Outcome:
    """What an erasure took.

    Attributes:
        tables: Rows by table, `layer/name`.
        files: Lines by SHA-256 of the landing file that they came in.
        held: Old files in which rows are left; see `lake.retention.removal.redact`.
    """

    tables: Mapping[str, int]
    files: Mapping[str, int]
    held: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Lines of landing files that were erased."""
        return sum(self.files.values())


def erase(home: Home, erasure: str, pids: frozenset[bytes], keyring: Keyring) -> Outcome:
    """Erase the rows in which one of some pseudonyms stands.

    Args:
        home: The installation; the caller holds its writer lock.
        erasure: Name of the erasure, under which its tombstones stand.
        pids: The pseudonyms.
        keyring: The keys.
    """
    taken = _noted(home, erasure)
    found = find(home, pids, keyring)
    if taken is None:
        taken = {f"{layer}/{name}": rows for (layer, name), rows in sorted(found.rows.items())}
        stones = list(_tombstones(home, found, keyring, erasure))
        register.bury(home, stones, note={_NOTE: {"id": erasure, "tables": taken}})
    places = _places(home, erasure)
    alone, _ = beside(home, places)
    doomed = doomed_of(places, pids | frozenset(alone))
    held = []
    for layer, name in held_in(home, places):
        removal.remove(home, layer, name, doomed, {_NOTE: erasure})
        held += [str(path.relative_to(home.root)) for path in removal.redact(home, layer, name, doomed)]
    for folder in home.leavings:
        shutil.rmtree(folder, ignore_errors=True)
    for source in sorted(set(places["source"])):
        _settle(home, load_source(source), keyring, erasure, frozenset(places.filter(source=source)["period"]))
    files = dict(sorted(places.group_by("_file_sha256").len().iter_rows()))
    return Outcome(taken, files, tuple(sorted(held)))


def _noted(home: Home, erasure: str) -> dict[str, int] | None:
    """Return what a call that died counted before it took anything."""
    if not tables.exists(home, "bronze", register.ERASED):
        return None
    notes = tables.notes(home, "bronze", register.ERASED, _NOTE)
    return next((dict(note["tables"]) for note in notes if note["id"] == erasure), None)


def _places(home: Home, erasure: str) -> pl.DataFrame:
    stones = register.erased(home).filter(erasure=erasure)
    return stones.select(
        "source",
        "object",
        "period",
        pl.col("file_sha256").alias("_file_sha256"),
        pl.col("row_number").alias("_row_number"),
    )


def _tombstones(home: Home, found: Found, keyring: Keyring, erasure: str) -> list[dict[str, Any]]:
    stones = []
    for (source, period), places in found.places.group_by("source", "period", maintain_order=True):
        digests = _digests(home, load_source(str(source)), period and str(period), places, keyring)
        for row in places.iter_rows(named=True):
            place = (row["_file_sha256"], row["_row_number"])
            stone = {name: row[name] for name in ("source", "object", "period")}
            stone |= dict(zip(register.PLACE, place, strict=True))
            told = {"digest": digests.get(place), "key_version": keyring.version, "erasure": erasure}
            stones.append(stone | told)
    return stones


def _digests(
    home: Home, source: Source, period: str | None, places: pl.DataFrame, keyring: Keyring
) -> dict[tuple[str, int], str]:
    """Return the digest of each row that bronze still holds."""
    if not tables.exists(home, "bronze", source.id) or period in register.expired_months(home, source.id):
        return {}
    rows = bronze.rows_at(home, source, period, places.select(removal.PLACE))
    return {
        (row["_file_sha256"], row["_row_number"]): row_digest(row, keyring, keyring.version)
        for row in rows.iter_rows(named=True)
    }


def _settle(home: Home, source: Source, keyring: Keyring, erasure: str, months: frozenset[str | None]) -> None:
    """Note that silver holds what it should: it was made without these rows, so nothing has to be judged again."""
    built = slices.built(home, source.id)
    before = slices.wanted_signatures(home, source, keyring, but_for=erasure)
    now = slices.wanted_signatures(home, source, keyring)
    current = [month for month in months if month in now and built.get(month) in (before[month], now[month])]
    lost = register.digests(home, source.id)
    kept = {
        month: f"kept/{hashlib.sha256(lost[month].encode()).hexdigest()}"
        for month in months
        if month in built and month not in now
    }
    slices.record(home, source, now | kept, [*current, *kept])
