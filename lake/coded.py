"""Columns of few values, held as codes into the list of them: what is done to a value is done once, not once a row.

Bronze stores such columns as Parquet dictionaries; here they come as Polars enums of one chunk, and leave as text.
"""

from collections.abc import Callable

import polars as pl
import pyarrow as pa


def from_arrow(name: str, column: pa.ChunkedArray) -> pl.Series:
    """Return an Arrow column as a series, a dictionary as an enum."""
    if not pa.types.is_dictionary(column.type):
        return pl.Series(name, column)
    if column.num_chunks != 1:
        column = column.unify_dictionaries()
    codes = pa.chunked_array([chunk.indices for chunk in column.chunks], column.type.index_type)
    dictionary = pl.Series(column.chunk(0).dictionary) if column.num_chunks else pl.Series([], dtype=pl.String)
    return pl.Series(name, codes).cast(pl.UInt32).cat.to(pl.Enum(dictionary))


def nothing(name: str, rows: int) -> pl.Series:
    """Return a coded column without any value."""
    return pl.Series(name, [None], dtype=pl.Enum([])).new_from_index(0, rows)


def categories(values: pl.Series) -> pl.Series:
    """Return the list behind a coded column.

    Raises:
        TypeError: the column is not coded.
    """
    if not isinstance(values.dtype, pl.Enum):
        raise TypeError(f"{values.name} is not coded")
    return values.dtype.categories


def narrowed(rows: pl.DataFrame) -> pl.DataFrame:
    """Return a few rows of a chunk with shorter lists behind them: only of the values that they hold.

    The lists of a chunk are of all its objects, and what is done to a value would be done for each object anew.
    """
    enums = (rows[name] for name, dtype in rows.schema.items() if isinstance(dtype, pl.Enum))
    return rows.with_columns(_narrowed(values) for values in enums if len(categories(values)) > len(rows))


def _narrowed(values: pl.Series) -> pl.Series:
    codes, listed = values.to_physical().cast(pl.UInt32), categories(values)
    held = codes.drop_nulls().unique().sort()
    new = pl.Series(range(len(held)), dtype=pl.UInt32)
    recoded = codes.replace_strict(held, new, return_dtype=pl.UInt32) if len(held) else codes
    return recoded.cat.to(pl.Enum(listed.gather(held))).alias(values.name)


def mapped(values: pl.Series, function: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Apply a function of single values to a column, to each distinct value once where the column is coded."""
    if not isinstance(values.dtype, pl.Enum):
        return function(values)
    made = function(categories(values).alias(values.name))
    return (
        made.gather(values.to_physical())
        if len(made)
        else pl.Series(values.name, [None], dtype=made.dtype).new_from_index(0, len(values))
    )


def translated(values: pl.Series, function: Callable[[pl.Series], pl.Series], *, blank: str | None) -> pl.Series:
    """Apply a function from text to text to a coded column; the result is coded again.

    Args:
        values: A coded column.
        function: Of single values.
        blank: Stands for null in the result.
    """
    made = function(categories(values).alias(values.name))
    kept = made.drop_nulls().unique(maintain_order=True)
    if blank is not None and blank not in kept:
        kept = kept.extend(pl.Series([blank]))
    codes = pl.Series(range(len(kept)), dtype=pl.UInt32)
    recoded = (
        made.replace_strict(kept, codes, default=None, return_dtype=pl.UInt32) if len(kept) else made.cast(pl.UInt32)
    )
    placed = recoded.gather(values.to_physical())
    if blank is not None:
        placed = placed.fill_null(int(kept.index_of(blank) or 0))
    return placed.cat.to(pl.Enum(kept)).alias(values.name)


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with its coded columns as text."""
    return frame.with_columns(pl.selectors.enum().cast(pl.String))
