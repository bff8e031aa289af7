"""Shapes of indicator answers, for the OpenAPI document."""

from typing import Any

from pydantic import BaseModel, Field

from api.data.schemas import Notice, Observation, Words


class Part(BaseModel):
    """Numerator or denominator."""

    measures: list[str]
    text: Words


class IndicatorSummary(BaseModel):
    """One indicator in the list."""

    code: str
    version: str
    names: Words
    unit_measure: str
    direction: str
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
    valid_from: str
    replaces: str | None
    decision_id: str | None = Field(description="Decision of the working group that fixed it; null where none did.")
    obs_status: str
    status_note: dict[str, str] | None
    notes: list[dict[str, Any]]
    latest: Observation | None = Field(description="Newest published observation for the country.")
    links: dict[str, str]
