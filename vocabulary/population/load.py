"""Population references: how many persons live where, by whose count and of which date.

What belongs here: reading each reference from the two files of its name beside this module, what it says of itself
(`.yaml`) and its figures (`.csv`). What does not: rates, which are indicators. A reference serves the periods that it
names and no other: nothing is carried forward or estimated.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from vocabulary.periods import Period
from vocabulary.yaml_text import read_yaml

CENSUS: Final = "census_1395"
"""The newest reference held."""

TOTAL: Final = "TOTAL"

_FOLDER = Path(__file__).parent


class PopulationError(ValueError):
    """There is no such reference, or it does not serve the period or the group."""


@dataclass(frozen=True)
class Reference:
    """A count of the population.

    Attributes:
        id: Name of its files.
        version: Semantic version of the figures.
        name: Name (`fa`, `en`).
        source: Who counted.
        licence: Under which terms the figures may be used.
        reference: Month that the count refers to.
        serves: Periods that it may be used for.
        notes: What it has and has not.
        persons: Area, sex and age group → persons; `TOTAL` stands for all.
    """

    id: str
    version: str
    name: Mapping[str, str]
    source: Mapping[str, str]
    licence: Mapping[str, str]
    reference: Period
    serves: tuple[Period, ...]
    notes: Mapping[str, str]
    persons: Mapping[tuple[str, str, str], int]

    def people(self, geo_code: str, *, period: Period, sex: str = TOTAL, age_group: str = TOTAL) -> int:
        """Give the persons of a group in a province (`IR-23`), for a period that the reference serves.

        Raises:
            PopulationError: it does not serve the period, or does not count the group.
        """
        if period not in self.serves:
            raise PopulationError(f"{self.id} does not serve {period}: a count of that period is needed")
        try:
            return self.persons[geo_code, sex, age_group]
        except KeyError:
            raise PopulationError(f"{self.id} does not count {sex}, {age_group} in {geo_code}") from None


def list_references() -> tuple[str, ...]:
    """Give the ids of the references held, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


@cache
def load_reference(reference_id: str) -> Reference:
    """Read a reference.

    Raises:
        PopulationError: There is none of this name.
    """
    if reference_id not in list_references():
        raise PopulationError(f"no population reference {reference_id!r}")
    fields: dict[str, Any] = read_yaml((_FOLDER / f"{reference_id}.yaml").read_text(encoding="utf-8"))
    with (_FOLDER / f"{reference_id}.csv").open(encoding="utf-8", newline="") as stream:
        persons = {
            (row["geo_code"], row["sex"], row["age_group"]): int(row["persons"]) for row in csv.DictReader(stream)
        }
    fields["reference"] = Period.parse(str(fields["reference"]))
    fields["serves"] = tuple(Period.parse(str(code)) for code in fields["serves"])
    return Reference(**fields, persons=persons)
