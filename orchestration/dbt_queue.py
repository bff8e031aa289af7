"""In which order dbt starts what it builds: the longest way first, and no sooner than a thread is free.

dbt 1.11 scores a node by its depth from the sources and hands every node to its pool as soon as it is ready. Its scores
therefore decide nothing, nodes start in the order of readiness, and the longest chain of models comes last while other
threads stand idle. Here a node's score is the longest way that still follows it (list scheduling by critical path:
Graham, "Bounds on multiprocessing timing anomalies", 1969), and it leaves the queue when a thread can take it.
dbt has no setting for either; `tests/unit/orchestration/test_dbt_queue.py` fails where dbt's queue changes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dbt.graph import selector
from dbt.graph.queue import GraphQueue

MODEL_WEIGHT = 5
OTHER_WEIGHT = 1  # a test or a seed: short beside a model


@contextmanager
def longest_way_first(threads: int) -> Iterator[None]:
    """Let every run of dbt inside start nodes by the way that follows them, at most `threads` at once."""

    class LongestWayFirst(GraphQueue):
        def _get_scores(self, graph: Any) -> dict[str, int]:
            return {node: -length for node, length in ways(graph).items()}

        def get(self, *arguments: Any, **named: Any) -> Any:
            with self.lock:
                while len(self.in_progress) >= threads:
                    self.some_task_done.wait()
            return super().get(*arguments, **named)

    before = selector.GraphQueue
    selector.GraphQueue = LongestWayFirst
    try:
        yield
    finally:
        selector.GraphQueue = before


def ways(graph: Any) -> dict[str, int]:
    """Return the length of the longest way from each node of an acyclic graph to its end, the node included."""
    lengths: dict[str, int] = {}
    waiting = list(graph.nodes())
    while waiting:
        node = waiting[-1]
        unknown = [after for after in graph.successors(node) if after not in lengths]
        if unknown:
            waiting.extend(unknown)
            continue
        longest = max((lengths[after] for after in graph.successors(node)), default=0)
        lengths[waiting.pop()] = longest + (MODEL_WEIGHT if node.startswith("model.") else OTHER_WEIGHT)
    return lengths
