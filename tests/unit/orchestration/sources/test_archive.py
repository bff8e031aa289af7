"""Archives: members read like files; what leads out, blows up, hides or is damaged is turned away whole."""

import hashlib
import io
import random
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from orchestration.sources.archive import SMALL_BYTES, expand, is_archive
from orchestration.sources.landing import FileNotReadyError, FileRejectedError, LandingFile, list_files


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def drop(folder: Path, data: bytes, name: str = "a.zip") -> LandingFile:
    path = folder / "mis" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return next(file for file in list_files(folder, "mis") if file.name == name)


def rule(file: LandingFile) -> str:
    with pytest.raises(FileRejectedError) as caught:
        expand(file)
    return caught.value.rule


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_files_of_their_own(tmp_path: Path, method: int) -> None:
    file = drop(tmp_path, zipped({"b.csv": b"2", "dir/a.csv": b"1", "dir/": b"", "__MACOSX/x": b"", ".y": b""}, method))
    assert is_archive(file)
    members = expand(file)
    assert [member.name for member in members] == ["a.zip!b.csv", "a.zip!dir/a.csv"]
    first = members[0]
    assert (first.path, first.size_bytes, first.container_sha256) == (file.path, 1, file.sha256)
    assert first.sha256 == hashlib.sha256(b"2").hexdigest()
    with first.open() as stream:
        assert (stream.read(), stream.seek(0), stream.read(1)) == (b"2", 0, b"2")


def test_a_large_member_is_spooled_to_the_scratch_folder(tmp_path: Path) -> None:
    data = random.Random(1).randbytes(SMALL_BYTES + 1)
    (member,) = expand(drop(tmp_path, zipped({"a.csv": data})), scratch=tmp_path / "scratch")
    with member.open() as stream:
        assert hashlib.file_digest(stream, "sha256").hexdigest() == member.sha256
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize("encoding", ["utf-8", "cp1256"])
def test_persian_names_are_read_though_unmarked(tmp_path: Path, encoding: str) -> None:
    data = zipped({"XXXX.csv": b"1"}).replace(b"XXXX", "آمار".encode(encoding)[:4].ljust(4, b"_"))
    expected = "آمار".encode(encoding)[:4].decode(encoding)
    (member,) = expand(drop(tmp_path, data))
    assert member.name == f"a.zip!{expected}.csv"


def test_a_workbook_is_no_archive(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    assert not is_archive(drop(tmp_path, buffer.getvalue(), "book.bin"))
    assert not is_archive(drop(tmp_path, b"PK\x03\x04", "cut.xlsx"))
    assert not is_archive(drop(tmp_path, b"a,b", "text.csv"))
    (member,) = expand(drop(tmp_path, zipped({"book.xlsx": buffer.getvalue()})))
    assert member.size_bytes == len(buffer.getvalue())


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../a.csv", "a/../../b.csv", "C:/a.csv", "c:a.csv", "..\\a.csv", "\\a.csv", "x" * 2_000]
)
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    assert rule(drop(tmp_path, zipped({"good.csv": b"1", name: b"2"}))) == "unsafe_path"


def test_a_name_with_a_zero_byte_is_refused(tmp_path: Path) -> None:
    assert rule(drop(tmp_path, zipped({"good.csv": b"1"}).replace(b"good", b"go\x00d"))) == "unsafe_path"


def test_a_backslash_stands_between_folders(tmp_path: Path) -> None:
    (member,) = expand(drop(tmp_path, zipped({"dir\\a.csv": b"1"})))
    assert member.name == "a.zip!dir/a.csv"


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    info = zipfile.ZipInfo("a.csv")
    info.external_attr = (kind | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert rule(drop(tmp_path, buffer.getvalue())) == "unsafe_path"


def overlapping() -> bytes:
    """Two directory entries for the bytes of one member."""
    data = zipped({"a.csv": b"1" * 50})
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    second = data[start:end].replace(b"a.csv", b"b.csv")
    record = bytearray(data[end:])
    struct.pack_into("<2HL", record, 8, 2, 2, 2 * len(second))
    return data[:start] + data[start:end] + second + bytes(record)


def encrypted() -> bytes:
    data = bytearray(zipped({"a.csv": b"1"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def lying(size: int) -> bytes:
    """A directory that claims another size than the member has."""
    data = bytearray(zipped({"a.csv": b"1" * 1000}))
    struct.pack_into("<L", data, data.index(b"PK\x01\x02") + 24, size)
    return bytes(data)


def damaged() -> bytes:
    data = bytearray(zipped({"a.csv": b"12345"}, zipfile.ZIP_STORED))
    data[data.index(b"12345")] = ord("9")
    return bytes(data)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: zipped({"a.csv": bytes(SMALL_BYTES + 1)}), "zip_bomb"),
        (overlapping, "zip_bomb"),
        (lambda: lying(2**32 - 2), "zip_bomb"),
        (lambda: lying(999), "broken_archive"),
        (lambda: lying(1001), "broken_archive"),
        (damaged, "broken_archive"),
        (encrypted, "encrypted_archive"),
        (lambda: zipped({"a.csv": b"1"}, zipfile.ZIP_BZIP2), "broken_archive"),
        (lambda: zipped({"in.zip": zipped({"a.csv": b"1"})}), "nested_archive"),
        (lambda: zipped({"in.csv": zipped({"a.csv": b"1"})}), "nested_archive"),
        (lambda: zipped({"in.csv": b"\x1f\x8b\x08 and so on"}), "nested_archive"),
        (lambda: zipped({}), "empty_file"),
        (lambda: zipped({".hidden": b"1"}), "empty_file"),
        (lambda: zipped({"a.csv": b"1" * 5000})[:-30], "broken_archive"),
        (lambda: zipped({"a.csv": b"1" * 5000})[:60], "broken_archive"),
        (lambda: zipped({"a.csv": b"1", "b.csv": b"2"}).replace(b"b.csv", b"a.csv"), "broken_archive"),
    ],
)
def test_what_is_not_safe_is_refused_whole(tmp_path: Path, make: Callable[[], bytes], expected: str) -> None:
    file = drop(tmp_path, make())
    assert is_archive(file)
    assert rule(file) == expected


def test_a_directory_too_long_is_not_read(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.csv": b"1"}))
    struct.pack_into("<L", data, data.index(b"PK\x05\x06") + 12, 2**31)
    assert rule(drop(tmp_path, bytes(data))) == "zip_bomb"


def test_an_archive_that_changed_is_not_ready(tmp_path: Path) -> None:
    file = drop(tmp_path, zipped({"a.csv": b"12345"}, zipfile.ZIP_STORED))
    (member,) = expand(file)
    file.path.write_bytes(damaged())
    with pytest.raises(FileNotReadyError):
        member.open()
    file.path.unlink()
    with pytest.raises(FileNotReadyError):
        member.open()
