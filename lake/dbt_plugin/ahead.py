"""The lake opened while dbt starts, so that the first connection does not wait for it.

Opening the tables of some years reads thousands of entries of Delta logs and hundreds of Parquet footers, outside
Python; dbt's start is Python on one core. dbt makes the plugin itself, from the profile, when its first connection
opens, so what was opened waits here for it, once.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from lake.dbt_plugin import catalogue
from lake.layout import Home

_begun: dict[Path, Future[catalogue.Snapshot]] = {}


@contextmanager
def opening(home: Home) -> Iterator[None]:
    """Open a lake beside what is done inside; the caller holds the writer lock, so that it stays as it was opened."""
    with ThreadPoolExecutor(1) as pool:  # more threads take turns with dbt's, which then starts later
        _begun[home.root] = pool.submit(catalogue.snapshot, home)
        try:
            yield
        finally:
            _begun.pop(home.root, None)


def take(home: Home) -> catalogue.Snapshot:
    """Return the lake as it was opened ahead, to the first that asks; else open it.

    Raises:
        lake.tables.TableError: a table cannot be read.
    """
    begun = _begun.pop(home.root, None)
    return begun.result() if begun else catalogue.snapshot(home)
