"""What is shown to a reviewer: figures out of line with their series, changes of level, jumps, impossible values.

A flag says that somebody should look, never that the figure is wrong: what became of it is the reviewer's verdict
(`governance.plausibility.review`). Pure.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from governance.plausibility.expectation import Expectation, expect
from governance.plausibility.limits import Limits
from vocabulary.periods import Period


class FlagKind(StrEnum):
    """Why a figure is shown; codes of `CL_PLAUSIBILITY_FLAG`."""

    IMPOSSIBLE = "IMPOSSIBLE"
    JUMP = "JUMP"
    OUTLIER = "OUTLIER"
    LEVEL_BREAK = "LEVEL_BREAK"


@dataclass(frozen=True)
class Series:
    """The monthly values of one indicator in one area.

    Attributes:
        indicator: Code of the indicator.
        kind: Its kind, which decides what values are possible.
        geo: Area.
        months: Months with a value, in order.
        values: The values.
        breaks: Months at which a new level is known to begin: a new version of the definition, and for amounts of
            money each Farvardin, in which pay and pensions rise.
    """

    indicator: str
    kind: str
    geo: str
    months: tuple[Period, ...]
    values: tuple[float, ...]
    breaks: frozenset[Period] = frozenset()


@dataclass(frozen=True)
class Flag:
    """One figure to look at.

    Attributes:
        indicator: Code of the indicator.
        geo: Area.
        period: Month.
        kind: Why.
        observed: The figure.
        expected: What was expected instead; for a jump the month before, for an impossible value the bound.
        score: Robust standard deviations, for a jump the change as a share; `None` where there is no such measure.
        calendar: What calendar and season add to the month, as a share; `None` where the series was not fitted.
        limits_version: Version of the limits.
    """

    indicator: str
    geo: str
    period: Period
    kind: FlagKind
    observed: float
    expected: float
    score: float | None
    calendar: float | None
    limits_version: str

    @property
    def id(self) -> str:
        """A flag of the same figure is the same flag; a figure that was corrected gets a new one."""
        said = f"{self.indicator}|{self.geo}|{self.period}|{self.kind}|{self.observed:.9g}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Judged:
    """A series with its flags, and what was expected of it; `None` where it is too short to be fitted."""

    series: Series
    flags: tuple[Flag, ...]
    expectation: Expectation | None


def judge(series: Series, limits: Limits) -> Judged:
    """Judge a series.

    A series that is too short, has gaps or stands still most of the time is not fitted: only what is impossible is
    judged in it, and jumps between months that follow each other.
    """
    flags = [*_impossible(series, limits), *_jumps(series, limits)]
    if not _can_be_fitted(series, limits):
        return Judged(series, tuple(flags), None)
    known = [place for place, month in enumerate(series.months) if place and month in series.breaks]
    expectation = expect(series.values, series.months, limits, known)
    return Judged(
        series, (*flags, *_outliers(series, expectation, limits), *_levels(series, expectation, limits)), expectation
    )


def _can_be_fitted(series: Series, limits: Limits) -> bool:
    is_whole = all(later == earlier.shift(1) for earlier, later in pairwise(series.months))
    is_flat = Counter(series.values).most_common(1)[0][1] * 2 >= len(series.values)
    return is_whole and len(series.months) >= limits.min_months and not is_flat


def _impossible(series: Series, limits: Limits) -> Iterator[Flag]:
    least, greatest = limits.possible.get(series.kind, (None, None))
    for month, value in zip(series.months, series.values, strict=True):
        if not math.isfinite(value) or (least is not None and value < least):
            yield _flag(series, month, FlagKind.IMPOSSIBLE, value, least or 0.0, limits)
        elif greatest is not None and value > greatest:
            yield _flag(series, month, FlagKind.IMPOSSIBLE, value, greatest, limits)


def _jumps(series: Series, limits: Limits) -> Iterator[Flag]:
    allowed = limits.jump.get(series.kind)
    observed = list(zip(series.months, series.values, strict=True))
    for (earlier, before), (month, value) in pairwise(observed):
        if allowed is None or month != earlier.shift(1) or month in series.breaks or before == 0:
            continue
        change = (value - before) / abs(before)
        if abs(change) > allowed:
            yield _flag(series, month, FlagKind.JUMP, value, before, limits, score=change)


def _outliers(series: Series, expectation: Expectation, limits: Limits) -> Iterator[Flag]:
    for place, month in enumerate(series.months):
        score, deviation = float(expectation.score[place]), float(expectation.deviation[place])
        if abs(score) > limits.outlier_score and abs(deviation) > limits.outlier_deviation:
            expected, calendar = float(expectation.expected[place]), float(expectation.calendar[place])
            observed = series.values[place]
            yield _flag(series, month, FlagKind.OUTLIER, observed, expected, limits, score=score, calendar=calendar)


def _levels(series: Series, expectation: Expectation, limits: Limits) -> Iterator[Flag]:
    for place in expectation.breaks:
        before, calendar = float(expectation.adjusted[place - 1]), float(expectation.calendar[place])
        observed = series.values[place]
        yield _flag(series, series.months[place], FlagKind.LEVEL_BREAK, observed, before, limits, calendar=calendar)


def _flag(
    series: Series,
    month: Period,
    kind: FlagKind,
    observed: float,
    expected: float,
    limits: Limits,
    *,
    score: float | None = None,
    calendar: float | None = None,
) -> Flag:
    return Flag(series.indicator, series.geo, month, kind, observed, expected, score, calendar, limits.version)
