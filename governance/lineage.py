"""From a published number down to the files it came from, and up to the people who let it out.

Reads the release folder and the ledger only: what is told is what was published, not what the lake holds today.
"""

import re
from datetime import date
from typing import Any

import polars as pl
from pydantic import BaseModel, ConfigDict

from governance.context import Context
from governance.errors import GovernanceError
from governance.releases.columns import OBSERVATION_ID
from governance.releases.definitions import by_version
from governance.releases.manifest import Act, CodeVersion, FileEntry, Manifest, TableVersion
from governance.releases.numbers import fixed_text, plain_text
from governance.releases.read import Release, UnknownReleaseError, find_release, withdrawal_reason
from vocabulary.periods import Period

_OBSERVATION = re.compile(r"([A-Z0-9][A-Z0-9_-]*@[0-9]+\.[0-9]+\.[0-9]+)/([A-Za-z0-9_.-]+)/([0-9]{4}[A-Z0-9-]*)")


class UnknownObservationError(GovernanceError):
    """There is no such observation, or the text is no observation id."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class ObservationStep(_Model):
    """The number as published; exact decimals as text, null where withheld or missing.

    Attributes:
        id: Observation id.
        dimensions: Dimension → code.
        period: Jalali period.
        period_start: Its first day (Gregorian).
        period_end: Its last day (Gregorian).
        value: Published value, with its published decimals.
        numerator: Exact numerator.
        denominator: Exact denominator.
        unit_measure: Unit.
        unit_mult: Power of ten to multiply the value with.
        obs_status: State of the value.
        conf_status: Whether it is confidential.
        revision_status: Whether it changed since it was first published.
        provenance: `reported`, `published_elsewhere` or `synthetic`.
        note_code: Code of the note.
        note_fa: Why the value is noted or withheld, in Persian.
        note_en: The same in English.
        clause: What a refusal rests on.
        basis: Whether that is in the text, inferred, or the house's own.
    """

    id: str
    dimensions: dict[str, str]
    period: str
    period_start: date
    period_end: date
    value: str | None
    numerator: str | None
    denominator: str | None
    unit_measure: str
    unit_mult: int
    obs_status: str
    conf_status: str
    revision_status: str
    provenance: str
    note_code: str | None
    note_fa: str | None
    note_en: str | None
    clause: str | None
    basis: str | None


class ReleaseStep(_Model):
    """The release that carries the number, with the acts that let it out."""

    id: str
    state: str
    content_hash: str
    draft_hash: str
    manifest_hash: str
    acts: tuple[Act, ...]
    withdrawal_reason: str | None


class MartStep(_Model):
    """The gold table and every Delta table read, at its version."""

    mart: str
    tables: tuple[TableVersion, ...]
    code: CodeVersion


class SourceFile(_Model):
    """One landing file behind one part of the number; counts are null where they would tell what was withheld."""

    part: str
    source: str
    file_name: str
    file_sha256: str
    lines_read: int | None
    rows_used: int | None
    is_count_withheld: bool


class Lineage(_Model):
    """The whole way, from the number down.

    Attributes:
        observation: The number.
        definition: Definition of the indicator or measure, as it was published with the release.
        release: The release, its hashes and its acts.
        built_from: Tables and code.
        release_files: The release's own files.
        sources: Landing files; empty where the dataset does not follow its observations to files one by one.
        follows_files: Whether it does.
    """

    observation: ObservationStep
    definition: dict[str, Any]
    release: ReleaseStep
    built_from: MartStep
    release_files: tuple[FileEntry, ...]
    sources: tuple[SourceFile, ...]
    follows_files: bool


def release_of(observation_id: str) -> str:
    """Return the release part of an observation id.

    Raises:
        UnknownObservationError: the text is no observation id.
    """
    match = _OBSERVATION.fullmatch(observation_id)
    if not match:
        raise UnknownObservationError("not an observation id such as INDICATORS@1.0.0/support_ratio.IR/1399-12")
    return match[1]


def trace(context: Context, observation_id: str) -> Lineage:
    """Follow a published number to its files.

    Args:
        context: The installation.
        observation_id: `INDICATORS@1.0.0/support_ratio.IR/1399-12`.

    Raises:
        UnknownObservationError: there is no such observation.
        ManifestError: files of the release are missing or were changed.
    """
    try:
        release = find_release(context, release_of(observation_id))
    except UnknownReleaseError as error:
        raise UnknownObservationError(f"no observation {observation_id}") from error
    manifest = context.store.manifest(release.dataset, str(release.version))
    structure = context.store.structure(manifest)
    row = _row(context.store.data(manifest), observation_id)
    definition = _definition(row, structure)
    sources = _sources(context.store.sources(manifest), row, definition)
    return Lineage(
        observation=_observation(row, structure),
        definition=definition,
        release=_release(context, release, manifest),
        built_from=MartStep(mart=_mart(manifest), tables=manifest.tables, code=manifest.code),
        release_files=manifest.files,
        sources=sources,
        follows_files=structure["kind"] == "indicators",
    )


def _row(data: pl.DataFrame, observation_id: str) -> dict[str, Any]:
    found = data.filter(pl.col(OBSERVATION_ID) == observation_id)
    if found.is_empty():
        raise UnknownObservationError(f"no observation {observation_id}")
    return found.row(0, named=True)


def _observation(row: dict[str, Any], structure: dict[str, Any]) -> ObservationStep:
    plain = {name.lower(): row[name] for name in row}
    value = row["OBS_VALUE"]
    parts = {name: None if row[name] is None else plain_text(row[name]) for name in ("NUMERATOR", "DENOMINATOR")}
    return ObservationStep.model_validate(
        {
            **plain,
            "id": row[OBSERVATION_ID],
            "dimensions": {each["id"]: row[each["id"]] for each in structure["dimensions"]},
            "value": None if value is None else fixed_text(value, row["DECIMALS"]),
            "numerator": parts["NUMERATOR"],
            "denominator": parts["DENOMINATOR"],
        }
    )


def _definition(row: dict[str, Any], structure: dict[str, Any]) -> dict[str, Any]:
    code = row[structure["dimensions"][0]["id"]]
    return dict(by_version(structure["definitions"])[code, row["DEFINITION_VERSION"] or ""])


def _release(context: Context, release: Release, manifest: Manifest) -> ReleaseStep:
    return ReleaseStep(
        id=release.id,
        state=release.state.value,
        content_hash=manifest.content_hash,
        draft_hash=manifest.draft_hash,
        manifest_hash=manifest.manifest_hash,
        acts=tuple(Act.of(event) for event in release.events),
        withdrawal_reason=withdrawal_reason(context, release),
    )


def _mart(manifest: Manifest) -> str:
    return next(table.name for table in manifest.tables if table.layer == "gold")


def _sources(sources: pl.DataFrame, row: dict[str, Any], definition: dict[str, Any]) -> tuple[SourceFile, ...]:
    """Find the files behind an observation: its own, or for a longer period those of the months it is made of."""
    own = sources.filter(pl.col(OBSERVATION_ID) == row[OBSERVATION_ID])
    if not own.is_empty():
        return _files(own)
    key, period = row[OBSERVATION_ID].rsplit("/", 1)
    made_of = {part: [f"{key}/{month}" for month in months] for part, months in months_of(period, definition).items()}
    of_months = [
        sources.filter((pl.col("part") == part) & pl.col(OBSERVATION_ID).is_in(ids)) for part, ids in made_of.items()
    ]
    found = pl.concat(of_months)
    withheld = pl.col("is_count_withheld").any()
    added_up = found.group_by("part", "source", "file_name", "file_sha256").agg(
        pl.when(withheld).then(None).otherwise(pl.col("lines_read").max()).alias("lines_read"),
        pl.when(withheld).then(None).otherwise(pl.col("rows_used").sum()).alias("rows_used"),
        withheld,
    )
    return _files(added_up)


def _files(found: pl.DataFrame) -> tuple[SourceFile, ...]:
    ordered = found.sort("part", "source", "file_name")
    return tuple(SourceFile.model_validate(file) for file in ordered.iter_rows(named=True))


def months_of(period: str, definition: dict[str, Any]) -> dict[str, list[str]]:
    """Give the months that each part is made of: of a stock at the end, the last alone."""
    months = [month.code for month in Period.parse(period).months()]
    over_time = {measure["code"]: measure["over_time"] for measure in definition.get("measures", [])}
    found = {}
    for part in ("NUMERATOR", "DENOMINATOR"):
        measures = (definition.get(part.lower()) or {}).get("measures", [])
        is_at_end = bool(measures) and all(over_time.get(code) == "end" for code in measures)
        found[part] = months[-1:] if is_at_end else months
    return found
