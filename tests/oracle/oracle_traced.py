"""One number computed again from a few files: those that a trace names, told by their SHA-256, and no others.

Rows are read once for all files; what is counted of the same files is kept.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

import oracle_cubes as cubes
import oracle_indicators as indicators
import polars as pl
from oracle_compute import SOURCES, counted
from oracle_files import read_landing

Cell = dict[str, object]
Counted = tuple[pl.DataFrame, pl.DataFrame]


class TracedFiles:
    """The files of a landing folder, and what any few of them say."""

    def __init__(self, landing: Path, planted: pl.DataFrame) -> None:
        """Read every file.

        Args:
            landing: The folder.
            planted: Bad rows, as the generator noted them.
        """
        self._received = read_landing(landing, planted)
        self._facts, self._records = counted(self._received)
        self._held = indicators.months_held(self._facts, self._records)
        self._kept: dict[tuple[frozenset[str], frozenset[str]], Counted] = {}

    def indicator(self, code: str, area: str, period: str, files: Collection[str]) -> Cell | None:
        """Compute an indicator of an area and period from some files; none where they do not tell it.

        Which months there are files of at all, for a longer period is one only if it is complete, is told by the
        calendar of the whole folder.
        """
        sources = indicators.sources_of(indicators.INDICATORS[code], self._facts, self._records)
        facts, records = self._counted(frozenset(files), frozenset(sources & {*SOURCES}))
        found = indicators.compute(facts, records, [code], self._held).filter(area=area, period=period)
        return found.row(0, named=True) if len(found) else None

    def cube(self, dataset: str, codes: Mapping[str, str], month: str, files: Collection[str]) -> int | None:
        """Count a cell of a cube from some files; none where they do not tell it."""
        return cubes.cell(self._of(files), dataset, codes, month)

    def _counted(self, files: frozenset[str], sources: frozenset[str]) -> Counted:
        if (files, sources) not in self._kept:
            self._kept[files, sources] = counted(self._of(files), sorted(self._held["reporting"]), sources)
        return self._kept[files, sources]

    def _of(self, files: Collection[str]) -> Mapping[str, pl.DataFrame]:
        return {name: table.filter(pl.col("_sha256").is_in(list(files))) for name, table in self._received.items()}
