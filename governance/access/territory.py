"""Whose rows an office may be given at all: its own and those of the units below it, or every unit's.

Pure rules over the registry of units. The directive lets a branch or centre speak of its own (STAT-A1), a province of
its province (STAT-A2), headquarters of all (STAT-A3); that a level of access ends there too is our inference.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from governance.clauses import Basis, RefusedError
from vocabulary.units.load import load_units, units_by_code

_CLAUSES = {
    "HQ_OFFICE": "STAT-A3",
    "GENERAL_OFFICE": "STAT-A2",
    "TREATMENT_MANAGEMENT": "STAT-A2",
    "SUBSIDIARY": "STAT-C",
}
_EXECUTIVE = "STAT-A1"


class Rows(StrEnum):
    """Whose rows a level opens, counted from the unit it names."""

    OWN = "own"
    BELOW = "below"
    EVERY = "every"


@cache
def own_or_below(unit: str) -> frozenset[str]:
    """Give a unit and all units below it in its hierarchy; nothing for a code that the registry does not have."""
    found: set[str] = set()
    waiting = [unit] if unit in units_by_code() else []
    while waiting:
        code = waiting.pop()
        found.add(code)
        waiting.extend(_children().get(code, ()))
    return frozenset(found)


@cache
def units_of(rows: Rows, unit: str) -> frozenset[str] | None:
    """Give the units whose rows a scope opens; `None` means every unit, also those the registry does not know."""
    if rows is Rows.EVERY:
        return None
    below = own_or_below(unit)
    return below if rows is Rows.BELOW else below & {unit}


def territory(office: str) -> frozenset[str] | None:
    """Give the units that an office answers for; `None` means every unit (headquarters)."""
    return units_of(Rows.EVERY if _kind(office) == "HQ_OFFICE" else Rows.BELOW, office)


@cache
def is_within(office: str, rows: Rows, unit: str) -> bool:
    """Tell whether a scope stays within an office's territory; a scope that opens no unit lies nowhere."""
    allowed, wanted = territory(office), units_of(rows, unit)
    if wanted is not None and not wanted:
        return False
    return allowed is None or (wanted is not None and wanted <= allowed)


def territory_clause(office: str) -> str:
    """Return the clause that bounds an office's territory."""
    return _CLAUSES.get(_kind(office), _EXECUTIVE)


def check_territory(office: str, rows: Rows, unit: str) -> None:
    """Refuse a level that reaches beyond the units that its office answers for.

    Raises:
        RefusedError: with the clause that bounds the office.
    """
    if not is_within(office, rows, unit):
        raise RefusedError(outside(office, rows, unit), clause=territory_clause(office), basis=Basis.INFERENCE)


def outside(office: str, rows: Rows, unit: str) -> str:
    """Say that a scope lies outside an office's territory."""
    if _kind(office) == "":
        return f"{office} is no unit of the registry, so that it has no territory"
    wanted = {Rows.OWN: f"rows of {unit}", Rows.BELOW: f"rows of {unit} and below", Rows.EVERY: "rows of every unit"}
    return f"a level of {office} may hold rows of its own units or below, not {wanted[rows]}"


@cache
def _children() -> Mapping[str, tuple[str, ...]]:
    children: dict[str, tuple[str, ...]] = {}
    for unit in load_units():
        if unit.parent_code:
            children[unit.parent_code] = (*children.get(unit.parent_code, ()), unit.code)
    return MappingProxyType(children)


def _kind(office: str) -> str:
    unit = units_by_code().get(office)
    return unit.kind if unit else ""
