"""Making extracts in several processes, each with some of the sources, their months in order.

Rows are made by many short calls, which one process cannot make at the same time. The bytes of a file depend on its
source and month alone, so it does not matter who writes it. A process ends at once when the one that started it is
gone: nothing goes on writing after a kill.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context, parent_process
from threading import Thread

from orchestration.generator.batches import Plan
from orchestration.generator.extract import Extract
from vocabulary.periods import Period

Task = tuple[str, Period]
Made = list[tuple[list[Extract], frozenset[str]]]

_COST = {"scan_index": 15, "mis": 10, "pension_transfer": 7, "contribution_list": 4, "pension_payroll": 3, "smis": 2}
"""What a month of each source costs, beside the others (measured at demo scale, 2026-11-22)."""


@dataclass
class _Process:
    """What a process keeps from task to task."""

    plan: Plan | None = None


_own = _Process()


def run_shared(make: Callable[[], Plan], tasks: Sequence[Task], processes: int) -> Iterator[Made]:
    """Do tasks in several processes and give what each made, in the tasks' order.

    Args:
        make: Makes the plan, in each process; can be pickled.
        tasks: Sources and months.
        processes: How many.
    """
    with ExitStack() as stack:
        pools: dict[str, ProcessPoolExecutor] = {}
        for share in shares({source for source, _ in tasks}, processes):
            pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_begin, initargs=(make,))
            stack.callback(partial(pool.shutdown, cancel_futures=True))
            pools |= dict.fromkeys(share, pool)
        futures = [pools[source].submit(_make, source, month) for source, month in tasks]
        for future in futures:
            yield future.result()


def shares(sources: set[str], most: int) -> list[list[str]]:
    """Share sources out so that the shares cost about the same; none is empty."""
    shared: list[list[str]] = [[] for _ in range(min(most, len(sources)))]
    for source in sorted(sources, key=lambda name: (-_COST[name], name)):
        min(shared, key=lambda share: sum(_COST[name] for name in share)).append(source)
    return shared


def _begin(make: Callable[[], Plan]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this process stops it
    Thread(target=_end_with_parent, daemon=True).start()
    _own.plan = make()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _make(source: str, month: Period) -> Made:
    if _own.plan is None:
        raise RuntimeError("the process was not told its plan")
    return [
        ([extract for work in batch.work for extract in work()], batch.secrets)
        for batch in _own.plan.batches(source, month)
    ]
