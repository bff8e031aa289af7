"""Looking at a column's bytes gives what looking at its cells gives."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.normalise import clean_text
from lake.plain_text import with_ascii_digits
from vocabulary.text import normalise

DIGITS = "0123456789۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩"
CELLS = st.lists(st.none() | st.text(DIGITS + "ab -ذی ", max_size=6), max_size=12)


@given(CELLS, st.integers(0, 3), st.sets(st.integers(0, 11)))
def test_columns_are_cleaned_as_their_cells_are(cells: list[str | None], start: int, masked: set[int]) -> None:
    # a masked cell is null and keeps its bytes; a slice has an offset
    mask = pl.Series([place in masked for place in range(len(cells))], dtype=pl.Boolean)
    column = pl.select(pl.when(~mask).then(pl.Series("x", cells, dtype=pl.String)).alias("x")).to_series()[start:]
    blank = {"", "-", "--", "—", "–"}
    wanted = [None if cell is None or normalise(cell) in blank else normalise(cell) for cell in column.to_list()]
    assert clean_text(column).to_list() == wanted


@pytest.mark.parametrize(
    ("cells", "digits"),
    [
        (["۱۲", "٣"], True),
        (["ذ"], False),
        (["", None], True),
        (["12a"], False),
        (["1\u06e0"], False),
        (["1\u0670"], False),
        (["۱۲", "١۲"], True),
    ],
)
def test_what_a_column_is_made_of(cells: list[str | None], digits: bool) -> None:
    _, look = with_ascii_digits(pl.Series("x", cells, dtype=pl.String))
    assert look.is_digits is digits
