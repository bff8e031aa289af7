"""One writer at a time, and no file removed while somebody needs them all: OS locks per home that name their holder.

The kernel drops a lock when its holder dies, so nothing has to be cleaned up after a kill.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lake.layout import Home


class HomeBusyError(Exception):
    """Another process is writing to this home, or keeps its files from being removed."""


@contextmanager
def writer_lock(home: Home, purpose: str) -> Iterator[None]:
    """Hold the home's writer lock for the length of a `with` block.

    Args:
        home: The installation.
        purpose: What the holder does, shown to whoever is turned away.

    Raises:
        HomeBusyError: another process holds the lock; the message names it and what it does.
    """
    with _open(home, home.lock_file) as file:
        if not _locked(file, fcntl.LOCK_EX):
            raise HomeBusyError(f"{home.root} is being written by {_holder(home.lock_file)}")
        _sign(file, purpose)
        yield


@contextmanager
def remover_lock(home: Home, purpose: str) -> Iterator[None]:
    """Hold the writer lock for work that removes files of the lake or changes them in place: upkeep, expiry, erasure.

    Args:
        home: The installation.
        purpose: What the holder does, shown to whoever is turned away.

    Raises:
        HomeBusyError: another process writes, or needs the files to stay.
    """
    with writer_lock(home, purpose), _open(home, home.files_lock_file) as file:
        if not _locked(file, fcntl.LOCK_EX):
            raise HomeBusyError(f"files of {home.root} must stay while {_holder(home.files_lock_file)} needs them")
        _sign(file, purpose)
        yield


@contextmanager
def files_kept(home: Home, purpose: str) -> Iterator[None]:
    """Keep every file of the lake from being removed for the length of a `with` block; writers go on adding.

    Several may need the files at once; the newest of them is the one that is named.

    Args:
        home: The installation.
        purpose: What the holder does, shown to whoever is turned away.

    Raises:
        HomeBusyError: another process removes files.
    """
    with _open(home, home.files_lock_file) as file:
        if not _locked(file, fcntl.LOCK_SH):
            raise HomeBusyError(f"files of {home.root} are being removed by {_holder(home.files_lock_file)}")
        _sign(file, purpose)
        yield


def _open(home: Home, path: Path) -> IO[str]:
    home.root.mkdir(parents=True, exist_ok=True)
    return path.open("a+")


def _locked(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(file: IO[str], purpose: str) -> None:
    file.seek(0)
    file.truncate()
    json.dump({"pid": os.getpid(), "purpose": purpose}, file)
    file.flush()


def _holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text())
    except json.JSONDecodeError:
        return "another process"
    return f"process {holder['pid']} ({holder['purpose']})"
