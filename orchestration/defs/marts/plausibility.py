"""The plausibility check as an asset: what the marts say, judged against its own past and the calendar."""

from typing import Any

import dagster as dg

from lake.lock import writer_lock
from orchestration import progress
from orchestration.resources import Lake

JOB = "check_plausibility"


@dg.asset(
    name="plausibility_flag",
    key_prefix="gold",
    deps=[dg.AssetKey(["gold", "fct_indicator_observation"])],
    group_name="marts",
    owners=["team:office-of-statistics"],
    kinds={"delta", "python"},
    description="One row a figure that a reviewer should look at: outlier, change of level, jump, impossible value.",
)
def plausibility_flag(lake: Lake) -> dg.MaterializeResult[Any]:
    """Judge every monthly series of the published indicators."""
    from governance.plausibility.results import check  # its libraries take seconds to import

    with writer_lock(lake.home, "check plausibility"):
        series, flagged = check(lake.home, lambda done, total: progress.report("plausibility", done, total))
    return dg.MaterializeResult(metadata={"series": series, "flags": flagged})


@dg.definitions
def plausibility_definitions() -> dg.Definitions:
    """Load the check and the job that runs it."""
    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.assets(plausibility_flag),
        executor_def=dg.in_process_executor,
        description="Flag figures that are out of line, for a reviewer.",
    )
    return dg.Definitions(assets=[plausibility_flag], jobs=[job])
