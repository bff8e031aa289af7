"""One chunk of one object's bronze rows, judged row by row: what becomes silver, what is set aside, what is layout.

What other rows say of a row — the same key again, a newer file of the same slice, sums over a list — is decided later,
by `lake.silver`, from the marks that are left here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from lake.corrections.mend import mend
from lake.contracts.model import Entity
from lake.corrections.model import Correction
from lake.normalise import DECIMAL, derive_columns, pseudonymise, type_columns
from lake.pseudonym import Keyring
from lake.row_states import is_irregular_layout, is_total
from lake.shape import PLACE, blank_sentinels, to_long, wide_breaches
from lake.validate import Breach, breaches, first_of
from vocabulary.codelists.load import NA

KEY, SLICE = "_key", "_slice"
"""Marks of a row: the hash of its key, and of what a newer file would replace it with."""
ROW = ("_file_sha256", "_row_number")
FINDING_SCHEMA = {
    "entity": pl.String(),
    "rule": pl.String(),
    "column": pl.String(),
    "severity": pl.String(),
    "unit_code": pl.String(),
    "_file_sha256": pl.String(),
    "_row_number": pl.Int64(),
}


@dataclass(frozen=True)
class Judged:
    """A chunk's rows by what became of them.

    Attributes:
        rows: Rows that break no rule: silver columns, then the marks.
        aside: One row for each bronze row that is set aside or layout: `ROW`, `state`, `rule`, `column`, `_slice`.
        findings: One row for each rule that a row breaks, `FINDING_SCHEMA` and `_slice`.
        received: The rows set aside, as received.
        sums: Sums that list checks of the other objects ask for, by the name of this object's asker.
        slices: Each slice of each file, and whether a valid row stands in it.
        corrected: Which correction mended which row.
    """

    rows: pl.DataFrame
    aside: pl.DataFrame
    findings: pl.DataFrame
    received: pl.DataFrame
    sums: Mapping[str, pl.DataFrame]
    slices: pl.DataFrame
    corrected: pl.DataFrame


@dataclass(frozen=True)
class Judge:
    """How the rows of one object are judged.

    Attributes:
        entity: Their contract.
        period: The month that their files claim; None for a source without partitions.
        keyring: For the pseudonyms.
        corrections: Known errors of the source, and what they are mended to.
        asked: What other objects' list checks want summed over this one's rows: asker → keys and measures.
    """

    entity: Entity
    period: str | None
    keyring: Keyring
    corrections: tuple[Correction, ...] = ()
    asked: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] | None = None

    def __call__(self, rows: pl.DataFrame) -> Judged:
        """Judge a chunk of bronze rows."""
        entity = self.entity
        layout, ragged, data = _by_shape(rows, entity)
        mended, corrected = mend(data, entity, self.corrections)
        received = blank_sentinels(mended, entity)
        wide = wide_breaches(received, entity) if entity.wide else None
        texts = to_long(received, entity) if entity.wide else received
        typed = derive_columns(type_columns(texts, entity), entity, texts["_sender"])
        found = breaches(texts, typed, entity, self.period)
        rule = first_of(found, len(typed))
        marks = [*(texts[name] for name in ROW), texts["_provenance"].alias("provenance")]
        frame = _filled(typed, entity).with_columns(*marks, *rule.get_columns())
        if entity.wide:
            frame = _whole_rows(frame.with_columns(texts[PLACE]), entity.wide.value, wide)
        totals = _totals(frame, data, entity)
        secret = pseudonymise(frame, entity, self.keyring)
        secret = secret.with_columns(
            pl.lit(self.keyring.version, dtype=pl.Int64).alias("_key_version"), _slice(secret, entity)
        )
        is_valid = secret["rule"].is_null()
        valid = secret if is_valid.all() else secret.filter(is_valid)
        aside = _aside(secret, is_valid, totals, layout, ragged)
        findings = _findings(found, wide, secret, totals, entity)
        return Judged(
            rows=_silver(valid, entity),
            aside=aside,
            findings=findings,
            received=_received(rows, aside),
            sums={asker: _sums(secret, *wanted) for asker, wanted in (self.asked or {}).items()},
            slices=_slices(secret, is_valid, entity),
            corrected=corrected,
        )


def _by_shape(rows: pl.DataFrame, entity: Entity) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Split rows into layout, records of another width, and data."""
    is_data = rows["_shape"] == "data"
    if is_data.all():
        return rows.clear(), rows.clear(), rows
    other = rows.filter(~is_data)
    layout = is_irregular_layout(other, entity)
    return other.filter(layout), other.filter(~layout), rows.filter(is_data)


def _filled(typed: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Write NA where a breakdown does not apply."""
    return typed.with_columns(pl.col([column.name for column in entity.key if not column.required]).fill_null(NA))


def _whole_rows(frame: pl.DataFrame, value: str, wide: pl.DataFrame | None) -> pl.DataFrame:
    """Let what is wrong with one cell of a wide row hold for all long rows that it made; messages name the cell."""
    place = pl.when(pl.col("column") == value).then(PLACE).otherwise("column").alias("column")
    named = frame.with_columns(place).drop(PLACE)
    own = named.filter(pl.col("rule").is_not_null()).select(*ROW, "rule", "column")
    errors = wide.filter(severity="error").select(*ROW, "rule", "column") if wide is not None else own.clear()
    first = pl.concat([errors, own]).unique(ROW, keep="first", maintain_order=True)
    return named.drop("rule", "column").join(first, on=ROW, how="left", maintain_order="left")


def _totals(frame: pl.DataFrame, data: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Return the rows that break a rule because they are totals: a valid row is data, whatever its words."""
    broken = frame.filter(pl.col("rule").is_not_null()).select(ROW)
    if broken.is_empty():
        return broken
    received = data.join(broken, on=ROW, how="semi")
    return received.filter(is_total(received, entity)).select(ROW)


def _aside(
    secret: pl.DataFrame, is_valid: pl.Series, totals: pl.DataFrame, layout: pl.DataFrame, ragged: pl.DataFrame
) -> pl.DataFrame:
    broken = secret.filter(~is_valid).unique(ROW, keep="first", maintain_order=True)
    parts = [
        _stated(broken.join(totals, on=ROW, how="anti", maintain_order="left"), "quarantined"),
        _stated(totals, "layout"),
        _stated(layout, "layout"),
        _stated(ragged, "quarantined", rule="row_shape"),
    ]
    return pl.concat(parts).sort(ROW)


def _stated(rows: pl.DataFrame, state: str, rule: str | None = None) -> pl.DataFrame:
    own = "rule" in rows.columns
    return rows.select(
        *ROW,
        pl.lit(state).alias("state"),
        pl.col("rule") if own else pl.lit(rule, dtype=pl.String).alias("rule"),
        pl.col("column") if own else pl.lit(None, dtype=pl.String).alias("column"),
        pl.col(SLICE) if SLICE in rows.columns else pl.lit(None, dtype=pl.UInt64).alias(SLICE),
    )


def _findings(
    found: list[Breach], wide: pl.DataFrame | None, secret: pl.DataFrame, totals: pl.DataFrame, entity: Entity
) -> pl.DataFrame:
    """List every rule that each row breaks, the first and the others."""
    unit = pl.col("unit_code") if "unit_code" in secret.columns else pl.lit(None, dtype=pl.String).alias("unit_code")
    places = secret.select(unit, *ROW, SLICE)
    listed = [
        places.filter(breach.rows).with_columns(
            pl.lit(breach.rule).alias("rule"),
            pl.lit(breach.column).alias("column"),
            pl.lit(breach.severity).alias("severity"),
        )
        for breach in found
    ]
    if wide is not None:
        listed.append(wide.join(places.unique(ROW, keep="first"), on=ROW, how="left", maintain_order="left"))
    columns = [*FINDING_SCHEMA, SLICE]
    schema = pl.Schema({**FINDING_SCHEMA, SLICE: pl.UInt64()})
    named = [frame.with_columns(pl.lit(entity.name).alias("entity")).select(columns).cast(schema) for frame in listed]
    every = pl.concat([pl.DataFrame(schema=schema), *named])
    return every.unique(maintain_order=True).join(totals, on=ROW, how="anti", maintain_order="left")


def _received(rows: pl.DataFrame, aside: pl.DataFrame) -> pl.DataFrame:
    broken = aside.filter(state="quarantined").select(*ROW, "rule", "column", SLICE)
    if broken.is_empty():
        return rows.clear().with_columns(
            *(pl.lit(None, dtype=pl.String).alias(name) for name in ("rule", "column")),
            pl.lit(None, dtype=pl.UInt64).alias(SLICE),
        )
    return rows.join(broken, on=ROW, how="inner", maintain_order="left")


def _sums(secret: pl.DataFrame, keys: tuple[str, ...], measures: tuple[str, ...]) -> pl.DataFrame:
    """Sum measures and count rows, by list and file; what could not be read adds nothing."""
    return secret.group_by(*keys, ROW[0], SLICE).agg(pl.len().cast(pl.Int64).alias("count"), pl.col(measures).sum())


def _slice(secret: pl.DataFrame, entity: Entity) -> pl.Series:
    """Mark what a newer file would replace the row with; null where it is not replaced by slices."""
    names = {column.name: column.silver_name for column in entity.columns}
    columns = [names[name] for name in entity.correction_slice]
    if not columns:
        return pl.Series(SLICE, [None], dtype=pl.UInt64).new_from_index(0, len(secret))
    known = pl.all_horizontal(pl.col(columns).is_not_null())
    marked = secret.select(columns).with_columns(secret.select(columns).hash_rows().alias(SLICE))
    return marked.select(pl.when(known).then(pl.col(SLICE)).alias(SLICE)).to_series()


def _slices(secret: pl.DataFrame, is_valid: pl.Series, entity: Entity) -> pl.DataFrame:
    marked = secret.select(SLICE, ROW[0]).with_columns(is_valid.alias("is_valid"))
    if not entity.correction_slice:
        return marked.clear()
    return marked.filter(pl.col(SLICE).is_not_null()).group_by(SLICE, ROW[0]).agg(pl.col("is_valid").any())


def _silver(valid: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    schema = silver_schema(entity)
    key = valid.select(column.silver_name for column in entity.key).hash_rows()
    return valid.select(*schema, SLICE).cast(pl.Schema({**schema, SLICE: pl.UInt64()})).with_columns(key.alias(KEY))


def silver_schema(entity: Entity) -> dict[str, pl.DataType]:
    """Return the columns of an object's silver table, in order."""
    kept = {column.silver_name: _dtype(column.logical_type, column.pseudonym) for column in entity.kept}
    keyed = {"_key_version": pl.Int64()} if any(column.pseudonym for column in entity.kept) else {}
    return {**kept, "provenance": pl.String(), **keyed, ROW[0]: pl.String(), ROW[1]: pl.Int64()}


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
