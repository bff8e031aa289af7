"""Intake: new landing files into bronze, stale slices into silver. What the Dagster assets and the CLI both call."""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import polars as pl

from lake import bronze, silver, slices
from lake.bronze import FileRecord, RejectedFile
from lake.contracts.model import Source
from lake.layout import Home
from lake.pseudonym import Keyring
from lake.row_states import in_order_of_receipt
from lake.silver import SliceResult
from orchestration.ahead import ahead
from orchestration.progress import report
from orchestration.sources.landing import FileNotReadyError, FileRejectedError, LandingFile, list_files, read_claim
from orchestration.sources.read import ReceivedFile, read_file

Outcome = ReceivedFile | FileRejectedError | FileNotReadyError
"""What reading one file gave."""


@dataclass(frozen=True)
class Pending:
    """What the landing folder holds of one source that the lake has not seen.

    Attributes:
        by_period: New files by the month their names claim; None for a source without partitions.
        unclaimed: New files whose name claims nothing that exists, with the reason.
        repeated: Files whose content the lake already holds or that lie there twice, under other names.
    """

    by_period: dict[str | None, list[LandingFile]] = field(default_factory=dict)
    unclaimed: list[tuple[LandingFile, FileRejectedError]] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)


@dataclass
class Intake:
    """What one intake did for a source: files taken in, turned away, recognised; rows by month."""

    accepted: list[FileRecord] = field(default_factory=list)
    turned_away: list[RejectedFile] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    not_ready: list[str] = field(default_factory=list)

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


def find_pending(home: Home, source: Source) -> Pending:
    """Compare the landing folder with the register, by content."""
    names = {file.file_sha256: file.file_name for file in bronze.registered(home, source.id)}
    seen = set(names) | {
        file.file_sha256 for file in bronze.rejected(home, source.id) if file.contract_version == source.version
    }
    aside = {(file.file_sha256, file.file_name) for file in bronze.rejected(home, source.id)}
    pending = Pending(defaultdict(list))
    for file in list_files(home.landing, source.id):
        if file.sha256 in seen:
            known = names.get(file.sha256, file.name)
            if known != file.name and (file.sha256, file.name) not in aside:
                _note_repeat(source, pending, file, known)
            continue
        seen.add(file.sha256)
        names[file.sha256] = file.name
        try:
            claim = read_claim(source, file.name)
        except FileRejectedError as rejection:
            pending.unclaimed.append((file, rejection))
        else:
            period = claim.period.code if claim.period and source.partitioned else None
            pending.by_period[period].append(file)
    return pending


def _note_repeat(source: Source, pending: Pending, file: LandingFile, known: str) -> None:
    """Note a file whose content the lake holds under another name; one that claims something else is set aside."""
    try:
        claim, held = read_claim(source, file.name), read_claim(source, known)
    except FileRejectedError as rejection:
        pending.unclaimed.append((file, rejection))
        return
    if (claim.entity.name, claim.sender_code, claim.period) == (held.entity.name, held.sender_code, held.period):
        pending.repeated.append(file.name)
    else:
        reason = f"the content is that of {known}, which claims another object, sender or month"
        pending.unclaimed.append((file, FileRejectedError("repeated_content", reason)))


def take_in(
    home: Home,
    source: Source,
    *,
    periods: Sequence[str] | None,
    ingest_id: str,
    workers: int = 2,
) -> Intake:
    """Append the new files of some months of one source to bronze.

    A file that cannot be taken in is set aside and the others go on. Killed at any instant and called again, the lake
    ends the same.

    Args:
        home: The installation; the caller holds its writer lock.
        source: Whose files.
        periods: Months to take in; None for all.
        ingest_id: Name of this intake, kept beside the files.
        workers: Months read at the same time; each is held in memory.
    """
    bronze.recover(home, source.id)
    pending = find_pending(home, source)
    intake = Intake(repeated=pending.repeated)
    chosen = sorted(
        (period for period in pending.by_period if periods is None or period in periods), key=lambda item: item or ""
    )
    try:
        with ThreadPoolExecutor(workers) as pool:
            months = ahead(pool, lambda period: _read_month(source, pending.by_period[period]), chosen, workers)
            for done, (period, outcomes) in enumerate(zip(chosen, months, strict=True), start=1):
                _append_month(home, source, period, outcomes, intake, ingest_id)
                report(f"bronze/{source.id}", done, len(chosen))
    finally:
        bronze.register(home, intake.accepted)
        bronze.reject(home, intake.turned_away)
    return intake


def set_aside_unclaimed(home: Home, source: Source, *, ingest_id: str) -> list[RejectedFile]:
    """Set aside the new files of a source whose name claims no object or no month that exists."""
    pending = find_pending(home, source)
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
        workers: Slices computed at the same time; each is held in memory. They are written one by one, in order.
    """
    signatures = slices.wanted_signatures(home, source, keyring)
    chosen = [period for period in periods if period in signatures]
    received = in_order_of_receipt(bronze.registered(home, source.id))
    results = []
    with ThreadPoolExecutor(workers) as pool:
        computed = ahead(
            pool, lambda period: silver.compute_slice(home, source, period, keyring, received), chosen, workers
        )
        for done, slice_ in enumerate(computed, start=1):
            results.append(silver.write_slice(home, slice_))
            report(f"silver/{source.id}", done, len(chosen))
    if chosen:
        slices.record(home, source, signatures, chosen)
    return results


def _read_month(source: Source, files: Sequence[LandingFile]) -> list[tuple[LandingFile, Outcome]]:
    def attempt(file: LandingFile) -> Outcome:
        try:
            return read_file(source, file)
        except (FileRejectedError, FileNotReadyError) as outcome:
            return outcome

    return [(file, attempt(file)) for file in files]


def _append_month(
    home: Home,
    source: Source,
    period: str | None,
    outcomes: Sequence[tuple[LandingFile, Outcome]],
    intake: Intake,
    ingest_id: str,
) -> None:
    frames: list[pl.DataFrame] = []
    records: list[FileRecord] = []
    for file, outcome in outcomes:
        if isinstance(outcome, FileRejectedError):
            intake.turned_away.append(_set_aside(home, source, file, outcome, ingest_id))
        elif isinstance(outcome, FileNotReadyError):
            intake.not_ready.append(file.name)
        else:
            frames.append(outcome.rows)
            records.append(_record(source, outcome, ingest_id))
    if frames:
        bronze.append_files(home, source.id, period, pl.concat(frames), records)
        intake.accepted += records


def _set_aside(
    home: Home, source: Source, file: LandingFile, rejection: FileRejectedError, ingest_id: str
) -> RejectedFile:
    home.rejected_files.mkdir(parents=True, exist_ok=True)
    staged = home.rejected_files / f".{file.sha256}.{os.getpid()}"
    if os.access(file.path, os.R_OK):  # what cannot be read cannot be kept
        shutil.copyfile(file.path, staged)
        staged.rename(home.rejected_files / file.sha256)
    return RejectedFile(
        source.id, file.name, file.sha256, file.size_bytes, rejection.rule, rejection.reason, source.version, ingest_id
    )


def _record(source: Source, received: ReceivedFile, ingest_id: str) -> FileRecord:
    claim, file = received.claim, received.file
    return FileRecord(
        source=source.id,
        object=claim.entity.name,
        file_name=file.name,
        file_sha256=file.sha256,
        size_bytes=file.size_bytes,
        encoding=received.encoding,
        delimiter=received.delimiter,
        period=claim.period.code if claim.period and source.partitioned else None,
        sender_code=claim.sender_code,
        prepared_on=received.prepared_on,
        provenance=received.provenance,
        lines_read=len(received.rows),
        ingest_id=ingest_id,
    )
