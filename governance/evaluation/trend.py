"""Where a figure is heading, read from the months before it; pure.

Only steps in the indicator's better direction count (`goodness` grows as the figure gets better). The trend is that of
Mann and Kendall: it asks how many pairs of months rise, so that one outlier turns nothing, and supposes no straight
line. It knows no season; the change on the same period of the year before stands beside it for that.
"""

import math
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from itertools import combinations
from statistics import median

MINIMUM_MONTHS = 8
"""Months below which the normal approximation of Mann and Kendall's S does not hold (Mann 1945 gives 10, Kendall 8)."""

SIGNIFICANT = 1.959964
JUMP = 4.0
"""Robust standard deviations that a figure has to stand out by to be called a jump (house)."""

_NORMAL_MAD = 1.4826


class Trend(StrEnum):
    """Where a figure is heading."""

    IMPROVING = "IMPROVING"
    WORSENING = "WORSENING"
    STEADY = "STEADY"


def mann_kendall(values: Sequence[float]) -> float | None:
    """Return the standard normal score of Mann and Kendall's trend test, ties allowed for.

    `None` with fewer than eight values. Var(S) = [n(n−1)(2n+5) − Σ t(t−1)(2t+5)] / 18 over groups of t equal values;
    the score is (S ∓ 1) / √Var(S), and 0 where nothing moves.
    """
    n = len(values)
    if n < MINIMUM_MONTHS:
        return None
    rises = sum((later > earlier) - (later < earlier) for earlier, later in combinations(values, 2))
    ties = sum(t * (t - 1) * (2 * t + 5) for t in Counter(values).values())
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
    if rises == 0 or variance == 0:
        return 0.0
    return (rises - math.copysign(1, rises)) / math.sqrt(variance)


def trend(goodness: Sequence[float]) -> Trend | None:
    """Return where a series is heading; `None` where it is too short to say."""
    score = mann_kendall(goodness)
    if score is None:
        return None
    if abs(score) < SIGNIFICANT:
        return Trend.STEADY
    return Trend.IMPROVING if score > 0 else Trend.WORSENING


def jumped_and_fell_back(before: Sequence[float], evaluated: float, after: float) -> bool:
    """Tell whether a figure stood out for the better in the evaluated period only.

    It stands more than four robust standard deviations (median absolute deviation × 1.4826) above the median of the
    months before, and the period after gives back more than half of the rise. A sign to look into, not a proof: a
    campaign does the same.
    """
    if len(before) < MINIMUM_MONTHS:
        return False
    middle = median(before)
    spread = _NORMAL_MAD * median(abs(value - middle) for value in before)
    rise = evaluated - middle
    return rise > 0 and rise > JUMP * spread and evaluated - after > rise / 2
