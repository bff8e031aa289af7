"""Shapes of indicator answers, for the OpenAPI document."""

from typing import Any

from pydantic import BaseModel, Field

from api.data.schemas import Notice, Observation, Words


class Part(BaseModel):
    """Numerator or denominator."""

    measures: list[str]
    per: list[str] | None = Field(
        default=None, description="Measures that their sum is divided by, where the part is an average itself."
    )
    text: Words


class Measure(BaseModel):
    """What a numerator or denominator is made of."""

    code: str
    names: Words
    source: str
    unit_measure: str
    over_time: str = Field(description="What a longer period shows: end or average of a stock, sum of a flow.")
    of: str | None = Field(description="Reported figure that it is taken from, where it is one.")
    where: dict[str, list[str]] = Field(description="Codes that count, by breakdown; all where it is not named.")
    counted_by: str | None = Field(description="Model that counts it from records, where it is not reported.")
    contributors: str = Field(description="Measure that counts the persons, files or payers behind it.")


class FieldChange(BaseModel):
    """A field of the counting rule that a version changed."""

    field: str
    before: str | None
    after: str | None


class VersionStep(BaseModel):
    """A version of the definition: when it held, by which decision, what it changed."""

    version: str
    valid_from: str = Field(description="First Jalali month.")
    valid_to: str | None = Field(description="Last Jalali month; null for the version in force.")
    replaces: str | None
    decision_id: str | None
    changes: list[FieldChange] = Field(description="Against the version before; where there are any, figures break.")


class IndicatorSummary(BaseModel):
    """One indicator in the list."""

    code: str
    version: str | None
    names: Words
    domain: str | None
    unit_measure: str | None
    direction: str | None
    status: str = Field(description="computed, no_source (defined, no source held) or alias.")
    status_text: Words | None
    href: str


class IndicatorList(BaseModel):
    """`GET /v1/indicators`."""

    provenance: str | None = None
    notice: Notice | None = None
    indicators: list[IndicatorSummary]


class Indicator(BaseModel):
    """A definition, with the newest value for the country."""

    provenance: str | None = None
    notice: Notice | None = None
    code: str
    version: str
    names: Words
    definition: Words
    counting_logic: Words = Field(description="What counts: persons or cases, stock or flow, cash or accrual.")
    kind: str
    numerator: Part
    denominator: Part | None
    measures: list[Measure]
    unit_measure: str
    unit_mult: int
    scale: int
    decimals: int
    rounding: str
    dimensions: list[str]
    frequency: str
    direction: str
    owner: str
    domain: str = Field(description="Code of CL_INDICATOR_DOMAIN, which names the responsible office.")
    is_controllable_by: str = Field(description="Who can move it: unit, directorate, headquarters or none.")
    clauses: list[str]
    sources: list[str]
    needs: Words | None = Field(description="Source that would be needed, where none is held.")
    status: str = Field(description="computed, or no_source: defined, and never computed.")
    status_text: Words | None
    valid_from: str
    valid_to: str | None
    replaces: str | None
    decision_id: str | None = Field(description="Decision of the working group that fixed it; null where none did.")
    changes: list[FieldChange]
    versions: list[VersionStep]
    obs_status: str
    status_note: dict[str, str] | None
    notes: list[dict[str, Any]]
    latest: Observation | None = Field(description="Newest published observation for the country.")
    links: dict[str, str]


class OtherName(BaseModel):
    """Another name of an indicator, which has no value of its own."""

    provenance: str | None = None
    notice: Notice | None = None
    code: str
    names: Words
    definition: Words
    status: str
    status_text: Words
    alias_of: str
    formula: str
    reason: Words
    links: dict[str, str]
