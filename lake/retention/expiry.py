"""Rows as received that have had their time: whole months of bronze and quarantine, and whole files set aside.

Silver is not touched, and the states of the rows stay as they were counted. What expires is noted before it goes, so
that a run that dies is finished by the next; what rule decides is not known here.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import polars as pl
import pyarrow as pa

from lake import bronze, duck, tables
from lake.layout import Home, Layer
from lake.maintenance.leavings import remove, replaced_files
from lake.maintenance.model import DEFAULT, Pins
from lake.retention import register

_AT_ONCE = replace(DEFAULT, keep_hours=0)


@dataclass(frozen=True)
class Act:
    """Rows of one month of one table that expire together, or whole files that were set aside.

    Attributes:
        id: Name of the act.
        layer: bronze or quarantine.
        source: Id of the source.
        period: The month; None for whole files that were set aside.
        rule: The retention rule.
        files: Rows by SHA-256 of their landing file.
    """

    id: str
    layer: Layer
    source: str
    period: str | None
    rule: str
    files: Mapping[str, int]

    @property
    def rows(self) -> int:
        """Rows that expire."""
        return sum(self.files.values())


def months_held(home: Home, layer: Layer, source: str) -> dict[str, int]:
    """Return the months of which a table of rows as received holds rows, with their number, from the log alone.

    A source without months is not listed: each build of its silver needs all of its rows.
    """
    if not tables.exists(home, layer, source):
        return {}
    table = tables.open_table(home, layer, source)
    if bronze.PERIOD not in table.metadata().partition_columns:
        return {}
    held: dict[str, int] = {}
    for action in pa.table(table.get_add_actions(flatten=True)).to_pylist():
        month = action[f"partition.{bronze.PERIOD}"]
        held[month] = held.get(month, 0) + action["num_records"]
    return {month: rows for month, rows in sorted(held.items()) if rows}


def files_kept(home: Home, source: str) -> dict[str, dt.date]:
    """Return the whole files of a source that were set aside and are kept, with the day since when."""
    days = {}
    for file in bronze.rejected(home, source):
        path = home.rejected_files / file.file_sha256
        if path.is_file():
            days[file.file_sha256] = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date()
    return days


def expire_months(home: Home, layer: Layer, source: str, months: Sequence[str], *, rule: str, pins: Pins) -> list[Act]:
    """Remove the rows of some months of one table, and the files of its older versions that hold them.

    Args:
        home: The installation; the caller holds its writer lock.
        layer: bronze or quarantine.
        source: Id of the source.
        months: Which months.
        rule: Under which retention rule.
        pins: Versions that releases need.
    """
    version = tables.version(home, layer, source) if months else 0
    acts = []
    for month in months:
        files = _rows_by_file(home, layer, source, month)
        acts.append(Act(_name(layer, source, month, version, files), layer, source, month, rule, files))
    _note(home, acts)
    for act in acts:
        finish(home, act, pins)
    return acts


def expire_files(home: Home, source: str, hashes: Sequence[str], *, rule: str) -> Act:
    """Remove whole files that were set aside; that they came, and why they were turned away, stays known."""
    files = dict.fromkeys(sorted(hashes), 0)
    act = Act(_name("quarantine", source, None, 0, files), "quarantine", source, None, rule, files)
    _note(home, [act])
    finish(home, act, {})
    return act


def finish(home: Home, act: Act, pins: Pins) -> None:
    """Remove what an act names; does nothing where it is gone."""
    if act.period is None:
        for sha256 in act.files:
            (home.rejected_files / sha256).unlink(missing_ok=True)
        return
    if act.period in months_held(home, act.layer, act.source):
        tables.open_table(home, act.layer, act.source).delete(
            f"{bronze.PERIOD} = '{act.period}'", commit_properties=tables.properties({"expiry": act.id})
        )
    kept: AbstractSet[int] = pins.get((act.layer, act.source), frozenset())
    old = replaced_files(home, act.layer, act.source, kept, _AT_ONCE)
    remove(home, [file for file in old if f"{bronze.PERIOD}={act.period}" in file.path.parts])


def acts(home: Home) -> list[Act]:
    """Return every act that was begun, in order of layer, source and month."""
    found = []
    rows = register.expired(home).sort("layer", "source", "period", "act", "file_sha256", nulls_last=True)
    for (name,), files in rows.group_by("act", maintain_order=True):
        first = files.row(0, named=True)
        layer: Layer = "bronze" if first["layer"] == "bronze" else "quarantine"
        counted = dict(files.select("file_sha256", "rows").iter_rows())
        found.append(Act(str(name), layer, first["source"], first["period"], first["rule"], counted))
    return found


def _rows_by_file(home: Home, layer: Layer, source: str, month: str) -> dict[str, int]:
    query = f"""
        select _file_sha256, count(*) from {duck.relation_sql(home, layer, source)}
        where {bronze.PERIOD} = '{month}' group by _file_sha256 order by _file_sha256
    """
    with duck.connect(home) as connection:
        return dict(connection.execute(query).fetchall())


def _name(layer: Layer, source: str, month: str | None, version: int, files: Mapping[str, int]) -> str:
    text = json.dumps([layer, source, month, version, files])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _note(home: Home, begun: Sequence[Act]) -> None:
    known = set(register.expired(home)["act"])
    rows = [
        {"layer": act.layer, "source": act.source, "period": act.period, "rule": act.rule, "act": act.id}
        | {"file_sha256": sha256, "rows": count}
        for act in begun
        if act.id not in known
        for sha256, count in act.files.items()
    ]
    register.note_expired(home, rows)


def rows_expired(home: Home, source: str) -> int:
    """Count the lines of a source whose rows as received have expired from bronze."""
    return int(register.expired(home, source).filter(pl.col("layer") == "bronze")["rows"].sum())
