"""The units that report, and how the nation is spread over them.

Provinces follow the census of 1395 (persons of 15–64 for the insured, of 60 and over for pensioners); inside a
directorate a unit's size is invented. The share of Tehran's three general offices is invented too.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from orchestration.generator.draws import Draws
from orchestration.generator.scales import Volume
from vocabulary.population.load import CENSUS, Reference, load_reference
from vocabulary.units.load import Unit, load_reporting_obligations, load_units

INSURANCE_KINDS = ("BRANCH", "SATELLITE_BRANCH", "BROKERAGE")
_TEHRAN = {"GO-23-E": 0.37, "GO-23-W": 0.36, "GO-23-C": 0.27}
_SIZE = {
    "BRANCH": 1.0,
    "SATELLITE_BRANCH": 0.22,
    "BROKERAGE": 0.25,
    "HOSPITAL": 1.0,
    "CLINIC": 0.5,
    "DAY_CLINIC": 0.2,
}
_SPREAD = 0.5


@dataclass(frozen=True)
class World:
    """Units and their sizes.

    Attributes:
        units: One row a unit that is in, past and future ones too: `unit` (its place in the registry, fixed), `code`,
            `kind` (of centres the kind of centre), `directorate`, `valid_from`, `valid_to`, `insured`, `pension`
            (persons of the census that fall to it, a float).
        share_insured: Share of the country's size that the units in hold, by `insured`; 1 unless the scale is tiny.
        share_pension: The same by `pension`.
        is_whole: Whether every unit is in.
    """

    units: pl.DataFrame
    share_insured: float
    share_pension: float
    is_whole: bool

    def reporting(self, source: str, day: dt.date) -> pl.DataFrame:
        """Give the units that must report to a source (`mis`, `smis`) on a day."""
        kinds = load_reporting_obligations()[source]
        return self.existing(day).filter(pl.col("unit_kind").is_in(kinds))

    def existing(self, day: dt.date) -> pl.DataFrame:
        """Give the units that exist on a day."""
        return self.units.filter(
            (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= day))
        )

    def share(self, size: str) -> float:
        """Give the share of the country that is in, by `insured` or `pension`."""
        return self.share_insured if size == "insured" else self.share_pension


def build_world(seed: int, volume: Volume) -> World:
    """Lay the country over the units of a scale."""
    sized = _sized(seed)
    chosen = _chosen(sized, volume)
    return World(
        units=chosen,
        share_insured=_share(chosen, sized, "insured"),
        share_pension=_share(chosen, sized, "pension"),
        is_whole=not volume.directorates,
    )


def unit_codes() -> pl.Series:
    """Give the code of each place in the registry."""
    return pl.Series("code", [unit.code for unit in _registry()])


def unit_names() -> pl.Series:
    """Give the Persian name of each place in the registry."""
    return pl.Series("name", [unit.name_fa for unit in _registry()])


@cache
def _registry() -> tuple[Unit, ...]:
    kinds = (*INSURANCE_KINDS, "TREATMENT_CENTRE")
    return tuple(sorted((unit for unit in load_units() if unit.kind in kinds), key=lambda unit: unit.code))


def _sized(seed: int) -> pl.DataFrame:
    draws = Draws.of(seed, "size")
    registry = _registry()
    raw = [_SIZE[u.centre_kind or u.kind] * math.exp(_SPREAD * draws.gauss(u.code)) for u in registry]
    hierarchies = [(u.directorate_code, u.kind in ("BRANCH", "SATELLITE_BRANCH"), u.kind) for u in registry]
    groups = [(code, "REPORTING" if reporting else kind) for code, reporting, kind in hierarchies]
    whole = {group: math.fsum(r for r, g in zip(raw, groups, strict=True) if g == group) for group in set(groups)}
    shares = [r / whole[g] * _TEHRAN.get(g[0] or "", 1.0) for r, g in zip(raw, groups, strict=True)]
    census = load_reference(CENSUS)
    return pl.DataFrame(
        {
            "unit": pl.Series(range(len(registry)), dtype=pl.Int32),
            "code": [unit.code for unit in registry],
            "unit_kind": [unit.kind for unit in registry],
            "kind": [unit.centre_kind or unit.kind for unit in registry],
            "directorate": [unit.directorate_code for unit in registry],
            "valid_from": [unit.valid_from for unit in registry],
            "valid_to": pl.Series([unit.valid_to for unit in registry], dtype=pl.Date),
            "insured": _spread(shares, registry, census, "Y15T64"),
            "pension": _spread(shares, registry, census, "YGE60"),
        }
    )


def _spread(shares: Sequence[float], registry: Sequence[Unit], census: Reference, age_group: str) -> list[float]:
    """Give each unit its share of the persons of an age group in its province."""
    people = {
        geo: census.people(geo, period=census.serves[0], age_group=age_group)
        for geo in {unit.geo_code for unit in registry}
    }
    return [share * people[unit.geo_code] for share, unit in zip(shares, registry, strict=True)]


def _chosen(sized: pl.DataFrame, volume: Volume) -> pl.DataFrame:
    if not volume.directorates:
        return sized
    place = pl.col("unit").cum_count().over("directorate", "kind")
    limit = pl.col("kind").replace_strict(dict(volume.units), default=len(sized), return_dtype=pl.Int64)
    return sized.filter(pl.col("directorate").is_in(sorted(volume.directorates)) & (place <= limit))


def _share(chosen: pl.DataFrame, sized: pl.DataFrame, size: str) -> float:
    def held(frame: pl.DataFrame) -> float:
        return math.fsum(frame.filter(pl.col("unit_kind").is_in(["BRANCH", "SATELLITE_BRANCH"]))[size])

    return held(chosen) / held(sized)
