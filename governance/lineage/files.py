"""The landing files behind a published number, out of the release's own tables of lineage."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import polars as pl

from governance.lineage.model import ObservationStep, SetAsideStep, SourceFile
from governance.releases.columns import OBSERVATION_ID
from governance.releases.manifest import Manifest
from governance.releases.standing import RECORD_OBJECTS, deciding_sources, in_area, sources_of_cube
from governance.releases.store import FILES, SET_ASIDE, SOURCES, ReleaseStore
from vocabulary.periods import Period

_PARTS = ("NUMERATOR", "DENOMINATOR")
_DECIDES = "DECIDES"

Definition = Mapping[str, Any]


def own_files(
    store: ReleaseStore, manifest: Manifest, observation: ObservationStep, definition: Definition
) -> tuple[SourceFile, ...]:
    """Return the files that an observation's rows stand in; none where the release does not record them.

    A longer period is made of the files of its months; a cube's cell of those of its area and month.
    """
    if "MEASURE" in observation.dimensions:
        sources = sources_of_cube(manifest.dataset, observation.dimensions["MEASURE"])
        return _standing(store, manifest, observation, sources, [observation.period], "VALUE")
    own = store.rows(manifest, SOURCES, pl.col(OBSERVATION_ID) == observation.id)
    if not own.is_empty():
        return _files(own)
    key, period = observation.id.rsplit("/", 1)
    made_of = {part: [f"{key}/{month}" for month in months] for part, months in months_of(period, definition).items()}
    keeps = [(pl.col("part") == part) & pl.col(OBSERVATION_ID).is_in(ids) for part, ids in made_of.items()]
    found = store.rows(manifest, SOURCES, pl.any_horizontal(*keeps))
    return _files(_added(found))


def decided_files(
    store: ReleaseStore, manifest: Manifest, observation: ObservationStep, definition: Definition
) -> tuple[SourceFile, ...]:
    """Return the files whose rows decide which rows of an indicator count, its own among them where they do both."""
    if "MEASURE" in observation.dimensions:
        return ()
    sources = deciding_sources(definition["measures"])
    return _standing(store, manifest, observation, sources, months_of_all(observation.period, definition), _DECIDES)


def set_aside_of(
    store: ReleaseStore,
    manifest: Manifest,
    observation: ObservationStep,
    definition: Definition,
    named: Collection[str],
) -> tuple[SetAsideStep, ...]:
    """Return what was set aside of the files of an observation, and of others that its area sent for its months."""
    if manifest.file(SET_ASIDE) is None:
        return ()
    if "MEASURE" in observation.dimensions:
        sources = sources_of_cube(manifest.dataset, observation.dimensions["MEASURE"])
        months, is_of_reports = [observation.period], True
    else:
        measured = {measure["source"] for measure in definition["measures"]}
        is_of_reports = all(measure["of"] for measure in definition["measures"])
        sources = (*measured, *deciding_sources(definition["measures"]))
        months = months_of_all(observation.period, definition)
    sent = pl.col("period").is_in(months) & in_area(observation.dimensions["GEO"])
    keep = pl.col("source").is_in(sources) & (sent | pl.col("file_sha256").is_in(list(named)))
    rows = store.rows(manifest, SET_ASIDE, keep)
    if is_of_reports:
        rows = rows.filter(~pl.col("object").is_in(RECORD_OBJECTS))
    summed = (
        rows.group_by("source", "kind", "rule")
        .agg(
            pl.col("file_sha256").n_unique().alias("files"),
            pl.when(pl.col("is_count_withheld").any()).then(None).otherwise(pl.col("rows").sum()).alias("rows"),
        )
        .sort("source", "kind", "rule")
    )
    return tuple(SetAsideStep.model_validate(row) for row in summed.iter_rows(named=True))


def _standing(
    store: ReleaseStore,
    manifest: Manifest,
    observation: ObservationStep,
    sources: Sequence[str],
    months: Sequence[str],
    part: str,
) -> tuple[SourceFile, ...]:
    if manifest.file(FILES) is None or not sources:
        return ()
    keep = pl.all_horizontal(
        pl.col("source").is_in(list(sources)),
        pl.col("period").is_in(list(months)),
        in_area(observation.dimensions["GEO"]),
    )
    return _files(_added(store.rows(manifest, FILES, keep).with_columns(part=pl.lit(part))))


def _added(found: pl.DataFrame) -> pl.DataFrame:
    """Add up the rows that several months or areas have of a file."""
    withheld = pl.col("is_count_withheld").any()
    return found.group_by("part", "source", "file_name", "file_sha256").agg(
        pl.when(withheld).then(None).otherwise(pl.col("lines_read").max()).alias("lines_read"),
        pl.when(withheld).then(None).otherwise(pl.col("rows_used").sum()).alias("rows_used"),
        withheld,
    )


def _files(found: pl.DataFrame) -> tuple[SourceFile, ...]:
    ordered = found.sort("part", "source", "file_name")
    return tuple(SourceFile.model_validate(file) for file in ordered.iter_rows(named=True))


def months_of(period: str, definition: Definition) -> dict[str, list[str]]:
    """Give the months that each part is made of: of a stock at the end, the last alone."""
    months = [month.code for month in Period.parse(period).months()]
    over_time = {measure["code"]: measure["over_time"] for measure in definition.get("measures", [])}
    found = {}
    for part in _PARTS:
        measures = (definition.get(part.lower()) or {}).get("measures", [])
        is_at_end = bool(measures) and all(over_time.get(code) == "end" for code in measures)
        found[part] = months[-1:] if is_at_end else months
    return found


def months_of_all(period: str, definition: Definition) -> list[str]:
    """Give the months that any part of an observation is made of."""
    return sorted({month for months in months_of(period, definition).values() for month in months})
