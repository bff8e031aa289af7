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

_NUMBER = re.compile(r"(\d+)")


def is_irregular_layout(rows: pl.DataFrame, entity: Entity) -> pl.Series:
    """Tell which rows that are no data are titles, headers, blanks or footers, not records cut short."""
    raw, shape = pl.col("_raw"), pl.col("_shape")
    footer = raw.str.contains(_LONE_WORDS)
    if entity.total_markers:
        markers = "|".join(map(re.escape, _markers(entity)))
        footer = footer | raw.str.contains(rf"(^|[,;\t|])\s*\"?({markers})\"?\s*($|[,;\t|])")
    layout = shape.is_in(LAYOUT_SHAPES) | ((shape == "ragged") & footer)
    return rows.select(layout.fill_null(value=False).alias("layout"))["layout"]


def is_total(rows: pl.DataFrame, entity: Entity) -> pl.Series:
    """Tell which data rows hold a word for a total."""
    texts = [column.name for column in entity.received if column.parse in ("code", "text")]
    marked = pl.any_horizontal(
        pl.lit(value=False), *(pl.col(name).str.strip_chars().is_in(_markers(entity)) for name in texts)
    )
    return rows.select(marked.fill_null(value=False).alias("total"))["total"]


def _markers(entity: Entity) -> list[str]:
    return sorted({spelling for marker in entity.total_markers for spelling in _spellings(marker)})


def _spellings(marker: str) -> set[str]:
    arabic = marker.replace("ی", "ي").replace("ک", "ك")
    return {marker, arabic, marker.upper(), marker.capitalize()}


def in_order_of_receipt(files: Sequence[FileRecord]) -> list[str]:
    """Return the hashes of files, oldest first: by date of preparation, then by name, with numbers in it by their size.

    The hash comes last, so that the order does not depend on the register's.
    """
    return [file.file_sha256 for file in sorted(files, key=_receipt)]


def _receipt(file: FileRecord) -> tuple[str, list[str | int], str, str]:
    *before, rest = _NUMBER.split(file.file_name)
    # the nought stands for the number that follows, so that letters sort against numbers as in plain text
    parts = [int(part) if place % 2 else f"{part}0" for place, part in enumerate(before)] + [rest]
    return str(file.prepared_on or ""), parts, file.file_name, file.file_sha256


def find_repeats(valid: pl.DataFrame, entity: Entity, row: tuple[str, str]) -> pl.DataFrame:
    """Return which rows say again what another row said, by their key.

    Args:
        valid: Silver rows, all of those that share a key among them.
        entity: Their contract.
        row: Columns that say where a row stands: place of its file in order of receipt, and its number.

    Returns:
        `row` and `repeat`: `duplicate` where all else is the same too; else `superseded` where a newer file holds the
        key, and `key_conflict` where the same file does.
    """
    file = row[0]
    key = [column.silver_name for column in entity.key]
    ordered = valid.sort(*row, descending=[True, False])
    again = ~ordered.select(pl.struct(key).is_first_distinct()).to_series()
    payload = [column.silver_name for column in entity.kept]
    newest = pl.col(file).first().over(key)
    repeat = (
        pl.when(~pl.struct(payload).is_first_distinct())
        .then(pl.lit("duplicate"))
        .when(pl.col(file) != newest)
        .then(pl.lit("superseded"))
        .otherwise(pl.lit(CONFLICT))
    )
    found = ordered.select(*row, repeat.alias("repeat")).filter(again)
    gravest = pl.col("repeat").replace_strict({CONFLICT: 0, "superseded": 1, "duplicate": 2}, return_dtype=pl.Int64)
    return found.sort(gravest, maintain_order=True).unique(row, keep="first", maintain_order=True)
