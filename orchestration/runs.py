"""Running the pipeline through Dagster in this process, so that the UI's history is complete.

The command line calls these; the assets themselves are in `orchestration.defs`.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from typing import Any

import dagster as dg

from lake.layout import Home

DAGSTER_YAML = """\
telemetry:
  enabled: false
nux:
  enabled: false
"""
QUIET = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}


class RunFailedError(Exception):
    """A Dagster run did not succeed."""


def instance(home: Home) -> dg.DagsterInstance:
    """Return Dagster's instance of a home, with its storage made on first use."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    settings = home.dagster / "dagster.yaml"
    if not settings.exists():
        settings.write_text(DAGSTER_YAML)
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    return dg.DagsterInstance.get()


def execute(
    home: Home,
    definitions: dg.Definitions,
    job: str,
    *,
    tags: Mapping[str, str] | None = None,
    partition: str | None = None,
    run_config: Mapping[str, Any] | None = None,
    selection: Sequence[dg.AssetKey] | None = None,
) -> None:
    """Run a job to its end in this process.

    Args:
        home: The installation.
        definitions: Where the job is defined.
        job: Name of the job.
        tags: Run tags, such as a partition range.
        partition: One partition key.
        run_config: Configuration of the run.
        selection: Assets of the job to run; all by default.

    Raises:
        RunFailedError: a step failed; the message names the step and the error, never a stack trace.
    """
    with instance(home) as dagster, (home.dagster / "output.log").open("w") as log, redirect_stdout(log):
        result = definitions.resolve_job_def(job).execute_in_process(
            instance=dagster,
            tags=dict(tags or {}),
            partition_key=partition,
            run_config={**QUIET, **(run_config or {})},
            raise_on_error=False,
            asset_selection=list(selection) if selection else None,
        )
        if not result.success:
            raise RunFailedError(_failure(result))


def _failure(result: dg.ExecuteInProcessResult) -> str:
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error:
            error = event.step_failure_data.error
            while error.cause:
                error = error.cause
            words = error.message.strip().removeprefix(f"{error.cls_name}: ")
            return f"step {event.step_key}: {words.split('Error: ', 1)[-1]}"
    return f"run {result.run_id} failed"
