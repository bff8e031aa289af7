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
    number = pl.col("cohort") * 10**11 + pl.col("unit").cast(pl.Int64) * 10**7 + pl.col("serial") * 10 + pl.col("part")
    documents = documents.with_columns(kind.alias("document_type"))
    return documents.select(
        "directorate",
        pl.col("unit").alias("unit_code"),
        "workflow",
        "document_type",
        pl.lit(_groups()).gather(pl.col("document_type")).alias("document_group"),
        "entry_date",
        pl.when(pl.col("part") + 1 < pl.col("of")).then(each).otherwise(rest).alias("image_count"),
        number.cast(pl.String).alias("document_id"),
        file_number(pl.col("unit")).alias("file_no"),
        insurance_number(draws.named("person").below(10**7, key)).alias("insurance_no"),
    )


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
