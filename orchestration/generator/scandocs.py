"""The imaged documents: which lie in a file, of which type, with how many images."""

from __future__ import annotations

from functools import cache

import polars as pl

from orchestration.generator.coding import PLACE, place, places
from orchestration.generator.draws import Draws
from orchestration.generator.people import insurance_number, padded
from orchestration.generator.world import unit_codes
from vocabulary.codelists.load import load_codelist

_MOST = 4
_LETTERS = "CORRESPONDENCE"


def documents_of(entered: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Make the documents of files and single documents that were registered.

    Args:
        entered: One row a file or single document, with `entry_date`.
        draws: Draws of the documents.

    Returns:
        One row a document, as `scanning.Scanning.month` says.
    """
    key = pl.col("item")
    count = pl.when("is_file").then(1 + draws.named("count").below(_MOST, key)).otherwise(1)
    documents = entered.with_columns(pl.min_horizontal(count, "images").alias("of"))
    documents = documents.with_columns(pl.int_ranges(0, pl.col("of")).alias("part")).explode("part")
    each = pl.col("images") // pl.col("of")
    rest = pl.col("images") - each * (pl.col("of") - 1)
    kind = _kind(pl.col("workflow"), draws.named("type").bits(key * 8 + pl.col("part")))
    documents = documents.with_columns(pl.coalesce("single_type", kind).alias("document_type"))
    return documents.select(
        "directorate",
        pl.col("unit").alias("unit_code"),
        "workflow",
        "document_type",
        pl.lit(_groups()).gather(pl.col("document_type")).alias("document_group"),
        "entry_date",
        pl.when(pl.col("part") + 1 < pl.col("of")).then(each).otherwise(rest).alias("image_count"),
        document_number(pl.col("unit"), pl.col("part")).alias("document_id"),
        file_number(pl.col("unit")).alias("file_no"),
        insurance_number(draws.named("person").below(10**7, key)).alias("insurance_no"),
    )


def with_types(files: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Add the type of each single document (`single_type`, null for a file), of the kind that its lapse needs."""
    key = pl.col("item")
    bits = draws.named("type").bits(key * 8)
    drawn = _kind(pl.col("workflow"), bits)
    for kind, types in _types_by_treatment().items():
        needed = pl.lit(types).gather(bits // pl.lit(1 << 16, dtype=pl.UInt64) % len(types))
        drawn = pl.when(pl.col("needed_kind").eq_missing(kind)).then(needed).otherwise(drawn)
    singles = files.select("item", "workflow", "is_file", "needed_kind").filter(~pl.col("is_file"))
    typed = singles.select("item", drawn.alias("single_type"))
    return files.join(typed, on="item", how="left", maintain_order="left")


def document_number(unit: pl.Expr, part: pl.Expr | None = None) -> pl.Expr:
    """Give the number of a document: month, branch, serial of the file, part of it."""
    number = pl.col("cohort") * 10**11 + unit.cast(pl.Int64) * 10**7 + pl.col("serial") * 10
    return (number if part is None else number + part).cast(pl.String)


@cache
def treatments() -> pl.Series:
    """Give, for the place of each type, what is done with the paper after imaging."""
    return pl.Series([item.attributes["after_imaging"] for item in load_codelist("CL_DOCUMENT_TYPE").items])


@cache
def _types_by_treatment() -> dict[str, pl.Series]:
    known = places("CL_DOCUMENT_TYPE")
    items = [item for item in load_codelist("CL_DOCUMENT_TYPE").items if item.parent != _LETTERS]
    kinds = {item.attributes["after_imaging"] for item in items}
    return {
        kind: pl.Series([known[item.code] for item in items if item.attributes["after_imaging"] == kind], dtype=PLACE)
        for kind in sorted(kinds)
    }


def file_number(unit: pl.Expr) -> pl.Expr:
    """Give the number of a technical file: branch, year and month, serial."""
    short = padded(pl.col("cohort") % 10_000 * 10**6 + pl.col("serial"), 10)
    return pl.concat_str(pl.lit(unit_codes()).gather(unit), short)


def _kind(workflow: pl.Expr, bits: pl.Expr) -> pl.Expr:
    """Draw a type: letters where the workflow is correspondence, anything else elsewhere."""
    letters, others = _types()
    spot = bits // pl.lit(1 << 16, dtype=pl.UInt64)
    letter = pl.lit(letters).gather(spot % len(letters))
    other = pl.lit(others).gather(spot % len(others))
    return pl.when(workflow == place("CL_SCAN_WORKFLOW", _LETTERS)).then(letter).otherwise(other)


@cache
def _types() -> tuple[pl.Series, pl.Series]:
    known = places("CL_DOCUMENT_TYPE")
    items = load_codelist("CL_DOCUMENT_TYPE").items
    letters = [known[item.code] for item in items if item.parent == _LETTERS]
    others = [known[item.code] for item in items if item.parent != _LETTERS]
    return pl.Series(letters, dtype=PLACE), pl.Series(others, dtype=PLACE)


@cache
def _groups() -> pl.Series:
    groups = places("CL_DOCUMENT_GROUP")
    return pl.Series([groups[item.parent or ""] for item in load_codelist("CL_DOCUMENT_TYPE").items], dtype=PLACE)
