"""From bytes of unknown encoding to text: by content, never by what a file declares of itself."""

from collections.abc import Callable
from dataclasses import dataclass

from orchestration.sources.landing import FileRejectedError

UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
SAMPLE_BYTES = 65_536


@dataclass(frozen=True)
class Decoded:
    """A file's text as UTF-8 bytes without a byte-order mark, and the encoding it came in."""

    utf8: bytes
    encoding: str


def decode(data: bytes, looks_right: Callable[[str], bool]) -> Decoded:
    """Return the text of `data`.

    UTF-8 is proved by decoding; cp1256 gives a character for every byte, so it is accepted only if the first part of
    the text `looks_right` (holds a known header).

    Raises:
        FileRejectedError: `empty_file` or `unknown_encoding`.
    """
    if not data.strip():
        raise FileRejectedError("empty_file", "the file holds nothing")
    if data.startswith(UTF16_BOMS):
        return _utf16(data)
    if b"\x00" in data[:SAMPLE_BYTES]:
        raise FileRejectedError(
            "unknown_encoding", "the file holds zero bytes and is not UTF-16 with a byte-order mark"
        )
    body, encoding = (data[3:], "utf-8-sig") if data.startswith(UTF8_BOM) else (data, "utf-8")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return _cp1256(data, looks_right)
    return Decoded(body, encoding)


def _utf16(data: bytes) -> Decoded:
    try:
        return Decoded(data.decode("utf-16").encode(), "utf-16")
    except UnicodeDecodeError as error:
        raise FileRejectedError("unknown_encoding", "the byte-order mark says UTF-16 but the bytes are not") from error


def _cp1256(data: bytes, looks_right: Callable[[str], bool]) -> Decoded:
    if not looks_right(data[:SAMPLE_BYTES].decode("cp1256")):
        raise FileRejectedError(
            "unknown_encoding", "the bytes are not UTF-8, and read as cp1256 they hold no header of the contract"
        )
    return Decoded(data.decode("cp1256").encode(), "cp1256")
