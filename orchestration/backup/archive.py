"""One file that holds a home: a zstd-compressed tar that standard tools read, its list of hashes at its end.

A file is whole or it is not there: it is written beside its place, flushed, and renamed. An archive without its list
was cut off and is refused.
"""

import fcntl
import hashlib
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

import pyarrow as pa

from governance.durable import sync
from governance.errors import GovernanceError

LIST = "backup.json"
FORMAT = "amar-backup/1"
_CODEC = "zstd"
_CHUNK = 1 << 20
_PRIVATE = 0o600


class ArchiveError(GovernanceError):
    """An archive is cut off, changed, or not one of ours."""


class _Hashing:
    """A reader that hashes what passes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


class ArchiveWriter:
    """Adds files to an archive, each hashed while it is copied."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        """Add to `tar`."""
        self._tar = tar
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, path: Path, name: str) -> None:
        """Add a file under a name; one that is there already stays.

        Raises:
            ArchiveError: the file shrank while it was read.
        """
        with path.open("rb") as file:
            self.add_open(file, name)

    def add_open(self, file: IO[bytes], name: str) -> None:
        """Add an open file under a name, wherever it has been moved since; one that is there already stays.

        Raises:
            ArchiveError: the file shrank while it was read.
        """
        if name in self.files:
            return
        stat = os.fstat(file.fileno())
        member = tarfile.TarInfo(name)
        member.size, member.mtime, member.mode = stat.st_size, int(stat.st_mtime), stat.st_mode & 0o777
        hashing = _Hashing(file)
        try:
            self._tar.addfile(member, hashing)
        except OSError as error:
            raise ArchiveError(f"{name} changed while it was copied") from error
        self.files[name] = {"sha256": hashing.digest.hexdigest(), "size_bytes": member.size}

    def _close(self, about: dict[str, Any], target: Path) -> None:
        told = json.dumps({"format": FORMAT, **about, "files": self.files}, ensure_ascii=False, sort_keys=True)
        staged = target.with_name(f"{target.name}.list")
        staged.write_text(told, encoding="utf-8")
        self._tar.add(staged, LIST)
        staged.unlink()


@contextmanager
def writing(target: Path, about: dict[str, Any]) -> Iterator[ArchiveWriter]:
    """Write an archive that stands at `target` once the block ends, and not before.

    Args:
        target: Where it goes; nothing may stand there.
        about: What the list says of the whole; it may be filled until the block ends.

    Raises:
        ArchiveError: something stands there, or another process writes it.
    """
    if target.exists():
        raise ArchiveError(f"{target} is there already; a backup replaces none")
    part = target.with_name(f".{target.name}.part")
    with part.open("ab") as file:
        part.chmod(_PRIVATE)
        if not _locked(file.fileno()):
            raise ArchiveError(f"{target} is being written by another process")
        file.truncate(0)
        with pa.CompressedOutputStream(file, _CODEC) as packed, tarfile.open(mode="w|", fileobj=packed) as tar:
            archive = ArchiveWriter(tar)
            yield archive
            archive._close(about, part)
        sync(part)
        part.rename(target)
    sync(target.parent)


def unpack(archive: Path, folder: Path) -> dict[str, Any]:
    """Unpack an archive into an empty folder, check every file against its list, and return the list.

    Raises:
        ArchiveError: it is cut off, changed, not one of ours, or holds something else than plain files in its folder.
    """
    found: dict[str, dict[str, Any]] = {}
    told: dict[str, Any] = {}
    try:
        with (
            archive.open("rb") as file,
            pa.CompressedInputStream(file, _CODEC) as packed,
            tarfile.open(mode="r|", fileobj=packed) as tar,
        ):
            for member in tar:
                _check_member(member)
                data = tar.extractfile(member)
                if data is None:
                    raise ArchiveError(f"{archive}: {member.name} cannot be read")
                if member.name == LIST:
                    told = json.loads(data.read())
                else:
                    found[member.name] = _unpack_one(member, data, folder)
    except (OSError, tarfile.TarError, ValueError, EOFError) as error:
        raise ArchiveError(f"{archive} cannot be read to its end: it is cut off or changed") from error
    if told.get("format") != FORMAT:
        raise ArchiveError(f"{archive} is no whole backup of Amar: its list is missing")
    wrong = sorted(name for name in {*found, *told["files"]} if found.get(name) != told["files"].get(name))
    if wrong:
        raise ArchiveError(f"{archive}: {len(wrong)} files are not those that were backed up: {', '.join(wrong[:5])}")
    return told


def _check_member(member: tarfile.TarInfo) -> None:
    name = PurePosixPath(member.name)
    if not member.isreg() or name.is_absolute() or ".." in name.parts:
        raise ArchiveError(f"the archive holds {member.name!r}, which is no plain file below its folder")


def _unpack_one(member: tarfile.TarInfo, data: IO[bytes], folder: Path) -> dict[str, Any]:
    path = folder / member.name
    path.parent.mkdir(parents=True, exist_ok=True)
    hashing, size = _Hashing(data), 0
    with path.open("wb") as target:
        while chunk := hashing.read(_CHUNK):
            size += target.write(chunk)
    path.chmod(member.mode)
    os.utime(path, (member.mtime, member.mtime))
    return {"sha256": hashing.digest.hexdigest(), "size_bytes": size}


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
