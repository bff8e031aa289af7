"""What a sensor asks for, run for real: one run for a range, checks that name who is missing, nothing half-written."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from intake_world import write_extracts

from lake import bronze
from lake.contracts.model import load_source
from lake.layout import Home
from lake.lock import writer_lock
from orchestration.alerts import ON_DUE_DAY, alert_for
from orchestration.defs.automation.landing import watch
from orchestration.defs.bronze.assets import bronze_definitions
from orchestration.defs.bronze.rejected import rejected_file
from orchestration.defs.jobs import intake_jobs
from orchestration.defs.silver.assets import silver_definitions
from orchestration.partitions import ONE_RUN, range_tags
from orchestration.resources import Lake
from orchestration.retries import UNATTENDED

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
SOURCE = load_source("smis")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        yield found


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    shared = dg.Definitions(assets=[rejected_file], resources={"lake": Lake()})
    return dg.Definitions.merge(shared, bronze_definitions(), silver_definitions(), intake_jobs())


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a source's files of two months."""
    home = Home(tmp_path_factory.mktemp("extracts"))
    write_extracts(home, defects=0, first="1399-11", last="1399-12")
    return home.landing / SOURCE.id


def drop(home: Home, extracts: Path, *months: str, files: int = 2) -> list[str]:
    """Copy some files of each month into the landing folder."""
    folder = home.landing / SOURCE.id
    folder.mkdir(parents=True)
    chosen = [path for month in months for path in sorted(extracts.glob(f"*_{month}*"))[:files]]
    for path in chosen:
        shutil.copyfile(path, folder / path.name)
    return [path.name for path in chosen]


def start(
    definitions: dg.Definitions, instance: dg.DagsterInstance, job: str, tags: dict[str, str]
) -> dg.ExecuteInProcessResult:
    resolved = definitions.resolve_job_def(job)
    return resolved.execute_in_process(instance=instance, tags=tags, raise_on_error=False, run_config=QUIET)


def checks(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {check.check_name: check for check in result.get_asset_check_evaluations()}


def test_what_the_sensor_asks_for_takes_in_a_range_in_one_run(
    home: Home,
    extracts: Path,
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AMAR_LANDING_QUIET_SECONDS", "0.2")
    drop(home, extracts, "139911", "139912")
    now, cursor, requests = time.time(), None, list[dg.RunRequest]()
    for tick in range(2):
        with dg.build_sensor_context(instance=instance, cursor=cursor) as context:
            found = watch(home, SOURCE, context, now=now + 60 * tick, quiet_seconds=30, runs_per_tick=4)
        cursor, requests = found.cursor, list(found.run_requests or [])
    (request,) = requests
    assert request.job_name is not None
    time.sleep(0.3)  # the kernel's times cannot be set back
    result = start(definitions, instance, request.job_name, dict(request.tags))
    assert result.success
    assert instance.get_runs_count() == 1
    taken = {file.period for file in bronze.registered(home, "smis")}
    assert taken == {"1399-11", "1399-12"}
    materialized = instance.fetch_materializations(dg.AssetKey(["bronze", "smis"]), limit=10).records
    assert {record.partition_key for record in materialized} == taken
    assert {check.check_name for check in result.get_asset_check_evaluations()} >= {"freshness", "columns", "arrival"}
    assert checks(result)["columns"].passed
    arrival = checks(result)["arrival"].metadata
    assert (arrival["months_overdue"].value, arrival["months_without_files"].value) == (2, 0)


def test_every_partitioned_asset_backfills_in_one_run(definitions: dg.Definitions) -> None:
    for asset in definitions.assets or []:
        if isinstance(asset, dg.AssetsDefinition) and asset.partitions_def:
            assert asset.backfill_policy == ONE_RUN


def test_a_run_that_nobody_watches_leaves_what_is_still_written(
    home: Home, extracts: Path, definitions: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    first, second = drop(home, extracts, "139912")
    unattended = {**range_tags("1399-12", "1399-12"), UNATTENDED: "landing"}
    (home.landing / SOURCE.id / f"{first}.done").touch()
    assert start(definitions, instance, "ingest_smis", unattended).success
    assert [file.file_name for file in bronze.registered(home, "smis")] == [first]
    assert start(definitions, instance, "ingest_smis", range_tags("1399-12", "1399-12")).success
    assert {file.file_name for file in bronze.registered(home, "smis")} == {first, second}


def test_a_month_past_its_due_day_of_which_nothing_came_passes_no_check_and_is_worth_an_alert(
    home: Home, definitions: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    home.landing.mkdir(parents=True)
    result = start(definitions, instance, "ingest_smis", {**range_tags("1399-12", "1399-12"), UNATTENDED: ON_DUE_DAY})
    assert result.success
    arrival = checks(result)["arrival"]
    assert not arrival.passed
    alert = alert_for(instance, result.run_id)
    assert alert is not None
    (finding,) = alert["findings"]
    assert (finding["what"], finding["asset"], finding["months_without_files"]) == ("overdue", "bronze/smis", 1)
    assert finding["units_missing"] == finding["units_expected"] > 0


def test_a_month_that_is_not_due_yet_is_asked_of_nobody(
    home: Home, definitions: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    home.landing.mkdir(parents=True)
    result = start(definitions, instance, "ingest_smis", range_tags("1430-12", "1430-12"))
    arrival = checks(result)["arrival"]
    assert arrival.passed
    assert arrival.metadata["months_overdue"].value == 0


def test_another_writer_fails_a_persons_run_at_once_and_names_itself(
    home: Home, definitions: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    with writer_lock(home, "compaction"):
        result = start(definitions, instance, "ingest_smis", range_tags("1399-12", "1399-12"))
    assert not result.success
    assert not [event for event in result.all_events if event.is_step_up_for_retry]
