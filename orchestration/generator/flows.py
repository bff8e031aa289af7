"""National flows that are published as totals of years, halves and quarters: benefits paid, work injuries.

Inside a span with a published total the months share it out by their days, exactly. Between two such spans the daily
rate moves by a constant factor; outside the first and the last it changes by an invented yearly one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.generator.apportion import largest_remainder
from vocabulary.periods import Period

_YEAR_DAYS = 365.2422


@dataclass(frozen=True)
class Flow:
    """One national flow.

    Attributes:
        spans: Canonical periods and their totals, in order, not overlapping.
        rise: Factor by year before the first and after the last span.
    """

    spans: Mapping[str, int]
    rise: float = 1.0

    def at(self, month: Period) -> int:
        """Give the flow of a month, exact where its span is published."""
        for span, total in self._known():
            months = span.months()
            if month in months:
                return largest_remainder(total, [each.days for each in months])[months.index(month)]
        return round(self._rate(month) * month.days)

    def _known(self) -> list[tuple[Period, int]]:
        return [(Period.parse(code), total) for code, total in self.spans.items()]

    def _rate(self, month: Period) -> float:
        """Give the rate by day that the spans around a month suggest."""
        rates = [(_middle(span), total / span.days) for span, total in self._known()]
        day = _middle(month)
        before = [found for found in rates if found[0] < day]
        after = [found for found in rates if found[0] > day]
        if before and after:
            (first, low), (last, high) = before[-1], after[0]
            return float(low * (high / low) ** ((day - first) / (last - first)))
        nearest, rate = before[-1] if before else after[0]
        return float(rate * self.rise ** ((day - nearest) / _YEAR_DAYS))


def _middle(period: Period) -> float:
    return (period.start.toordinal() + period.end.toordinal()) / 2


_BENEFIT_RISE = 1.24
_BENEFITS = {  # million rial: facts 166–174 (1393) and 176–184 (the first half of 1395); beyond them invented
    "SICKNESS_WORK": Flow({"1393": 203_337, "1395-H1": 114_051}, _BENEFIT_RISE),
    "SICKNESS_NON_WORK": Flow({"1393": 2_196_407, "1395-H1": 1_318_291}, _BENEFIT_RISE),
    "MATERNITY": Flow({"1393": 1_688_312, "1395-H1": 1_155_196}, _BENEFIT_RISE),
    "MARRIAGE_GRANT": Flow({"1393": 738_172, "1395-H1": 651_491}, _BENEFIT_RISE),
    "FUNERAL_GRANT": Flow({"1393": 235_917, "1395-H1": 149_138}, _BENEFIT_RISE),
    "PROSTHESIS_ORTHOSIS": Flow({"1393": 263_205, "1395-H1": 144_311}, _BENEFIT_RISE),
    "TRAVEL_COMPANION": Flow({"1393": 31_652, "1395-H1": 18_417}, _BENEFIT_RISE),
    "LUMP_SUM_IMPAIRMENT": Flow({"1393": 25_044, "1395-H1": 14_261}, _BENEFIT_RISE),
    "OTHER": Flow({"1393": 2_687_582, "1395-H1": 1_288_138}, _BENEFIT_RISE),
}
_INJURIES = Flow({"1388-Q1": 4_426, "1393": 18_916, "1395-M9": 13_063, "1397": 18_389, "1398": 21_562})
"""Facts 186, 206, 224, 217, 216: injured insured, without the voluntary and the self-employed."""
_INJURY_OUTCOMES = {  # facts 193–196 and 208–210
    "DISABLED": Flow({"1388-Q1": 148, "1393": 458}),
    "IMPAIRMENT": Flow({"1388-Q1": 251, "1393": 786}),
    "FATAL": Flow({"1388-Q1": 25, "1393": 121}),
}


def benefits(month: Period) -> dict[str, int]:
    """Give what the country pays by kind of short-term benefit, in million rial; unemployment benefit is apart."""
    return {kind: flow.at(month) for kind, flow in _BENEFITS.items()}


def injuries(month: Period) -> dict[str, int]:
    """Give the insured injured at work by outcome; those who recovered are the rest of the total."""
    worse = {outcome: flow.at(month) for outcome, flow in _INJURY_OUTCOMES.items()}
    return {"RECOVERED": _INJURIES.at(month) - sum(worse.values()), **worse}
