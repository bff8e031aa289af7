"""Figures that a reviewer is shown: planted faults are found, the calendar's own ups and downs are not."""

from math import exp, log

import numpy as np
import pytest

from governance.plausibility.calendar_effects import working_days
from governance.plausibility.flags import FlagKind, Judged, Series, judge
from governance.plausibility.limits import LimitsError, load_limits, read_limits
from vocabulary.indicators.model import Kind
from vocabulary.periods import Period, month_range

LIMITS = load_limits()
MONTHS = month_range(Period.parse("1396-01"), Period.parse("1398-12"))


def seasonal(months, seed, *, noise=0.01):
    """A flow that follows working days, falls in Nowruz, swells in Esfand, and grows half a percent a month."""
    draws = np.random.default_rng(seed).normal(0, noise, len(months))
    return [
        exp(
            9
            + 0.005 * place
            + log(working_days(month) / 24)
            - 0.2 * (month.first_month == 1)
            + 0.3 * (month.first_month == 12)
            + float(draws[place])
        )
        for place, month in enumerate(months)
    ]


def judged(values, *, months=MONTHS, kind="flow", breaks=frozenset()) -> Judged:
    return judge(Series("new_pension_flow", kind, "IR", tuple(months), tuple(values), frozenset(breaks)), LIMITS)


def found(result, kind):
    return [flag.period for flag in result.flags if flag.kind is kind]


@pytest.mark.parametrize("seed", range(4))
def test_nowruz_esfand_and_lunar_holidays_are_no_news(seed):
    result = judged(seasonal(MONTHS, seed))
    assert result.flags == ()
    nowruz = MONTHS.index(Period.parse("1398-01"))
    assert result.expectation.calendar[nowruz] < -0.1
    assert result.expectation.adjusted[nowruz] == pytest.approx(exp(9 + 0.005 * nowruz), rel=0.06)


@pytest.mark.parametrize(("place", "factor"), [(5, 1.15), (17, 0.85), (30, 1.3)])
def test_a_month_out_of_line_is_an_outlier(place, factor):
    values = seasonal(MONTHS, 7)
    usual = values[place]
    values[place] *= factor
    result = judged(values)
    assert found(result, FlagKind.OUTLIER) == [MONTHS[place]]
    (flag,) = [flag for flag in result.flags if flag.kind is FlagKind.OUTLIER]
    assert flag.expected == pytest.approx(usual, rel=0.05)
    assert found(result, FlagKind.LEVEL_BREAK) == []


def test_a_new_level_is_a_break_and_no_row_of_outliers():
    values = [value * (1.2 if place >= 20 else 1) for place, value in enumerate(seasonal(MONTHS, 3))]
    result = judged(values)
    assert found(result, FlagKind.LEVEL_BREAK) == [MONTHS[20]]
    assert found(result, FlagKind.OUTLIER) == []


def test_a_break_of_the_definition_is_known():
    values = [value * (1.2 if place >= 20 else 1) for place, value in enumerate(seasonal(MONTHS, 3))]
    assert judged(values, breaks={MONTHS[20]}).flags == ()


def test_a_jump_is_seen_in_a_short_series_and_not_across_a_gap():
    months = MONTHS[:3]
    assert found(judged([100, 101, 250], months=months), FlagKind.JUMP) == [months[2]]
    assert judged([100, 101, 250], months=[*MONTHS[:2], MONTHS[5]]).flags == ()


@pytest.mark.parametrize(
    ("kind", "value", "is_possible"),
    [("share", 100, True), ("share", 100.1, False), ("ratio", -0.1, False), ("growth", -20, True), ("flow", 0, True)],
)
def test_what_cannot_be_is_flagged(kind, value, is_possible):
    result = judged([value], months=MONTHS[:1], kind=kind)
    assert [flag.kind for flag in result.flags] == ([] if is_possible else [FlagKind.IMPOSSIBLE])


@pytest.mark.parametrize("length", [LIMITS.min_months - 1, LIMITS.min_months])
def test_a_short_series_is_not_judged(length):
    result = judged(seasonal(MONTHS[:length], 1), months=MONTHS[:length])
    assert (result.expectation is None) == (length < LIMITS.min_months)


def test_a_series_that_stands_still_is_not_fitted():
    assert judged([100.0] * 30 + [96.0] * 6, kind="coverage").expectation is None


def test_a_flag_is_of_one_figure():
    values = seasonal(MONTHS, 7)
    values[17] *= 1.3
    first = judged(values).flags[0].id
    assert judged(values).flags[0].id == first
    values[17] *= 1.01
    assert judged(values).flags[0].id != first


@pytest.mark.parametrize(
    "wrong",
    [
        ("basis: house", "basis: text"),
        ("outlier_score: 5.0", "outlier_score: 0"),
        ("min_months: 18", "min_months: 30"),
        ("share: [0, 100]", "share: [100, 0]"),
        ("growth: [-100, null]", "weather: [0, null]"),
        ("break_months: 5", "break_month: 5"),
    ],
)
def test_limits_that_cannot_be_meant_are_refused(wrong):
    from importlib.resources import files

    text = files("governance.plausibility").joinpath("limits.yaml").read_text(encoding="utf-8")
    assert wrong[0] in text
    with pytest.raises(LimitsError):
        read_limits(text.replace(*wrong))


def test_the_limits_name_every_kind_of_indicator():
    assert set(LIMITS.possible) == {kind.value for kind in Kind}
