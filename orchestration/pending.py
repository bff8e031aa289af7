"""What a source has that the lake has not seen: landing files, members of archives, batches of a database."""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from lake import bronze
from lake.contracts.model import Source
from lake.layout import Home
from lake.retention.register import expired_months
from orchestration.sources.archive import expand, is_archive
from orchestration.sources.database import is_pulled, month_pulls, pending_pulls
from orchestration.sources.landing import (
    FileNotReadyError,
    FileRejectedError,
    LandingFile,
    list_files,
    read_claim,
)
from orchestration.sources.sql.errors import DatabaseSourceError
from orchestration.sources.sql.plan import Pull
from orchestration.watching import may_be_read
from vocabulary.periods import Period

Item = LandingFile | Pull
BY_NAME = frozenset({"file_name", "bad_period", "unknown_sender", "repeated_content"})
"""Rules that turn a file away for its name: under another name its content is looked at again."""

EXPIRED = (
    "the rows of its month have expired, so silver of it could not be made again and takes no further file (HOUSE-4)"
)


@dataclass
class Pending:
    """What is new of one source.

    Attributes:
        by_period: New files and batches by the month they claim; None for a source without partitions.
        unclaimed: New files whose name claims nothing that exists, and archives that cannot be opened, with the reason.
        repeated: Files whose content the lake already holds or that lie there twice, under other names.
        archives: New archives, each with its members; seen once every member was dealt with.
        not_ready: Files that are still being written.
        failure: Why the source's database could not be asked; its files are listed all the same.
    """

    by_period: dict[str | None, list[Item]] = field(default_factory=lambda: defaultdict(list))
    unclaimed: list[tuple[LandingFile, FileRejectedError]] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    archives: list[tuple[LandingFile, list[LandingFile]]] = field(default_factory=list)
    not_ready: list[str] = field(default_factory=list)
    failure: DatabaseSourceError | None = None


def find_pending(home: Home, source: Source, *, quiet_seconds: float = 0, again: Sequence[str | None] = ()) -> Pending:
    """Compare what a source has with the register, by content.

    Args:
        home: The installation.
        source: Whose files and tables.
        quiet_seconds: Files that changed more lately than this, and that no sidecar vouches for, are left for the next
            look; 0 takes every file as it is.
        again: Months that are read again as a whole from the source's database.
    """
    names = {file.file_sha256: file.file_name for file in bronze.registered(home, source.id)}
    turned_away = [file for file in bronze.rejected(home, source.id) if file.contract_version == source.version]
    seen = set(names) | {file.file_sha256 for file in turned_away if file.rule not in BY_NAME}
    aside = {(file.file_sha256, file.file_name) for file in turned_away}
    pending, gone = Pending(), expired_months(home, source.id)
    for file in _unpacked(home, source, pending, seen, quiet_seconds):
        if (file.sha256, file.name) in aside:
            continue
        if file.sha256 in seen:
            known = names.get(file.sha256, file.name)
            if known != file.name:
                _note_repeat(source, pending, file, known)
            continue
        seen.add(file.sha256)
        names[file.sha256] = file.name
        try:
            claim = read_claim(source, file.name)
        except FileRejectedError as rejection:
            pending.unclaimed.append((file, rejection))
            continue
        if claim.period and claim.period.code in gone:
            pending.unclaimed.append((file, FileRejectedError("expired_month", EXPIRED)))
        else:
            pending.by_period[claim.period.code if claim.period and source.partitioned else None].append(file)
    if is_pulled(source):
        _add_pulls(home, source, pending, again, gone)
    return pending


def _add_pulls(
    home: Home, source: Source, pending: Pending, again: Sequence[str | None], gone: AbstractSet[str]
) -> None:
    """Add the batches of a source's database, or why there are none."""
    try:
        pulls = pending_pulls(home, source)
        for month in again:
            pulls += month_pulls(home, source, Period.parse(month) if month else None)
    except DatabaseSourceError as error:
        pending.failure = error
        return
    for pull in pulls:
        if pull.period and pull.period.code in gone:
            pending.not_ready.append(pull.name)
            continue
        pending.by_period[pull.period.code if pull.period else None].append(pull)


def _unpacked(
    home: Home, source: Source, pending: Pending, seen: set[str], quiet_seconds: float
) -> Iterator[LandingFile]:
    """Give the files of the landing folder, archives as their members; those that were unpacked before are passed."""
    unpacked = bronze.unpacked_archives(home, source.id)
    for file in list_files(home.landing, source.id, cache=home.scratch / "hashes"):
        if file.sha256 in unpacked:
            continue
        try:
            if quiet_seconds and not may_be_read(file.path, now=time.time(), quiet_seconds=quiet_seconds):
                pending.not_ready.append(file.name)
            elif file.sha256 in seen or not is_archive(file):
                yield file
            else:
                members = expand(file, scratch=home.members)
                pending.archives.append((file, members))
                yield from members
        except FileRejectedError as rejection:
            pending.unclaimed.append((file, rejection))
        except (FileNotReadyError, FileNotFoundError):
            pending.not_ready.append(file.name)


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
