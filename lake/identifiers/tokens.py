"""Numbers in text, however they are written: what a search for identifiers compares.

A number is found in Persian or Arabic digits, in groups parted by one kind of separator, turned round, escaped as JSON
or in a URL. Hashes and other long hexadecimal words are passed over, and so are times of day, of which a log writes a
thousand: the digits of their seconds would meet a known number by chance. Not found is what is encrypted, compressed
or cut apart by other text.
"""

import re
from urllib.parse import unquote

import polars as pl

SHORTEST, LONGEST = 7, 16
NATIONAL = 10
TELLING = 6
"""Digits between the noughts at both ends; a number with fewer is as likely a round amount, or one turned round."""
_FOLDED = {chr(base + digit): str(digit) for base in (0x06F0, 0x0660) for digit in range(10)}
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_PASSED = (
    r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b",
    r"\b[0-9a-fA-F]{24,}\b",
    r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9][.,][0-9]{3,9}",
)
_PARTED = (r"[0-9]+(?:-[0-9]+)+", r"[0-9]+(?:\.[0-9]+)+", r"[0-9]+(?: [0-9]+)+", r"[0-9]+(?:/[0-9]+)+")
_PARTED_LENGTHS = (8, 10)


def plain(texts: pl.Series) -> pl.Series:
    """Return texts with escapes resolved and digits folded, hashes and times left out."""
    escaped = texts.str.contains(r"%[0-9A-Fa-f]{2}|\\u[0-9a-fA-F]{4}").fill_null(value=False)
    if escaped.any():
        resolved = pl.Series(texts.name, [_unescaped(text) for text in texts.filter(escaped)], dtype=pl.String)
        texts = texts.clone().scatter(escaped.arg_true(), resolved)
    folded = texts.str.replace_many(list(_FOLDED), list(_FOLDED.values()))
    for pattern in _PASSED:
        folded = folded.str.replace_all(pattern, "")
    return folded


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), unquote(text, errors="replace"))


def numbers(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the distinct numbers in `text`, which `plain` gave, each also turned round, as `token` beside the rest."""
    runs = [_extracted(rows, rf"[0-9]{{{SHORTEST},}}")]
    for pattern in _PARTED:
        joined = _extracted(rows, pattern).with_columns(pl.col("token").str.replace_all(r"[^0-9]", ""))
        runs.append(joined.filter(pl.col("token").str.len_bytes().is_in(_PARTED_LENGTHS)))
    found = pl.concat(runs).filter(pl.col("token").str.len_bytes() <= LONGEST).unique()
    telling = found.filter(pl.col("token").str.strip_chars("0").str.len_bytes() >= TELLING)
    return pl.concat([found, telling.with_columns(pl.col("token").str.reverse())]).unique()


def _extracted(rows: pl.DataFrame, pattern: str) -> pl.DataFrame:
    tokens = pl.col("text").str.extract_all(pattern).alias("token")
    return rows.filter(pl.col("text").str.contains(pattern)).with_columns(tokens).drop("text").explode("token")


def is_national(token: pl.Expr) -> pl.Expr:
    """Tell which numbers have ten digits and end in the check digit of a national code."""
    digits = [token.str.slice(place, 1).cast(pl.Int64, strict=False) for place in range(NATIONAL)]
    rest = pl.sum_horizontal(digit * (NATIONAL - place) for place, digit in enumerate(digits[:-1])) % 11
    wanted = pl.when(rest < 2).then(rest).otherwise(11 - rest)
    return (token.str.len_bytes() == NATIONAL) & (wanted == digits[-1]).fill_null(value=False)
