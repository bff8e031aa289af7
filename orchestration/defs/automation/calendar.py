"""Schedules by the Jalali calendar: the morning after a month's due day its run asks for what did not arrive."""

import dagster as dg

from lake.contracts.model import Source, load_sources
from orchestration.alerts import ON_DUE_DAY
from orchestration.defs.jobs import ingest_job
from orchestration.duty import TEHRAN, due_today
from orchestration.retries import UNATTENDED


def due_schedule(source: Source) -> dg.ScheduleDefinition:
    """Make the schedule of one source: it looks each morning, Tehran time, and runs the months that fell due."""

    @dg.schedule(
        name=f"due_{source.id}",
        job=ingest_job(source.id),
        cron_schedule="0 6 * * *",
        execution_timezone=TEHRAN.key,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"The morning after a month of {source.id} was due: take in what is there, name who is missing.",
    )
    def _schedule(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        day = context.scheduled_execution_time.astimezone(TEHRAN).date()
        months = due_today(source, day)
        if not months:
            return dg.SkipReason(f"no month of {source.id} was due the day before {day}")
        return [
            dg.RunRequest(f"due-{month.code}", partition_key=month.code, tags={UNATTENDED: ON_DUE_DAY})
            for month in months
        ]

    return _schedule


@dg.definitions
def due_schedules() -> dg.Definitions:
    """Load a schedule for each source whose contract sets a due day."""
    sources = [source for source in load_sources() if source.partitioned and (source.due or source.latency_days)]
    return dg.Definitions(schedules=[due_schedule(source) for source in sources])
