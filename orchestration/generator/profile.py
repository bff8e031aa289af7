"""National figures month by month: what the synthetic units must add up to.

Anchored in figures that the organisation has published (`data/sso_published_figures.csv`, `fact_no` in the comments);
between the anchors a straight line with a seasonal swing that is nil in Esfand. Whole numbers throughout, so that the
anchors come out exactly. Everything that no publication gives (swings, shares, pay) is invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from orchestration.generator.apportion import largest_remainder
from orchestration.generator.flows import injuries
from vocabulary.periods import Period

Key = tuple[str, str]
"""Measure and the category of its first breakdown (empty where it has none)."""

_MONTHS = 24
_PER = 10_000

_FLAT = (0,) * 12
_BUILDING = (-260, 40, 180, 260, 270, 240, 190, 120, 60, -60, -140, 0)
_WORK = (-120, -40, 20, 40, 60, 50, 70, 60, 40, 30, 10, 0)
_AWARDS = (-2200, 300, 700, 500, 300, 200, 600, 400, 100, 0, -300, 0)
_CARE = (-1500, 200, 300, 100, 200, 200, 300, 100, 0, -100, -100, 0)

INSURED_1399 = {  # facts 64, 66, 67, 70–77; beekeepers as the exact figure that the note to fact 68 gives
    "COMPULSORY": 10_078_073,
    "UI_RECIPIENT": 213_982,
    "AGREEMENT": 158_993,
    "VOLUNTARY": 723_867,
    "SELF_EMPLOYED": 1_186_661,
    "DRIVER": 893_259,
    "WEAVER": 272_633,
    "CONSTRUCTION": 835_779,
    "GUILD_EMPLOYER": 142_758,
    "PORTER": 42_565,
    "MOSQUE_SERVANT": 28_610,
    "BEEKEEPER": 3_008,
}
_INSURED_1397_Q1 = {  # facts 34–45: shares by type of the nearest month that is broken down
    "COMPULSORY": 9_523_329,
    "UI_RECIPIENT": 207_203,
    "AGREEMENT": 140_478,
    "VOLUNTARY": 760_471,
    "SELF_EMPLOYED": 899_349,
    "DRIVER": 960_780,
    "WEAVER": 332_963,
    "CONSTRUCTION": 984_578,
    "GUILD_EMPLOYER": 50_561,
    "PORTER": 46_826,
    "MOSQUE_SERVANT": 32_558,
    "BEEKEEPER": 3_307,
}
INSURED_1397_TOTAL = 14_156_328  # fact 51
DEPENDENT_INSURED = (22_739_500, 22_735_281)  # facts 52, 59
PENSIONERS_1397_TOTAL = 6_515_799  # fact 49: principal and dependent together
PRINCIPAL_PENSIONERS_1399 = 4_228_899  # fact 61
DEPENDENT_PENSIONERS_1399 = 2_980_643  # fact 62
PENSION_CASES_1399 = 3_309_720  # fact 79
RETIREMENT_CASES_1399 = 2_208_302  # fact 80
_OTHER_CASES = (960_000, 124_960, 17_040)  # facts 81, 82, rounded: survivors, disabled (total, partial: invented)
_AWARDS_1397 = {  # facts 94–97, a quarter; disability split as above
    "RETIREMENT": 15_849,
    "TOTAL_DISABILITY": 592,
    "PARTIAL_DISABILITY": 80,
    "SURVIVORS": 4_016,
    "LUMP_SUM_IMPAIRMENT": 68,
}
_INPATIENTS_1396 = {  # facts 105–110, a twelfth
    "SSO": 71_989,
    "HEALTH_INSURANCE": 3_568,
    "ARMED_FORCES": 729,
    "RELIEF_COMMITTEE": 55,
    "OTHER": 610,
    "UNINSURED": 1_113,
}
_SURGERIES_1396 = {
    "SURGERY_MAJOR": 7_233,
    "SURGERY_MEDIUM": 16_450,
    "SURGERY_MINOR": 19_867,
}  # facts 133–135, a twelfth
_CONTACTS = {  # fact 160, a third; kinds invented
    "VISIT_GENERAL": 2_540_000,
    "VISIT_SPECIALIST": 2_790_000,
    "VISIT_DENTAL": 420_000,
    "PARACLINIC": 2_750_000,
}
_BEDS = (9_337, 8_950)  # facts 153, 161
_BENEFIT_RECIPIENTS = (152_000, 158_500)  # invented
_PENSION_1398, _WAGE_1398, _YEARLY_RISE = 25_200_000, 33_000_000, 1.29  # rial a month, invented


@dataclass(frozen=True)
class Series:
    """One national series.

    Attributes:
        start: Value in 1397-12.
        end: Value in 1399-12.
        swing: Deviation of each month of the year, in ten-thousandths; Esfand's is nil.
    """

    start: int
    end: int
    swing: tuple[int, ...] = _FLAT

    def at(self, period: Period) -> int:
        """Give the value of a month; outside the anchors the line goes on, never below nil."""
        place = months_since_anchor(period)
        line = max(self.start * (_MONTHS - place) + self.end * place, 0)
        swing = self.swing[(place - 1) % 12]
        return (line * (_PER + swing) + _MONTHS * _PER // 2) // (_MONTHS * _PER)


def months_since_anchor(period: Period) -> int:
    """Count the months since 1397-12."""
    return month_number(period) - (1397 * 12 + 11)


def month_number(period: Period) -> int:
    """Number a month so that consecutive months have consecutive numbers."""
    return period.year * 12 + period.first_month - 1


def national(period: Period) -> Mapping[Key, int]:
    """Give the national counts of a month, by measure and first breakdown: persons, cases, awards, beds and more."""
    injured = {("WORK_INJURY", outcome): value for outcome, value in injuries(period).items()}
    return {**{key: series.at(period) for key, series in _series().items()}, **injured}


def average_pension(year: int) -> float:
    """Give the average regular pension of a Jalali year, in rial a month and file."""
    return float(_PENSION_1398 * _YEARLY_RISE ** (year - 1398))


def average_wage(year: int) -> float:
    """Give the average insurable pay of a Jalali year, in rial a month and person."""
    return float(_WAGE_1398 * _YEARLY_RISE ** (year - 1398))


@cache
def _series() -> Mapping[Key, Series]:
    return {**_insured(), **_pensions(), **_treatment()}


def _insured() -> dict[Key, Series]:
    first = largest_remainder(INSURED_1397_TOTAL, list(_INSURED_1397_Q1.values()))
    swings = {"CONSTRUCTION": _BUILDING, "COMPULSORY": _WORK, "UI_RECIPIENT": _BUILDING, "PORTER": _WORK}
    series = {
        ("PRINCIPAL_INSURED", code): Series(start, INSURED_1399[code], swings.get(code, _FLAT))
        for code, start in zip(_INSURED_1397_Q1, first, strict=True)
    }
    series["BENEFIT_RECIPIENT", ""] = Series(*_BENEFIT_RECIPIENTS, _WORK)
    return {**series, ("DEPENDENT_INSURED", ""): Series(*DEPENDENT_INSURED, _WORK)}


def _pensions() -> dict[Key, Series]:
    others = largest_remainder(PENSION_CASES_1399 - RETIREMENT_CASES_1399, _OTHER_CASES)
    cases = dict(zip(("SURVIVORS", "TOTAL_DISABILITY", "PARTIAL_DISABILITY"), others, strict=True))
    cases = {"RETIREMENT": RETIREMENT_CASES_1399, **cases}
    alone = sum(cases.values()) - cases["SURVIVORS"]
    persons = {**cases, "SURVIVORS": PRINCIPAL_PENSIONERS_1399 - alone}
    series = {("PRINCIPAL_PENSIONER", code): Series(_earlier(end), end) for code, end in persons.items()}
    series |= {("PENSION_CASE", code): Series(_earlier(end), end) for code, end in cases.items()}
    series["DEPENDENT_PENSIONER", ""] = Series(_earlier(DEPENDENT_PENSIONERS_1399), DEPENDENT_PENSIONERS_1399)
    awards = {("NEW_PENSION", code): Series(n, n + n // 100, _AWARDS) for code, n in _AWARDS_1397.items()}
    return {**series, **awards}


def _earlier(value_1399: int) -> int:
    """Scale a figure of 1399-12 back to 1397-12, when only the total of all pensioners is published."""
    return value_1399 * PENSIONERS_1397_TOTAL // (PRINCIPAL_PENSIONERS_1399 + DEPENDENT_PENSIONERS_1399)


def _treatment() -> dict[Key, Series]:
    series = {("ACTIVE_BED", ""): Series(*_BEDS)}
    for measure, parts in (
        ("INPATIENT", _INPATIENTS_1396),
        ("SURGERY", _SURGERIES_1396),
        ("OUTPATIENT_CONTACT", _CONTACTS),
    ):
        series |= {(measure, code): Series(value, value, _CARE) for code, value in parts.items()}
    return series
