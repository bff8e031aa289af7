"""What a run that nobody watches does otherwise: it waits for half-written files and tries again where that can help.

Another writer ends; a broken contract stays broken. A database is tried again where it is connected to
(`orchestration.sources.sql.connect`), and stops no step. A run that a person started takes the files as they are, fails
at once and says why.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import dagster as dg

from lake.lock import HomeBusyError
from orchestration.settings import Settings

UNATTENDED: Final = "amar/unattended"
"""Tag of runs that a sensor or a schedule started; its value is the name of what started it."""

WAITS: Final = (15, 30, 60, 120, 240, 480)
"""Seconds before each further attempt: about a quarter of an hour in all, longer than a national month takes."""


def quiet_seconds(run: dg.DagsterRun, settings: Settings) -> float:
    """Return how long a file must lie untouched to be read in a run: where a person started it, not at all."""
    return settings.landing_quiet_seconds if UNATTENDED in run.tags else 0


@contextmanager
def retrying(context: dg.AssetExecutionContext, waits: Sequence[float] = WAITS) -> Iterator[None]:
    """Ask Dagster to try the step again where another writer is at work and nobody is waiting.

    Args:
        context: The step's.
        waits: Seconds before each further attempt.

    Raises:
        dagster.RetryRequested: in place of the error of an unattended run, while attempts are left.
    """
    try:
        yield
    except HomeBusyError as error:
        if UNATTENDED not in context.run.tags or context.retry_number >= len(waits):
            raise
        context.log.warning("%s: attempt %s failed, another follows", type(error).__name__, context.retry_number + 1)
        raise dg.RetryRequested(max_retries=len(waits), seconds_to_wait=waits[context.retry_number]) from error
