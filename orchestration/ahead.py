"""Working ahead: later items are computed on other threads while the caller deals with the first, in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(pool: Executor, function: Callable[[Item], Result], items: Iterable[Item], most: int) -> Iterator[Result]:
    """Yield `function(item)` for each item in order, with at most `most` results computed before they are asked for.

    An error of an item is raised where its result is due.
    """
    waiting: deque[Future[Result]] = deque()
    rest = iter(items)
    waiting.extend(pool.submit(function, item) for item in islice(rest, most))
    while waiting:
        result = waiting.popleft().result()
        waiting.extend(pool.submit(function, item) for item in islice(rest, 1))
        yield result
