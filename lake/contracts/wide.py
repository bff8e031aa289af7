"""The `wide` section of a contract: which cell of a wide row is which value.

A wide table prints one row for a region and month, and one column for each combination of breakdowns. Silver holds
one row for each of those cells. What belongs here: reading the section, and what each cell means. What does not:
turning rows (`lake.shape`).

    wide:
      value: insured_count                  # the property that a cell becomes
      columns:
        - {position: 4, sex: M, age_group: Y15T24}
        - {name: [Men 25–34, M 25-34], sex: M, age_group: Y25T34}
        - {from: 5, to: 8, sex: F, cross: [age_group: [Y15T24, Y25T34], class: [EMPLOYEE, SELF_EMPLOYED]]}
        - {position: 9, sex: F, age_group: T, silver: false}

Every other word of an entry is a breakdown, that is a property of the object, with its code. `cross` names several
columns at once, in printed order, the last breakdown changing fastest; its columns stand at `from`…`to` or under
`names`. `silver: false` marks a column that rules use and bronze keeps, but that makes no silver row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, NamedTuple

_WORDS = frozenset({"position", "name", "from", "to", "names", "cross", "silver"})


class WideError(ValueError):
    """The `wide` section of a contract contradicts itself."""


class _Place(NamedTuple):
    """Where a cell stands: its place in a file without header, or the headers that it may have."""

    position: int | None
    headers: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """One column of a wide table.

    Attributes:
        name: Name in bronze: `c07` is the seventh column of a file without header, or the seventh cell listed.
        position: 1-based place in a file without header; None where it is found by its header.
        headers: Spellings of its header; empty where it is found by its place.
        codes: The code of each breakdown.
        in_silver: Whether it becomes a silver row; else it serves rules only.
    """

    name: str
    position: int | None
    headers: tuple[str, ...]
    codes: Mapping[str, str] = field(hash=False)
    in_silver: bool = True

    @property
    def label(self) -> str:
        """What the cell counts: its codes, in words for messages."""
        return ", ".join(f"{dimension} {code}" for dimension, code in self.codes.items())


@dataclass(frozen=True)
class Wide:
    """How a wide row becomes long ones.

    Attributes:
        value: The property that a cell becomes.
        dimensions: The properties that say which cell it was.
        cells: The wide columns, in the order of the contract.
    """

    value: str
    dimensions: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def in_silver(self) -> tuple[Cell, ...]:
        """The cells that become silver rows."""
        return tuple(cell for cell in self.cells if cell.in_silver)


def parse_wide(section: Any) -> Wide:
    """Read a `wide` section.

    Raises:
        WideError: a word is missing or unknown, two columns claim one place or one combination of codes.
    """
    if not isinstance(section, Mapping) or set(section) != {"value", "columns"}:
        raise WideError("wide needs `value` and `columns`, and nothing else")
    entries = section["columns"]
    if not isinstance(entries, Sequence) or not entries or not all(isinstance(entry, Mapping) for entry in entries):
        raise WideError("wide: `columns` must be a list of mappings")
    found = [column for entry in entries for column in _columns(entry)]
    width = max(2, len(str(max(place.position or number for number, (place, _, _) in enumerate(found, start=1)))))
    cells = tuple(
        Cell(f"c{place.position or number:0{width}d}", place.position, place.headers, codes, in_silver)
        for number, (place, codes, in_silver) in enumerate(found, start=1)
    )
    _check(cells)
    return Wide(str(section["value"]), tuple(cells[0].codes), cells)


def _columns(entry: Mapping[str, Any]) -> Iterator[tuple[_Place, dict[str, str], bool]]:
    fixed = {str(word): _code(code) for word, code in entry.items() if word not in _WORDS}
    cross = _cross(entry)
    places = _places(entry)
    combinations = list(product(*cross.values()))
    if len(places) != len(combinations):
        raise WideError(f"wide: {_words(entry)}: {len(places)} columns for {len(combinations)} combinations of codes")
    for place, codes in zip(places, combinations, strict=True):
        crossed = dict(zip(cross, map(_code, codes), strict=True))
        yield place, dict(sorted({**fixed, **crossed}.items())), bool(entry.get("silver", True))


def _cross(entry: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    """Return the crossed breakdowns in their order, for which the contract has a list: a mapping has none."""
    items = entry.get("cross", [])
    if not isinstance(items, Sequence) or not all(isinstance(item, Mapping) and len(item) == 1 for item in items):
        raise WideError(f"wide: {_words(entry)}: cross must be a list of `breakdown: [codes]`")
    return {str(dimension): codes for item in items for dimension, codes in item.items()}


def _places(entry: Mapping[str, Any]) -> list[_Place]:
    given = _WORDS.intersection(entry) - {"cross", "silver"}
    if given == {"position"}:
        return [_Place(int(entry["position"]), ())]
    if given == {"from", "to"}:
        return [_Place(position, ()) for position in range(int(entry["from"]), int(entry["to"]) + 1)]
    if given == {"name"}:
        return [_Place(None, _spellings(entry["name"]))]
    if given == {"names"}:
        return [_Place(None, _spellings(name)) for name in entry["names"]]
    raise WideError(
        f"wide: {_words(entry)}: a column stands at `position` or `from` and `to`, or has `name` or `names`"
    )


def _code(code: Any) -> str:
    if not isinstance(code, str | int) or isinstance(code, bool):
        raise WideError(f"wide: {code!r} is no code; YAML reads yes, no, on and off as true or false: put it in quotes")
    return str(code)


def _spellings(name: Any) -> tuple[str, ...]:
    return (name,) if isinstance(name, str) else tuple(map(str, name))


def _words(entry: Mapping[str, Any]) -> str:
    return ", ".join(f"{word} {value}" for word, value in entry.items() if word != "cross")


def _check(cells: Sequence[Cell]) -> None:
    dimensions = set(cells[0].codes)
    seen: set[object] = set()
    for cell in cells:
        if set(cell.codes) != dimensions:
            raise WideError(f"wide: column {cell.name} must have a code for each of {', '.join(sorted(dimensions))}")
        if (cell.position is None) != (cells[0].position is None):
            raise WideError("wide: all columns have positions, or all have names")
        for claim in (cell.name, *cell.headers, tuple(cell.codes.items())):
            if claim in seen:
                raise WideError(f"wide: two columns claim {cell.label if isinstance(claim, tuple) else claim}")
            seen.add(claim)
