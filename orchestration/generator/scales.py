"""How much the generator writes: three scales of the same picture.

Only volumes stand here. What the figures are is in `profile`; which units there are is in `world`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Scale(StrEnum):
    """Scale of a generated landing folder.

    `tiny` is for tests: a few units, so that national totals do not hold. At `demo` and `national` every unit reports
    and the national totals are exact; they differ in the length of the two event logs only.
    """

    TINY = "tiny"
    DEMO = "demo"
    NATIONAL = "national"


@dataclass(frozen=True)
class Volume:
    """Volumes of a scale.

    Attributes:
        directorates: General offices and treatment managements that are in; empty means all.
        units: Units of each kind at most, by directorate; a kind that is not named has no limit.
        transfers: Pension-file transfers referred in a month.
        imaged: Files and single documents taken up for imaging in a month.
        imaged_at_once: Taken up for imaging at most in one piece of work; bounds memory.
        workshops: Fewest and most workshops registered at a branch.
        list_offices: General offices whose branches take contribution lists in; empty means all.
        list_workers: Workers of a contribution list, on average.
        listed_persons: Insurance numbers that lists draw from.
        award_step: One award order in so many is listed.
    """

    directorates: frozenset[str]
    units: Mapping[str, int]
    transfers: int
    imaged: int
    imaged_at_once: int = 40_000
    workshops: tuple[int, int] = (4, 9)
    list_offices: frozenset[str] = frozenset()
    list_workers: int = 15
    listed_persons: int = 10**5
    award_step: int = 1


_VOLUMES = {
    Scale.TINY: Volume(
        directorates=frozenset({"GO-01", "GO-23-E", "GO-29", "TM-01", "TM-23", "TM-29"}),
        units=MappingProxyType(
            {"BRANCH": 4, "SATELLITE_BRANCH": 1, "BROKERAGE": 1, "HOSPITAL": 1, "CLINIC": 3, "DAY_CLINIC": 1}
        ),
        transfers=40,
        imaged=40,
        list_workers=3,
    ),
    Scale.DEMO: Volume(
        directorates=frozenset(),
        units=MappingProxyType({}),
        transfers=2_520,
        imaged=4_900,
        list_offices=frozenset({"GO-12", "GO-29"}),
        award_step=12,
    ),
    Scale.NATIONAL: Volume(
        directorates=frozenset(),
        units=MappingProxyType({}),
        transfers=24_000,
        imaged=1_750_000,
        workshops=(1_200, 2_600),
        list_workers=8,
        listed_persons=10**7,
    ),
}


def volume_of(scale: Scale) -> Volume:
    """Give the volumes of a scale."""
    return _VOLUMES[scale]
