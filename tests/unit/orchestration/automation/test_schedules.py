"""Schedules and the sensors that look after runs, on real Dagster instances."""

import datetime as dt
import time
from collections.abc import Iterator

import dagster as dg
import pytest

from lake.contracts.due import due_on
from lake.contracts.model import load_source, source_ids
from lake.layout import Home
from lake.lock import writer_lock
from orchestration.defs.automation.abandoned import SILENCE_SECONDS, abandoned_runs, declare_failed
from orchestration.defs.automation.alerting import alerts
from orchestration.defs.automation.calendar import due_schedule, due_schedules
from orchestration.defs.automation.database import database_sensors
from orchestration.defs.automation.landing import landing_sensors
from orchestration.defs.bronze.assets import bronze_definitions
from orchestration.defs.bronze.rejected import rejected_file
from orchestration.defs.jobs import intake_jobs
from orchestration.defs.silver.assets import silver_definitions
from orchestration.duty import TEHRAN
from orchestration.resources import Lake
from orchestration.retries import UNATTENDED
from vocabulary.periods import Period

NOW = time.time()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        yield found


@pytest.mark.parametrize("source_id", ["mis", "contribution_list"])
def test_the_morning_after_its_due_day_a_month_is_run(source_id: str, instance: dg.DagsterInstance) -> None:
    source = load_source(source_id)
    schedule = due_schedule(source)
    due = due_on(source, Period.parse("1399-10"))
    assert due is not None
    asked = {}
    for late in range(3):
        at = dt.datetime.combine(due + dt.timedelta(days=late), dt.time(6), TEHRAN)
        with dg.build_schedule_context(instance, scheduled_execution_time=at) as context:
            result = schedule(context)
        requests = [] if isinstance(result, dg.SkipReason) else result
        asked[late] = [(request.partition_key, request.tags[UNATTENDED]) for request in requests]
    assert asked == {0: [], 1: [("1399-10", "due")], 2: []}
    assert schedule.job_name == f"ingest_{source_id}"
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 6 * * *", "Asia/Tehran")


def add_run(instance: dg.DagsterInstance, status: dg.DagsterRunStatus) -> str:
    run = dg.DagsterRun(job_name="ingest_mis", status=status)
    instance.add_run(run)
    instance.report_engine_event("at work", run)
    return run.run_id


def test_runs_whose_process_died_are_declared_failed(instance: dg.DagsterInstance, home: Home) -> None:
    lost = add_run(instance, dg.DagsterRunStatus.STARTED)
    done = add_run(instance, dg.DagsterRunStatus.SUCCESS)
    assert declare_failed(instance, home, now=NOW + SILENCE_SECONDS - 60) == []
    assert declare_failed(instance, home, now=time.time() + SILENCE_SECONDS + 60) == [lost]
    states = {run_id: instance.get_run_by_id(run_id) for run_id in (lost, done)}
    assert {run_id: run and run.status for run_id, run in states.items()} == {
        lost: dg.DagsterRunStatus.FAILURE,
        done: dg.DagsterRunStatus.SUCCESS,
    }
    assert declare_failed(instance, home, now=time.time() + SILENCE_SECONDS + 60) == []


def test_a_silent_run_whose_process_holds_the_lock_is_left_alone(instance: dg.DagsterInstance, home: Home) -> None:
    add_run(instance, dg.DagsterRunStatus.STARTED)
    with writer_lock(home, "a long month"):
        assert declare_failed(instance, home, now=time.time() + 10 * SILENCE_SECONDS) == []


def test_sensors_and_schedules_start_jobs_that_there_are(home: Home) -> None:
    rejected = dg.Definitions(assets=[rejected_file], sensors=[alerts, abandoned_runs], resources={"lake": Lake()})
    loaded = [bronze_definitions(), silver_definitions(), intake_jobs(), landing_sensors(), due_schedules()]
    repository = dg.Definitions.merge(rejected, database_sensors(), *loaded).get_repository_def()
    started = {target.job_name for sensor in repository.sensor_defs for target in sensor.targets}
    started |= {schedule.job_name for schedule in repository.schedule_defs}
    expected = {f"ingest_{source_id}" for source_id in source_ids()}
    assert started == expected | {"set_aside_files"}
    assert started <= set(repository.job_names)
    running = [item.default_status.value for item in (*repository.sensor_defs, *repository.schedule_defs)]
    assert set(running) == {"RUNNING"}
