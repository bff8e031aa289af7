"""What a definition of an indicator says, and what its parts may say about each other (DASH-D).

What belongs here: the shape of a definition and the checks within one. What does not: reading the files and holding
definitions against each other, which `vocabulary.indicators.load` does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from vocabulary.codelists.load import load_codelist
from vocabulary.measures.load import load_measures
from vocabulary.periods import Period, PeriodKind
from vocabulary.units.load import units_by_code

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_SCALES = (1, 100, 1000)
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")


class DefinitionError(ValueError):
    """A definition is incomplete, contradicts the codelists or its earlier versions, or is not as registered."""


class UnknownIndicatorError(DefinitionError):
    """No definition has this code."""


class Kind(StrEnum):
    """How the value comes from numerator and denominator.

    `ratio`, `share`, `average`, `rate` and `coverage` divide; `growth` divides the change since the same period of the
    year before by that period's figure; `flow` is the numerator alone and `flow_per_day` divides it by the
    calendar days of the period, as Jalali months have 29 to 31; `median` is counted record by record.
    """

    RATIO = "ratio"
    SHARE = "share"
    AVERAGE = "average"
    RATE = "rate"
    GROWTH = "growth"
    FLOW = "flow"
    FLOW_PER_DAY = "flow_per_day"
    MEDIAN = "median"
    COVERAGE = "coverage"


_FLOWS = (Kind.FLOW, Kind.FLOW_PER_DAY)


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"
    NEUTRAL = "neutral"
    TARGET_BAND = "target_band"


class Control(StrEnum):
    """Who can move the indicator by own work; nobody is judged by what is not in their hands (DASH-X)."""

    UNIT = "unit"
    DIRECTORATE = "directorate"
    HEADQUARTERS = "headquarters"
    NONE = "none"


class Frequency(StrEnum):
    """How often the indicator is computed."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    ANNUAL = "annual"


@dataclass(frozen=True)
class Bilingual:
    """A text in Persian and English."""

    fa: str
    en: str


@dataclass(frozen=True)
class Part:
    """Numerator or denominator.

    Attributes:
        measures: Measures that are added up.
        text: The same in words.
        per: Measures that the sum is divided by, for a part that is an average itself; none otherwise.
    """

    measures: tuple[str, ...]
    text: Bilingual
    per: tuple[str, ...] = ()


@dataclass(frozen=True)
class StatusNote:
    """Why every observation of the indicator carries a status other than normal."""

    code: str
    fa: str
    en: str


@dataclass(frozen=True)
class Note:
    """A remark with its source."""

    fa: str
    en: str
    source: str


@dataclass(frozen=True)
class Definition:
    """An indicator.

    Attributes:
        code: Lower-case code, the name of its file.
        version: Semantic version of the definition.
        name: Name.
        definition: What it says.
        counting_logic: What is counted: persons or cases, cash or accrual, stock or flow.
        kind: How it is computed.
        numerator: What stands above the line.
        denominator: What stands below; `None` for a flow.
        unit_measure: Code of `CL_UNIT_MEASURE`.
        unit_mult: Power of ten that the published value is to be multiplied by.
        scale: 1; 100 where the quotient is published in percent, 1000 where it is published per thousand.
        decimals: Decimal places published.
        rounding: `half_away_from_zero`, at publication only.
        dimensions: What it is broken down by.
        frequency: How often.
        direction: Which way is better.
        owner: Unit that answers for the definition.
        domain: Subject that it belongs to, code of `CL_INDICATOR_DOMAIN`, which names the responsible office.
        is_controllable_by: Who can move it.
        clauses: Clauses of the directives that it serves.
        sources: Contracts that its parts come from; none where no source of the kind is held.
        needs: Which source would be needed, where none is held; such an indicator is never computed.
        valid_from: First month it holds for.
        replaces: `code@version` that it replaces; `None` for the first.
        decision_id: Decision of the statistics working group; `None` while there is none.
        obs_status: Status that every observation carries, code of `CL_OBS_STATUS`.
        status_note: Why, where that is not `A`.
        notes: Remarks, such as values printed elsewhere.
        valid_to: First month of the version that comes after; `None` for the one in force.
        is_break: Whether it counts otherwise than the version before, so that the series breaks with it.
    """

    code: str
    version: str
    name: Bilingual
    definition: Bilingual
    counting_logic: Bilingual
    kind: Kind
    numerator: Part
    denominator: Part | None
    unit_measure: str
    unit_mult: int
    scale: int
    decimals: int
    rounding: str
    dimensions: tuple[str, ...]
    frequency: Frequency
    direction: Direction
    owner: str
    domain: str
    is_controllable_by: Control
    clauses: tuple[str, ...]
    sources: tuple[str, ...]
    needs: Bilingual | None
    valid_from: Period
    replaces: str | None
    decision_id: str | None
    obs_status: str
    status_note: StatusNote | None
    notes: tuple[Note, ...]
    valid_to: Period | None = None
    is_break: bool = False

    def __post_init__(self) -> None:
        """Check what the parts say about each other.

        Raises:
            DefinitionError: They do not agree.
        """
        for is_wrong, reason in (
            (not _CODE.fullmatch(self.code) or not _VERSION.fullmatch(self.version), "malformed code or version"),
            ((self.denominator is None) != (self.kind in _FLOWS), "a flow has no denominator, all others have one"),
            ((self.obs_status == "A") != (self.status_note is None), "a status note goes with a status other than A"),
            (self.scale not in _SCALES or self.rounding != "half_away_from_zero", "unknown scale or rounding"),
            ((self.needs is None) != bool(self.sources), "it has sources, or says which one it needs"),
            (self.valid_from.kind is not PeriodKind.MONTH, "it holds from a month on"),
            (bool(self.needs and self.measures), "nothing can be counted without a source"),
            (self._is_half_averaged, "both parts are averages of their own, of a ratio, or neither"),
        ):
            if is_wrong:
                raise DefinitionError(f"{self.code}: {reason}")
        self._check_words()

    def _check_words(self) -> None:
        for codelist, code in (
            ("CL_UNIT_MEASURE", self.unit_measure),
            ("CL_OBS_STATUS", self.obs_status),
            ("CL_INDICATOR_DOMAIN", self.domain),
        ):
            if code not in load_codelist(codelist).codes:
                raise DefinitionError(f"{self.code}: {code} is not in {codelist}")
        if self.owner not in units_by_code():
            raise DefinitionError(f"{self.code}: the owner {self.owner} is no unit")
        unknown = set(self.measures) - set(load_measures())
        if unknown:
            raise DefinitionError(f"{self.code}: unknown measures {', '.join(sorted(unknown))}")

    @property
    def _is_half_averaged(self) -> bool:
        parts = [part for part in (self.numerator, self.denominator) if part]
        averaged = [bool(part.per) for part in parts]
        return any(averaged) and not (self.kind is Kind.RATIO and all(averaged))

    @property
    def id(self) -> str:
        """Code and version, `support_ratio@1.0.0`."""
        return f"{self.code}@{self.version}"

    @property
    def measures(self) -> tuple[str, ...]:
        """Measures of both parts, each once."""
        parts = [part for part in (self.numerator, self.denominator) if part]
        return tuple(dict.fromkeys(code for part in parts for code in (*part.measures, *part.per)))
