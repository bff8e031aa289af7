"""The registry of units: who reports, under whom, where, since when; and the provinces.

What belongs here: reading `unit.csv`, `unit_change.csv`, `reporting_obligation.csv` and `province.csv` beside this
module. What does not: whether a report arrived, or who may see a unit's rows.

Codes of units are this project's own. Names of offices that public texts name are real; the rest (branches, satellite
branches, brokerages, treatment centres, and all their changes) are invented and say so in `is_invented`; their numbers
by province follow the census of 1395. Insurance and treatment are two hierarchies: a branch climbs to a general
office, a treatment centre to a treatment management.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

COUNTRY_GEO: Final = "IR"
"""Code of the country as a geographic area; provinces are `IR-00` … `IR-30` (ISO 3166-2)."""

_FOLDER = Path(__file__).parent


class UnitError(ValueError):
    """A unit or province is unknown, or the registry contradicts itself."""


@dataclass(frozen=True)
class Unit:
    """One unit.

    Attributes:
        code: Branches, satellites, brokerages and centres have six digits `PPKSSS` (province, kind, serial); offices
            have a prefix (`GO-`, `TM-`, `HQ-`, `SUB-`).
        kind: Code of `CL_UNIT_KIND`.
        name_fa: Persian name.
        name_en: English name.
        parent_code: Unit one level up; `None` at the top.
        province_code: Two digits; `None` for headquarters and subsidiaries.
        geo_code: `IR-23`, or `IR` for headquarters and subsidiaries.
        valid_from: First day (Gregorian). The registry begins with 1380-01-01.
        valid_to: Last day; `None` means still valid.
        is_invented: Whether the unit is made up, for want of a public list.
        centre_kind: Code of `CL_CENTRE_KIND`; `None` for all but treatment centres.
        directorate_code: General office or treatment management at the top of the unit's hierarchy; `None` for
            headquarters and subsidiaries.
    """

    code: str
    kind: str
    name_fa: str
    name_en: str
    parent_code: str | None
    province_code: str | None
    geo_code: str
    valid_from: date
    valid_to: date | None
    is_invented: bool
    centre_kind: str | None
    directorate_code: str | None

    def is_valid_on(self, day: date) -> bool:
        """Tell whether the unit exists on a day (Gregorian)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class UnitChange:
    """A split, merge or move: what `from_code` did is done by `to_code` since `date` (Gregorian).

    A unit that splits and lives on has one row for each unit that left it.
    """

    from_code: str
    to_code: str
    kind: str
    date: date


@dataclass(frozen=True)
class Province:
    """A province; how many live there says `vocabulary.population`.

    Attributes:
        code: Two digits, `00` is Markazi.
        geo_code: ISO 3166-2, `IR-00`.
        name_fa: Persian name.
        name_en: English name.
        name_iso: Name in ISO 3166-2.
        counties: Number of counties.
    """

    code: str
    geo_code: str
    name_fa: str
    name_en: str
    name_iso: str
    counties: int


@cache
def load_units() -> tuple[Unit, ...]:
    """Read all units, past and future ones too, in the registry's order."""
    return tuple(_unit(row) for row in _rows("unit.csv"))


@cache
def units_by_code() -> Mapping[str, Unit]:
    """Give all units by their code."""
    return MappingProxyType({unit.code: unit for unit in load_units()})


def get_unit(code: str) -> Unit:
    """Give a unit.

    Raises:
        UnitError: The registry has no such code.
    """
    try:
        return units_by_code()[code]
    except KeyError:
        raise UnitError(f"no unit {code!r}") from None


def directorate_of(code: str) -> Unit:
    """Give the general office or treatment management that a unit belongs to, itself if it is one.

    Raises:
        UnitError: The code is unknown, or belongs to headquarters or a subsidiary.
    """
    directorate = get_unit(code).directorate_code
    if directorate is None:
        raise UnitError(f"unit {code} belongs to no province")
    return get_unit(directorate)


@cache
def load_unit_changes() -> tuple[UnitChange, ...]:
    """Read all splits, merges and moves, by date."""
    return tuple(
        UnitChange(row["from_code"], row["to_code"], row["kind"], date.fromisoformat(row["date"]))
        for row in _rows("unit_change.csv")
    )


@cache
def load_reporting_obligations() -> Mapping[str, tuple[str, ...]]:
    """Give the kinds of unit that must report, by source (`mis`, `smis`)."""
    kinds: dict[str, tuple[str, ...]] = {}
    for row in _rows("reporting_obligation.csv"):
        kinds[row["source"]] = (*kinds.get(row["source"], ()), row["unit_kind"])
    return MappingProxyType(kinds)


def obliged_units(source: str, day: date) -> tuple[Unit, ...]:
    """Give the units that must report to a source.

    Args:
        source: `mis` or `smis`.
        day: Day on which they exist (Gregorian); for a period its last.

    Raises:
        UnitError: No unit is obliged to report to the source.
    """
    kinds = load_reporting_obligations().get(source)
    if kinds is None:
        raise UnitError(f"no unit reports to {source!r}")
    return tuple(unit for unit in load_units() if unit.kind in kinds and unit.is_valid_on(day))


@cache
def load_provinces() -> tuple[Province, ...]:
    """Read the 31 provinces, by code."""
    return tuple(_province(row) for row in _rows("province.csv"))


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _unit(row: Mapping[str, str]) -> Unit:
    return Unit(
        code=row["unit_code"],
        kind=row["kind"],
        name_fa=row["name_fa"],
        name_en=row["name_en"],
        parent_code=row["parent_code"] or None,
        province_code=row["province_code"] or None,
        geo_code=row["geo_code"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        is_invented=row["is_invented"] == "true",
        centre_kind=row["centre_kind"] or None,
        directorate_code=row["directorate_code"] or None,
    )


def _province(row: Mapping[str, str]) -> Province:
    return Province(
        code=row["province_code"],
        geo_code=row["geo_code"],
        name_fa=row["name_fa"],
        name_en=row["name_en"],
        name_iso=row["name_iso"],
        counties=int(row["counties"]),
    )
