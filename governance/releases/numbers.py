"""Publication arithmetic: one exact division, rounded once, half away from zero. Pure.

Never on doubles: numerator and denominator come as exact decimals, and the quotient is a pair of integers until it is
rounded.
"""

from decimal import Context, Decimal

_EXACT = Context(prec=100)


def round_half_away(numerator: int, denominator: int, decimals: int) -> Decimal:
    """Divide two integers and round to a number of decimals; a half goes away from zero, as in official figures.

    Raises:
        ZeroDivisionError: the denominator is zero.
    """
    below = abs(denominator)
    rounded = (2 * abs(numerator) * 10**decimals + below) // (2 * below)
    is_negative = (numerator < 0) != (denominator < 0)
    return _EXACT.scaleb(Decimal(-rounded if is_negative else rounded), -decimals)


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
    top, bottom = numerator.as_integer_ratio()
    if denominator is not None:
        below, above = denominator.as_integer_ratio()
        top, bottom = top * above, bottom * below
    return round_half_away(top * scale, bottom * 10**unit_mult, decimals)


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
