"""Persian text as administrative files really carry it, brought to one form.

What belongs here: the letters, digits and blanks that mean the same but differ in bytes. What does not: dates
(`vocabulary.periods`), labels and their codes (`vocabulary.codelists`).
"""

from __future__ import annotations

from typing import Final


def _points(first: int, last: int) -> list[str]:
    return [chr(point) for point in range(first, last + 1)]


_DIGITS = {
    **{chr(0x06F0 + value): str(value) for value in range(10)},  # Persian
    **{chr(0x0660 + value): str(value) for value in range(10)},  # Arabic
}
_LETTERS = {
    "\u064a": "\u06cc",  # Arabic yeh
    "\u0649": "\u06cc",  # alef maksura
    "\u06d2": "\u06cc",  # yeh barree
    "\u0643": "\u06a9",  # Arabic kaf
    "\u06aa": "\u06a9",  # swash kaf
    "\u0629": "\u0647",  # teh marbuta
    "\u06c0": "\u0647",  # heh with yeh above
    "\u06c1": "\u0647",  # heh goal
    "\u06c2": "\u0647",  # heh goal with hamza
    "\u06be": "\u0647",  # heh doachashmee
    "\u06d5": "\u0647",  # ae
}
_SIGNS = {
    "\u066b": ".",  # Arabic decimal separator
    "\u066c": ",",  # Arabic thousands separator
    "\u066a": "%",  # Arabic percent sign
}
_BLANKS = dict.fromkeys(
    [
        *_points(0x09, 0x0D),  # tab, line ends
        *_points(0x1C, 0x1F),
        "\x85",
        "\u00a0",  # no-break space
        "\u00ac",  # the not sign that old word processors put for ZWNJ
        "\u1680",
        *_points(0x2000, 0x200C),  # spaces of every width, zero width included; the last is ZWNJ
        "\u2028",
        "\u2029",
        "\u202f",
        "\u205f",
        "\u3000",
    ],
    " ",
)
_REMOVED = dict.fromkeys(
    [
        "\u00ad",  # soft hyphen
        *_points(0x0610, 0x061A),  # honorifics
        "\u061c",  # Arabic letter mark
        "\u0640",  # tatweel
        *_points(0x064B, 0x065F),  # vowel signs, hamza above and below
        "\u0670",  # superscript alef
        *_points(0x06D6, 0x06DC),
        "\u200d",  # ZWJ
        *_points(0x200E, 0x200F),  # LRM, RLM
        *_points(0x202A, 0x202E),  # bidirectional embedding
        *_points(0x2060, 0x206F),  # word joiner, isolates
        "\ufeff",  # BOM
    ],
    "",
)

TRANSLATION: Final[dict[str, str]] = {**_DIGITS, **_LETTERS, **_SIGNS, **_BLANKS, **_REMOVED}
"""Every character that `normalise` replaces, with what replaces it: one character, or none.

For vectorised use: replace by this table, squeeze runs of blanks, strip, and the result equals `normalise`.
"""

_TABLE = str.maketrans(TRANSLATION)
_HAMZA = str.maketrans(
    {
        "\u0622": "\u0627",  # alef with madda
        "\u0623": "\u0627",
        "\u0625": "\u0627",
        "\u0671": "\u0627",
        "\u0624": "\u0648",  # waw with hamza
        "\u0626": "\u06cc",  # yeh with hamza
        "\u0621": "",  # hamza
    }
)


def normalise(text: str) -> str:
    """Bring letters, digits and blanks to one form; words and their order stay.

    Args:
        text: Text of a cell or a header, of any origin.

    Returns:
        The text with ASCII digits, Persian yeh and kaf, no diacritics, tatweel or direction marks, single blanks.
    """
    return " ".join(text.translate(_TABLE).split())


def fold(text: str) -> str:
    """Bring a label to the form in which labels are compared; not for display.

    Besides what `normalise` does, letter case is ignored, and so is hamza, which one writer keeps and the next
    leaves out (`مبدأ` and `مبدا` are one word).

    Args:
        text: A label or a header.

    Returns:
        The key for comparison.
    """
    return normalise(text.translate(_HAMZA)).casefold()
