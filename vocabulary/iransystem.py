"""Iran System, the eight-bit code of Persian DOS programs, in which the list disk's text still comes.

A byte stands for a letter *in one of its joined forms*, and a line's bytes run from left to right as the screen shows
them: Persian words are stored last letter first, while numbers and Latin words inside them run forwards. The table
`iransystem.csv` beside this module gives each byte its letter (لا, one byte, has two) and the forms that it stands for.

What the code cannot say is lost when writing: it has no أ, إ, ؤ or ة, so they are written as their plain letters.
Programs exist that store a number inside Persian text back to front; nothing in the bytes tells them apart, and here
numbers always run forwards, as on the screen.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

PADDING: Final = b" \x00\xff"
"""Bytes that fill a field up and are no part of its value: blank, zero and the no-break space."""

_ZWNJ = "\u200c"
_MIRRORED = dict(zip("()[]{}<>", ")(][}{><", strict=True))
_FOLDED = str.maketrans(
    {
        "أ": "ا",
        "إ": "ا",
        "ٱ": "ا",
        "ؤ": "و",
        "ة": "ه",
        "ۀ": "ه",
        "ي": "ی",
        "ى": "ی",
        "ك": "ک",
        **{chr(0x0660 + value): chr(0x06F0 + value) for value in range(10)},
    }
)
# one left-to-right run; reads the same from either end, so that writing undoes reading
_WORD = "[0-9A-Za-z\x80-\x89]"
_RUN = f"(?:{_WORD}|(?<={_WORD})[-+/.,:&'@_](?={_WORD})|(?<=[A-Za-z]) (?=[A-Za-z]))+"


class IranSystemError(ValueError):
    """A text holds a character that Iran System does not have."""


@dataclass(frozen=True)
class _Code:
    """The code's tables, made from the CSV file.

    Attributes:
        texts: Text of each character of a byte string read as Latin-1, brackets mirrored.
        plain: The same with brackets as they are, for cells that hold no Persian letter.
        letter: A Persian letter, in Latin-1.
        breaks: Place of a break inside a word: a letter in a closing form before one in an opening form, in Latin-1.
        stored_run: A left-to-right run among stored bytes, in Latin-1.
        bytes_of: Byte of each letter and form; of other characters with the form "".
        opening: Letters that join the next one.
    """

    texts: dict[int, str]
    plain: dict[int, str]
    letter: re.Pattern[str]
    breaks: re.Pattern[str]
    stored_run: re.Pattern[str]
    bytes_of: dict[tuple[str, str], int]
    opening: frozenset[str]


@cache
def _code() -> _Code:
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        rows = [(int(row["byte"], 16), row["text"], tuple(row["forms"].split())) for row in csv.DictReader(file)]
    forms = {byte: set(shapes) for byte, _, shapes in rows}
    opening = frozenset(text for _, text, shapes in rows if "initial" in shapes)
    closed = [
        byte for byte, text, _ in rows if text in opening and forms[byte] and forms[byte] <= {"isolated", "final"}
    ]
    opens = [byte for byte in forms if forms[byte] & {"isolated", "initial"} and byte != 0x8F]
    plain = {byte: text for byte, text, _ in rows}
    return _Code(
        texts={**plain, **{ord(bracket): mirrored for bracket, mirrored in _MIRRORED.items()}},
        plain=plain,
        letter=re.compile(_any_of([byte for byte in forms if forms[byte]])),
        breaks=re.compile(f"(?<={_any_of(closed)})(?={_any_of(opens)})"),
        stored_run=re.compile(_RUN),
        bytes_of={(text, form): byte for byte, text, shapes in rows for form in (shapes or ("",))},
        opening=opening,
    )


def _any_of(codes: list[int]) -> str:
    return "[" + "".join(re.escape(chr(code)) for code in codes) + "]"


def _turned(found: re.Match[str]) -> str:
    return found[0][::-1]


def decode(data: bytes) -> str:
    """Return the text of one field, in reading order.

    Padding at both ends is dropped. Where the letter forms show a break inside a word (می‌شود), a zero-width non-joiner
    stands for it. Every byte has a meaning, so that nothing can fail; a cell without a Persian letter keeps its order.
    """
    stored = data.strip(PADDING)
    if stored.isascii():
        return stored.decode("ascii")
    code, text = _code(), stored.decode("latin-1")
    if not code.letter.search(text):
        return text.translate(code.plain)
    logical = code.stored_run.sub(_turned, text[::-1])
    return code.breaks.sub(_ZWNJ, logical).translate(code.texts)


def encode(text: str) -> bytes:
    """Return the bytes of a text, each letter in the form that its neighbours ask for.

    `decode` gives back the text that `vocabulary.text.normalise` makes of it.

    Raises:
        IranSystemError: the text holds a character that the code lacks; the message names its code point only.
    """
    if text.isascii():
        return text.encode("ascii")
    code, folded = _code(), text.translate(_FOLDED)
    units = _units(code, folded)
    if not any(form for _, form in units):
        return bytes(_byte(code, unit, "") for unit, _ in units)
    # a run holds neither letters nor brackets, so its place among the units is its place among the bytes
    stored = "".join(chr(_byte(code, _MIRRORED.get(unit, unit), form)) for unit, form in units)
    return code.stored_run.sub(_turned, stored[::-1]).encode("latin-1")


def _units(code: _Code, text: str) -> list[tuple[str, str]]:
    """Split a text into what one byte holds each, with the form of each letter; other characters have none."""
    letters = [unit for unit in re.split(f"(لا|[^{_ZWNJ}]|{_ZWNJ})", text) if unit]
    units = []
    for place, unit in enumerate(letters):
        if unit == _ZWNJ:
            continue
        before = place > 0 and letters[place - 1] in code.opening and (unit, "final") in code.bytes_of
        after = unit in code.opening and place + 1 < len(letters) and (letters[place + 1], "final") in code.bytes_of
        form = ("medial" if after else "final") if before else ("initial" if after else "isolated")
        units.append((unit, form if (unit, "isolated") in code.bytes_of else ""))
    return units


def _byte(code: _Code, unit: str, form: str) -> int:
    byte = code.bytes_of.get((unit, form))
    if byte is None and (len(unit) != 1 or not unit.isascii()):
        raise IranSystemError(f"Iran System has no character U+{ord(unit[0]):04X}")
    return ord(unit) if byte is None else byte


def decode_array(values: pa.Array, one: Callable[[bytes], str] = decode) -> pa.StringArray:
    """Return the texts of many fields; each distinct value is decoded once, and ASCII needs no decoding.

    Args:
        values: Binary values of any width; a null stays null.
        one: How a single value is decoded, where it is not in Iran System.
    """
    binary = values.cast(pa.binary())
    if all(buffer is None or memoryview(buffer).tobytes().isascii() for buffer in binary.buffers()[2:]):
        return pc.ascii_trim(binary.cast(pa.string()), " \x00")
    coded = binary.dictionary_encode()
    return pa.array([one(value) for value in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)
