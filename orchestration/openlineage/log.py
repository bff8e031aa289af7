"""The durable log of lineage events: what a run tells is on the disk before anybody is told of it.

`<home>/lineage/openlineage/<sequence>.ndjson` holds what was told at once, an event a line; a file is written once,
fsynced and renamed, and never changed. The log is the outbox of every sender, which keeps its own place in it
(`orchestration.openlineage.send`), and it is the file that other tools may read.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from governance.durable import sync
from lake.layout import Home

Event = Mapping[str, Any]
"""An OpenLineage event as JSON."""


@dataclass(frozen=True)
class Entry:
    """What was told at once.

    Attributes:
        sequence: Place in the log, from 1.
        events: Events in order.
    """

    sequence: int
    events: tuple[Event, ...]


class EventLog:
    """The log of one home; any number of processes may append."""

    def __init__(self, home: Home) -> None:
        """Use the log of a home, whose folders are made on first use."""
        self.root = home.lineage
        self.folder = self.root / "openlineage"

    def append(self, events: Sequence[Event]) -> int:
        """Append events, which are on the disk when this returns; returns their sequence.

        Raises:
            OSError: they cannot be written; then none of them is in the log.
        """
        with self._alone():
            sequence = self.head() + 1
            lines = "".join(f"{json.dumps(event, ensure_ascii=False, sort_keys=True)}\n" for event in events)
            write_durably(self._path(sequence), lines.encode())
        return sequence

    def head(self) -> int:
        """Return the sequence of the newest entry, 0 for an empty log."""
        return max(self._sequences(), default=0)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Give the entries after a sequence, in order."""
        for sequence in sorted(self._sequences()):
            if sequence > after:
                lines = self._path(sequence).read_text(encoding="utf-8").splitlines()
                yield Entry(sequence, tuple(json.loads(line) for line in lines))

    def _sequences(self) -> list[int]:
        return [int(path.stem) for path in self.folder.glob("[0-9]*.ndjson")]

    def _path(self, sequence: int) -> Path:
        return self.folder / f"{sequence:012}.ndjson"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.root / "log.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that it is there as a whole after any crash, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    with staged.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    staged.rename(path)
    sync(path.parent)
