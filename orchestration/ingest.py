"""Intake: what is new into bronze, stale slices into silver. What the Dagster assets and the CLI both call."""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from lake import bronze, slices
from lake.bronze import Chunk, FileRecord, RejectedFile
from lake.chunk import Judged
from lake.contracts.model import Source
from lake.corrections.model import load_corrections
from lake.keys.register import admit
from lake.layout import Home
from lake.pseudonym import Keyring
from lake.retention import register
from lake.retention.sift import Sift, open_sift
from lake.row_states import in_order_of_receipt
from lake.shape import rows_made
from lake.silver import Slice, SliceResult
from lake.slice_writer import write_slice
from lake.spill import SpillFolder
from lake.staging import StagedFile
from orchestration.ahead import ahead
from orchestration.pending import Item, Pending, find_pending
from orchestration.progress import report
from orchestration.sources.database import open_pull
from orchestration.sources.landing import FileNotReadyError, FileRejectedError, LandingFile, read_claim
from orchestration.sources.read import open_file
from orchestration.sources.sql.errors import DatabaseSourceError
from orchestration.sources.sql.plan import Pull
from orchestration.taken import Taken, take

KEPT_BYTES = 256 * 2**20
"""A larger file that was turned away is not copied: it stays in the landing folder only."""
_AHEAD = 2

_SPARE = 1
"""Chunks judged beyond the processors: one always waits for the disk or for the interpreter."""

_BATCH_BYTES = 48 * 2**20
"""Small files are read together up to this size."""


Outcome = Taken | FileRejectedError | FileNotReadyError | DatabaseSourceError
"""What reading one file gave."""
Read = tuple[list[tuple[Item, Outcome]], list[StagedFile]]
"""What reading some files of a month gave, and where their rows are staged."""


@dataclass
class Intake:
    """What one intake did for a source: files taken in, turned away, recognised; rows by month.

    Attributes:
        accepted: Files and batches that were appended to bronze.
        turned_away: Files that were set aside as a whole.
        repeated: Names of files whose content the lake held.
        not_ready: Names of files that are left for the next intake.
        failure: Why the source's database could not be read, or not to its end; its batches that were not read are
            left for the next intake, the files went on.
    """

    accepted: list[FileRecord] = field(default_factory=list)
    turned_away: list[RejectedFile] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    not_ready: list[str] = field(default_factory=list)
    failure: DatabaseSourceError | None = None

    @property
    def rows(self) -> int:
        """Bronze rows appended."""
        return sum(file.lines_read for file in self.accepted)

    @property
    def rows_by_period(self) -> dict[str | None, int]:
        """Bronze rows appended, by month."""
        rows: dict[str | None, int] = {}
        for file in self.accepted:
            rows[file.period] = rows.get(file.period, 0) + file.lines_read
        return rows

    @property
    def new_columns(self) -> dict[str, list[str]]:
        """Columns that the contract does not know, with the files that have them."""
        found: dict[str, list[str]] = {}
        for file in self.accepted:
            for column in (file.new_columns or "").split("\n"):
                if column:
                    found.setdefault(column, []).append(file.file_name)
        return found


def take_in(
    home: Home,
    source: Source,
    *,
    periods: Sequence[str] | None,
    ingest_id: str,
    workers: int = 2,
    quiet_seconds: float = 0,
    again: Sequence[str | None] = (),
    keyring: Keyring | None = None,
) -> Intake:
    """Append the new files of some months of one source to bronze.

    A file that cannot be taken in is set aside and the others go on; a database that cannot be read stops its own
    batches and no file (`Intake.failure`). Killed at any instant and called again, the lake
    ends the same. Memory holds some batches of as many files as there are workers.

    Args:
        home: The installation; the caller holds its writer lock.
        source: Whose files.
        periods: Months to take in; None for all.
        ingest_id: Name of this intake, kept beside the files.
        workers: Files read at the same time.
        quiet_seconds: Files that changed more lately than this are left for the next run.
        again: Months that are read again as a whole from the source's database.
        keyring: For telling rows that were erased, should they come again.

    Raises:
        lake.retention.sift.NoKeyError: rows of the source were erased, and there is no keyring.
    """
    bronze.recover(home, source.id)
    sift = open_sift(home, source, keyring)
    pending = find_pending(home, source, quiet_seconds=quiet_seconds, again=again)
    intake = Intake(repeated=pending.repeated, not_ready=pending.not_ready, failure=pending.failure)
    chosen = sorted(
        (period for period in pending.by_period if periods is None or period in periods), key=lambda item: item or ""
    )
    batches = [(period, batch) for period in chosen for batch in _batched(pending.by_period[period])]
    try:
        with ThreadPoolExecutor(workers) as pool:
            reads = ahead(
                pool, lambda task: _read_batch(home, source, *task, intake, ingest_id, sift), batches, workers * _AHEAD
            )
            months = groupby(zip(batches, reads, strict=True), key=lambda pair: pair[0][0])
            for done, (period, pairs) in enumerate(months, start=1):
                _append_month(home, source, period, (read for _, read in pairs), intake, ingest_id)
                report(f"bronze/{source.id}", done, len(chosen))
    finally:
        bronze.register(home, intake.accepted)
        bronze.reject(home, intake.turned_away)
    bronze.reject(home, _unfit(home, source, pending, periods, intake, ingest_id))
    _note_archives(home, source, pending)
    return intake


def _unfit(
    home: Home, source: Source, pending: Pending, periods: Sequence[str] | None, intake: Intake, ingest_id: str
) -> list[RejectedFile]:
    """Set aside what claims a month of this intake and yet is not fit: archives that cannot be opened, copies."""
    files = []
    for file, rejection in pending.unclaimed:
        with suppress(FileRejectedError):
            claim = read_claim(source, file.name)
            if periods is None or (claim.period and claim.period.code in periods):
                files.append(_set_aside(home, source, file, rejection, ingest_id))
    intake.turned_away += files
    return files


def set_aside_unclaimed(home: Home, source: Source, *, ingest_id: str, quiet_seconds: float = 0) -> list[RejectedFile]:
    """Set aside the new files of a source whose name claims no object or no month that exists."""
    pending = find_pending(home, source, quiet_seconds=quiet_seconds)
    files = [_set_aside(home, source, file, rejection, ingest_id) for file, rejection in pending.unclaimed]
    bronze.reject(home, files)
    return files


def build_slices(
    home: Home,
    source: Source,
    keyring: Keyring,
    *,
    periods: Iterable[str | None],
    workers: int = 2,
) -> list[SliceResult]:
    """Compute the given slices of a source in silver, those that have bronze rows.

    Args:
        home: The installation; the caller holds its writer lock.
        source: Whose slices.
        keyring: For the pseudonyms.
        periods: Months, or None for a source without partitions.
        workers: Chunks judged at the same time; slices are written one by one, in order.

    Raises:
        lake.corrections.model.CorrectionError: the source's corrections cannot be used.
        lake.keys.register.KeyringError: the keys are not those of the pseudonyms that are there.
    """
    admit(home, keyring)
    bronze.recover(home, source.id)
    signatures = slices.wanted_signatures(home, source, keyring)
    chosen = [period for period in periods if period in signatures]
    slices.forget(home, source, chosen)
    received = in_order_of_receipt(bronze.registered(home, source.id))
    corrections = load_corrections(home, source)
    results: list[SliceResult] = []
    with (
        ExitStack() as folders,
        ThreadPoolExecutor(workers + _SPARE) as pool,
    ):  # after an error tasks end before folders
        made = {
            period: Slice(source, period, keyring, received, corrections, folders.enter_context(SpillFolder(home)))
            for period in chosen
        }
        tasks = [(made[period], group) for period in chosen for group in _groups(home, source, period)]
        judged = ahead(pool, lambda task: _judge(source, *task), tasks, workers + _SPARE)
        for slice_, chunks in groupby(zip(tasks, judged, strict=True), key=lambda pair: pair[0][0].period):
            for _, chunk in chunks:
                made[slice_].add(chunk)
            results.append(write_slice(home, made[slice_].settle(pool), pool))
            made[slice_].clear()
            report(f"silver/{source.id}", len(results), len(chosen))
    if chosen:
        slices.record(home, source, signatures, chosen)
    return results


def _judge(source: Source, slice_: Slice, group: Sequence[Chunk]) -> dict[str, Judged]:
    rows = bronze.read_chunks(source, group)
    return slice_.judge(rows, lambda places: bronze.read_received(source, group, rows, places))


def _groups(home: Home, source: Source, period: str | None) -> Iterator[list[Chunk]]:
    """Put small chunks together, so that a slice of many small files is judged in few pieces."""
    most = bronze.ROWS_A_CHUNK // max(rows_made(entity) for entity in source.entities)
    group: list[Chunk] = []
    for chunk in bronze.chunks(home, source, period, most=most):
        if group and sum(other.rows for other in group) + chunk.rows > most:
            yield group
            group = []
        group.append(chunk)
    if group:
        yield group


def _batched(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Put small files together, so that they share a Parquet file."""
    batch: list[Item] = []
    size = 0
    for item in items:
        batch.append(item)
        size += item.size_bytes if isinstance(item, LandingFile) else _BATCH_BYTES
        if size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _read_batch(
    home: Home,
    source: Source,
    period: str | None,
    items: Sequence[Item],
    intake: Intake,
    ingest_id: str,
    sift: Sift | None,
) -> Read:
    """Read some files of a month and stage their rows; those that are not fit leave none."""
    outcomes: list[tuple[Item, Outcome]] = []
    with bronze.stager(home, source.id, period) as stager:
        for item in items:
            if intake.failure and isinstance(item, Pull):
                continue  # a database that is down is not asked once more for each batch
            outcome = _attempt(home, source, period, item, ingest_id, sift)
            if isinstance(outcome, DatabaseSourceError):
                intake.failure = intake.failure or outcome
                continue
            if isinstance(outcome, Taken):
                stager.gather(outcome.tables)
                outcome = replace(outcome, tables=())
            outcomes.append((item, outcome))
    large = [file for _, outcome in outcomes if isinstance(outcome, Taken) for file in outcome.staged]
    return outcomes, [*stager.staged, *large]


def _attempt(home: Home, source: Source, period: str | None, item: Item, ingest_id: str, sift: Sift | None) -> Outcome:
    try:
        received = open_pull(item, spool=home.spill) if isinstance(item, Pull) else open_file(source, item)
        return take(home, source, period, received, ingest_id, sift)
    except (FileRejectedError, FileNotReadyError, DatabaseSourceError) as outcome:
        return outcome


def _append_month(
    home: Home,
    source: Source,
    period: str | None,
    reads: Iterable[Read],
    intake: Intake,
    ingest_id: str,
) -> None:
    """Append what was read of one month, in one commit."""
    records: list[FileRecord] = []
    staged: list[StagedFile] = []
    stones: list[Mapping[str, Any]] = []
    for outcomes, files in reads:
        staged += files
        for item, outcome in outcomes:
            if isinstance(outcome, FileRejectedError) and isinstance(item, LandingFile):
                intake.turned_away.append(_set_aside(home, source, item, outcome, ingest_id))
            elif isinstance(outcome, Taken):
                records.append(outcome.record)
                stones += outcome.erased
            else:
                intake.not_ready.append(item.name)
    if records:
        register.bury(home, stones)
        bronze.append_files(home, source.id, period, staged, records)
        intake.accepted += records


def _note_archives(home: Home, source: Source, pending: Pending) -> None:
    """Note the archives of which every member is in the lake, so that they are not unpacked again.

    One with a member that was turned away is unpacked at each look: a new contract may take the member in.
    """
    held = bronze.registered_hashes(home, source.id)
    done = [
        (file.sha256, file.name, len(members))
        for file, members in pending.archives
        if all(member.sha256 in held for member in members)
    ]
    bronze.note_archives(home, source.id, done)


def _set_aside(
    home: Home, source: Source, file: LandingFile, rejection: FileRejectedError, ingest_id: str
) -> RejectedFile:
    if file.size_bytes <= KEPT_BYTES:
        _keep(home, file)
    return RejectedFile(
        source.id, file.name, file.sha256, file.size_bytes, rejection.rule, rejection.reason, source.version, ingest_id
    )


def _keep(home: Home, file: LandingFile) -> None:
    """Keep the bytes of a file by their hash; what cannot be read cannot be kept."""
    home.rejected_files.mkdir(parents=True, exist_ok=True)
    staged = home.rejected_files / f".{file.sha256}.{os.getpid()}"
    try:
        with file.open() as bytes_, staged.open("wb") as kept:
            shutil.copyfileobj(bytes_, kept)
    except (FileRejectedError, FileNotReadyError, OSError):
        staged.unlink(missing_ok=True)
    else:
        staged.rename(home.rejected_files / file.sha256)
