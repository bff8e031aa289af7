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


def mapped(values: pl.Series, function: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Apply a function of single values to a column, to each distinct value once where the column is coded."""
    if not isinstance(values.dtype, pl.Enum):
        return function(values)
    made = function(values.dtype.categories.alias(values.name))
    return (
        made.gather(values.to_physical())
        if len(made)
        else pl.Series(values.name, [None], dtype=made.dtype).new_from_index(0, len(values))
    )


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with its coded columns as text."""
    return frame.with_columns(pl.selectors.enum().cast(pl.String))
