"""Files that nothing needs: of replaced versions, of killed runs, and outside the tables.

A file goes only if it is in no version that a release was read from and not in the newest one; both are looked up
here again, whatever delta-rs proposes. Deciding and removing are apart: see `lake.maintenance.upkeep`.
"""

import json
import time
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from urllib.parse import unquote

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from lake import tables
from lake.layout import Home, Layer
from lake.maintenance.model import Leftover, MaintenanceError, Policy

LAYERS: tuple[Layer, ...] = ("bronze", "silver", "quarantine", "gold")
_LOG = "_delta_log"
_FIRST_COMMIT = f"{0:020d}.json"


def replaced_files(home: Home, layer: Layer, name: str, pins: AbstractSet[int], policy: Policy) -> tuple[Leftover, ...]:
    """Return the files of replaced versions that are past their time and that no pinned version needs.

    Raises:
        MaintenanceError: a pinned version cannot be opened.
    """
    needed = _needed(home, layer, name, pins)
    found = _unneeded(tables.open_table(home, layer, name), policy.keep_hours, pins)
    return _existing(_root(home, layer, name), found, kept=needed)


def uncommitted_files(home: Home, layer: Layer, name: str, policy: Policy) -> tuple[Leftover, ...]:
    """Return the files of a table's folder that no version ever named: staged by a run that died.

    Where the beginning of the log is missing this cannot be known, and none are returned; such files go with those of
    replaced versions.
    """
    root = _root(home, layer, name)
    if not (root / _LOG / _FIRST_COMMIT).exists():
        return ()
    found = set(_unneeded(tables.open_table(home, layer, name), policy.grace_hours, ()))
    if not found:
        return ()
    return _existing(root, found - _ever_named(root), kept=_needed(home, layer, name, ()))


def debris(home: Home, policy: Policy) -> tuple[Leftover, ...]:
    """Return what killed runs left outside the tables: scratch and half-copied files, tables never made."""
    limit = time.time() - policy.grace_hours * 3600
    return tuple(
        Leftover(path, path.lstat().st_size)
        for path in sorted(_debris(home))
        if (path.is_file() or path.is_symlink()) and path.lstat().st_mtime < limit
    )


def remove(home: Home, leftovers: Iterable[Leftover]) -> None:
    """Delete files, and the folders of killed runs that are left empty."""
    for file in leftovers:
        file.path.unlink(missing_ok=True)
    for root in home.leavings:
        for folder in sorted(root.glob("*/**"), reverse=True):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def _debris(home: Home) -> Iterator[Path]:
    for root in home.leavings:
        yield from root.rglob("*")
    yield from home.rejected_files.glob(".*")  # a whole file has its hash for a name
    for layer in LAYERS:
        for folder in (home.lake / layer).glob("[!_.]*"):
            if folder.is_dir() and not tables.exists(home, layer, folder.name):
                yield from folder.rglob("*.parquet")
            yield from (folder / _LOG).glob("*.tmp")
            yield from (folder / _LOG).glob("*#*")  # a commit that was being written


def _root(home: Home, layer: Layer, name: str) -> Path:
    return Path(tables.uri(home, layer, name))


def _unneeded(table: DeltaTable, hours: int, pins: Collection[int]) -> list[str]:
    """Return what delta-rs would remove, as paths below the table's folder; nothing is removed."""
    return table.vacuum(
        retention_hours=hours,
        dry_run=True,
        enforce_retention_duration=False,
        full=True,
        keep_versions=sorted(pins) or None,
    )


def _needed(home: Home, layer: Layer, name: str, pins: Iterable[int]) -> set[Path]:
    """Return the files of the newest version and of the pinned ones."""
    needed = {Path(uri) for uri in tables.file_uris(home, layer, name)}
    for version in sorted(pins):
        try:
            needed.update(Path(uri) for uri in tables.file_uris(home, layer, name, at=version))
        except (tables.TableError, DeltaError, OSError) as error:
            raise MaintenanceError(
                f"a release needs version {version} of {layer}/{name}, which cannot be opened; nothing was removed"
            ) from error
    return needed


def _ever_named(root: Path) -> set[str]:
    """Return every file that a commit added, by its path on disk below the table's folder."""
    named = set()
    for commit in (root / _LOG).glob("*.json"):
        with commit.open("rb") as lines:
            for line in lines:
                if b'"add"' in line and (added := json.loads(line).get("add")):
                    named.add(unquote(added["path"]))
    return named


def _existing(root: Path, found: Iterable[str], *, kept: AbstractSet[Path]) -> tuple[Leftover, ...]:
    paths = sorted(root / path for path in found)
    return tuple(Leftover(path, path.stat().st_size) for path in paths if path not in kept and path.is_file())
