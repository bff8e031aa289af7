"""Publication arithmetic: one exact division, rounded once, half away from zero. Pure.

Never on doubles: numerator and denominator come as exact decimals, and the quotient is a fraction until it is rounded.
"""

from decimal import Decimal
from fractions import Fraction


def round_half_away(value: Fraction, decimals: int) -> Decimal:
    """Round to a number of decimals; a half goes away from zero, as official figures are rounded."""
    digits = (abs(value) * 10**decimals + Fraction(1, 2)).__floor__()
    sign = 1 if value < 0 and digits else 0
    return Decimal((sign, tuple(int(digit) for digit in str(digits)), -decimals))


def published_value(
    numerator: Decimal, denominator: Decimal | None, *, scale: int, unit_mult: int, decimals: int
) -> Decimal:
    """Return a value as it is published.

    Args:
        numerator: Exact numerator, or the count itself.
        denominator: Exact denominator; `None` for a count or an amount.
        scale: 100 for percentages, else 1.
        unit_mult: Power of ten that the published value is to be multiplied with.
        decimals: Decimals to publish.

    Raises:
        ZeroDivisionError: the denominator is zero, so there is no value.
    """
    exact = Fraction(numerator) * scale / 10**unit_mult
    if denominator is not None:
        exact /= Fraction(denominator)
    return round_half_away(exact, decimals)


def plain_text(value: Decimal) -> str:
    """Return a decimal without exponent and trailing zeros: `14580188`, `0.5`."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def fixed_text(value: Decimal, decimals: int) -> str:
    """Return a decimal with exactly `decimals` decimals: `3.40`.

    Raises:
        ValueError: the value has more decimals than that.
    """
    text = f"{value:.{decimals}f}"
    if Decimal(text) != value:
        raise ValueError("the value has more decimals than it is published with")
    return text
