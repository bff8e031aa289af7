"""Restoring a home from a backup: unpacked beside its place, verified there, and then put in its place as a whole.

What a restore brings back and a later ledger knows to be gone is told by `orchestration.backup.since`.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from governance.context import Context, open_context
from governance.database import copying
from governance.durable import sync
from governance.errors import GovernanceError
from governance.ledger.verify import Verification, verify
from governance.releases.columns import OBSERVATION_ID, REVISION_STATUS
from governance.releases.content import content_hash
from governance.releases.manifest import Manifest
from governance.releases.read import list_releases
from governance.settings import Settings as GovernanceSettings
from lake.copying import table_files
from lake.layout import Home, Layer
from orchestration.backup.archive import unpack
from orchestration.backup.backup import DATABASE, LEDGER_KEY
from orchestration.backup.since import Since, told_since

_LAYERS: dict[str, Layer] = {layer: layer for layer in get_args(Layer)}


class RestoreError(GovernanceError):
    """A backup cannot be restored there, or what it holds does not verify."""


@dataclass(frozen=True)
class Restored:
    """What was restored and verified.

    Attributes:
        about: What the archive's list says.
        files: Files, each with the hash that it was backed up with.
        events: Events of the ledger.
        root_hash: Its tree head.
        releases: Releases whose files, manifests and content hashes agree.
        tables: Delta tables that open at their version with all their files.
        has_key: Whether the ledger's private key came with it.
    """

    about: dict[str, Any]
    files: int
    events: int
    root_hash: str
    releases: int
    tables: int
    has_key: bool


def restore(archive: Path, target: Path, *, later: str | None = None) -> tuple[Restored, Since | None]:
    """Restore a backup into a folder that is not there or empty.

    Args:
        archive: The backup.
        target: The home to be; a ledger that is copied table by table goes into `AMAR_DATABASE_URL` where that is set.
        later: The ledger as it went on after the backup, a SQLite file or a URL, where it is at hand.

    Returns:
        What was restored, and what happened after the backup where `later` tells.

    Raises:
        RestoreError: something stands there, another restore is at work, or the restored home does not verify.
        ArchiveError: the archive is cut off or changed.
        governance.database.copying.CopyError: the database to restore into is not empty.
        orchestration.backup.since.NotTheSameLedgerError: `later` does not go on from the restored ledger.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RestoreError(f"{target} is not empty: a restore replaces nothing")
    target.parent.mkdir(parents=True, exist_ok=True)
    with _staging(target) as staged:
        about = unpack(archive, staged)
        settings = _settings(staged, about)
        with open_context(settings) as context:
            _settle(context, staged)
            restored = _verified(context, staged, about)
            since = told_since(context.engine, later, restored.events) if later else None
        os.sync()
        staged.rename(target)
    sync(target.parent)
    return restored, since


@contextmanager
def _staging(target: Path) -> Iterator[Path]:
    """Give an empty folder beside the target; one that a killed restore left is emptied, one at work is left alone."""
    staged = target.with_name(f".{target.name}.restoring")
    staged.mkdir(exist_ok=True)
    descriptor = os.open(staged, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise RestoreError(f"{target} is being restored by another process") from error
    try:
        for path in staged.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        os.close(descriptor)


def _settings(staged: Path, about: dict[str, Any]) -> GovernanceSettings:
    settings = GovernanceSettings(home=staged)
    if about["database"] == "sqlite" and settings.database_url:
        raise RestoreError("the backup holds its ledger as SQLite, and AMAR_DATABASE_URL names another: unset it")
    return settings


def _settle(context: Context, staged: Path) -> None:
    """Bring the copied ledger into its database and to the schema of this code; a killed restore may have done it."""
    if not (staged / DATABASE).is_dir():
        copying.bring_up(context.engine)
        return
    if not copying.holds(context.engine, staged / DATABASE):
        copying.load(context.engine, staged / DATABASE)
    shutil.rmtree(staged / DATABASE)


def _verified(context: Context, staged: Path, about: dict[str, Any]) -> Restored:
    checked = verify(context.engine)
    _check_ledger(checked, about)
    releases = list_releases(context)
    for release in releases:
        manifest = context.store.manifest(release.dataset, str(release.version))
        context.store.check_files(manifest)
        _check_content(context, manifest)
    home = Home(staged)
    for table in about["tables"]:
        found = table_files(home, _LAYERS[table["layer"]], table["name"])
        if (found.version, found.rows) != (table["version"], table["rows"]):
            raise RestoreError(
                f"{table['layer']}/{table['name']} is at version {found.version}, not {table['version']}"
            )
    return Restored(about, len(about["files"]), checked.tree_size, checked.root_hash, len(releases),
                    len(about["tables"]), (staged / LEDGER_KEY).is_file())  # fmt: skip


def _check_ledger(checked: Verification, about: dict[str, Any]) -> None:
    if checked.findings:
        told = "; ".join(f"event {finding.sequence}: {finding.kind}" for finding in checked.findings[:5])
        raise RestoreError(f"the ledger of the backup does not verify: {told}")
    if checked.tree_size < about["events"]:
        raise RestoreError(f"the ledger of the backup has {checked.tree_size} events, not {about['events']}")


def _check_content(context: Context, manifest: Manifest) -> None:
    document = context.store.structure(manifest)
    data = context.store.data(manifest).drop(REVISION_STATUS, OBSERVATION_ID)
    if content_hash(document, data.to_arrow(), key=document["key"]) != manifest.content_hash:
        raise RestoreError(f"{manifest.release}: the content is not that of its manifest")
