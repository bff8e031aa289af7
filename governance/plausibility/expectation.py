"""What a monthly series and the calendar lead to expect of a figure, and where a new level begins. Pure.

Fitted by robust regression (statsmodels), levels found by change-point search (ruptures). A series is modelled on the
logarithmic scale where all its values are positive, else as it is: level, straight trend, the calendar's effects and
known changes of level (a definition that was replaced). Tukey's biweight keeps the figures that are in doubt from
deciding what is expected of them (Huber & Ronchetti, Robust Statistics, 2009, chapter 7).
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from governance.plausibility.calendar_effects import EFFECTS, Matrix, regressors
from governance.plausibility.limits import Limits
from vocabulary.periods import Period

Vector = npt.NDArray[np.float64]

_FLOOR = 1e-9
_NORMAL = 1.4826
"""Median absolute deviation to standard deviation, of normal noise."""


@dataclass(frozen=True)
class Expectation:
    """What is expected of each month of a series, in the series' own unit.

    Attributes:
        expected: Expected values.
        score: Distance of the observed value in robust standard deviations, by the weight its month has in the fit;
            nan where a month decides its own expectation and so cannot be judged.
        deviation: Distance as a share of the expected value.
        calendar: What the calendar and the season add, as a share of the value without them.
        adjusted: The series without what calendar and season add.
        breaks: Places at which a new level begins, that are not known changes.
    """

    expected: Vector
    score: Vector
    deviation: Vector
    calendar: Vector
    adjusted: Vector
    breaks: tuple[int, ...]


def expect(values: Sequence[float], months: Sequence[Period], limits: Limits, known: Sequence[int] = ()) -> Expectation:
    """Fit a series and say what was expected of each of its months.

    Args:
        values: One value a month, without gaps.
        months: The months, in order.
        limits: Limits in force.
        known: Places at which a new level is known to begin.
    """
    observed = np.asarray(values, dtype=np.float64)
    is_logarithmic = bool((observed > 0).all())
    series = np.log(observed) if is_logarithmic else observed
    effects = regressors(months, with_season=len(months) >= limits.min_months_season)
    first = _fit(series, effects, known)
    breaks = _breaks(series - first.calendar, known, limits)
    fitted = _fit(series, effects, (*known, *breaks)) if breaks else first
    expected = np.exp(fitted.expected) if is_logarithmic else fitted.expected
    without = np.exp(series - fitted.calendar) if is_logarithmic else series - fitted.calendar
    return Expectation(
        expected=expected,
        score=fitted.score,
        deviation=_share(observed - expected, expected),
        calendar=_share(observed - without, without),
        adjusted=without,
        breaks=tuple(
            place for place in breaks if _step(series - fitted.calendar, place, limits) > limits.break_deviation
        ),
    )


@dataclass(frozen=True)
class _Fit:
    expected: Vector
    score: Vector
    calendar: Vector


def _fit(series: Vector, effects: Matrix, levels: Sequence[int]) -> _Fit:
    from statsmodels.robust.norms import TukeyBiweight  # its import costs seconds
    from statsmodels.robust.robust_linear_model import RLM
    from statsmodels.tools.sm_exceptions import ConvergenceWarning

    months = np.arange(len(series), dtype=np.float64)
    steps = [(months >= place).astype(np.float64) for place in sorted(set(levels))]
    design = np.column_stack([np.ones_like(months), months - months.mean(), *steps, effects])
    used = np.flatnonzero(np.abs(design).max(axis=0) > _FLOOR)
    matrix = design[:, used]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a perfect fit: the floor of the spread stands in for it
        result = RLM(series, matrix, M=TukeyBiweight()).fit(maxiter=100)
    expected = matrix @ result.params
    coefficients = np.zeros(design.shape[1])
    coefficients[used] = result.params
    weights = np.clip(result.weights, _FLOOR, None)
    leverage = _leverage(matrix, weights)
    left = np.sqrt(np.clip(1 - leverage, 0, None))
    months_left = max(len(series) - matrix.shape[1], 1)  # what is fitted follows the series and narrows the spread
    spread = max(float(result.scale) * float(np.sqrt(len(series) / months_left)), _FLOOR)
    score = np.where(left > 0.2, (series - expected) / (spread * np.where(left > 0.2, left, 1)), np.nan)
    return _Fit(expected, score, effects @ coefficients[-len(EFFECTS) :])


def _leverage(matrix: Matrix, weights: Vector) -> Vector:
    """Give how much each month decides its own expectation: the diagonal of the weighted hat matrix."""
    weighted = matrix * np.sqrt(weights)[:, None]
    basis, _ = np.linalg.qr(weighted)
    return np.asarray((basis**2).sum(axis=1), dtype=np.float64)


def _breaks(series: Vector, known: Sequence[int], limits: Limits) -> tuple[int, ...]:
    """Give the places at which a new line of level and trend begins, known changes taken out."""
    from ruptures import Pelt  # its import costs a second
    from scipy.ndimage import median_filter

    steps = np.diff(series)
    spread = max(_NORMAL * float(np.median(np.abs(steps - np.median(steps)))) / np.sqrt(2), _FLOOR)
    level = series.copy()
    for place in known:
        if 0 < place < len(series):
            level[place:] -= np.median(level[place:]) - np.median(level[:place])
    level = median_filter(level, size=3, mode="nearest")  # one month out of line is no new level
    line = np.column_stack([level / spread, np.ones_like(level), np.arange(len(level), dtype=np.float64)])
    found = Pelt(model="linear", min_size=limits.break_months, jump=1).fit(line).predict(pen=limits.break_penalty)
    return tuple(
        place for place in found[:-1] if place not in known and _step(level, place, limits) > limits.break_deviation
    )


def _step(series: Vector, place: int, limits: Limits) -> float:
    """Give the size of the change of level at a place, as a share where the scale is logarithmic."""
    before, after = series[max(place - limits.break_months, 0) : place], series[place : place + limits.break_months]
    return float(abs(np.median(after) - np.median(before)))


def _share(difference: Vector, base: Vector) -> Vector:
    return np.asarray(difference / np.where(np.abs(base) > _FLOOR, np.abs(base), 1.0), dtype=np.float64)
