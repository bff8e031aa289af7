"""What an XLSX package is, checked before it is unpacked: no file may take the memory of the machine."""

import re
import zipfile
import zlib
from typing import BinaryIO

from orchestration.sources.landing import FileRejectedError

ZIP_MAGIC = b"PK\x03\x04"
_MOST_BYTES = 512 << 20
_MOST_RATIO = 200
_MOST_CELLS = 32 << 20
_BLOCK_BYTES = 1 << 20
_OVERLAP = 64  # longer than what the expressions below find
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]{0,40}?\sr\s*=\s*["'](\d{1,9})["']""")
_FAR_CELL = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{2,4})\d""")


def check_package(file: BinaryIO) -> None:
    """Check the size of what is packed, and of the grid that its cells span.

    Raises:
        FileRejectedError: `broken_workbook` or `too_large`.
    """
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as package:
            names = package.namelist()
            if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
                raise FileRejectedError("broken_workbook", "the file is a ZIP archive but no workbook")
            _check_sizes(package)
            for name in names:
                if name.endswith(".xml"):
                    _check_part(package, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise FileRejectedError("broken_workbook", "the workbook cannot be opened: truncated or no workbook") from error


def _check_sizes(package: zipfile.ZipFile) -> None:
    packed = sum(part.compress_size for part in package.infolist())
    unpacked = sum(part.file_size for part in package.infolist())
    if unpacked > _MOST_BYTES:
        raise FileRejectedError("too_large", f"the workbook unpacks to more than {_MOST_BYTES >> 20} MiB: send text")
    if unpacked > _MOST_RATIO * max(packed, 1 << 14):
        raise FileRejectedError("broken_workbook", f"the workbook unpacks to more than {_MOST_RATIO} times its size")


def _check_part(package: zipfile.ZipFile, name: str) -> None:
    """Check one part: no document type, which could multiply text, and no far cell, which would span a vast grid."""
    is_sheet = name.startswith("xl/worksheets/")
    height, width, tail = 0, 26, b""
    with package.open(name) as part:
        while block := part.read(_BLOCK_BYTES):
            text, tail = tail + block, block[-_OVERLAP:]
            if b"<!DOCTYPE" in text:
                raise FileRejectedError("broken_workbook", "a part of the workbook declares a document type")
            if not is_sheet:
                continue
            height = max(height, *map(int, _ROW.findall(text)), 0)
            width = max(width, *map(_column, set(_FAR_CELL.findall(text))), 0)
    if height * width > _MOST_CELLS:
        raise FileRejectedError("too_large", f"a sheet spans {height} rows and {width} columns: send text")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
