"""Numbers and names in text, however they are written: what a search for identifiers compares.

A number is found in Persian or Arabic digits, in groups parted by one kind of separator, turned round, escaped as JSON
or in a URL. Hashes and other long hexadecimal words are passed over. Not found is what is encrypted, compressed or cut
apart by other text.
"""

import re
from collections.abc import Iterable
from urllib.parse import unquote

import polars as pl

SHORTEST, LONGEST = 7, 16
_FOLDED = {chr(base + digit): str(digit) for base in (0x06F0, 0x0660) for digit in range(10)}
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_HEXADECIMAL = r"\b[0-9a-fA-F]*[a-fA-F][0-9a-fA-F]{15,}\b|\b[0-9a-fA-F]{15,}[a-fA-F][0-9a-fA-F]*\b"
_UUID = r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
_PARTED = (r"[0-9]+(?:-[0-9]+)+", r"[0-9]+(?:\.[0-9]+)+", r"[0-9]+(?: [0-9]+)+", r"[0-9]+(?:/[0-9]+)+")
_PARTED_LENGTHS = (8, 10)


def plain(texts: pl.Series) -> pl.Series:
    """Return texts with escapes resolved and digits folded, hashes left out."""
    escaped = texts.str.contains(r"%[0-9A-Fa-f]{2}|\\u[0-9a-fA-F]{4}").fill_null(value=False)
    if escaped.any():
        resolved = pl.Series(texts.name, [_unescaped(text) for text in texts.filter(escaped)], dtype=pl.String)
        texts = texts.clone().scatter(escaped.arg_true(), resolved)
    folded = texts.str.replace_many(list(_FOLDED), list(_FOLDED.values()))
    return folded.str.replace_all(_UUID, "").str.replace_all(_HEXADECIMAL, "")


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), unquote(text, errors="replace"))


def numbers(texts: pl.Series) -> pl.Series:
    """Return the distinct numbers in texts that `plain` gave, each also turned round."""
    runs = [texts.str.extract_all(rf"[0-9]{{{SHORTEST},}}").explode(empty_as_null=False).drop_nulls()]
    for pattern in _PARTED:
        parted = texts.str.extract_all(pattern).explode(empty_as_null=False).drop_nulls()
        joined = parted.str.replace_all(r"[^0-9]", "")
        runs += [joined.filter(joined.str.len_bytes() == length) for length in _PARTED_LENGTHS]
    found = pl.concat([run.alias("token") for run in runs]).unique()
    found = found.filter(found.str.len_bytes() <= LONGEST)
    return pl.concat([found, found.str.reverse()]).unique()


def is_national(tokens: pl.Series) -> pl.Series:
    """Tell which ten-digit numbers end in the check digit of a national code."""
    ten = tokens.str.contains(r"^[0-9]{10}$")
    digits = [tokens.str.slice(place, 1).cast(pl.Int64, strict=False) for place in range(10)]
    rest = sum((digit * (10 - place) for place, digit in enumerate(digits[:9])), start=pl.Series([0])) % 11
    wanted = pl.DataFrame({"rest": rest}).select(
        pl.when(pl.col("rest") < 2).then("rest").otherwise(11 - pl.col("rest"))
    )
    return (ten & (wanted.to_series() == digits[9])).fill_null(value=False)


def holds_any(texts: pl.Series, names: Iterable[str]) -> int:
    """Count the texts that hold one of some names."""
    known = list(names)
    return int(texts.str.contains_any(known).sum() or 0) if known and len(texts) else 0
