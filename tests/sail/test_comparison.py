"""Marts are compared by what they say: order does not count, a last digit does."""

import pyarrow as pa
import pytest

from lake import tables
from lake.layout import Home
from portability.comparison import compare

ROWS = {"geo_code": ["IR", "IR-16"], "value": [0.1, 0.3], "note": ["", None]}


@pytest.fixture
def mart(home: Home) -> Home:
    tables.append(home, "gold", "mart", pa.table(ROWS))
    return home


def test_the_order_of_rows_and_columns_does_not_count(mart: Home) -> None:
    turned = {name: ROWS[name][::-1] for name in reversed(ROWS)}
    found = compare(mart, "mart", pa.table(turned))
    assert found.is_same
    assert str(found).endswith("  same")


@pytest.mark.parametrize(
    ("changed", "columns"),
    [
        ({"value": [0.1, 0.1 + 0.2]}, ("value",)),
        ({"note": [None, None]}, ("note",)),
        ({"geo_code": ["IR-16", "IR"]}, ()),
    ],
    ids=["the last digit", "null for empty text", "values that go together otherwise"],
)
def test_what_differs_is_named(mart: Home, changed: dict[str, list[object]], columns: tuple[str, ...]) -> None:
    found = compare(mart, "mart", pa.table({**ROWS, **changed}))
    assert not found.is_same
    assert found.columns == columns
    assert "DIFFERENT in " in str(found)


def test_a_row_too_many_is_a_difference(mart: Home) -> None:
    found = compare(mart, "mart", pa.table({name: [*values, values[0]] for name, values in ROWS.items()}))
    assert (found.is_same, found.rows) == (False, 3)
