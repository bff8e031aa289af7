"""Parts sum to the total exactly, and no part is further than one from its quota."""

from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.generator.apportion import ApportionError, apportion, largest_remainder


@given(st.integers(0, 30_000_000), st.lists(st.integers(0, 1_000_000), min_size=1, max_size=40).filter(any))
def test_parts_sum_to_the_total_and_keep_to_the_quota(total: int, weights: list[int]) -> None:
    cells = pl.DataFrame({"total": [total] * len(weights), "weight": weights})
    parts = apportion(cells, total="total", weight="weight", by=[], into="value")["value"].to_list()
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1
    assert parts == largest_remainder(total, weights)


def test_groups_are_shared_out_apart_and_rows_keep_their_order() -> None:
    cells = pl.DataFrame({"group": ["a", "b", "a", "b"], "total": [3, 10, 3, 10], "weight": [1, 1, 1, 0]})
    shared = apportion(cells, total="total", weight="weight", by=["group"], into="value")
    assert shared["value"].to_list() == [2, 10, 1, 0]
    assert shared.columns == ["group", "total", "weight", "value"]


def test_a_group_of_nothing_gets_nothing() -> None:
    cells = pl.DataFrame({"total": [0, 0], "weight": [0, 0]})
    assert apportion(cells, total="total", weight="weight", by=[], into="value")["value"].to_list() == [0, 0]
    assert largest_remainder(0, [0, 0]) == [0, 0]


def test_what_cannot_be_shared_out_is_refused() -> None:
    nobody = pl.DataFrame({"total": [1], "weight": [0]})
    huge = pl.DataFrame({"total": [2**40], "weight": [2**40]})
    with pytest.raises(ApportionError, match="no weight"):
        apportion(nobody, total="total", weight="weight", by=[], into="value")
    with pytest.raises(ApportionError, match="64 bits"):
        apportion(huge, total="total", weight="weight", by=[], into="value")
    with pytest.raises(ApportionError, match="no weight"):
        largest_remainder(1, [0])
