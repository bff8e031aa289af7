"""Intake jobs: what the command line and the UI start by name."""

import dagster as dg

from lake.contracts.model import load_sources


@dg.definitions
def intake_jobs() -> dg.Definitions:
    """Load a job for each source, from bronze into silver, and the one that sets nameless files aside."""
    jobs = [
        dg.define_asset_job(
            f"ingest_{source.id}",
            selection=dg.AssetSelection.assets(
                dg.AssetKey(["bronze", source.id]), *(dg.AssetKey(["silver", item.name]) for item in source.entities)
            ),
            executor_def=dg.in_process_executor,
            description=f"New files of {source.id} into bronze, their months into silver.",
        )
        for source in load_sources()
    ]
    jobs.append(
        dg.define_asset_job(
            "set_aside_files",
            selection=dg.AssetSelection.assets(dg.AssetKey(["quarantine", "rejected_file"])),
            executor_def=dg.in_process_executor,
            description="Landing files whose name claims nothing that exists are set aside whole.",
        )
    )
    return dg.Definitions(jobs=jobs)
