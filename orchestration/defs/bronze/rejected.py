"""The asset of files that no month can take in, because their name claims nothing that exists."""

from collections.abc import Iterator
from typing import Any, Final

import dagster as dg

from lake import bronze
from lake.contracts.model import load_sources
from lake.lock import writer_lock
from orchestration.ingest import set_aside_unclaimed
from orchestration.refusals import refusal_result, refusal_spec
from orchestration.resources import Lake
from orchestration.retries import quiet_seconds, retrying

KEY: Final = dg.AssetKey(["quarantine", "rejected_file"])


@dg.asset(
    key=KEY,
    group_name="intake",
    owners=["team:office-of-statistics"],
    tags={"layer": "quarantine"},
    kinds={"deltalake"},
    description="Whole files that were turned away, each with the rule it breaks. The bytes are kept by their SHA-256.",
    check_specs=[refusal_spec(KEY)],
)
def rejected_file(context: dg.AssetExecutionContext, lake: Lake) -> Iterator[dg.MaterializeResult[Any]]:
    """Set aside the new files whose name fits no pattern or claims a month that does not exist."""
    home = lake.home
    quiet = quiet_seconds(context.run, lake.settings())
    with retrying(context), writer_lock(home, "set files aside"):
        found = [
            file
            for source in load_sources()
            for file in set_aside_unclaimed(home, source, ingest_id=context.run.run_id, quiet_seconds=quiet)
        ]
    for file in found:
        context.log.warning("%s/%s set aside: %s: %s", file.source, file.file_name, file.rule, file.reason)
    known = bronze.rejected(home)
    yield dg.MaterializeResult(
        metadata={"dagster/row_count": len(known), "files_set_aside": len(found)},
        check_results=[refusal_result(KEY, known, context.run.run_id)],
    )
