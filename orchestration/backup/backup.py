"""Backing up a home while it is used: the ledger first, then what it names, then the lake, then everything else.

Files of releases and of Delta tables are written before the event or log entry that names them and never changed
afterwards, so what is listed later holds at least what the ledger and downstream tables rest on: the copy is a home as
a kill might have left it, which every command knows to go on from. Removing files is shut out meanwhile, writing not.

Not in it: keys, unless asked for; scratch files and locks, which any run makes anew; extracts that are still arriving.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from governance.context import Context, open_context
from governance.database import copying
from governance.database.engine import check_ready
from governance.ledger.checkpoints import NoCheckpointError
from governance.ledger.envelope import instant_text
from governance.releases.code import code_version
from governance.releases.read import Release, list_releases
from governance.settings import Settings as GovernanceSettings
from lake.copying import lake_files
from lake.layout import Home
from lake.lock import files_kept
from orchestration.backup.archive import ArchiveError, ArchiveWriter, writing
from orchestration.progress import Progress
from orchestration.settings import Settings

DATABASE, LANDING = "governance", "landing"
"""Folders of the archive: a governance database that is copied table by table, and the senders' files."""

LEDGER_KEY = "ledger.key"
_SQLITE = b"SQLite format 3\0"
_BESIDE = ("-wal", "-shm", "-journal", ".lock", ".tmp", ".part")
_TRIES = 5


@dataclass(frozen=True)
class Backup:
    """What a backup came to.

    Attributes:
        files: Files in it.
        size_bytes: Size of the archive.
        about: What its list says: checkpoint, tables, releases, code, whether keys are in it.
    """

    files: int
    size_bytes: int
    about: dict[str, Any]


def back_up(settings: Settings, target: Path, *, now: datetime, watch: Progress, with_keys: bool = False) -> Backup:
    """Back up a home into one file while others write.

    Args:
        settings: The installation's settings.
        target: The archive; nothing may stand there.
        now: Instant of the backup.
        watch: Told how many tables are copied.
        with_keys: Whether the ledger's private key goes with it.

    Raises:
        ArchiveError: something stands at `target`, or a file changed while it was copied.
        governance.database.engine.DatabaseNotReadyError: there is no ledger yet, or it is of another Amar.
        lake.lock.HomeBusyError: files of the lake are being removed.
        lake.tables.TableError: a file of a table is gone.
    """
    home, governed = settings.amar_home, GovernanceSettings()
    about: dict[str, Any] = {"taken_at": instant_text(now), "code": code_version().model_dump(), "has_keys": with_keys}
    home.backups.mkdir(parents=True, exist_ok=True)
    with (
        files_kept(home, "back up"),
        open_context(governed) as context,
        tempfile.TemporaryDirectory(prefix="run-", dir=home.backups) as folder,
        writing(target, about) as archive,
    ):
        check_ready(context.engine)
        about |= _add_ledger(context, archive, Path(folder))
        about["releases"] = _add_releases(context, archive, home)
        about["tables"] = _add_lake(home, archive, watch)
        _add_landing(settings, archive)
        _add_rest(home, archive, Path(folder))
        if with_keys:
            archive.add(governed.ledger_key, LEDGER_KEY)
    return Backup(len(archive.files), target.stat().st_size, about)


def _add_ledger(context: Context, archive: ArchiveWriter, folder: Path) -> dict[str, Any]:
    """Add one state of the governance database, and tell a signed checkpoint that it holds."""
    with context.ledger.reading() as ledger:
        try:
            note = ledger.checkpoint().note
        except NoCheckpointError:
            note = ""
        head = ledger.head()
    for path in copying.dump(context.engine, folder):
        archive.add(path, path.name if path.name == copying.FILE else f"{DATABASE}/{path.name}")
    return {"database": context.engine.dialect.name, "events": head, "checkpoint": note}


def _add_releases(context: Context, archive: ArchiveWriter, home: Home) -> list[str]:
    """Add the folder of every release, which are those of the copied ledger and any that came since."""
    releases = list_releases(context)
    for release in releases:
        with ExitStack() as opened:
            for path, file in _opened(context, release, opened):
                archive.add_open(file, str(path.relative_to(home.root.resolve())))
    return [release.id for release in releases]


def _opened(context: Context, release: Release, opened: ExitStack) -> list[tuple[Path, IO[bytes]]]:
    """Open the files of a release before the first is copied, for its publication moves their folder as a whole."""
    for _ in range(_TRIES):
        folder = context.store.path(release.dataset, str(release.version)).resolve()
        with suppress(FileNotFoundError), ExitStack() as trying:
            files: list[tuple[Path, IO[bytes]]] = [
                (path, trying.enter_context(path.open("rb"))) for path in sorted(folder.iterdir())
            ]
            opened.enter_context(trying.pop_all())
            return files
    raise ArchiveError(f"{release.id} cannot be read: its folder is moved again and again")


def _add_lake(home: Home, archive: ArchiveWriter, watch: Progress) -> list[dict[str, Any]]:
    """Add every table at the version that is its newest now, all of them listed before the first is copied."""
    listed = lake_files(home)
    for done, table in enumerate(listed, start=1):
        for path in table.paths:
            archive.add(path, str(path.relative_to(home.root.resolve())))
        watch("tables copied", done, len(listed))
    return [{"layer": each.layer, "name": each.name, "version": each.version, "rows": each.rows} for each in listed]


def _add_landing(settings: Settings, archive: ArchiveWriter) -> None:
    """Add the senders' files that have lain untouched, wherever the landing folder is."""
    landing, limit = settings.amar_home.landing, time.time() - settings.landing_quiet_seconds
    for path in _plain_files(landing):
        if path.stat().st_mtime <= limit:
            archive.add(path, f"{LANDING}/{path.relative_to(landing)}")


def _add_rest(home: Home, archive: ArchiveWriter, folder: Path) -> None:
    """Add files set aside, vintages, Dagster's history and whatever else stands in the home; databases by a copy."""
    apart = {home.scratch, home.landing, *(home.lake / layer for layer in ("bronze", "silver", "gold", "release"))}
    for path in _plain_files(home.root, apart=apart):
        name = str(path.relative_to(home.root))
        if path.name in (LEDGER_KEY, copying.FILE) or path.name.endswith(_BESIDE) or _is_of_a_table(home, path):
            continue
        if _is_sqlite(path):
            copied = folder / "copied.db"
            copying.copy_sqlite(path, copied)
            archive.add(copied, name)
            copied.unlink()
        else:
            archive.add(path, name)


def _is_of_a_table(home: Home, path: Path) -> bool:
    """Tell whether a file of quarantine is in a table; whole files set aside stand beside the tables."""
    quarantine = home.lake / "quarantine"
    return path.is_relative_to(quarantine) and not path.is_relative_to(home.rejected_files)


def _plain_files(folder: Path, *, apart: frozenset[Path] | set[Path] = frozenset()) -> Iterator[Path]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path in apart or path.is_symlink():
            continue
        if path.is_dir():
            yield from _plain_files(path, apart=apart)
        elif path.is_file():
            yield path


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE
