"""Writing a bundle that an outsider can verify with one file and no network: entries, checkpoints, releases.

A bundle for the public holds nothing of what is not published but hashes; one for an auditor holds everything that the
ledger says, names included, and is asked for in an auditor's name. The same ledger gives the same bytes.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from governance.audit import amar_verify
from governance.audit.witnesses import registered
from governance.context import Context
from governance.durable import sync
from governance.errors import GovernanceError
from governance.ledger.checkpoints import KeptCheckpoint
from governance.ledger.envelope import Event, canonical_bytes
from governance.ledger.ledger import Reader
from governance.ledger.public import PublicView, public_view
from governance.officials import Role, check_role
from governance.releases.manifest import MANIFEST
from governance.releases.read import Release, UnknownReleaseError, fold

_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20
_TRIES = 10


class Audience(StrEnum):
    """Whom a bundle is for."""

    PUBLIC = "public"
    AUDITOR = "auditor"


class ExportError(GovernanceError):
    """A bundle cannot be written."""


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        tree_size: Number of entries.
        root_hash: Tree head over them, hexadecimal.
        vkey: Key of the log.
        releases: Releases whose files are in the bundle.
    """

    tree_size: int
    root_hash: str
    vkey: str
    releases: tuple[str, ...]


def export(
    context: Context, target: Path, *, audience: Audience, actor: str | None = None, only: Sequence[str] = ()
) -> Exported:
    """Write a bundle into a folder, or a ZIP file where the name ends so; in one step, and never over another.

    Args:
        context: The installation.
        target: Folder or file that is not there yet.
        audience: Whom it is for.
        actor: Code of the auditor who asks; needed for a bundle for auditors.
        only: Ids of the releases whose files go in; all that the audience may have by default.

    Raises:
        ExportError: the target is there already, or what was written does not verify.
        RefusedError: the actor is no auditor.
        UnknownReleaseError: there is no such release, or the audience may not have it.
        ForgedEventError: an event of the ledger was changed.
        ManifestError: a file of a release was changed.
        NoCheckpointError: nothing was ever written to the ledger.
    """
    if target.exists():
        raise ExportError(f"{target} is there already; a bundle is never written over another")
    check_audience(context, audience, actor)
    with kept_view(context) as (ledger, size), _staged(target) as folder:
        public = public_view(ledger)
        releases = _releases(ledger, audience, only)
        (folder / "checkpoints").mkdir()
        witnesses = registered(ledger)
        for kept in ledger.checkpoints():
            (folder / "checkpoints" / f"{kept.tree_size}.note").write_text(kept.note, "utf-8", newline="\n")
            witnesses += [vkey for vkey in kept.witnesses if vkey not in witnesses]
        _write_entries(folder, ledger, public if audience is Audience.PUBLIC else None, size)
        if audience is Audience.AUDITOR:
            _write_payloads(folder, ledger, size)
        for release in releases:
            _copy_release(context, release, folder)
        newest = ledger.checkpoint(size)
        _write_listing(folder, audience, newest, witnesses)
        _check(folder, newest.vkey)
        _place(folder, target, audience)
    return Exported(size, newest.root_hash, newest.vkey, tuple(release.id for release in releases))


def check_audience(context: Context, audience: Audience, actor: str | None) -> None:
    """Make sure that what only auditors may have is asked for by one.

    Raises:
        ExportError: nobody is named.
        RefusedError: who is named is no auditor.
    """
    if audience is Audience.PUBLIC:
        return
    if not actor:
        raise ExportError("what is for auditors is asked for in an auditor's name: --as CODE")
    official = context.officials.find(actor)
    with context.ledger.reading() as ledger:
        check_role(ledger, official, [Role.AUDITOR], act="have what is for auditors")


@contextmanager
def kept_view(context: Context) -> Iterator[tuple[Reader, int]]:
    """Open a view of the ledger that ends with its newest checkpoint, which is marked as given out.

    Raises:
        ExportError: events came in faster than the view could be opened.
        NoCheckpointError: nothing was ever written to the ledger.
    """
    for _ in range(_TRIES):
        with context.ledger.writing() as writer:
            size = writer.checkpoint().tree_size
            writer.keep(size)
        with context.ledger.reading() as ledger:
            if ledger.head() == size:
                yield ledger, size
                return
    raise ExportError("the ledger is not the one that was signed last, or grows too fast: amar audit verify")


def _releases(ledger: Reader, audience: Audience, only: Sequence[str]) -> list[Release]:
    """Return the releases whose files the audience may have, or those of them that were asked for."""
    admitted = {
        release.id: release
        for release in fold(ledger.events(kind="release."))
        if (release.is_visible if audience is Audience.PUBLIC else release.published_at)
    }
    for release_id in only:
        if release_id not in admitted:
            raise UnknownReleaseError(f"there is no release {release_id} that a bundle for the {audience} may hold")
    return [release for name, release in admitted.items() if not only or name in only]


def _write_entries(folder: Path, ledger: Reader, public: PublicView | None, size: int) -> None:
    with (folder / amar_verify.ENTRIES).open("wb") as file:
        for event in ledger.iterate(1, size):
            shown = public is None or public.shows(event)
            file.write(entry_line(event, is_shown=shown))


def entry_line(event: Event, *, is_shown: bool) -> bytes:
    """Return an event's line: sequence, leaf hash, and the envelope where it may be seen."""
    envelope = vars(event) if is_shown else None
    return canonical_bytes({"sequence": event.sequence, "leaf_hash": event.leaf_hash(), "envelope": envelope}) + b"\n"


def _write_payloads(folder: Path, ledger: Reader, size: int) -> None:
    with (folder / amar_verify.PAYLOADS).open("wb") as file:
        for sequence, salt, payload in ledger.openings(1, size):
            line = {"sequence": sequence, "salt": salt.hex(), "payload": payload}
            file.write(canonical_bytes(line) + b"\n")


def _copy_release(context: Context, release: Release, folder: Path) -> None:
    manifest = context.store.manifest(release.dataset, str(release.version))
    context.store.check_files(manifest)
    target = folder / "releases" / release.dataset / str(release.version)
    target.mkdir(parents=True)
    for name in (*(entry.name for entry in manifest.files), MANIFEST):
        shutil.copyfile(context.store.file_path(manifest, name), target / name)


def _write_listing(folder: Path, audience: Audience, newest: KeptCheckpoint, witnesses: Sequence[str]) -> None:
    files = amar_verify.Folder(folder)
    listed = [(name, *amar_verify.digest_of(files, name)) for name in sorted(files.names())]
    listing = {
        "format": amar_verify.BUNDLE_FORMAT,
        "origin": amar_verify.parse_key(newest.vkey, amar_verify.LOG_KEY).name,
        "tree_size": newest.tree_size,
        "audience": audience.value,
        "vkey": newest.vkey,
        "witnesses": list(witnesses),
        "files": [{"name": name, "sha256": digest, "bytes": length} for name, digest, length in listed],
    }
    (folder / amar_verify.LISTING).write_bytes(canonical_bytes(listing) + b"\n")


def _check(folder: Path, vkey: str) -> None:
    """Verify what was written as an outsider will; a bundle that does not verify is not given out."""
    trust = amar_verify.Trust(amar_verify.parse_key(vkey, amar_verify.LOG_KEY))
    report = amar_verify.verify_bundle(amar_verify.Folder(folder), trust)
    if not report.is_sound:
        more = f" and {report.count - 1} more" if report.count > 1 else ""
        raise ExportError(f"the home does not verify: {report.findings[0].line()}{more}: amar audit verify")


@contextmanager
def _staged(target: Path) -> Iterator[Path]:
    """Make a folder beside the target that is gone at the end unless it was moved away."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as name:
        folder = Path(name) / "bundle"
        folder.mkdir()
        yield folder


def _place(folder: Path, target: Path, audience: Audience) -> None:
    """Give the bundle its name; what holds names of persons is readable by its owner alone."""
    names = amar_verify.Folder(folder).names()
    if target.suffix != ".zip":
        folder.chmod(0o755 if audience is Audience.PUBLIC else 0o700)
        for name in names:
            sync(folder / name)
        folder.rename(target)
    else:
        packed = folder.parent / "bundle.zip"
        with zipfile.ZipFile(packed, "w") as archive:
            for name in names:
                _pack(archive, folder / name, name)
        packed.chmod(0o644 if audience is Audience.PUBLIC else 0o600)
        sync(packed)
        packed.rename(target)
    sync(target.parent)


def _pack(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as packed:
        shutil.copyfileobj(source, packed, _CHUNK)
