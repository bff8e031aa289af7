"""Definitions of the indicators: what each counts, how, in what unit, under whose name (DASH-D).

What belongs here: reading and checking the YAML files beside this module, one an indicator. What does not: norms
(`vocabulary.norms`, DASH-E), whose owner is another, and the computing, which the marts do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from vocabulary.codelists.load import load_codelist
from vocabulary.periods import Period
from vocabulary.units.load import units_by_code

MEASURES: Final = frozenset(
    {
        "available_bed_day",
        "compulsory_insured",
        "contribution_assessed",
        "contribution_received",
        "dependent_insured",
        "female_principal_insured",
        "list_due",
        "list_insurable_pay",
        "list_insured_day",
        "list_on_time",
        "list_possible_day",
        "list_row_failed",
        "list_row_received",
        "list_workshop_obliged",
        "list_workshop_received",
        "new_pension",
        "occupied_bed_day",
        "pension_amount_regular",
        "pension_case",
        "pension_file_paid",
        "principal_insured",
        "principal_insured_ex_ui",
        "principal_pensioner",
        "scan_file_matched",
        "scan_file_recounted",
        "transfer_days_median",
        "unit_obliged",
        "unit_reported",
    }
)
"""Codes of the measures that numerators and denominators are made of."""

_FOLDER = Path(__file__).parent
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")


class DefinitionError(ValueError):
    """A definition is unknown, incomplete or contradicts the codelists."""


class Kind(StrEnum):
    """How the value comes from numerator and denominator.

    `ratio`, `share`, `average` and `coverage` divide; `growth` divides the change since the same month of the year
    before by that month's figure; `flow` is the numerator alone; `median` is counted record by record.
    """

    RATIO = "ratio"
    SHARE = "share"
    AVERAGE = "average"
    GROWTH = "growth"
    FLOW = "flow"
    MEDIAN = "median"
    COVERAGE = "coverage"


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"
    NEUTRAL = "neutral"
    TARGET_BAND = "target_band"


class Frequency(StrEnum):
    """How often the indicator is computed."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    ANNUAL = "annual"


@dataclass(frozen=True)
class Bilingual:
    """A text in Persian and English."""

    fa: str
    en: str


@dataclass(frozen=True)
class Part:
    """Numerator or denominator: the measures that are added up, and the same in words."""

    measures: tuple[str, ...]
    text: Bilingual


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
        scale: 1, or 100 where the quotient is published in percent.
        decimals: Decimal places published.
        rounding: `half_away_from_zero`, at publication only.
        dimensions: What it is broken down by.
        frequency: How often.
        direction: Which way is better.
        owner: Unit that answers for the definition.
        clauses: Clauses of the directives that it serves.
        sources: Contracts that its parts come from.
        valid_from: First period it holds for.
        replaces: `code@version` that it replaces; `None` for the first.
        decision_id: Decision of the statistics working group; `None` while there is none.
        obs_status: Status that every observation carries, code of `CL_OBS_STATUS`.
        status_note: Why, where that is not `A`.
        notes: Remarks, such as values printed elsewhere.
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
    clauses: tuple[str, ...]
    sources: tuple[str, ...]
    valid_from: Period
    replaces: str | None
    decision_id: str | None
    obs_status: str
    status_note: StatusNote | None
    notes: tuple[Note, ...]

    def __post_init__(self) -> None:
        """Check what the parts say about each other.

        Raises:
            DefinitionError: They do not agree.
        """
        if not _CODE.fullmatch(self.code) or not _VERSION.fullmatch(self.version):
            raise DefinitionError(f"{self.code}: malformed code or version")
        if (self.denominator is None) != (self.kind is Kind.FLOW):
            raise DefinitionError(f"{self.code}: a flow has no denominator, all others have one")
        if (self.obs_status == "A") != (self.status_note is None):
            raise DefinitionError(f"{self.code}: a status note goes with a status other than A")
        if self.scale not in (1, 100) or self.rounding != "half_away_from_zero":
            raise DefinitionError(f"{self.code}: unknown scale or rounding")
        for codelist, code in (("CL_UNIT_MEASURE", self.unit_measure), ("CL_OBS_STATUS", self.obs_status)):
            if code not in load_codelist(codelist).codes:
                raise DefinitionError(f"{self.code}: {code} is not in {codelist}")
        if self.owner not in units_by_code():
            raise DefinitionError(f"{self.code}: the owner {self.owner} is no unit")
        unknown = set(self.measures) - MEASURES
        if unknown:
            raise DefinitionError(f"{self.code}: unknown measures {', '.join(sorted(unknown))}")

    @property
    def measures(self) -> tuple[str, ...]:
        """Measures of both parts, each once."""
        below = () if self.denominator is None else self.denominator.measures
        return tuple(dict.fromkeys((*self.numerator.measures, *below)))


def list_indicators() -> tuple[str, ...]:
    """Give the codes of all indicators, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


@cache
def load_indicator(code: str) -> Definition:
    """Read the definition of an indicator.

    Raises:
        DefinitionError: There is none, or it is incomplete or contradictory.
    """
    if code not in list_indicators():
        raise DefinitionError(f"no indicator {code!r}")
    definition = read_definition((_FOLDER / f"{code}.yaml").read_text(encoding="utf-8"))
    if definition.code != code:
        raise DefinitionError(f"{code}.yaml defines {definition.code}")
    return definition


def load_indicators() -> tuple[Definition, ...]:
    """Read all definitions, by code."""
    return tuple(load_indicator(code) for code in list_indicators())


def read_definition(text: str) -> Definition:
    """Read a definition from YAML; `indicator.schema.json` says the same to other tools.

    Raises:
        DefinitionError: A key is missing, unknown or carries what it cannot.
    """
    try:
        return _definition(yaml.safe_load(text))
    except DefinitionError:
        raise
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise DefinitionError(f"malformed definition: {type(error).__name__} {error}") from error


def _definition(entry: Mapping[str, Any]) -> Definition:
    fields = dict(entry)
    for name in ("name", "definition", "counting_logic"):
        fields[name] = Bilingual(**fields[name])
    for name in ("dimensions", "clauses", "sources"):
        fields[name] = tuple(fields[name])
    below, note = fields["denominator"], fields["status_note"]
    fields.update(
        kind=Kind(fields["kind"]),
        frequency=Frequency(fields["frequency"]),
        direction=Direction(fields["direction"]),
        valid_from=Period.parse(fields["valid_from"]),
        numerator=_part(fields["numerator"]),
        denominator=None if below is None else _part(below),
        status_note=None if note is None else StatusNote(**note),
        notes=tuple(Note(**remark) for remark in fields["notes"]),
    )
    return Definition(**fields)


def _part(entry: Mapping[str, Any]) -> Part:
    return Part(tuple(entry["measures"]), Bilingual(**entry["text"]))
