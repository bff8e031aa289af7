"""Jobs: what the command line and the UI start by name."""

import dagster as dg

from lake.contracts.model import load_sources

ingest_jobs = [
    dg.define_asset_job(
        f"ingest_{source.id}",
        selection=dg.AssetSelection.assets(
            dg.AssetKey(["bronze", source.id]), *(dg.AssetKey(["silver", entity.name]) for entity in source.entities)
        ),
        executor_def=dg.in_process_executor,
        description=f"New files of {source.id} into bronze, their months into silver.",
    )
    for source in load_sources()
]

set_aside_job = dg.define_asset_job(
    "set_aside_files",
    selection=dg.AssetSelection.assets(dg.AssetKey(["quarantine", "rejected_file"])),
    executor_def=dg.in_process_executor,
    description="Landing files whose name claims nothing that exists are set aside whole.",
)
