"""The note beside list-disk files: what a dBASE file, which has no title row, cannot say of itself.

A text file `PROVENANCE.txt` in the same folder, or in the same folder of the same archive, says `PROVENANCE=…` as the
title rows of other files do. It is no data and is never taken in.
"""

import re
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import Final

from orchestration.sources.landing import NOTE_NAME, LandingFile

PROVENANCE: Final = re.compile(r"PROVENANCE\s*=\s*([a-z_]+)")
_MOST_BYTES = 4_096
_BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, EOFError, ValueError, NotImplementedError, RuntimeError)


def provenance_beside(file: LandingFile) -> str | None:
    """Return the provenance that the note beside a file states; None where there is no such note."""
    try:
        text = _member_text(file) if file.container_sha256 else _text(file)
    except OSError:
        return None
    found = PROVENANCE.search(text)
    return found.group(1) if found else None


def _text(file: LandingFile) -> str:
    with file.path.with_name(NOTE_NAME).open("rb") as note:
        return note.read(_MOST_BYTES).decode("utf-8", "replace")


def _member_text(file: LandingFile) -> str:
    """Read the note beside a member; an archive that holds none has nothing to say."""
    member = PurePosixPath(file.name.split("!", 1)[1]).with_name(NOTE_NAME)
    try:
        with zipfile.ZipFile(file.path) as archive, archive.open(member.as_posix()) as note:
            return note.read(_MOST_BYTES).decode("utf-8", "replace")
    except _BROKEN:
        return ""
