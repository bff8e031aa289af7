"""Shapes of data answers, for the OpenAPI document."""

from pydantic import BaseModel, ConfigDict, Field

_NUMBER = "A number, or text where a JSON number would lose digits; null where nothing is published."


class Words(BaseModel):
    """A text in Persian and English."""

    fa: str
    en: str


class Notice(BaseModel):
    """A warning that travels with figures that were not reported by units."""

    provenance: str
    fa: str
    en: str


class ReleaseReference(BaseModel):
    """The release that an answer comes from."""

    id: str
    published_at: str
    content_hash: str
    manifest_hash: str
    href: str


class Observation(BaseModel):
    """One observation; the dataset's dimensions stand beside these members, each under its own name."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "INDICATOR": "support_ratio",
                "GEO": "IR",
                "PERIOD": "1399-12",
                "period_start": "2021-02-19",
                "period_end": "2021-03-20",
                "OBS_VALUE": 3.45,
                "NUMERATOR": 14580188,
                "DENOMINATOR": 4228899,
                "UNIT_MEASURE": "RATIO",
                "UNIT_MULT": 0,
                "DECIMALS": 2,
                "OBS_STATUS": "A",
                "CONF_STATUS": "F",
                "PROVENANCE": "synthetic",
                "DEFINITION_VERSION": "1.0.0",
                "NOTE_CODE": None,
                "NOTE_FA": None,
                "NOTE_EN": None,
                "CLAUSE": None,
                "BASIS": None,
                "REVISION_STATUS": "FIRST",
                "OBSERVATION_ID": "INDICATORS@1.0.0/support_ratio.IR/1399-12",
                "counting_logic": {"fa": "…", "en": "Persons over persons, never cases …"},
                "definition": "/v1/indicators/support_ratio",
                "release": "INDICATORS@1.0.0",
                "lineage": "/v1/lineage/INDICATORS@1.0.0/support_ratio.IR/1399-12",
            }
        },
    )

    PERIOD: str = Field(description="Jalali period; not a Gregorian date.")
    period_start: str = Field(description="First day of the period, Gregorian.")
    period_end: str = Field(description="Last day of the period, Gregorian.")
    OBS_VALUE: float | int | str | None = Field(description=_NUMBER)
    NUMERATOR: float | int | str | None = Field(description="Exact numerator of a ratio. " + _NUMBER)
    DENOMINATOR: float | int | str | None = Field(description="Exact denominator of a ratio. " + _NUMBER)
    UNIT_MEASURE: str = Field(description="Unit.")
    UNIT_MULT: int = Field(description="Power of ten to multiply OBS_VALUE with.")
    DECIMALS: int = Field(description="Decimals that OBS_VALUE is published with; rounded half away from zero, once.")
    OBS_STATUS: str = Field(
        description="State of the value: A normal, P provisional, U low reliability, Q withheld, O missing, …"
    )
    CONF_STATUS: str = Field(description="F free, C confidential.")
    REVISION_STATUS: str = Field(description="FIRST, UNCHANGED or REVISED since it was first published.")
    PROVENANCE: str = Field(description="reported, published_elsewhere or synthetic.")
    DEFINITION_VERSION: str | None = Field(description="Version of the indicator's definition; null in cubes.")
    NOTE_CODE: str | None = Field(description="Code of the note that explains the status.")
    NOTE_FA: str | None = Field(description="The note in Persian.")
    NOTE_EN: str | None = Field(description="The note in English.")
    CLAUSE: str | None = Field(description="Clause that a refusal cites.")
    BASIS: str | None = Field(description="text, inference or house: what the refusal rests on.")
    OBSERVATION_ID: str = Field(description="Id of the observation, for citing and for its lineage.")
    counting_logic: Words = Field(description="What counts, and what does not.")
    definition: str = Field(description="Where the full definition is.")
    release: str = Field(description="Id of the release.")
    lineage: str = Field(description="Where the way down to the files is told.")


class DataAnswer(BaseModel):
    """A page of observations."""

    provenance: str | None = Field(default=None, description="Most restrictive provenance in the release.")
    notice: Notice | None = Field(default=None, description="Where the figures were not reported by units.")
    dataset: str
    version: str
    release: ReleaseReference
    structure: str = Field(description="Where the dimensions, codes and columns are described.")
    total: int = Field(description="Observations that match, on all pages.")
    next: str | None = Field(description="Path of the next page, or null on the last one.")
    observations: list[Observation]
