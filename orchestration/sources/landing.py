"""What lies in the landing folder: files by source, and why a file as a whole is turned away.

Reading a file's rows belongs to `orchestration.sources.read`, what an archive holds to `orchestration.sources.archive`.
"""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from lake.contracts.model import Entity, Source, source_ids
from orchestration.sources.hashes import HashCache
from vocabulary.periods import PARTITIONS, Period, PeriodError
from vocabulary.units.load import units_by_code

IGNORED_SUFFIXES = frozenset({".part", ".tmp", ".crdownload", ".done", ".sha256"})
"""Of files still being written, and of what senders put beside a file to say that it is complete."""
NOTE_NAME: Final = "PROVENANCE.txt"
"""Of a note beside data files: see `orchestration.sources.note`."""
MAX_FILE_BYTES: Final = 8 * 2**30
"""A larger file is turned away unread: a month of the whole country is half of it."""
_HASHED_AT_ONCE = 2
_PASSING = frozenset({errno.EMFILE, errno.ENFILE, errno.EIO, errno.ESTALE, errno.ENOMEM})
"""Errors of the machine, not of the file: another run may read it."""
MAX_DEPTH: Final = 8
"""Folders below a source's folder that are looked into."""
_MONTHS: Final = frozenset(PARTITIONS)


class FileRejectedError(Exception):
    """A whole file cannot be taken in; it is set aside and the others go on.

    Attributes:
        rule: Short name of the broken rule, such as `missing_column`.
        reason: What is wrong, in words that hold no cell of the file.
    """

    def __init__(self, rule: str, reason: str) -> None:
        """Keep the rule and the reason."""
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason


class FileNotReadyError(Exception):
    """A file changed or vanished between being listed and being read; the next run looks at it again."""


@dataclass(frozen=True)
class LandingFile:
    """One file of the landing folder, or one member of an archive there, with the hash of its bytes.

    Attributes:
        source: Source whose folder it lies in.
        path: The file on disk; for a member, the archive.
        size_bytes: Size of the file or the member.
        sha256: Hash of its bytes. What was not read (too large, unreadable) has a hash of its name and size instead.
        name: Path below the source's folder, `a.zip!folder/b.csv` for a member; what is no UTF-8 or cannot be printed
            stands as escapes.
        container_sha256: Hash of the archive that a member lies in.
    """

    source: str
    path: Path
    size_bytes: int
    sha256: str
    name: str
    container_sha256: str | None = None
    opener: Callable[[], BinaryIO] | None = field(default=None, repr=False, compare=False)

    def open(self) -> BinaryIO:
        """Open a fresh, seekable stream of the bytes.

        Raises:
            FileRejectedError: `too_large`, or `unreadable`.
            FileNotReadyError: the file is gone.
        """
        if self.size_bytes > MAX_FILE_BYTES:
            raise FileRejectedError("too_large", f"the file holds more than {MAX_FILE_BYTES // 2**30} GiB")
        if self.opener:
            return self.opener()
        try:
            return _open(self.path)
        except FileNotFoundError as error:
            raise FileNotReadyError(f"{self.name} is gone") from error
        except OSError as error:
            if error.errno in _PASSING:
                raise FileNotReadyError(f"{self.name} cannot be opened now") from error
            raise FileRejectedError("unreadable", "the file cannot be opened") from error


@dataclass(frozen=True)
class Claim:
    """What a file's name claims: the object in it, who sends it and its month."""

    entity: Entity
    sender_code: str
    period: Period | None


def list_files(landing: Path, source: str, *, cache: Path | None = None) -> list[LandingFile]:
    """List the files that were dropped for one source, by name, with their hashes.

    Hidden and half-named files (`.part`, `.tmp`), links, sockets and folders deeper than `MAX_DEPTH` are passed over.
    A file is hashed in blocks, never held whole.

    Args:
        landing: The landing folder.
        source: Id of the source.
        cache: Folder that keeps hashes between runs, so that an unchanged file is not read again; safe to delete.
    """
    hashes = HashCache.load(cache / f"{source}.json") if cache else HashCache()
    found = sorted((_name(entry, landing / source), Path(entry.path)) for entry in _walk(landing / source, []))
    with ThreadPoolExecutor(_HASHED_AT_ONCE) as pool:
        listed = pool.map(lambda item: _listed(source, item[0], item[1], hashes), found)
        files = [file for file in listed if file]
    hashes.save()
    return files


def candidate_paths(landing: Path, source: str) -> list[Path]:
    """List the files on disk that `list_files` would hash, without a look into them."""
    return sorted(Path(entry.path) for entry in _walk(landing / source, []))


def stray_entries(landing: Path) -> list[str]:
    """List what no contract covers: loose files, folders of no source, and folders too deep or closed to us."""
    if not landing.is_dir():
        return []
    sources = set(source_ids())
    with os.scandir(landing) as entries:
        tops = [entry for entry in entries if _is_candidate(entry)]
    strays = [_name(entry, landing) for entry in tops if entry.name not in sources or not _is_folder(entry)]
    for source in sources.intersection(entry.name for entry in tops):
        unread: list[Path] = []
        list(_walk(landing / source, unread))
        strays += [printable(path.relative_to(landing).as_posix()) for path in unread]
    return sorted(strays)


def read_claim(source: Source, name: str) -> Claim:
    """Read what a file's name claims.

    Raises:
        FileRejectedError: `file_name` where no pattern of the contract fits; `bad_period`, `unknown_sender` where
            there is no such month or unit.
    """
    for entity in source.entities:
        found = entity.file_pattern.fullmatch(name)
        if found:
            groups = found.groupdict()
            return Claim(entity, _sender(groups.get("sender")) or source.sender, _period(groups.get("period")))
    patterns = ", ".join(entity.file_pattern.pattern for entity in source.entities)
    raise FileRejectedError("file_name", f"the name fits no pattern of the contract {source.id}: {patterns}")


def is_passed_over(name: str) -> bool:
    """Tell whether the name is one of a file that is hidden or still being written, or of a note beside others."""
    is_named = not name.startswith((".", "~$")) and name.upper() != NOTE_NAME.upper()
    return not is_named or PurePosixPath(name).suffix.lower() in IGNORED_SUFFIXES


def printable(text: str) -> str:
    """Return the text with what is no UTF-8 or cannot be printed as escapes."""
    known = text.encode("utf-8", "backslashreplace").decode()
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in known)


def _walk(folder: Path, unread: list[Path], depth: int = 0) -> Iterator["os.DirEntry[str]"]:
    """Give the files below a folder; note the folders that cannot be looked into."""
    try:
        with os.scandir(folder) as opened:
            entries = [entry for entry in opened if _is_candidate(entry)]
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError:
        unread.append(folder)
        return
    for entry in entries:
        if entry.is_file(follow_symlinks=False):
            yield entry
        elif _is_folder(entry) and depth < MAX_DEPTH:
            yield from _walk(Path(entry.path), unread, depth + 1)
        elif _is_folder(entry):
            unread.append(Path(entry.path))


def _is_candidate(entry: "os.DirEntry[str]") -> bool:
    return not is_passed_over(entry.name) and not entry.is_symlink()


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    return entry.is_dir(follow_symlinks=False)


def _name(entry: "os.DirEntry[str]", folder: Path) -> str:
    return printable(Path(entry.path).relative_to(folder).as_posix())


def _listed(source: str, name: str, path: Path, hashes: HashCache) -> LandingFile | None:
    """Return a file with its hash; None where it vanished; one that is not read under a hash of its name."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            return LandingFile(source, path, size, _stand_in(f"too large {size} {path!r}"), name)
        return LandingFile(source, path, size, hashes.sha256(path, _open), name)
    except FileNotFoundError:
        return None
    except OSError:
        return LandingFile(source, path, 0, _stand_in(f"unreadable {path!r}"), name)


def _stand_in(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _open(path: Path) -> BufferedReader:
    """Open a file that may have become a link or a pipe meanwhile: neither is followed nor waited for."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")


def _sender(code: str | None) -> str | None:
    if code is not None and code not in units_by_code():
        raise FileRejectedError("unknown_sender", f"the name claims the sender {code}, which the unit registry lacks")
    return code


def _period(digits: str | None) -> Period | None:
    if digits is None:
        return None
    try:
        period = Period.parse(f"{digits[:4]}-{digits[4:]}")
    except PeriodError as error:
        raise FileRejectedError("bad_period", f"the name claims the month {digits}, which does not exist") from error
    if period not in _MONTHS:
        bounds = f"{PARTITIONS[0].code} … {PARTITIONS[-1].code}"
        raise FileRejectedError("bad_period", f"the name claims the month {period.code}, outside {bounds}")
    return period
