"""Intake jobs: what the command line, the UI, sensors and schedules start by name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import dagster as dg

from lake.contracts.model import load_source, source_ids

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition


@cache
def ingest_job(source_id: str) -> UnresolvedAssetJobDefinition:
    """Make the job of one source, from bronze into silver; one object, for Dagster wants a name to mean one job."""
    source = load_source(source_id)
    return dg.define_asset_job(
        f"ingest_{source.id}",
        selection=dg.AssetSelection.assets(
            dg.AssetKey(["bronze", source.id]), *(dg.AssetKey(["silver", item.name]) for item in source.entities)
        ),
        executor_def=dg.in_process_executor,
        description=f"New files of {source.id} into bronze, their months into silver.",
    )


@cache
def set_aside_job() -> UnresolvedAssetJobDefinition:
    """Make the job that sets nameless files aside."""
    return dg.define_asset_job(
        "set_aside_files",
        selection=dg.AssetSelection.assets(dg.AssetKey(["quarantine", "rejected_file"])),
        executor_def=dg.in_process_executor,
        description="Landing files whose name claims nothing that exists are set aside whole.",
    )


@dg.definitions
def intake_jobs() -> dg.Definitions:
    """Load a job for each source and the one that sets nameless files aside."""
    return dg.Definitions(jobs=[*(ingest_job(source_id) for source_id in source_ids()), set_aside_job()])
