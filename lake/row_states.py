"""Which rows are no data, and which say again what another row said: the states that rules of columns do not decide."""

import re
from collections.abc import Sequence

import polars as pl

from lake.bronze import FileRecord
from lake.contracts.model import Entity

REPEATS = ("duplicate", "superseded")
CONFLICT = "key_conflict"
LAYOUT_SHAPES = ("title", "header", "blank")
_LONE_WORDS = r"^[,;\t|\s\"]*[^,;\t|\d۰-۹٠-٩]+[,;\t|\s\"]*$"
"""A record with a single cell that holds words and no digit: a footer, not a row cut short."""


def is_layout(rows: pl.DataFrame, entity: Entity) -> pl.Series:
    """Tell which rows are titles, headers, blanks, totals or footers."""
    markers = sorted({spelling for marker in entity.total_markers for spelling in _spellings(marker)})
    texts = [column.name for column in entity.received if column.parse in ("code", "text") and not column.identifier]
    is_total = pl.any_horizontal(pl.col(name).str.strip_chars().is_in(markers) for name in texts)
    raw = pl.col("_raw")
    footer = raw.str.contains(_LONE_WORDS)
    if markers:
        footer = footer | raw.str.contains(rf"(^|[,;\t|])\s*\"?({'|'.join(map(re.escape, markers))})\"?\s*($|[,;\t|])")
    shape = pl.col("_shape")
    layout = shape.is_in(LAYOUT_SHAPES) | ((shape == "data") & is_total) | ((shape == "ragged") & footer)
    return rows.select(layout.fill_null(value=False).alias("layout"))["layout"]


def _spellings(marker: str) -> set[str]:
    arabic = marker.replace("ی", "ي").replace("ک", "ك")
    return {marker, arabic, marker.upper(), marker.capitalize()}


def in_order_of_receipt(files: Sequence[FileRecord]) -> list[str]:
    """Return the hashes of files, oldest first: by date of preparation, then by name."""
    return [file.file_sha256 for file in sorted(files, key=lambda file: (str(file.prepared_on or ""), file.file_name))]


def newest_file_first(data: pl.DataFrame, received: Sequence[str]) -> pl.DataFrame:
    """Order rows by their file, newest first, and by their place in it."""
    places = {sha: place for place, sha in enumerate(reversed(received))}
    rank = data["_file_sha256"].replace_strict(places, default=len(places), return_dtype=pl.Int64).alias("rank")
    return data.with_columns(rank).sort("rank", "_file_sha256", "_row_number").drop("rank")


def find_repeats(valid: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Return the rows whose key came before, in the order of `valid`: newest file first, then by row.

    `duplicate` where all else is the same too; else `superseded` where a newer file holds the key, and `key_conflict`
    where the same file does.
    """
    key = [column.name for column in entity.key]
    again = valid.filter(~pl.struct(key).is_first_distinct()).select("_file_sha256", "_row_number")
    if again.is_empty():
        return again.with_columns(pl.lit(None, dtype=pl.String).alias("repeat"))
    payload = [column.name for column in entity.columns if column.name in valid.columns]
    newest = pl.col("_file_sha256").first().over(key)
    repeat = (
        pl.when(~pl.struct(payload).is_first_distinct())
        .then(pl.lit("duplicate"))
        .when(pl.col("_file_sha256") != newest)
        .then(pl.lit("superseded"))
        .otherwise(pl.lit(CONFLICT))
    )
    marked = valid.select("_file_sha256", "_row_number", repeat.alias("repeat"))
    return again.join(marked, on=["_file_sha256", "_row_number"], how="left", maintain_order="left")
