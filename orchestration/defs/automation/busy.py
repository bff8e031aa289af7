"""Back-pressure: whether a run of a job is queued or under way, so that no other is asked for."""

import dagster as dg

UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.SUSPENDED,
    dg.DagsterRunStatus.CANCELING,
]


def is_busy(instance: dg.DagsterInstance, job: str) -> bool:
    """Tell whether a run of a job is queued or under way."""
    return instance.get_runs_count(dg.RunsFilter(job_name=job, statuses=UNFINISHED)) > 0
