"""Writing a settled slice: silver, findings, corrections, row states and quarantine, each replaced in one commit.

Silver is written last: until then the slice's signature is not recorded, and an interrupted slice is repeated.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from functools import partial

import polars as pl
import pyarrow as pa

from lake import bronze, staging, tables
from lake.chunk import silver_schema
from lake.contracts.model import Entity
from lake.corrections.mend import CORRECTED_SCHEMA
from lake.layout import Home, Layer
from lake.silver import FINDINGS_KEPT, STATE_SCHEMA, STATES, SettledSlice, SliceResult
from lake.staging import FileStager, StagedFile

_FRAMES_A_FILE = 8


def write_slice(home: Home, slice_: SettledSlice, pool: Executor) -> SliceResult:
    """Replace one slice in every table of its source.

    Args:
        home: The installation; the caller holds its writer lock.
        slice_: What the slice holds now.
        pool: Where silver's files are written side by side.

    Returns:
        What became of its rows, counted while writing.
    """
    source, period = slice_.source, slice_.period
    writer = _Writer(home, source.id, period)
    missing = {
        name: bronze.rows_at(home, source, period, places)
        for name, places in slice_.set_aside_late().items()
        if len(places)
    }
    by_rule = _Tally("rule")
    kept = bronze.table_schema(source) | {"rule": pl.String(), "column": pl.String(), "reason": pl.String()}
    writer.replace("quarantine", source.id, by_rule.counted(slice_.quarantine(missing)), kept)
    by_state, findings, corrected = _Tally("state"), _Tally("rule"), _Tally("correction_id")
    writer.replace("silver", f"{source.id}_row_state", by_state.counted(slice_.states()), STATE_SCHEMA)
    writer.replace("silver", f"{source.id}_finding", findings.counted(slice_.findings()), FINDINGS_KEPT)
    writer.replace("silver", f"{source.id}_correction", corrected.counted(slice_.corrected()), CORRECTED_SCHEMA)
    used = {entity.name: writer.replace_silver(slice_, entity, pool) for entity in source.entities}
    rows = dict.fromkeys(STATES, 0) | by_state.counts | {"used": slice_.bronze_rows_used()}
    return SliceResult(source.id, period, rows, by_rule.counts, used, findings.counts, corrected.counts)


class _Tally:
    """Counts rows by a column while they pass."""

    def __init__(self, column: str) -> None:
        self._column = column
        self.counts: dict[str, int] = {}

    def counted(self, frames: Iterable[pl.DataFrame]) -> Iterable[pl.DataFrame]:
        for frame in frames:
            for value, count in frame[self._column].value_counts(sort=True).iter_rows():
                self.counts[value] = self.counts.get(value, 0) + count
            yield frame
        self.counts = dict(sorted(self.counts.items()))


class _Writer:
    """Writes tables of one slice."""

    def __init__(self, home: Home, source: str, period: str | None) -> None:
        self._home = home
        self._period = period
        self._note = {"source": source, "period": period}

    def replace(
        self, layer: Layer, name: str, frames: Iterable[pl.DataFrame], schema: Mapping[str, pl.DataType]
    ) -> None:
        """Replace the slice in one table by rows that pass."""
        with self._stager(layer, name) as stager:
            for frame in frames:
                stager.write(plain(frame))
        self._commit(layer, name, stager.staged, schema)

    def replace_silver(self, slice_: SettledSlice, entity: Entity, pool: Executor) -> int:
        """Replace the slice in an object's table, several files at once; return the rows."""
        places = range(slice_.frames(entity))
        groups = [places[start : start + _FRAMES_A_FILE] for start in range(0, len(places), _FRAMES_A_FILE)]
        work: list[Callable[[], list[StagedFile]]] = [partial(self._stage, slice_, entity, group) for group in groups]
        staged = [file for files in pool.map(lambda task: task(), work) for file in files]
        self._commit("silver", entity.name, staged, silver_schema(entity))
        return sum(file.rows for file in staged)

    def _stage(self, slice_: SettledSlice, entity: Entity, places: Iterable[int]) -> list[StagedFile]:
        with self._stager("silver", entity.name) as stager:
            for place in places:
                stager.write(plain(slice_.silver(entity, place)))
        return stager.staged

    def _stager(self, layer: Layer, name: str) -> FileStager:
        column = "_period" if layer == "quarantine" else "period"
        return FileStager(self._home, layer, name, {column: self._period} if self._period else {})

    def _commit(self, layer: Layer, name: str, staged: list[StagedFile], schema: Mapping[str, pl.DataType]) -> None:
        partition = self._stager(layer, name).partition
        if staged:
            staging.commit(self._home, layer, name, staged, mode="overwrite", partition=partition, note=self._note)
        elif staging.holds(self._home, layer, name, partition) or not tables.exists(self._home, layer, name):
            columns = {**schema, **dict.fromkeys(partition, pl.String())}
            empty = plain(pl.DataFrame(schema=columns))
            tables.replace(self._home, layer, name, empty, partition=partition or None, note=self._note)


def plain(frame: pl.DataFrame) -> pa.Table:
    """Return an Arrow table without view types, which Delta readers elsewhere may not know."""
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())
