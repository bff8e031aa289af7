"""Shapes of the catalogue, for the OpenAPI document."""

from typing import Any

from pydantic import BaseModel, Field

from api.data.schemas import Notice, Words


class Entry(BaseModel):
    """`GET /v1`."""

    provenance: str | None = None
    notice: Notice | None = None
    title: Words
    description: Words
    reuse: Words = Field(description="What may be done with the data: everything, without asking.")
    citation: str = Field(description="How to cite an observation.")
    links: dict[str, str] = Field(description="Where everything is.")


class DatasetSummary(BaseModel):
    """One published dataset."""

    provenance: str
    id: str
    names: Words
    description: Words
    version: str = Field(description="Newest published version.")
    published_at: str
    content_hash: str
    observations: int
    href: str
    data: str


class DatasetList(BaseModel):
    """`GET /v1/datasets`."""

    provenance: str | None = None
    notice: Notice | None = None
    datasets: list[DatasetSummary]


class VersionSummary(BaseModel):
    """A version that was published, marked where it was withdrawn."""

    version: str
    state: str = Field(description="published or withdrawn.")
    published_at: str
    withdrawn_at: str | None
    withdrawal_reason: str | None
    content_hash: str
    manifest_hash: str
    href: str


class VersionList(BaseModel):
    """`GET /v1/datasets/{id}/versions`."""

    provenance: str | None = None
    notice: Notice | None = None
    dataset: str
    versions: list[VersionSummary]


class ReleaseFile(BaseModel):
    """A bulk file."""

    name: str
    media_type: str
    sha256: str
    size_bytes: int
    rows: int | None
    href: str


class ReleaseAnswer(BaseModel):
    """A version with its structure, files and approvals."""

    provenance: str | None = None
    notice: Notice | None = None
    dataset: str
    version: str
    state: str
    published_at: str
    content_hash: str
    draft_hash: str
    manifest_hash: str
    code: dict[str, str]
    commit: str | None = Field(
        default=None, description="Revision of the repository that `code` hashes; null where it did not run from one."
    )
    definitions: list[dict[str, str]]
    tables: list[dict[str, Any]] = Field(description="Delta tables it was built from, at their versions.")
    certificate: dict[str, Any] | None = Field(
        default=None, description="What the disclosure gate judged and which labels it lowered; figures stand on it."
    )
    approvals: list[dict[str, Any]] = Field(description="Ledger events that let it out; offices, never persons.")
    files: list[ReleaseFile]
    structure: dict[str, Any] = Field(description="Dimensions with codes and names, columns, definitions.")
    links: dict[str, str]
