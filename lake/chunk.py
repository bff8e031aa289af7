"""One chunk of one object's bronze rows, judged row by row: what becomes silver, what is set aside, what is layout.

What other rows say of a row — the same key again, a newer file of the same slice, sums over a list — is decided later,
by `lake.settle`, from the marks that are left here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from lake import coded
from lake.checks.lists import link_keys
from lake.contracts.model import Entity
from lake.corrections.mend import mend
from lake.corrections.model import Correction
from lake.normalise import DECIMAL, derive_columns, pseudonymise, type_codes, type_columns
from lake.pseudonym import Keyring
from lake.row_states import is_irregular_layout, is_total
from lake.shape import PLACE, blank_sentinels, to_long, wide_breaches
from lake.validate import Breach, breaches, first_errors
from vocabulary.codelists.load import NA

KEY, SLICE, LINK = "_key", "_slice", "_link"
"""Marks of a row: hashes of its key, of what a newer file would replace it with, of what ties it to other objects."""
FILE = "_file"
"""Mark of a file: its place in order of receipt, the newest the highest."""
ROW = (FILE, "_row_number")
FINDING_SCHEMA: dict[str, pl.DataType] = {
    "entity": pl.String(),
    "rule": pl.String(),
    "column": pl.String(),
    "severity": pl.String(),
    "unit_code": pl.String(),
    FILE: pl.Int32(),
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


Fetch = Callable[[pl.DataFrame], pl.DataFrame]
"""Gives bronze rows whole, by their places."""


@dataclass(frozen=True)
class Judge:
    """How the rows of one object are judged.

    Attributes:
        entity: Their contract.
        period: The month that their files claim; None for a source without partitions.
        keyring: For the pseudonyms.
        files: Hash of each file of the source → its place in order of receipt.
        corrections: Known errors of the source, and what they are mended to.
        asked: What other objects' list checks want summed over this one's rows: asker → keys and measures.
    """

    entity: Entity
    period: str | None
    keyring: Keyring
    files: Mapping[str, int]
    corrections: tuple[Correction, ...] = ()
    asked: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] | None = None

    def __call__(self, received: pl.DataFrame, fetch: Fetch) -> Judged:
        """Judge a chunk of bronze rows.

        Args:
            received: The columns that are judged.
            fetch: Gives rows whole, by `_file_sha256` and `_row_number`; asked for those that break a rule.
        """
        entity = self.entity
        rows = self._with_place(received)
        layout, ragged, data = _by_shape(rows, entity)
        mended, corrected = mend(data, entity, self.corrections)
        plain = blank_sentinels(coded.as_text(mended) if entity.wide else mended, entity)
        texts = to_long(plain, entity) if entity.wide else plain
        wide = self._with_place(wide_breaches(plain, entity)) if entity.wide else None
        typed = derive_columns(type_columns(texts, entity), entity, texts["_sender"])
        found = breaches(texts, typed, entity, self.period)
        secret = _filled(pseudonymise(typed, texts, entity, self.keyring), entity).with_columns(
            *(texts[name] for name in ROW),
            texts["_provenance"].cast(pl.String).alias("provenance"),
            pl.lit(self.keyring.version, dtype=pl.Int64).alias("_key_version"),
        )
        links = link_keys(entity.checks, [keys for keys, _ in (self.asked or {}).values()])
        secret = secret.with_columns(_slice(secret, entity), _link(secret, links))
        broken = _broken(secret, first_errors(found, len(secret)), texts, wide, entity)
        whole = _fetched(fetch, broken, ragged, rows)
        totals = _totals(broken, whole, entity)
        is_valid = _standing(secret, broken)
        return Judged(
            rows=_silver(secret, texts, is_valid, entity),
            aside=(aside := _aside(broken, totals, layout, ragged)),
            findings=_findings(found, wide, secret, totals, entity),
            received=_received(whole, aside),
            sums={asker: _sums(secret, measures) for asker, (_, measures) in (self.asked or {}).items()},
            slices=_slices(secret, is_valid, entity),
            corrected=corrected,
        )

    def _with_place(self, received: pl.DataFrame) -> pl.DataFrame:
        """Add the place of each row's file."""
        place = coded.mapped(
            received["_file_sha256"], lambda hashes: hashes.replace_strict(self.files, return_dtype=pl.Int32)
        )
        return received.with_columns(place.alias(FILE))


def _by_shape(rows: pl.DataFrame, entity: Entity) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Split rows into layout, records of another width, and data."""
    is_data = rows["_shape"] == "data"
    if is_data.all():
        return rows.clear(), rows.clear(), rows
    other = coded.as_text(rows.filter(~is_data))
    layout = is_irregular_layout(other, entity)
    return other.filter(layout), other.filter(~layout), rows.filter(is_data)


def _filled(typed: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Write NA where a breakdown does not apply."""
    return typed.with_columns(pl.col([column.name for column in entity.key if not column.required]).fill_null(NA))


def _broken(
    secret: pl.DataFrame, first: pl.DataFrame, texts: pl.DataFrame, wide: pl.DataFrame | None, entity: Entity
) -> pl.DataFrame:
    """Return the rows with an error, one for each bronze row: `ROW`, `_slice`, rule and column.

    What is wrong with one cell of a wide row holds for all long rows that it made; messages name the cell.
    """
    at = first["_at"]
    broken = secret.select(*ROW, SLICE)[at].with_columns(first["rule"], first["column"])
    if not entity.wide or wide is None:
        return broken
    place = pl.when(pl.col("column") == entity.wide.value).then(PLACE).otherwise("column").alias("column")
    own = broken.with_columns(texts[PLACE].gather(at)).with_columns(place).select(*ROW, SLICE, "rule", "column")
    errors = wide.filter(severity="error").join(secret.select(*ROW, SLICE).unique(ROW), on=ROW)
    return pl.concat([errors.select(own.columns), own]).unique(ROW, keep="first", maintain_order=True)


def _standing(secret: pl.DataFrame, broken: pl.DataFrame) -> pl.Series:
    """Tell which rows stand: those of which no rule makes an error."""
    if broken.is_empty():
        return pl.repeat(value=True, n=len(secret), dtype=pl.Boolean, eager=True)
    gone = broken.select(*ROW, pl.lit(value=False).alias("stands"))
    return secret.select(ROW).join(gone, on=ROW, how="left", maintain_order="left")["stands"].fill_null(value=True)


def _fetched(fetch: Fetch, broken: pl.DataFrame, ragged: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whole that break a rule or have another width."""
    places = pl.concat([broken.select(ROW), ragged.select(ROW)])
    if places.is_empty():
        return rows.clear()
    named = rows.select(*ROW, pl.col("_file_sha256").cast(pl.String)).join(places, on=ROW, how="semi")
    return fetch(named.drop(FILE)).join(named, on=["_file_sha256", "_row_number"], maintain_order="left")


def _totals(broken: pl.DataFrame, whole: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Return the rows that break a rule because they are totals: a valid row is data, whatever its words."""
    if broken.is_empty() or not entity.total_markers:
        return broken.select(ROW).clear()
    received = whole.join(broken.select(ROW), on=ROW, how="semi")
    return received.filter(is_total(received, entity)).select(ROW)


def _aside(broken: pl.DataFrame, totals: pl.DataFrame, layout: pl.DataFrame, ragged: pl.DataFrame) -> pl.DataFrame:
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


def _received(whole: pl.DataFrame, aside: pl.DataFrame) -> pl.DataFrame:
    broken = aside.filter(state="quarantined").select(*ROW, "rule", "column", SLICE)
    return whole.join(broken, on=ROW, how="inner", maintain_order="left")


def _sums(secret: pl.DataFrame, measures: tuple[str, ...]) -> pl.DataFrame:
    """Sum measures and count rows, by list and file; what could not be read adds nothing."""
    return secret.group_by(LINK, FILE, SLICE).agg(pl.len().cast(pl.Int64).alias("count"), pl.col(measures).sum())


def _slice(secret: pl.DataFrame, entity: Entity) -> pl.Series:
    """Mark what a newer file would replace the row with; null where it is not replaced by slices."""
    names = {column.name: column.silver_name for column in entity.columns}
    columns = [names[name] for name in entity.correction_slice]
    if not columns:
        return pl.Series(SLICE, [None], dtype=pl.UInt64).new_from_index(0, len(secret))
    known = pl.all_horizontal(pl.col(columns).is_not_null())
    marked = secret.select(columns).with_columns(secret.select(columns).hash_rows().alias(SLICE))
    return marked.select(pl.when(known).then(pl.col(SLICE)).alias(SLICE)).to_series()


def _link(secret: pl.DataFrame, keys: tuple[str, ...]) -> pl.Series:
    """Mark what ties the row to rows of other objects; null where nothing does."""
    if not keys:
        return pl.Series(LINK, [None], dtype=pl.UInt64).new_from_index(0, len(secret))
    return secret.select(keys).hash_rows().alias(LINK)


def _slices(secret: pl.DataFrame, is_valid: pl.Series, entity: Entity) -> pl.DataFrame:
    marked = secret.select(SLICE, FILE).with_columns(is_valid.alias("is_valid"))
    if not entity.correction_slice:
        return marked.clear()
    return marked.filter(pl.col(SLICE).is_not_null()).group_by(SLICE, FILE).agg(pl.col("is_valid").any())


def _silver(secret: pl.DataFrame, texts: pl.DataFrame, is_valid: pl.Series, entity: Entity) -> pl.DataFrame:
    """Return the rows that stand: silver columns, those of few values coded, and the marks."""
    key = secret.select(column.silver_name for column in entity.key).hash_rows().alias(KEY)
    coded_too = [*type_codes(texts, entity), texts["_provenance"].alias("provenance")]
    every = secret.with_columns(key, *coded_too)
    valid = every if is_valid.all() else every.filter(is_valid)
    schema = {name: dtype for name, dtype in silver_schema(entity).items() if name != "_file_sha256"}
    plain = {name: dtype for name, dtype in schema.items() if not isinstance(valid.schema[name], pl.Enum)}
    return valid.select(*schema, FILE, SLICE, KEY, LINK).cast(pl.Schema(plain))


def silver_schema(entity: Entity) -> dict[str, pl.DataType]:
    """Return the columns of an object's silver table, in order."""
    kept = {column.silver_name: _dtype(column.logical_type, column.pseudonym) for column in entity.kept}
    keyed = {"_key_version": pl.Int64()} if any(column.pseudonym for column in entity.kept) else {}
    return {**kept, "provenance": pl.String(), **keyed, "_file_sha256": pl.String(), "_row_number": pl.Int64()}


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
