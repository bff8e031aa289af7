"""Writing a settled slice: silver, findings, corrections, row states and quarantine, each replaced in one commit.

Files are written side by side and tables committed in order, silver last: until then the slice's signature is not
recorded, and an interrupted slice is repeated.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
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
        pool: Where files are written side by side; tables are committed one by one.

    Returns:
        What became of its rows, counted while writing.
    """
    source, period = slice_.source, slice_.period
    writer = _Writer(home, source.id, period)
    by_rule, by_state, findings, corrected = (_Tally(name) for name in ("rule", "state", "rule", "correction_id"))
    kept = bronze.table_schema(source) | {"rule": pl.String(), "column": pl.String(), "reason": pl.String()}
    aside = [
        writer.begin("quarantine", source.id, kept, [by_rule.counted(_quarantine(home, slice_))], pool),
        writer.begin("silver", f"{source.id}_row_state", STATE_SCHEMA, [by_state.counted(slice_.states())], pool),
        writer.begin("silver", f"{source.id}_finding", FINDINGS_KEPT, [findings.counted(slice_.findings())], pool),
        writer.begin(
            "silver", f"{source.id}_correction", CORRECTED_SCHEMA, [corrected.counted(slice_.corrected())], pool
        ),
    ]
    silver = {
        entity.name: writer.begin("silver", entity.name, silver_schema(entity), _files(slice_, entity), pool)
        for entity in source.entities
    }
    for table in aside:
        writer.commit(table)
    used = {name: writer.commit(table) for name, table in silver.items()}
    rows = dict.fromkeys(STATES, 0) | by_state.counts | {"used": slice_.bronze_rows_used()}
    return SliceResult(source.id, period, rows, by_rule.counts, used, findings.counts, corrected.counts)


def _quarantine(home: Home, slice_: SettledSlice) -> Iterator[pl.DataFrame]:
    late = {name: places for name, places in slice_.set_aside_late().items() if len(places)}
    missing = {}
    if late:
        rows = bronze.rows_at(home, slice_.source, slice_.period, pl.concat(late.values()))
        missing = {
            name: rows.join(places, on=places.columns, how="semi", maintain_order="left")
            for name, places in late.items()
        }
    yield from slice_.quarantine(missing)


def _files(slice_: SettledSlice, entity: Entity) -> list[Iterator[pl.DataFrame]]:
    """Return the silver rows of an object, file by file."""
    places = range(slice_.frames(entity))
    groups = [places[start : start + _FRAMES_A_FILE] for start in range(0, len(places), _FRAMES_A_FILE)]
    return [map(partial(slice_.silver, entity), group) for group in groups]


@dataclass(frozen=True)
class _Begun:
    """A table of a slice whose files are being written."""

    layer: Layer
    name: str
    schema: Mapping[str, pl.DataType]
    files: Sequence[Future[list[StagedFile]]]


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

    def begin(
        self,
        layer: Layer,
        name: str,
        schema: Mapping[str, pl.DataType],
        files: Iterable[Iterable[pl.DataFrame]],
        pool: Executor,
    ) -> _Begun:
        """Write rows that pass into files of a table, several at once; no version of it names them yet."""
        return _Begun(layer, name, schema, [pool.submit(self._stage, layer, name, frames) for frames in files])

    def commit(self, table: _Begun) -> int:
        """Replace the slice in a table by the files that were begun, once they are written; return the rows."""
        staged = [file for files in table.files for file in files.result()]
        partition = self._stager(table.layer, table.name).partition
        if staged:
            staging.commit(
                self._home, table.layer, table.name, staged, mode="overwrite", partition=partition, note=self._note
            )
        elif self._must_be_emptied(table, partition):
            columns = {**table.schema, **dict.fromkeys(partition, pl.String())}
            empty = plain(pl.DataFrame(schema=columns))
            tables.replace(self._home, table.layer, table.name, empty, partition=partition or None, note=self._note)
        return sum(file.rows for file in staged)

    def _must_be_emptied(self, table: _Begun, partition: Mapping[str, str]) -> bool:
        is_there = tables.exists(self._home, table.layer, table.name)
        return not is_there or staging.holds(self._home, table.layer, table.name, partition)

    def _stage(self, layer: Layer, name: str, frames: Iterable[pl.DataFrame]) -> list[StagedFile]:
        with self._stager(layer, name) as stager:
            for frame in frames:
                stager.write(plain(frame))
        return stager.staged

    def _stager(self, layer: Layer, name: str) -> FileStager:
        column = "_period" if layer == "quarantine" else "period"
        return FileStager(self._home, layer, name, {column: self._period} if self._period else {})


def plain(frame: pl.DataFrame) -> pa.Table:
    """Return an Arrow table without view types, which Delta readers elsewhere may not know."""
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())
