"""Which code the text cells of a file without lines are in: by what they would say, never by what the file declares.

For delimited text, where the contract's headers decide, see `orchestration.sources.decode`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import pyarrow as pa

from orchestration.sources.landing import FileRejectedError
from vocabulary import iransystem
from vocabulary.text import normalise

KNOWN_WORDS: Final = frozenset(
    {"مرد", "زن", "ایران", "ایرانی", "محمد", "علی", "حسین", "فاطمه", "شرکت", "کارگر", "تهران"}
)
"""Words that nearly any list of workers holds; each counts for many letters."""

LEAST: Final = 0.75
"""Share of letters, of all that is not ASCII, below which a reading is no text."""

_LETTERS = frozenset(
    "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژکگی،؛؟ـ\u00a0\u200c" + "".join(map(chr, range(0x06F0, 0x06FA)))
)


@dataclass(frozen=True)
class Decoder:
    """How cells of one encoding become text.

    Attributes:
        one: Text of a cell, its padding dropped.
        many: Text of many cells.
    """

    one: Callable[[bytes], str]

    def many(self, values: pa.Array) -> pa.StringArray:
        """Return the text of many cells."""
        return iransystem.decode_array(values, self.one)


def decoder(encoding: str) -> Decoder:
    """Return how cells of an encoding become text; `ascii` is any."""
    if encoding in ("iransystem", "ascii"):
        return Decoder(iransystem.decode)
    return Decoder(partial(_decoded, encoding=encoding))


def tell_encoding(cells: Sequence[bytes]) -> str:
    """Tell the encoding of cells: `ascii`, `utf-8`, `cp1256` or `iransystem`.

    UTF-8 is proved by decoding nearly all of them; between the other two the reading with more Persian letters and
    known words holds.

    Raises:
        FileRejectedError: `unknown_encoding` where they are no Persian text in any.
    """
    if not cells:
        return "ascii"
    if sum(_is_utf8(cell) for cell in cells) * 20 >= 19 * len(cells):
        return "utf-8"
    scores = {name: _score(map(decoder(name).one, cells)) for name in ("iransystem", "cp1256")}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] < LEAST:
        raise FileRejectedError("unknown_encoding", "the texts read neither as Iran System nor as cp1256 nor as UTF-8")
    return best


def _decoded(cell: bytes, *, encoding: str) -> str:
    return cell.strip(b" \x00").decode(encoding, "replace").removesuffix("\ufffd").strip("\u00a0 ")


def _is_utf8(cell: bytes) -> bool:
    """Tell whether a cell is UTF-8; its last character may be cut off by the field's end."""
    text = cell.decode("utf-8", "replace")
    return "\ufffd" not in text[:-1] and text != "\ufffd"


def _score(texts: "map[str]") -> float:
    """Return the share of Persian letters among what is not ASCII, and more where known words are."""
    letters = others = words = 0
    for text in texts:
        high = [letter for letter in text if not letter.isascii()]
        good = sum(letter in _LETTERS for letter in high)
        letters, others = letters + good, others + len(high) - good
        words += normalise(text) in KNOWN_WORDS
    total = letters + others + 10 * words
    return (letters + 10 * words) / total if total else 0.0
