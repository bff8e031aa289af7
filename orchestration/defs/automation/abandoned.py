"""The sensor that declares runs failed whose process is gone: left alone they would hold up all that come after."""

import time
from typing import Final

import dagster as dg

from lake.layout import Home
from lake.lock import HomeBusyError, writer_lock
from orchestration.resources import Lake

SILENCE_SECONDS: Final = 15 * 60
"""Longer than the longest wait between two attempts of a step."""

UNDER_WAY = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def declare_failed(instance: dg.DagsterInstance, home: Home, *, now: float) -> list[str]:
    """Declare failed the runs that said nothing for long while nobody held the home's lock.

    Every step holds the lock for as long as it writes, and the kernel frees the lock of a process that died.

    Returns:
        The ids of those runs.
    """
    silent = [
        run
        for run in instance.get_runs(dg.RunsFilter(statuses=UNDER_WAY))
        if now - _last_word(instance, run.run_id) > SILENCE_SECONDS
    ]
    if not silent:
        return []
    try:
        with writer_lock(home, "look for abandoned runs"):
            pass
    except HomeBusyError:
        return []
    for run in silent:
        instance.report_run_failed(run, "The process of this run is gone; what it had committed stays.")
    return [run.run_id for run in silent]


def _last_word(instance: dg.DagsterInstance, run_id: str) -> float:
    records = instance.get_records_for_run(run_id, limit=1, ascending=False).records
    return records[0].event_log_entry.timestamp if records else 0.0


@dg.sensor(
    name="abandoned_runs",
    minimum_interval_seconds=120,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Declares runs failed whose process died, so that they hold up nobody.",
)
def abandoned_runs(context: dg.SensorEvaluationContext, lake: Lake) -> dg.SkipReason:
    """Look for runs whose process is gone."""
    found = declare_failed(context.instance, lake.home, now=time.time())
    for run_id in found:
        context.log.warning("run %s was abandoned and is declared failed", run_id)
    return dg.SkipReason(f"{len(found)} abandoned runs")
