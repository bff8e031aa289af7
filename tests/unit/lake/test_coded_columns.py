"""Columns of few values: a part of a chunk need not carry the lists of the whole."""

import polars as pl
import pytest

from lake import coded

LISTED = pl.Enum([f"value {number}" for number in range(100)])


@pytest.fixture
def rows() -> pl.DataFrame:
    """Return three rows of a chunk with a hundred values."""
    texts = ["value 40", None, "value 7"]
    return pl.DataFrame({"long": pl.Series(texts, dtype=LISTED), "plain": texts, "number": [1, 2, 3]})


def test_narrowed_rows_say_the_same_by_a_list_of_what_they_hold(rows: pl.DataFrame) -> None:
    narrowed = coded.narrowed(rows)
    assert coded.as_text(narrowed).equals(coded.as_text(rows))
    assert coded.categories(narrowed["long"]).to_list() == ["value 7", "value 40"]
    assert narrowed.schema["plain"] == pl.String


def test_a_function_sees_only_what_the_narrowed_rows_hold(rows: pl.DataFrame) -> None:
    seen: list[str] = []

    def upper(texts: pl.Series) -> pl.Series:
        seen.extend(texts)
        return texts.str.to_uppercase()

    assert coded.mapped(coded.narrowed(rows)["long"], upper).to_list() == ["VALUE 40", None, "VALUE 7"]
    assert seen == ["value 7", "value 40"]


def test_rows_without_any_value_have_an_empty_list(rows: pl.DataFrame) -> None:
    narrowed = coded.narrowed(rows.with_columns(pl.lit(None, dtype=LISTED).alias("long")))
    assert coded.categories(narrowed["long"]).to_list() == []
    assert narrowed["long"].to_list() == [None] * 3


def test_a_list_no_longer_than_the_rows_stays() -> None:
    rows = pl.DataFrame({"short": pl.Series(["a", "b", "a"], dtype=pl.Enum(["a", "b", "c"]))})
    assert coded.narrowed(rows).schema == rows.schema
