"""Retries: only for what may pass by itself, only where nobody is waiting, never for ever."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from lake.contracts.model import ContractError
from lake.lock import HomeBusyError
from orchestration.retries import UNATTENDED, WAITS, retrying

BUSY = HomeBusyError("busy")
BROKEN = ContractError("broken")
NOBODY = {UNATTENDED: "landing"}


@pytest.mark.parametrize(
    ("errors", "tags", "attempts", "succeeds"),
    [
        pytest.param([], NOBODY, 1, True, id="nothing fails"),
        pytest.param([BUSY], NOBODY, 2, True, id="busy once"),
        pytest.param([BUSY, BUSY], NOBODY, 3, True, id="busy twice"),
        pytest.param([BUSY, BUSY, BUSY], NOBODY, 3, False, id="busy for too long"),
        pytest.param([BUSY], {}, 1, False, id="busy, a person waits"),
        pytest.param([BROKEN], NOBODY, 1, False, id="broken"),
        pytest.param([BUSY, BROKEN], NOBODY, 2, False, id="busy, then broken"),
    ],
)
def test_how_often_a_step_is_tried(
    errors: list[Exception], tags: dict[str, str], attempts: int, *, succeeds: bool
) -> None:
    left = list(errors)
    tried = []

    @dg.asset
    def asset(context: dg.AssetExecutionContext) -> Iterator[Any]:
        tried.append(context.retry_number)
        with retrying(context, waits=(0, 0)):
            if left:
                raise left.pop(0)
        yield dg.MaterializeResult()

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([asset], instance=instance, tags=tags, raise_on_error=False, run_config=_QUIET)
    assert (len(tried), result.success) == (attempts, succeeds)
    if not succeeds:
        assert _cause(result) == type(errors[attempts - 1]).__name__


def test_waits_grow_and_end() -> None:
    assert list(WAITS) == sorted(set(WAITS))
    assert 600 < sum(WAITS) < 3600


_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def _cause(result: dg.ExecuteInProcessResult) -> str | None:
    """Name the error that the step ended with."""
    error = next(event for event in result.all_events if event.is_step_failure).step_failure_data.error
    while error and error.cause:
        error = error.cause
    return error and error.cls_name
