"""Where long work says how far it is: a hook that the command line sets and the assets call."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Progress = Callable[[str, int, int], None]
"""Called with a label, steps done and steps in all."""


def _silent(label: str, done: int, total: int) -> None:
    """Say nothing."""


_current: ContextVar[Progress] = ContextVar("progress", default=_silent)


def report(label: str, done: int, total: int) -> None:
    """Tell whoever listens that `done` of `total` steps of `label` are finished."""
    _current.get()(label, done, total)


@contextmanager
def listening(progress: Progress) -> Iterator[None]:
    """Send reports to `progress` within a `with` block."""
    token = _current.set(progress)
    try:
        yield
    finally:
        _current.reset(token)
