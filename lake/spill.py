"""Frames set down on disk between two passes over a slice, so that memory does not grow with it."""

import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import polars as pl

from lake.layout import Home

ROWS_IN_MEMORY = 250_000


@dataclass
class Spill:
    """Frames in the order in which they were added: the first ones in memory, the others as Arrow files.

    Attributes:
        folder: Where the files lie.
        rows: Rows of all frames.
    """

    folder: Path
    rows: int = 0
    _kept: list[pl.DataFrame | Path] = field(default_factory=list)

    def add(self, frame: pl.DataFrame) -> None:
        """Set a frame down; an empty one leaves no trace."""
        if frame.is_empty():
            return
        if self.rows + len(frame) <= ROWS_IN_MEMORY:
            self._kept.append(frame)
        else:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"{len(self._kept)}.arrow"
            frame.write_ipc(path)
            self._kept.append(path)
        self.rows += len(frame)

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self._kept)

    def frame(self, place: int, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Return a frame, or some of its columns."""
        kept = self._kept[place]
        if isinstance(kept, Path):
            return pl.scan_ipc(kept).select(columns or pl.all()).collect()
        return kept.select(columns) if columns else kept

    def frames(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield every frame, or some columns of it."""
        return (self.frame(place, columns) for place in range(len(self)))


class SpillFolder:
    """A folder of spills in the home's scratch, made on first use and removed at the end of a `with` block."""

    def __init__(self, home: Home) -> None:
        """Choose a name; nothing is made yet."""
        self._folder = home.spill / f"slice-{os.getpid()}-{uuid.uuid4().hex}"

    def __enter__(self) -> "SpillFolder":
        """Give the folder."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Remove the folder."""
        self.clear()

    def clear(self) -> None:
        """Remove what was set down."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def spill(self, name: str) -> Spill:
        """Return an empty spill."""
        return Spill(self._folder / name)
