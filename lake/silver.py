"""One slice — a source's month — from bronze to silver, quarantine and row states.

A slice is computed whole from the bronze rows of its month and replaces what was there, so it can be repeated at any
time with the same result, and its cost does not depend on the history. Each bronze row ends in exactly one state:
used (it is in silver), quarantined, duplicate, superseded or layout.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl
import pyarrow as pa

from lake import tables
from lake.bronze import PERIOD
from lake.contracts.model import Entity, Source, load_source
from lake.layout import Home, Layer
from lake.normalise import DECIMAL, UNIT, derive_columns, pseudonymise, type_columns
from lake.pseudonym import Keyring
from lake.row_states import CONFLICT, REPEATS, find_repeats, is_layout, newest_file_first
from lake.validate import first_breaches
from vocabulary.codelists.load import NA, load_codelist
from vocabulary.units.load import load_units

RULES_VERSION = 2
"""Raised when the rules below change what a slice contains, so that every slice is computed anew."""

STATE_SCHEMA = {
    "_file_sha256": pl.String,
    "_row_number": pl.Int64,
    "entity": pl.String,
    "state": pl.String,
    "rule": pl.String,
    "column": pl.String,
}


@dataclass(frozen=True)
class SliceResult:
    """What became of one slice's rows.

    Attributes:
        source: Source id.
        period: Jalali month, or None for a source without partitions.
        rows: Bronze rows by state: used, quarantined, duplicate, superseded, layout.
        breaches: Quarantined rows by rule.
        used: Rows in each silver table.
    """

    source: str
    period: str | None
    rows: dict[str, int]
    breaches: dict[str, int]
    used: dict[str, int]


@dataclass(frozen=True)
class Slice:
    """One slice computed, not yet written."""

    source: Source
    period: str | None
    used: dict[str, pl.DataFrame]
    state: pl.DataFrame
    quarantine: pl.DataFrame


def compute_slice(home: Home, source: Source, period: str | None, keyring: Keyring, received: Sequence[str]) -> Slice:
    """Compute one slice from its bronze rows; nothing is written, so several can be computed at once.

    Args:
        home: The installation.
        source: Whose slice.
        period: Its month; None for a source without partitions.
        keyring: For the pseudonyms.
        received: Hashes of the source's files, oldest first.
    """
    bronze = _read_bronze(home, source, period)
    states, used = [], {}
    for entity in source.entities:
        rows = bronze.filter(pl.col("_entity") == entity.name)
        silver, state = judge(rows, entity, period, keyring, received)
        used[entity.name] = silver
        states.append(state)
    state = pl.concat(states)
    return Slice(source, period, used, state, _quarantine(bronze, state, source))


def write_slice(home: Home, computed: Slice) -> SliceResult:
    """Replace one slice in quarantine, row states and silver.

    Silver is written last: until then the slice's signature is not recorded, and an interrupted slice is repeated.
    """
    source, period = computed.source, computed.period
    note = {"source": source.id, "period": period}
    _write(home, "quarantine", source.id, computed.quarantine, {PERIOD: period}, note)
    _write(home, "silver", f"{source.id}_row_state", computed.state, {"period": period}, note)
    for name, frame in computed.used.items():
        _write(home, "silver", name, frame, {"period": period}, note)
    return _result(source, period, computed.state, {name: len(frame) for name, frame in computed.used.items()})


def judge(
    rows: pl.DataFrame, entity: Entity, period: str | None, keyring: Keyring, received: Sequence[str] = ()
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split one object's bronze rows into silver rows and the states of all others.

    Args:
        rows: Bronze rows of one object and month, of all its files.
        entity: Their contract.
        period: The month that the files claim.
        keyring: For the pseudonyms.
        received: Hashes of the files, oldest first: where two give the same key, the newer one holds.

    Returns:
        The silver rows, and `STATE_SCHEMA` rows for every row that is not in silver.
    """
    layout = is_layout(rows, entity)
    ragged = (rows["_shape"] == "ragged") & ~layout
    data = newest_file_first(rows.filter(~layout & ~ragged), received)
    typed = derive_columns(type_columns(data, entity), entity)
    breaches = first_breaches(data, typed, entity, period)
    place = ["_file_sha256", "_row_number"]
    frame = typed.with_columns(*data[place], data["_provenance"].alias("provenance"), *breaches)
    valid = _fill_dimensions(frame.filter(pl.col("rule").is_null()), entity)
    repeated = find_repeats(valid, entity)
    state = pl.concat(
        [
            _states(rows.filter(layout).select(place), entity, "layout", rule=None),
            _states(rows.filter(ragged).select(place), entity, "quarantined", rule="row_shape"),
            _states(frame.filter(pl.col("rule").is_not_null()).select(*place, "rule", "column"), entity, "quarantined"),
            *(_states(repeated.filter(repeat=name).select(place), entity, name, rule=None) for name in REPEATS),
            _states(repeated.filter(repeat=CONFLICT).select(place), entity, "quarantined", rule=CONFLICT),
        ]
    )
    used = valid.join(repeated.select(place), on=place, how="anti", maintain_order="left")
    return _silver_columns(used, entity, keyring), state.sort(place)


def signature(source: Source, keyring: Keyring, file_hashes: Iterable[str]) -> str:
    """Return what a slice depends on, hashed: contract, vocabulary, rules, keys and the files in it."""
    parts = [source.id, source.digest, _vocabulary_digest(source.id), str(RULES_VERSION), keyring.fingerprint]
    return hashlib.sha256("\n".join([*parts, *sorted(file_hashes)]).encode()).hexdigest()


@cache
def _vocabulary_digest(source: str) -> str:
    """Hash the codelists that a contract names, with their spellings, and the unit registry."""
    columns = [column for entity in load_source(source).entities for column in entity.columns]
    checks = [check for entity in load_source(source).entities for check in entity.checks]
    named = {column.codelist for column in columns} | {check.settings.get("codelist") for check in checks}
    parts = []
    for name in sorted(name for name in named if name and name != UNIT):
        codelist = load_codelist(name)
        parts += [name, repr(sorted(codelist.labels().items()))]
        parts += [repr((item.code, sorted(item.attributes.items()))) for item in codelist.items]
    if UNIT in named:
        parts.append(repr(sorted(unit.code for unit in load_units())))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def silver_schema(entity: Entity) -> dict[str, pl.DataType]:
    """Return the columns of an object's silver table, in order."""
    kept = {column.silver_name: _dtype(column.logical_type, column.pseudonym) for column in entity.kept}
    keyed = {"_key_version": pl.Int64()} if any(column.pseudonym for column in entity.kept) else {}
    return {
        **kept,
        "provenance": pl.String(),
        **keyed,
        "_file_sha256": pl.String(),
        "_row_number": pl.Int64(),
    }


def _read_bronze(home: Home, source: Source, period: str | None) -> pl.DataFrame:
    arrow = tables.read(home, "bronze", source.id, partition={PERIOD: period} if period else None)
    return pl.DataFrame(arrow)


def _fill_dimensions(valid: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    dimensions = [column.name for column in entity.key if not column.required]
    return valid.with_columns(pl.col(dimensions).fill_null(NA))


def _states(rows: pl.DataFrame, entity: Entity, state: str, **constant: str | None) -> pl.DataFrame:
    added = {"entity": entity.name, "state": state, **constant}
    for name in ("rule", "column"):
        if name not in rows.columns:
            added.setdefault(name, None)
    frame = rows.with_columns(pl.lit(value, dtype=pl.String).alias(name) for name, value in added.items())
    return frame.select(list(STATE_SCHEMA)).cast(pl.Schema(STATE_SCHEMA))


def _quarantine(bronze: pl.DataFrame, state: pl.DataFrame, source: Source) -> pl.DataFrame:
    broken = state.filter(pl.col("state") == "quarantined").select("_file_sha256", "_row_number", "rule", "column")
    labels = {column.name: column.label or column.name for entity in source.entities for column in entity.columns}
    received = bronze.join(broken, on=["_file_sha256", "_row_number"], how="inner", maintain_order="left")
    reason = pl.concat_str(
        pl.lit("row "),
        pl.col("_row_number").cast(pl.String),
        pl.lit(", column "),
        pl.col("column").fill_null("–"),
        pl.lit(" ("),
        pl.col("column").replace(labels).fill_null("–"),
        pl.lit("): "),
        pl.col("rule"),
    )
    return received.with_columns(reason.alias("reason"))


def _silver_columns(used: pl.DataFrame, entity: Entity, keyring: Keyring) -> pl.DataFrame:
    secret = pseudonymise(used, entity, keyring).with_columns(
        pl.lit(keyring.version, dtype=pl.Int64).alias("_key_version")
    )
    schema = silver_schema(entity)
    return secret.select(list(schema)).cast(pl.Schema(schema))


def _dtype(logical: str, pseudonym: str | None) -> pl.DataType:
    if pseudonym:
        return pl.Binary()
    types: dict[str, pl.DataType] = {
        "string": pl.String(),
        "integer": pl.Int64(),
        "number": DECIMAL,
        "date": pl.Date(),
        "timestamp": pl.Datetime("us", "UTC"),
    }
    return types[logical]


def _write(
    home: Home,
    layer: Layer,
    name: str,
    frame: pl.DataFrame,
    slice_: dict[str, str | None],
    note: dict[str, str | None],
) -> None:
    partition = {column: value for column, value in slice_.items() if value}
    frame = frame.with_columns(pl.lit(value).alias(column) for column, value in partition.items())
    tables.replace(home, layer, name, _plain(frame), partition=partition or None, note=note)


def _plain(frame: pl.DataFrame) -> pa.Table:
    """Return an Arrow table without view types, which Delta readers elsewhere may not know."""
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def _result(source: Source, period: str | None, state: pl.DataFrame, used: dict[str, int]) -> SliceResult:
    rows = {"used": sum(used.values()), "quarantined": 0, "duplicate": 0, "superseded": 0, "layout": 0}
    rows.update(dict(state.group_by("state").len().sort("state").iter_rows()))
    broken = state.filter(pl.col("state") == "quarantined").group_by("rule").len().sort("rule")
    return SliceResult(source.id, period, rows, dict(broken.iter_rows()), used)
