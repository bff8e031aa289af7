"""ZIP archives of the landing folder: each member a file of its own, the whole turned away where it is not safe.

Nothing is unpacked to a path: a member's name is only a name. An archive is judged before a byte of it is unpacked, and
while its members are hashed; a member is then read from a temporary file without a name.
"""

import hashlib
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from io import BufferedReader
from pathlib import Path, PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast

from orchestration.sources.landing import FileNotReadyError, FileRejectedError, LandingFile, is_passed_over, printable

ZIP_MAGICS: Final = (b"PK\x03\x04", b"PK\x05\x06")
OTHER_ARCHIVES: Final = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
WORKBOOK_NAMES: Final = (".xlsx", ".xlsm", ".xlsb", ".ods")
WORKBOOK_PARTS: Final = frozenset({"[Content_Types].xml", "content.xml"})

MAX_MEMBERS: Final = 200_000
MAX_DIRECTORY_BYTES: Final = 16 * 2**20
MAX_UNPACKED_BYTES: Final = 8 * 2**30
MAX_RATIO: Final = 200
SMALL_BYTES: Final = 16 * 2**20
"""A member up to this size may be packed as tightly as it likes, and is read in memory."""
MAX_NAME: Final = 1_000

_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_BLOCK = 1 << 20
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    NotImplementedError,
)


def is_archive(file: LandingFile) -> bool:
    """Tell by content whether the file is a ZIP archive of files; a workbook, which is a ZIP too, is none.

    Raises:
        FileRejectedError: the file cannot be opened, or `zip_bomb`: its directory is too long to read.
        FileNotReadyError: it is gone.
    """
    with file.open() as stream:
        return _holds_files(stream, file.name)


def expand(file: LandingFile, *, scratch: Path | None = None) -> list[LandingFile]:
    """Return the files of an archive, by name, each with its own hash.

    Hidden and half-named members are passed over, as in the folder.

    Args:
        file: The archive.
        scratch: Folder for the temporary files of members larger than `SMALL_BYTES`.

    Raises:
        FileRejectedError: the archive as a whole: `unsafe_path`, `zip_bomb`, `encrypted_archive`, `nested_archive`,
            `broken_archive`, `empty_file`.
        FileNotReadyError: it is gone.
    """
    with file.open() as stream:
        members = _judged(stream, _directory(stream))
        named = sorted((name, info) for info, name in members.items() if not _is_hidden(name))
        if not named:
            raise FileRejectedError("empty_file", "the archive holds no file")
        return [_member(file, stream, name, info, scratch) for name, info in named]


def claimed_names(path: Path, name: str) -> list[str]:
    """Return the names that stand for a file's claims: its members' for a sound archive, else its own.

    Only an archive's directory is read.

    Args:
        path: The file.
        name: Its name below the source's folder.
    """
    try:
        file = LandingFile("", path, path.stat().st_size, "", name)
        if not is_archive(file):
            return [name]
        with file.open() as stream:
            members = _judged(stream, _directory(stream)).values()
    except (FileRejectedError, FileNotReadyError, OSError):
        return [name]
    return [f"{name}!{member}" for member in sorted(members) if not _is_hidden(member)] or [name]


def _holds_files(stream: BinaryIO, name: str) -> bool:
    stream.seek(0)
    if not stream.read(4).startswith(ZIP_MAGICS) or name.lower().endswith(WORKBOOK_NAMES):
        return False
    try:
        return WORKBOOK_PARTS.isdisjoint(info.filename for info in _directory(stream))
    except FileRejectedError as rejection:
        if rejection.rule == "broken_archive":
            return True
        raise


def _directory(stream: BinaryIO) -> Sequence[zipfile.ZipInfo]:
    """Return the archive's directory, unless it is too long."""
    try:
        if _directory_bytes(stream) > MAX_DIRECTORY_BYTES:
            raise FileRejectedError("zip_bomb", "the archive's directory is too long")
        with zipfile.ZipFile(stream) as archive:
            return archive.infolist()
    except _BROKEN as error:
        raise FileRejectedError("broken_archive", "the archive's directory cannot be read: truncated?") from error


def _directory_bytes(stream: BinaryIO) -> int:
    """Return how long the directory claims to be."""
    size = stream.seek(0, os.SEEK_END)
    start = stream.seek(max(0, size - 66_000))
    tail = stream.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise zipfile.BadZipFile("no end record")
    (length,) = struct.unpack_from("<L", tail, end + 12)
    locator = end - 20
    if locator >= 0 and tail.startswith(b"PK\x06\x07", locator):
        (place,) = struct.unpack_from("<Q", tail, locator + 8)
        place = min(place, start + locator - 56)  # something may stand before the archive
        stream.seek(max(0, place))
        (length,) = struct.unpack_from("<Q", stream.read(56), 40)
    return int(length)


def _judged(stream: BinaryIO, infos: Sequence[zipfile.ZipInfo]) -> dict[zipfile.ZipInfo, str]:
    """Return the members and their names, if nothing speaks against the whole."""
    if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
        raise FileRejectedError("zip_bomb", "the archive holds too many members, or more than 8 GiB unpacked")
    if any(info.file_size > max(SMALL_BYTES, MAX_RATIO * info.compress_size) for info in infos):
        raise FileRejectedError("zip_bomb", f"a member is packed tighter than 1 : {MAX_RATIO}")
    if any(info.flag_bits & 0x41 for info in infos):
        raise FileRejectedError("encrypted_archive", "a member is encrypted")
    names = {info: _safe_name(info) for info in infos}
    if len(set(names.values())) < len(names):
        raise FileRejectedError("broken_archive", "two members have one name")
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos):
        raise FileRejectedError("broken_archive", "a member is packed by another method than deflate")
    _check_places(stream, infos)
    return {info: name for info, name in names.items() if not info.is_dir() and not name.endswith("/")}


def _check_places(stream: BinaryIO, infos: Sequence[zipfile.ZipInfo]) -> None:
    """Check that no two members share bytes, as those of a bomb do."""
    end = 0
    for info in sorted(infos, key=lambda item: item.header_offset):
        if info.header_offset < end:
            raise FileRejectedError("zip_bomb", "members of the archive overlap")
        end = _seek_data(stream, info) + info.compress_size


def _seek_data(stream: BinaryIO, info: zipfile.ZipInfo) -> int:
    """Go to where a member's bytes start."""
    try:
        stream.seek(info.header_offset)
        magic, *_, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
    except _BROKEN as error:
        raise FileRejectedError("broken_archive", "a member does not start where the directory says") from error
    if magic != ZIP_MAGICS[0]:
        raise FileRejectedError("broken_archive", "a member does not start where the directory says")
    return stream.seek(name_bytes + extra_bytes, os.SEEK_CUR)


def _safe_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name with `/` between folders.

    Raises:
        FileRejectedError: `unsafe_path`.
    """
    name = _decoded_name(info).replace("\\", "/")
    kind = stat.S_IFMT(info.external_attr >> 16)
    shown = printable(name[:100])
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise FileRejectedError("unsafe_path", f"a member is a link or a device: {shown}")
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or re.match("[A-Za-z]:", name) or "\x00" in name:
        raise FileRejectedError("unsafe_path", f"a member's name leads out of the archive: {shown}")
    if len(name) > MAX_NAME:
        raise FileRejectedError("unsafe_path", "a member's name is too long")
    return printable("/".join(parts)) + ("/" if name.endswith("/") else "")


def _decoded_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name: what is not marked as UTF-8 may still be it, or Persian Windows' code."""
    name = info.orig_filename
    if info.flag_bits & 0x800 or name.isascii():
        return name
    stored = name.encode("cp437")
    for encoding in ("utf-8", "cp1256"):
        try:
            return stored.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _is_hidden(name: str) -> bool:
    return any(is_passed_over(part) or part == "__MACOSX" for part in name.split("/"))


def _member(file: LandingFile, stream: BinaryIO, name: str, info: zipfile.ZipInfo, scratch: Path | None) -> LandingFile:
    with _spooled(stream, info, scratch) as content:
        head = content.read(8)
        if head.startswith(OTHER_ARCHIVES) or _holds_files(content, name):
            raise FileRejectedError("nested_archive", f"an archive within the archive: {name[:100]}")
        content.seek(0)
        digest = hashlib.sha256()
        for block in iter(partial(content.read, _BLOCK), b""):
            digest.update(block)
    opener = partial(_open_member, file, info, scratch)
    return LandingFile(
        file.source, file.path, info.file_size, digest.hexdigest(), f"{file.name}!{name}", file.sha256, opener
    )


def _open_member(file: LandingFile, info: zipfile.ZipInfo, scratch: Path | None) -> BinaryIO:
    with file.open() as stream:
        try:
            return _spooled(stream, info, scratch)
        except FileRejectedError as error:  # it was sound when it was listed
            raise FileNotReadyError(f"{file.name} changed") from error


def _spooled(stream: BinaryIO, info: zipfile.ZipInfo, scratch: Path | None) -> BinaryIO:
    """Unpack a member to memory or, where it is large, to a temporary file without a name."""
    if scratch:
        scratch.mkdir(parents=True, exist_ok=True)
    content = SpooledTemporaryFile(SMALL_BYTES, dir=str(scratch) if scratch else None)  # noqa: SIM115  the caller closes it
    try:
        for block in _unpacked(stream, info):
            content.write(block)
    except FileRejectedError:
        content.close()
        raise
    content.seek(0)
    return cast("BinaryIO", content)


def _unpacked(stream: BinaryIO, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Give a member's bytes in blocks; its length and checksum are verified."""
    _seek_data(stream, info)
    size = 0
    try:
        with zipfile.ZipExtFile(cast("BufferedReader", stream), "r", info) as packed:
            for block in iter(partial(packed.read, _BLOCK), b""):
                size += len(block)
                yield block
    except _BROKEN as error:
        raise FileRejectedError("broken_archive", "a member is truncated or damaged") from error
    if size != info.file_size:
        raise FileRejectedError("broken_archive", "a member is shorter than the directory says")
