"""Rounding and division at publication."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.releases.numbers import fixed_text, plain_text, published_value, round_half_away


@pytest.mark.parametrize(
    ("numerator", "denominator", "scale", "decimals", "expected"),
    [
        (14580188, 4228899, 1, 2, "3.45"),
        (14580188 - 213982, 4228899, 1, 2, "3.40"),
        (14580188, 3309720, 1, 2, "4.41"),
        (2595785, 13779620, 100, 2, "18.84"),
        (1, 8, 1, 2, "0.13"),
        (-1, 8, 1, 2, "-0.13"),
        (1, -8, 1, 2, "-0.13"),
        (5, 2, 1, 0, "3"),
        (-5, 2, 1, 0, "-3"),
        (0, 3, 1, 2, "0.00"),
        (-1, 1000, 1, 2, "0.00"),
        # 1.005 in double precision is 1.00499…: the exact quotient is a half and goes up
        (201, 200, 1, 2, "1.01"),
    ],
)
def test_half_goes_away_from_zero(numerator, denominator, scale, decimals, expected):
    value = published_value(Decimal(numerator), Decimal(denominator), scale=scale, unit_mult=0, decimals=decimals)
    assert str(value) == expected
    assert value.as_tuple().exponent == -decimals


def test_counts_and_multiples():
    assert published_value(Decimal("123456789"), None, scale=1, unit_mult=6, decimals=1) == Decimal("123.5")
    assert published_value(Decimal("0.5"), None, scale=1, unit_mult=0, decimals=0) == Decimal(1)


def test_no_value_without_a_denominator():
    with pytest.raises(ZeroDivisionError):
        published_value(Decimal(1), Decimal(0), scale=1, unit_mult=0, decimals=2)


@given(
    st.integers(-(10**30), 10**30),
    st.integers(-(10**30), 10**30).filter(bool),
    st.integers(0, 6),
)
def test_rounding_is_nearest(numerator, denominator, decimals):
    rounded = Fraction(round_half_away(numerator, denominator, decimals))
    exact = Fraction(numerator, denominator)
    assert abs(rounded - exact) <= Fraction(1, 2 * 10**decimals)
    if abs(rounded - exact) == Fraction(1, 2 * 10**decimals):
        assert abs(rounded) > abs(exact)


@pytest.mark.parametrize(
    ("value", "text"),
    [("14580188.000", "14580188"), ("0.500", "0.5"), ("100", "100"), ("1E+3", "1000"), ("-2.50", "-2.5")],
)
def test_plain_text(value, text):
    assert plain_text(Decimal(value)) == text


def test_fixed_text():
    assert fixed_text(Decimal("3.4"), 2) == "3.40"
    assert fixed_text(Decimal("3.000000"), 0) == "3"
    with pytest.raises(ValueError, match="more decimals"):
        fixed_text(Decimal("3.45"), 1)
