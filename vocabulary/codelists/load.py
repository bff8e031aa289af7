"""Codelists: which codes there are, what they are called in Persian and English, and what admin files write for them.

What belongs here: reading the `CL_*.csv` files beside this module and `index.yaml`, which gives each its version and
source. What does not: units (`vocabulary.units`), which are a registry with its own life.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from vocabulary.text import fold, normalise
from vocabulary.yaml_text import read_yaml

TOTAL: Final = "TOTAL"
"""Code of a breakdown that stands for all its categories together."""

NA: Final = "NA"
"""Code of a breakdown that its measure does not have."""

_FOLDER = Path(__file__).parent
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]*")
_COLUMNS = ("code", "name_fa", "name_en", "parent", "valid_from", "valid_to", "successor", "aliases")


class CodelistError(ValueError):
    """A codelist is unknown or contradicts itself."""


@dataclass(frozen=True)
class CodelistItem:
    """One code.

    Attributes:
        code: Matches `[A-Z0-9][A-Z0-9_-]*`, always text.
        name_fa: Persian name.
        name_en: English name.
        parent: Code one level up, in this list or in the list that `index.yaml` names as `parent_codelist`.
        valid_from: First day of validity; `None` means always.
        valid_to: Last day of validity; `None` means still valid.
        successor: Code that replaced this one.
        aliases: Other words that files write for it.
        attributes: The list's extra columns, as text.
    """

    code: str
    name_fa: str
    name_en: str
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None
    aliases: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)

    def is_valid_on(self, day: date) -> bool:
        """Tell whether the code may be used for a day (Gregorian)."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def words(self) -> tuple[str, ...]:
        """Give every word that stands for the code: itself, its names, its aliases."""
        return (self.code, self.name_fa, self.name_en, *self.aliases)


@dataclass(frozen=True)
class Codelist:
    """A versioned list of codes.

    Attributes:
        id: `CL_…`.
        version: Semantic version of the list.
        name_fa: Persian name.
        name_en: English name.
        source: Where the codes come from.
        is_invented: Whether the codes are this project's own, for want of a public list.
        parent_codelist: List that `parent` refers to; `None` means this one.
        items: The codes in their order.
    """

    id: str
    version: str
    name_fa: str
    name_en: str
    source: str
    is_invented: bool
    parent_codelist: str | None
    items: tuple[CodelistItem, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes in their order."""
        return tuple(item.code for item in self.items)

    def item(self, code: str) -> CodelistItem:
        """Give the item of a code.

        Raises:
            CodelistError: The list has no such code.
        """
        try:
            return self._by_code[code]
        except KeyError:
            raise CodelistError(f"{self.id}: no code {code!r}") from None

    def children(self, parent: str) -> tuple[CodelistItem, ...]:
        """Give the items directly under a code."""
        return tuple(item for item in self.items if item.parent == parent)

    def labels(self) -> Mapping[str, str]:
        """Give the code of every word, the word as `vocabulary.text.fold` leaves it.

        Words that were normalised and case-folded, but kept their hamza, are found too.
        """
        return self._labels

    @cached_property
    def _by_code(self) -> dict[str, CodelistItem]:
        return {item.code: item for item in self.items}

    @cached_property
    def _labels(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for item in self.items:
            for word in item.words():
                found[fold(word)] = item.code
                found[normalise(word).casefold()] = item.code
        return found


def load_codelist(codelist_id: str) -> Codelist:
    """Read a codelist.

    Args:
        codelist_id: `CL_SEX`, …

    Raises:
        CodelistError: There is no such list, or it contradicts itself.
    """
    return _load(codelist_id)


def list_codelists() -> tuple[str, ...]:
    """Give the ids of all codelists, sorted."""
    return tuple(sorted(_index()))


def read_items(path: Path) -> tuple[CodelistItem, ...]:
    """Read and check the items of a codelist file.

    Args:
        path: A UTF-8 CSV with the columns `code, name_fa, name_en, parent, valid_from, valid_to, successor, aliases`
            and any others, which become attributes.

    Raises:
        CodelistError: A column is missing, a code is malformed or repeated, a name is empty, or one word stands for
            two codes.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        header = tuple(reader.fieldnames or ())
        if header[: len(_COLUMNS)] != _COLUMNS:
            raise CodelistError(f"{path.name}: columns must begin with {', '.join(_COLUMNS)}")
        items = tuple(_item(row) for row in reader)
    _check(path.name, items)
    return items


def _item(row: Mapping[str, str]) -> CodelistItem:
    return CodelistItem(
        code=row["code"],
        name_fa=row["name_fa"],
        name_en=row["name_en"],
        parent=row["parent"] or None,
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        successor=row["successor"] or None,
        aliases=tuple(alias for alias in row["aliases"].split("|") if alias),
        attributes={key: value for key, value in row.items() if key not in _COLUMNS},
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _check(name: str, items: tuple[CodelistItem, ...]) -> None:
    words: dict[str, str] = {}
    codes: set[str] = set()
    for item in items:
        if not _CODE.fullmatch(item.code):
            raise CodelistError(f"{name}: malformed code {item.code!r}")
        if item.code in codes:
            raise CodelistError(f"{name}: code {item.code} stands twice")
        if not (item.name_fa and item.name_en):
            raise CodelistError(f"{name}: code {item.code} lacks a name")
        codes.add(item.code)
        for word in item.words():
            if words.setdefault(fold(word), item.code) != item.code:
                raise CodelistError(f"{name}: {word!r} stands for two codes")
    for item in items:
        if item.successor is not None and item.successor not in codes:
            raise CodelistError(f"{name}: successor {item.successor} of {item.code} is no code")


@cache
def _index() -> Mapping[str, Mapping[str, Any]]:
    entries = read_yaml((_FOLDER / "index.yaml").read_text(encoding="utf-8"))
    return {entry["id"]: entry for entry in entries["codelists"]}


@cache
def _load(codelist_id: str) -> Codelist:
    entry = _index().get(codelist_id)
    if entry is None:
        raise CodelistError(f"no codelist {codelist_id!r}")
    codelist = Codelist(
        id=codelist_id,
        version=str(entry["version"]),
        name_fa=entry["name"]["fa"],
        name_en=entry["name"]["en"],
        source=entry["source"],
        is_invented=entry["is_invented"],
        parent_codelist=entry.get("parent_codelist"),
        items=read_items(_FOLDER / f"{codelist_id}.csv"),
    )
    _check_parents(codelist)
    return codelist


def _check_parents(codelist: Codelist) -> None:
    known = codelist.codes if codelist.parent_codelist is None else _load(codelist.parent_codelist).codes
    for item in codelist.items:
        if item.parent is not None and item.parent not in known:
            raise CodelistError(f"{codelist.id}: parent {item.parent} of {item.code} is no code")
