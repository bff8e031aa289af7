"""What a run that nobody watches does otherwise: it waits for half-written files and tries again where that can help.

Another writer ends, a lost connection comes back; a broken contract stays broken. A run that a person started takes the
files as they are, fails at once and says why.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import dagster as dg

from lake.lock import HomeBusyError
from orchestration.settings import Settings
from orchestration.sources.sql.errors import DatabaseSourceError

UNATTENDED: Final = "amar/unattended"
"""Tag of runs that a sensor or a schedule started; its value is the name of what started it."""

WAITS: Final = (15, 30, 60, 120, 240, 480)
"""Seconds before each further attempt: about a quarter of an hour in all, longer than a national month takes."""


def may_pass(error: Exception) -> bool:
    """Tell whether an error may pass by itself: another writer ends, a lost connection comes back."""
    return isinstance(error, HomeBusyError) or (isinstance(error, DatabaseSourceError) and error.rule == "unreachable")


def quiet_seconds(run: dg.DagsterRun, settings: Settings) -> float:
    """Return how long a file must lie untouched to be read in a run: where a person started it, not at all."""
    return settings.landing_quiet_seconds if UNATTENDED in run.tags else 0


@contextmanager
def retrying(context: dg.AssetExecutionContext, waits: Sequence[float] = WAITS) -> Iterator[None]:
    """Ask Dagster to try the step again where what failed may pass by itself and nobody is waiting.

    Args:
        context: The step's.
        waits: Seconds before each further attempt.

    Raises:
        dagster.RetryRequested: in place of a transient error of an unattended run, while attempts are left.
    """
    try:
        yield
    except (HomeBusyError, DatabaseSourceError) as error:
        if not may_pass(error) or UNATTENDED not in context.run.tags or context.retry_number >= len(waits):
            raise
        context.log.warning("%s: attempt %s failed, another follows", type(error).__name__, context.retry_number + 1)
        raise dg.RetryRequested(max_retries=len(waits), seconds_to_wait=waits[context.retry_number]) from error
