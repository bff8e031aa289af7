"""Running the pipeline through Dagster in this process, so that the UI's history is complete.

The command line calls these; the assets themselves are in `orchestration.defs`.
"""

import os
import signal
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from contextvars import ContextVar
from typing import Any

import dagster as dg

from lake.layout import Home
from lake.lock import HomeBusyError
from orchestration.outages import outage_of

# a home admits one writer, so queued runs wait for each other
DAGSTER_YAML = """\
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
event_log_storage:
  module: orchestration.event_log
  class: KeptEventLog
  config:
    base_dir:
      env: DAGSTER_HOME
"""
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster keeps the stack trace of a failed step; the terminal gets words."""


WRAPPERS = frozenset({"DagsterExecutionStepExecutionError", "RetryRequestedFromPolicy"})
"""Dagster's own errors around the one that a step raised."""


# single-run backfills are marked beta; the pin in pyproject.toml keeps them as they are
warnings.filterwarnings("ignore", category=dg.BetaWarning)


_current: ContextVar[dg.DagsterInstance | None] = ContextVar("instance", default=None)


class RunFailedError(Exception):
    """A Dagster run did not succeed."""


class DatabaseDownError(RunFailedError):
    """A run went to its end without the rows of a source's database."""


def instance(home: Home) -> dg.DagsterInstance:
    """Return Dagster's instance of a home, with its storage made on first use."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    settings = home.dagster / "dagster.yaml"
    if not settings.exists():
        settings.write_text(DAGSTER_YAML)
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    return dg.DagsterInstance.get()


@contextmanager
def session(home: Home) -> Iterator[dg.DagsterInstance]:
    """Run everything within a `with` block on one instance: opening a history costs as much as a short run."""
    current = _current.get()
    if current and current.root_directory == str(home.dagster):
        yield current
        return
    with instance(home) as dagster:
        token = _current.set(dagster)
        try:
            yield dagster
        finally:
            _current.reset(token)


@contextmanager
def _sigterm_kept() -> Iterator[None]:
    """Give SIGTERM its handler back, which Dagster sets to that of SIGINT: a job in the background ignores that one.

    Otherwise nothing but SIGKILL would end `amar` in the background after its first run, nor what it starts.
    """
    kept = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if kept is not None and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, kept)


def execute(
    home: Home,
    definitions: dg.Definitions,
    job: str,
    *,
    tags: Mapping[str, str] | None = None,
    run_config: Mapping[str, Any] | None = None,
) -> None:
    """Run a job to its end in this process.

    Args:
        home: The installation.
        definitions: Where the job is defined.
        job: Name of the job.
        tags: Run tags, such as a partition range.
        run_config: Configuration of the run.

    Raises:
        RunFailedError: a step failed; the message names the step and the error, never a stack trace.
        DatabaseDownError: all steps ran, but a source's database could not be read.
    """
    with (
        session(home) as dagster,
        (home.dagster / "output.log").open("w") as log,
        redirect_stdout(log),
        _sigterm_kept(),
    ):
        result = definitions.resolve_job_def(job).execute_in_process(
            instance=dagster,
            tags=dict(tags or {}),
            run_config={**QUIET, **(run_config or {})},
            raise_on_error=False,
        )
        if not result.success:
            raise _failure(result)
        if outage := outage_of(result):
            raise DatabaseDownError(outage)


def _failure(result: dg.ExecuteInProcessResult) -> Exception:
    """Return what a failed run is to its caller: the first error of ours, or where a library failed."""
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error:
            step, error = event.step_key, event.step_failure_data.error
            while error.cause and error.cls_name in WRAPPERS:
                error = error.cause
            words = error.message.strip().split(f"{error.cls_name}: ", 1)[-1]
            if error.cls_name == HomeBusyError.__name__:
                return HomeBusyError(words)
            return RunFailedError(f"step {step}: {words}")
    return RunFailedError(f"run {result.run_id} failed")
