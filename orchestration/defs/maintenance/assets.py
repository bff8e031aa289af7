"""Upkeep of the lake as assets: first what would be done, then doing it, once a week while the office is closed."""

from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg
from pydantic import Field

from governance.context import open_context
from governance.settings import Settings as GovernanceSettings
from lake import bronze
from lake.contracts.model import load_sources
from lake.layout import Home
from lake.lock import HomeBusyError, remover_lock
from lake.maintenance.model import DEFAULT, Pins, Plan, Policy
from lake.maintenance.upkeep import apply, plan
from orchestration.defs.maintenance.pins import pinned_versions
from orchestration.resources import Lake

JOB = "maintain_lake"
WAIT_SECONDS, WAITS = 600, 12
_SHOWN = 100


class UpkeepConfig(dg.Config):
    """How long things are kept and when rewriting pays."""

    keep_hours: int = Field(default=DEFAULT.keep_hours, ge=0, description="Hours that replaced versions stay readable.")
    grace_hours: int = Field(default=DEFAULT.grace_hours, ge=0, description="Age of a killed run's leavings.")
    target_mib: int = Field(default=DEFAULT.target_bytes // 2**20, ge=1, description="Size that compaction aims at.")
    small_files: int = Field(default=DEFAULT.small_files, ge=1, description="Small files a partition may have.")

    def policy(self) -> Policy:
        """Return the policy that these settings make."""
        return Policy(
            keep_hours=self.keep_hours,
            grace_hours=self.grace_hours,
            target_bytes=self.target_mib * 2**20,
            small_files=self.small_files,
        )


@dg.asset(
    key=["maintenance", "plan"],
    group_name="maintenance",
    owners=["team:office-of-statistics"],
    kinds={"deltalake"},
    description="What upkeep would remove and rewrite, and how many bytes. Nothing is changed.",
)
def upkeep_plan(lake: Lake, config: UpkeepConfig) -> Iterator[dg.MaterializeResult[Any]]:
    """Look at every table and every folder of the lake."""
    yield dg.MaterializeResult(metadata=_metadata(_locked(lake.home, "plan the upkeep", plan, config.policy())))


@dg.asset(
    key=["maintenance", "upkeep"],
    deps=[upkeep_plan],
    group_name="maintenance",
    owners=["team:office-of-statistics"],
    kinds={"deltalake"},
    description="Files that nothing needs are removed, small ones compacted, logs summed up. What a release was read "
    "from stays readable.",
)
def upkeep(lake: Lake, config: UpkeepConfig) -> Iterator[dg.MaterializeResult[Any]]:
    """Do what the plan shows."""
    yield dg.MaterializeResult(metadata=_metadata(_locked(lake.home, "upkeep", _mend_and_apply, config.policy())))


def _mend_and_apply(home: Home, pins: Pins, policy: Policy) -> Plan:
    for source in load_sources():
        bronze.recover(home, source.id)
    return apply(home, pins, policy)


def _locked(home: Home, purpose: str, work: Callable[[Home, Pins, Policy], Plan], policy: Policy) -> Plan:
    """Work under the writer lock; where another holds it, come back later."""
    try:
        with remover_lock(home, purpose), open_context(GovernanceSettings()) as context:
            return work(home, pinned_versions(context), policy)
    except HomeBusyError as busy:
        raise dg.RetryRequested(max_retries=WAITS, seconds_to_wait=WAIT_SECONDS) from busy


def _metadata(done: Plan) -> dict[str, Any]:
    rows: list[dict[str, str | int]] = [
        {
            "table": f"{table.layer}/{table.name}",
            "replaced_files": len(table.replaced),
            "uncommitted_files": len(table.uncommitted),
            "bytes": sum(file.size_bytes for file in (*table.replaced, *table.uncommitted)),
            "partitions_to_compact": len(table.fragments),
            "commits_since_checkpoint": table.open_commits,
            "pinned_versions": len(table.pinned),
        }
        for table in done.tables
        if table.replaced or table.uncommitted or table.fragments or table.pinned
    ]
    shown = dg.MetadataValue.table([dg.TableRecord({**row}) for row in rows[:_SHOWN]]) if rows else "nothing to do"
    return {**done.summary(), "by_table": shown}


@dg.definitions
def maintenance_definitions() -> dg.Definitions:
    """Load the upkeep, its job and its schedule: Friday night, when no office sends anything."""
    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.assets(upkeep_plan, upkeep),
        executor_def=dg.in_process_executor,
        description="Plan the upkeep of the lake, then do it.",
    )
    schedule = dg.ScheduleDefinition(
        name="maintain_lake_weekly",
        job=job,
        cron_schedule="0 2 * * 5",
        execution_timezone="Asia/Tehran",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every Friday at 02:00, Tehran.",
    )
    return dg.Definitions(assets=[upkeep_plan, upkeep], jobs=[job], schedules=[schedule])
