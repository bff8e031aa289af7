"""Listing a landing folder: every file with its hash and its path, nothing half-written, nothing followed."""

import hashlib
import os
import socket
import time
from pathlib import Path

import pytest

from orchestration.sources import hashes, landing
from orchestration.sources.landing import (
    MAX_FILE_BYTES,
    FileNotReadyError,
    FileRejectedError,
    list_files,
    stray_entries,
)


def write(path: Path, data: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def names(folder: Path) -> list[str]:
    return [file.name for file in list_files(folder, "mis")]


def test_folders_are_part_of_a_name(tmp_path: Path) -> None:
    write(tmp_path / "mis/b.csv")
    write(tmp_path / "mis/GO-01_140001/DSKKAR00.DBF", b"kar")
    found = list_files(tmp_path, "mis")
    assert [file.name for file in found] == ["GO-01_140001/DSKKAR00.DBF", "b.csv"]
    assert found[0].sha256 == hashlib.sha256(b"kar").hexdigest()
    assert (found[0].size_bytes, found[0].container_sha256) == (3, None)
    with found[0].open() as stream:
        assert stream.read() == b"kar"


def test_what_is_no_finished_file_is_passed_over(tmp_path: Path) -> None:
    for name in (".hidden", "a.part", "a.TMP", "~$a.xlsx", ".git/a.csv", "copy.part/a.csv"):
        write(tmp_path / "mis" / name)
    (tmp_path / "mis/link.csv").symlink_to(write(tmp_path / "elsewhere.csv"))
    (tmp_path / "mis/folder").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "mis/pipe.csv")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "mis/socket.csv"))
        assert names(tmp_path) == []


def test_depth_is_bounded_and_the_rest_is_said(tmp_path: Path) -> None:
    deep = tmp_path.joinpath("mis", *"abcdefgh")
    write(deep / "in.csv")
    write(deep / "i" / "out.csv")
    assert names(tmp_path) == ["a/b/c/d/e/f/g/h/in.csv"]
    assert stray_entries(tmp_path) == ["mis/a/b/c/d/e/f/g/h/i"]


def test_what_no_contract_names_is_listed(tmp_path: Path) -> None:
    write(tmp_path / "mis/a.csv")
    write(tmp_path / "miss/a.csv")
    write(tmp_path / "loose.csv")
    write(tmp_path / "smis")
    write(tmp_path / ".hidden")
    assert stray_entries(tmp_path) == ["loose.csv", "miss", "smis"]
    assert stray_entries(tmp_path / "nowhere") == []


def test_a_file_too_large_is_named_and_never_read(tmp_path: Path) -> None:
    path = write(tmp_path / "mis/huge.csv")
    os.truncate(path, MAX_FILE_BYTES + 1)
    (file,) = list_files(tmp_path, "mis", cache=tmp_path / "cache")
    assert file.size_bytes == MAX_FILE_BYTES + 1
    with pytest.raises(FileRejectedError, match="too_large"):
        file.open()


def test_a_file_that_went_away_or_turned_into_a_link_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "mis/a.csv")
    (file,) = list_files(tmp_path, "mis")
    path.unlink()
    with pytest.raises(FileNotReadyError):
        file.open()
    path.symlink_to(write(tmp_path / "secret"))
    with pytest.raises(FileRejectedError, match="unreadable"):
        file.open()


class Reads:
    """Counts what is really read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.paths: list[str] = []
        real = landing._open

        def opened(path: Path):
            self.paths.append(path.name)
            return real(path)

        monkeypatch.setattr(landing, "_open", opened)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    monkeypatch.setattr(hashes, "REST_NS", 0)
    return Reads(monkeypatch)


def test_an_unchanged_file_is_hashed_once(tmp_path: Path, reads: Reads) -> None:
    write(tmp_path / "mis/a.csv", b"1")
    first = list_files(tmp_path, "mis", cache=tmp_path / "cache")
    assert list_files(tmp_path, "mis", cache=tmp_path / "cache") == first
    assert reads.paths == ["a.csv"]


def test_a_change_that_keeps_size_and_mtime_is_seen(tmp_path: Path, reads: Reads) -> None:
    path = write(tmp_path / "mis/a.csv", b"1")
    stat = path.stat()
    (before,) = list_files(tmp_path, "mis", cache=tmp_path / "cache")
    time.sleep(0.02)  # a tick of the file system clock
    path.write_bytes(b"2")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    (after,) = list_files(tmp_path, "mis", cache=tmp_path / "cache")
    assert after.sha256 == hashlib.sha256(b"2").hexdigest() != before.sha256


def test_a_file_just_changed_is_hashed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = Reads(monkeypatch)
    write(tmp_path / "mis/a.csv", b"1")
    for _ in range(2):
        list_files(tmp_path, "mis", cache=tmp_path / "cache")
    assert reads.paths == ["a.csv", "a.csv"]


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b'{"x": 1}', b"\xff\xfe"])
def test_a_damaged_cache_counts_as_empty(tmp_path: Path, reads: Reads, damage: bytes) -> None:
    write(tmp_path / "mis/a.csv", b"1")
    write(tmp_path / "cache/mis.json", damage)
    (file,) = list_files(tmp_path, "mis", cache=tmp_path / "cache")
    assert file.sha256 == hashlib.sha256(b"1").hexdigest()


def test_files_that_are_gone_are_forgotten(tmp_path: Path, reads: Reads) -> None:
    path = write(tmp_path / "mis/a.csv", b"1")
    list_files(tmp_path, "mis", cache=tmp_path / "cache")
    path.unlink()
    list_files(tmp_path, "mis", cache=tmp_path / "cache")
    assert (tmp_path / "cache/mis.json").read_bytes() == b"{}"
