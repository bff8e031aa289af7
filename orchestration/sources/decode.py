"""From bytes of unknown encoding to text: by content, never by what a file declares of itself.

What belongs here: telling the encoding from a file's head, and the stream that gives a file's text as UTF-8, block by
block. What does not: records and cells (`orchestration.sources.delimited`).
"""

import codecs
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa

from orchestration.sources.landing import FileRejectedError
from vocabulary import iransystem

UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
SAMPLE_BYTES = 65_536
BLOCK_BYTES = 4 << 20
_ASCII, _NO_ASCII = bytes(range(0x80)), bytes(range(0x80, 0x100))


@dataclass(frozen=True)
class Encoding:
    """How a file's bytes stand for text.

    Attributes:
        name: As the register keeps it.
        codec: Python codec of the text that is split into records; delimiters and line ends are right in it.
        bom: Bytes before the text.
        visual: Cells are Iran System: each is put in reading order after splitting (`codec` is then Latin-1).
    """

    name: str
    codec: str
    bom: int = 0
    visual: bool = False

    def head(self, sample: bytes, *, complete: bool, errors: str = "strict") -> str:
        """Return the text of a file's first bytes; a character that is cut at their end is left out."""
        return codecs.getincrementaldecoder(self.codec)(errors).decode(sample[self.bom :], complete)

    def cell(self, text: str) -> str:
        """Return one cell's text as it reads."""
        if not self.visual or text.isascii():
            return text
        return iransystem.decode(text.encode("latin-1"))


UTF8 = Encoding("utf-8", "utf-8")
UTF8_SIG = Encoding("utf-8-sig", "utf-8", len(codecs.BOM_UTF8))
UTF16 = Encoding("utf-16", "utf-16")
CP1256 = Encoding("cp1256", "cp1256")
IRAN_SYSTEM = Encoding("iransystem", "latin-1", visual=True)


def tell_encoding(stream: BinaryIO, looks_right: Callable[[str, Encoding], bool]) -> tuple[Encoding, str]:
    """Tell a file's encoding and return it with the text of the file's head.

    UTF-8 is proved by decoding. cp1256 and Iran System give a character for every byte, so each is accepted only where
    the head `looks_right` in it. Where the head is ASCII, the first bytes that are not decide.

    Args:
        stream: The file's bytes from their start; where it stands afterwards is not defined.
        looks_right: Whether a head, in an encoding, holds what the contract expects.

    Raises:
        FileRejectedError: `empty_file` or `unknown_encoding`.
    """
    sample = _sample(stream)
    complete = len(sample) < SAMPLE_BYTES
    if sample.startswith(UTF16_BOMS):
        return UTF16, _utf16_head(sample, complete=complete)
    if b"\x00" in sample:
        raise FileRejectedError(
            "unknown_encoding", "the file holds zero bytes and is not UTF-16 with a byte-order mark"
        )
    if sample.startswith(codecs.BOM_UTF8):
        return UTF8_SIG, UTF8_SIG.head(sample, complete=complete, errors="replace")
    if sample.isascii():
        encoding = _by_later_bytes(stream)
        return encoding, encoding.head(sample, complete=complete)
    return _by_head(sample, looks_right, complete=complete)


def _sample(stream: BinaryIO) -> bytes:
    """Return the first bytes of a file that are not all blank."""
    sample = _read_full(stream, SAMPLE_BYTES)
    block = sample
    while block and not block.strip():
        block = stream.read(BLOCK_BYTES)
    if not block:
        raise FileRejectedError("empty_file", "the file holds nothing")
    return sample


def _read_full(stream: BinaryIO, size: int) -> bytes:
    parts: list[bytes] = []
    while size and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _utf16_head(sample: bytes, *, complete: bool) -> str:
    try:
        return UTF16.head(sample, complete=complete)
    except UnicodeDecodeError as error:
        raise FileRejectedError("unknown_encoding", "the byte-order mark says UTF-16 but the bytes are not") from error


def _by_later_bytes(stream: BinaryIO) -> Encoding:
    """Tell the encoding of a file with an ASCII head by the first other bytes."""
    while block := stream.read(BLOCK_BYTES):
        if not block.isascii():
            block += stream.read(SAMPLE_BYTES)
            start = len(block[: len(block) - len(block.lstrip(_ASCII))])
            return _by_bytes(block[start : start + SAMPLE_BYTES])
    return UTF8


def _by_bytes(sample: bytes) -> Encoding:
    """Tell the encoding of text without a known word.

    Persian in cp1256 lies mostly in C0 … DF; in Iran System B0 … DF are box lines, which data do not hold.
    """
    if _mostly_utf8(sample):
        return UTF8
    high = sample.translate(None, _ASCII)
    lines = len(high) - len(high.translate(None, bytes(range(0xB0, 0xE0))))
    return CP1256 if lines * 10 > len(high) else IRAN_SYSTEM


def _mostly_utf8(sample: bytes) -> bool:
    """Tell whether nearly all that is not ASCII is UTF-8: a few bad bytes in UTF-8 do not make it another encoding."""
    text = UTF8.head(sample, complete=False, errors="replace")
    other = len(text) - len(text.encode().translate(None, _NO_ASCII))
    return text.count("\ufffd") * 10 <= other


def _by_head(sample: bytes, looks_right: Callable[[str, Encoding], bool], *, complete: bool) -> tuple[Encoding, str]:
    try:
        return UTF8, UTF8.head(sample, complete=complete)
    except UnicodeDecodeError:
        guess = _by_bytes(sample)
    for encoding in sorted((UTF8, CP1256, IRAN_SYSTEM), key=lambda item: item is not guess):
        text = encoding.head(sample, complete=complete, errors="replace")
        if looks_right(text, encoding):
            return encoding, text
    raise FileRejectedError(
        "unknown_encoding",
        "the bytes are not UTF-8, and read as cp1256 or Iran System they hold no header of the contract",
    )


class TextStream(io.RawIOBase):
    """A file's text as UTF-8 from a place on, read once; the file's bytes are hashed on the way.

    Text that is not in the encoding ends the stream before the first wrong byte.

    Attributes:
        is_broken: The stream ended at a wrong byte.
        last: The last byte given.
        last_inked: The last byte given that is no blank and no line end.
    """

    def __init__(self, file: BinaryIO, encoding: Encoding, skip: int) -> None:
        """Start at the beginning of `file` and leave out the first `skip` bytes of the UTF-8 text."""
        self._file = file
        self._hash = hashlib.sha256()
        self._bom = encoding.bom
        self._decoder = None if encoding.codec == "utf-8" else codecs.getincrementaldecoder(encoding.codec)()
        self._cut = b""  # UTF-8: the beginning of a character at the end of a block
        self._skip = skip
        self._ahead = b""
        self.is_broken = False
        self.last = b""
        self.last_inked = b""

    def readable(self) -> bool:
        """Tell that the stream can be read."""
        return True

    def at_end(self) -> bool:
        """Tell whether no text is left."""
        self._ahead = self._ahead or self.read(BLOCK_BYTES)
        return not self._ahead

    def read(self, size: int = -1) -> bytes:
        """Return the next text, at most `size` bytes of it; nothing at the end of the text."""
        if self._ahead:
            ahead, self._ahead = self._ahead[:size], self._ahead[size:]
            return ahead
        while not self.is_broken:
            # a byte of cp1256 or Latin-1 becomes up to three of UTF-8
            data = self._file.read(size if self._decoder is None else max(size // 3, 1))
            self._hash.update(data)
            text = self._text(data)
            kept = text[self._skip :]
            self._skip -= len(text) - len(kept)
            if kept:
                self.last, self.last_inked = kept[-1:], kept.rstrip()[-1:] or self.last_inked
                return kept
            if not data:
                break
        return b""

    def file_digest(self) -> str:
        """Return the SHA-256 of the whole file, reading what was not read."""
        while data := self._file.read(BLOCK_BYTES):
            self._hash.update(data)
        return self._hash.hexdigest()

    def _text(self, data: bytes) -> bytes:
        data, self._bom = data[self._bom :], max(self._bom - len(data), 0)
        if self._decoder is None:
            return self._checked(data)
        try:
            return self._decoder.decode(data, not data).encode()
        except UnicodeDecodeError as error:
            self.is_broken = True
            good = codecs.decode(bytes(error.object[: error.start]), error.encoding)
            return good.removeprefix("\ufeff").encode()

    def _checked(self, data: bytes) -> bytes:
        """Return UTF-8 text as it is, as far as it is UTF-8."""
        if not self._cut and data.isascii():
            return data
        whole = self._cut + data
        end = _character_end(whole) if data else len(whole)
        if _is_utf8(whole, end):
            self._cut = whole[end:]
            return whole[:end]
        self.is_broken = True
        return whole[: _good_bytes(whole)]


def _character_end(data: bytes) -> int:
    """Return where the last whole character ends."""
    for back in range(1, min(4, len(data) + 1)):
        byte = data[-back]
        if byte < 0x80:
            break
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(data) - back if length > back else len(data)
    return len(data)


def _is_utf8(data: bytes, end: int) -> bool:
    offsets = pa.py_buffer(bytes(4) + end.to_bytes(4, "little"))
    try:
        pa.Array.from_buffers(pa.binary(), 1, [None, offsets, pa.py_buffer(data)]).cast(pa.string())
    except pa.ArrowInvalid:
        return False
    return True


def _good_bytes(data: bytes) -> int:
    try:
        codecs.utf_8_decode(data, "strict", True)
    except UnicodeDecodeError as error:
        return error.start
    return len(data)
