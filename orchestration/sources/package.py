"""What an XLSX package is, checked before it is unpacked: no file may take the memory of the machine."""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from orchestration.sources.landing import FileRejectedError

ZIP_MAGIC = b"PK\x03\x04"
_MOST_BYTES = 512 << 20
_MOST_RATIO = 200
_MOST_CELLS = 32 << 20
_BLOCK_BYTES = 1 << 20
_LARGEST_PIECE = 8 << 20
_OVERLAP = 64  # longer than what the expressions below find
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]{0,40}?\sr\s*=\s*["'](\d{1,9})["']""")
_WORDS = "xl/sharedStrings.xml"
_SHARED = re.compile(rb"""<c\s[^>]*?\bt\s*=\s*["']s["']""")
_VALUE = re.compile(rb"<v\b[^>]*>\s*(\d{1,9})\s*</v")
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
            sheets = [name for name in names if name.startswith("xl/worksheets/")]
            cells = sum(_check_part(package, name, is_sheet=name in sheets) for name in names if name.endswith(".xml"))
            _check_words(package, sheets, cells)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise FileRejectedError("broken_workbook", "the workbook cannot be opened: truncated or no workbook") from error


def _check_sizes(package: zipfile.ZipFile) -> None:
    packed = sum(part.compress_size for part in package.infolist())
    unpacked = sum(part.file_size for part in package.infolist())
    if unpacked > _MOST_BYTES:
        raise FileRejectedError("too_large", f"the workbook unpacks to more than {_MOST_BYTES >> 20} MiB: send text")
    if unpacked > _MOST_RATIO * max(packed, 1 << 14):
        raise FileRejectedError("broken_workbook", f"the workbook unpacks to more than {_MOST_RATIO} times its size")


def _check_part(package: zipfile.ZipFile, name: str, *, is_sheet: bool) -> int:
    """Check one part and return the number of its cells.

    A document type could multiply text, and a far cell span a vast grid.
    """
    height, width, cells, tail = 0, 26, 0, b""
    for block in _blocks(package, name):
        text, tail = tail + block, block[-_OVERLAP:]
        if b"<!DOCTYPE" in text:
            raise FileRejectedError("broken_workbook", "a part of the workbook declares a document type")
        if is_sheet:
            height = max(height, *map(int, _ROW.findall(text)), 0)
            width = max(width, *map(_column, set(_FAR_CELL.findall(text))), 0)
            cells += block.count(b"<c")
    if height * width > _MOST_CELLS:
        raise FileRejectedError("too_large", f"a sheet spans {height} rows and {width} columns: send text")
    return cells


def _check_words(package: zipfile.ZipFile, sheets: Sequence[str], cells: int) -> None:
    """Check the text that cells share: each of them gets its own copy."""
    if _WORDS not in package.namelist():
        return
    sizes = [len(word) for word in _pieces(package, _WORDS, b"</si>")]
    if max(sizes, default=0) * cells <= _MOST_BYTES:
        return
    total = 0
    for name in sheets:
        for cell in _pieces(package, name, b"</c>"):
            if _SHARED.search(cell):
                number = _VALUE.search(cell)
                total += sizes[int(number[1])] if number and int(number[1]) < len(sizes) else max(sizes)
    if total > _MOST_BYTES:
        raise FileRejectedError("too_large", f"the cells hold more than {_MOST_BYTES >> 20} MiB of text: send text")


def _pieces(package: zipfile.ZipFile, name: str, end: bytes) -> Iterator[bytes]:
    """Return a part piece by piece, each up to an end mark."""
    rest = b""
    for block in _blocks(package, name):
        *pieces, rest = (rest + block).split(end)
        yield from pieces
        if len(rest) > _LARGEST_PIECE:
            raise FileRejectedError("broken_workbook", "a cell of the workbook has no end")
    yield rest


def _blocks(package: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with package.open(name) as part:
        while block := part.read(_BLOCK_BYTES):
            yield block


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
