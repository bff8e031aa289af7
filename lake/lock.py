"""One writer at a time: an OS lock per home that names its holder.

The kernel drops the lock when the holder dies, so nothing has to be cleaned up after a kill.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

from lake.layout import Home


class HomeBusyError(Exception):
    """Another process is writing to this home."""


@contextmanager
def writer_lock(home: Home, purpose: str) -> Iterator[None]:
    """Hold the home's writer lock for the length of a `with` block.

    Args:
        home: The installation.
        purpose: What the holder does, shown to whoever is turned away.

    Raises:
        HomeBusyError: another process holds the lock; the message names it and what it does.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    with home.lock_file.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeBusyError(f"{home.root} is being written by {_holder(home)}") from error
        file.seek(0)
        file.truncate()
        json.dump({"pid": os.getpid(), "purpose": purpose}, file)
        file.flush()
        yield


def _holder(home: Home) -> str:
    try:
        holder = json.loads(home.lock_file.read_text())
    except json.JSONDecodeError:
        return "another process"
    return f"process {holder['pid']} ({holder['purpose']})"
