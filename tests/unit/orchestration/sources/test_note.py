"""The note beside list-disk files says where their data come from, in a folder and in an archive."""

import zipfile
from pathlib import Path

import pytest

from orchestration.sources.archive import expand
from orchestration.sources.landing import LandingFile, list_files
from orchestration.sources.note import provenance_beside

SAID = {
    b"PROVENANCE=synthetic\n": "synthetic",
    b"\xef\xbb\xbfPROVENANCE = administrative_data\r\n": "administrative_data",
    b"nothing of the kind": None,
    b"\xff\xfe\x00": None,
    b" " * 5_000 + b"PROVENANCE=synthetic": None,
}


def _in_folder(landing: Path, note: bytes | None) -> list[LandingFile]:
    folder = landing / "s" / "one"
    folder.mkdir(parents=True)
    (folder / "a.dbf").write_bytes(b"data")
    if note is not None:
        (folder / "PROVENANCE.txt").write_bytes(note)
    return list_files(landing, "s")


def _in_archive(landing: Path, note: bytes | None) -> list[LandingFile]:
    (landing / "s").mkdir(parents=True)
    with zipfile.ZipFile(landing / "s" / "one.zip", "w") as archive:
        archive.writestr("in/a.dbf", b"data")
        archive.writestr("PROVENANCE.txt", b"PROVENANCE=of_another_folder")
        if note is not None:
            archive.writestr("in/PROVENANCE.txt", note)
    (file,) = list_files(landing, "s")
    return expand(file)


@pytest.mark.parametrize("place", [_in_folder, _in_archive])
@pytest.mark.parametrize("note", [*SAID, None])
def test_the_note_is_read_and_is_no_file_of_data(tmp_path: Path, place: object, note: bytes | None) -> None:
    (file,) = place(tmp_path, note)
    assert file.name.endswith("a.dbf")
    assert provenance_beside(file) == (SAID[note] if note else None)


def test_an_archive_that_is_gone_or_damaged_says_nothing(tmp_path: Path) -> None:
    (file,) = _in_archive(tmp_path, b"PROVENANCE=synthetic")
    file.path.write_bytes(file.path.read_bytes()[:-30])
    assert provenance_beside(file) is None
    file.path.unlink()
    assert provenance_beside(file) is None
