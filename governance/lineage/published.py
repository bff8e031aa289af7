"""From a published number down to the files it came from, and up to the people who let it out.

Reads the release folder and the ledger only: what is told is what was published, not what the lake holds today. An
older release tells less, and the trace says what (HOUSE-4).
"""

import re
from collections.abc import Mapping
from typing import Any

import polars as pl

from governance.context import Context
from governance.datasets.load import Text
from governance.lineage.files import decided_files, own_files, set_aside_of
from governance.lineage.formula import formula_of
from governance.lineage.model import (
    Contribution,
    DisclosureStep,
    Lineage,
    MartStep,
    ObservationStep,
    ReleaseStep,
    UnknownObservationError,
)
from governance.lineage.words import names_of, period_words, title_of
from governance.releases.columns import OBSERVATION_ID, PERIOD
from governance.releases.definitions import by_version
from governance.releases.manifest import Act, Manifest
from governance.releases.numbers import fixed_text, plain_text
from governance.releases.read import Release, UnknownReleaseError, find_release, withdrawal_reason
from governance.releases.store import DATA, FILES, MEASURES, SET_ASIDE
from vocabulary.periods import Period, PeriodKind
from vocabulary.units.load import COUNTRY_GEO

_OBSERVATION = re.compile(r"([A-Z0-9][A-Z0-9_-]*@[0-9]+\.[0-9]+\.[0-9]+)/([A-Za-z0-9_.-]+)/([0-9]{4}[A-Z0-9-]*)")
_FREE = Text(fa="از کنترل افشا گذشته و منتشر شده است", en="Passed disclosure control and is published")
_MISSING = Text(fa="مقداری برای انتشار نیست", en="There is no value to publish")

Row = Mapping[str, Any]


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
    rows = context.store.rows(manifest, DATA, pl.col(OBSERVATION_ID) == observation_id)
    if rows.is_empty():
        raise UnknownObservationError(f"no observation {observation_id}")
    row = rows.row(0, named=True)
    definition = _definition(row, structure)
    observation = _observation(row, structure)
    sources = own_files(context.store, manifest, observation, definition)
    decided = decided_files(context.store, manifest, observation, definition)
    named = {file.file_sha256 for file in (*sources, *decided)}
    return Lineage(
        observation=observation,
        definition=definition,
        formula=formula_of(definition, _numbers(observation), observation.period, _measured(context, manifest, row)),
        disclosure=_disclosure(row, manifest),
        contributions=_contributions(context, manifest, observation, structure),
        release=_release(context, release, manifest),
        built_from=MartStep(mart=_mart(manifest), tables=manifest.tables, code=manifest.code),
        release_files=manifest.files,
        sources=sources,
        decided_by=decided,
        set_aside=set_aside_of(context.store, manifest, observation, definition, named),
        follows_files=structure["kind"] == "indicators" or manifest.file(FILES) is not None,
        not_recorded=_not_recorded(manifest, structure),
    )


def _observation(row: Row, structure: Mapping[str, Any]) -> ObservationStep:
    plain = {name.lower(): row[name] for name in row}
    value = row["OBS_VALUE"]
    parts = {name: None if row[name] is None else plain_text(row[name]) for name in ("NUMERATOR", "DENOMINATOR")}
    dimensions = {each["id"]: row[each["id"]] for each in structure["dimensions"]}
    return ObservationStep.model_validate(
        {
            **plain,
            "id": row[OBSERVATION_ID],
            "title": title_of(dimensions, row[PERIOD], structure),
            "dimensions": dimensions,
            "value": None if value is None else fixed_text(value, row["DECIMALS"]),
            "numerator": parts["NUMERATOR"],
            "denominator": parts["DENOMINATOR"],
        }
    )


def _numbers(observation: ObservationStep) -> dict[str, str | None]:
    return {
        "value": observation.value,
        "numerator": observation.numerator,
        "denominator": observation.denominator,
    }


def _definition(row: Row, structure: Mapping[str, Any]) -> dict[str, Any]:
    code = row[structure["dimensions"][0]["id"]]
    return dict(by_version(structure["definitions"])[code, row["DEFINITION_VERSION"] or ""])


def _measured(context: Context, manifest: Manifest, row: Row) -> dict[tuple[str, str], str]:
    if manifest.file(MEASURES) is None:
        return {}
    found = context.store.rows(manifest, MEASURES, pl.col(OBSERVATION_ID) == row[OBSERVATION_ID])
    told = found.select("part", "measure_code", "value").iter_rows()
    return {(part, code): plain_text(value) for part, code, value in told}


def _disclosure(row: Row, manifest: Manifest) -> DisclosureStep:
    held, is_withheld = manifest.certificate, row["CONF_STATUS"] != "F"
    noted = Text(fa=row["NOTE_FA"] or "", en=row["NOTE_EN"] or "")
    said = noted if is_withheld else _FREE if row["OBS_VALUE"] is not None else _MISSING
    return DisclosureStep(
        gate=held.gate if held else None,
        threshold=held.threshold if held else None,
        cells=held.cells if held else None,
        withheld=held.withheld if held else None,
        is_withheld=is_withheld,
        clause=row["CLAUSE"] if is_withheld else None,
        said=said,
    )


def _contributions(
    context: Context, manifest: Manifest, observation: ObservationStep, structure: Mapping[str, Any]
) -> tuple[Contribution, ...]:
    """Give the published numbers of the areas and months that an observation is made of."""
    key = [pl.col(name) == code for name, code in observation.dimensions.items() if name != "GEO"]
    geo, period = observation.dimensions["GEO"], Period.parse(observation.period)
    found: list[Contribution] = []
    if geo == COUNTRY_GEO:
        keep = pl.all_horizontal(*key, pl.col("GEO") != geo, pl.col(PERIOD) == period.code)
        rows = context.store.rows(manifest, DATA, keep).sort("GEO")
        found += [_contribution("area", row, structure) for row in rows.iter_rows(named=True) if _is_there(row)]
    if period.kind is not PeriodKind.MONTH:
        months = [month.code for month in period.months()]
        keep = pl.all_horizontal(*key, pl.col("GEO") == geo, pl.col(PERIOD).is_in(months))
        rows = context.store.rows(manifest, DATA, keep).sort(PERIOD)
        found += [_contribution("period", row, structure) for row in rows.iter_rows(named=True) if _is_there(row)]
    return tuple(found)


def _is_there(row: Row) -> bool:
    """Tell whether an area or month has any figure, withheld or not; what nobody reported contributes nothing."""
    return row["CONF_STATUS"] != "F" or any(row[name] is not None for name in ("OBS_VALUE", "NUMERATOR", "DENOMINATOR"))


def _contribution(kind: str, row: Row, structure: Mapping[str, Any]) -> Contribution:
    value = row["OBS_VALUE"]
    names = names_of(structure, "GEO", row["GEO"]) if kind == "area" else period_words(row[PERIOD])
    return Contribution.model_validate(
        {
            "kind": kind,
            "code": row["GEO"],
            "names": names,
            "period": row[PERIOD],
            "value": None if value is None else fixed_text(value, row["DECIMALS"]),
            "numerator": None if row["NUMERATOR"] is None else plain_text(row["NUMERATOR"]),
            "denominator": None if row["DENOMINATOR"] is None else plain_text(row["DENOMINATOR"]),
            "is_withheld": row["CONF_STATUS"] != "F",
        }
    )


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


def _not_recorded(manifest: Manifest, structure: Mapping[str, Any]) -> tuple[str, ...]:
    wanted = {FILES: "decided_by", SET_ASIDE: "set_aside"}
    if structure["kind"] == "indicators":
        wanted[MEASURES] = "formula.measures"
    else:
        wanted[FILES] = "sources"
    return tuple(step for name, step in wanted.items() if manifest.file(name) is None)
