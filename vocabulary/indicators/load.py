"""The catalogue of indicators: the definitions in force, their earlier versions, which can be computed (DASH-D).

What belongs here: reading the YAML files of this folder, one an indicator, and of `history/`, one an earlier version.
What does not: norms (`vocabulary.norms`, DASH-E), whose owner is another, and the computing, which the marts do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from vocabulary.indicators.model import (
    Bilingual,
    Control,
    Definition,
    DefinitionError,
    Direction,
    Frequency,
    Kind,
    Note,
    Part,
    StatusNote,
)
from vocabulary.periods import Period

_FOLDER = Path(__file__).parent


def list_indicators() -> tuple[str, ...]:
    """Give the codes of the indicators that are computed, sorted."""
    return tuple(definition.code for definition in load_indicators())


def load_indicator(code: str) -> Definition:
    """Give the definition in force of an indicator, computed or not.

    Raises:
        DefinitionError: There is none, or one of the catalogue is incomplete or contradictory.
    """
    for definition in _current(_FOLDER):
        if definition.code == code:
            return definition
    raise DefinitionError(f"no indicator {code!r}")


def load_indicators() -> tuple[Definition, ...]:
    """Give the definitions in force of what is computed, by code."""
    return tuple(definition for definition in _current(_FOLDER) if definition.sources)


def load_unsourced() -> tuple[Definition, ...]:
    """Give the definitions of what no source held can carry, by code: they are defined and never computed."""
    return tuple(definition for definition in _current(_FOLDER) if not definition.sources)


def load_versions() -> tuple[Definition, ...]:
    """Give every version of what is computed, by code and then from the first to the one in force.

    Each carries in `valid_to` the first period of the version that came after it.
    """
    return _versions(_FOLDER)


def read_definition(text: str) -> Definition:
    """Read a definition from YAML; `indicator.schema.json` says the same to other tools.

    Raises:
        DefinitionError: A key is missing, unknown or carries what it cannot.
    """
    try:
        return _definition(yaml.safe_load(text))
    except DefinitionError:
        raise
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise DefinitionError(f"malformed definition: {type(error).__name__} {error}") from error


@cache
def _current(folder: Path) -> tuple[Definition, ...]:
    return tuple(_read(path, path.stem) for path in sorted(folder.glob("*.yaml")))


@cache
def _versions(folder: Path) -> tuple[Definition, ...]:
    past = [_read(path, path.stem.partition("@")[0]) for path in (folder / "history").glob("*.yaml")]
    computed = [definition for definition in _current(folder) if definition.sources]
    found = []
    everything = sorted([*past, *computed], key=lambda each: (each.code, each.valid_from.start))
    for _, group in groupby(everything, key=lambda each: each.code):
        chain = list(group)
        ends = [*(each.valid_from for each in chain[1:]), None]
        found += [replace(each, valid_to=end) for each, end in zip(chain, ends, strict=True)]
    return tuple(found)


def _read(path: Path, code: str) -> Definition:
    definition = read_definition(path.read_text(encoding="utf-8"))
    if definition.code != code:
        raise DefinitionError(f"{path.name} defines {definition.code}")
    return definition


def _definition(entry: Mapping[str, Any]) -> Definition:
    fields = dict(entry)
    for name in ("name", "definition", "counting_logic"):
        fields[name] = Bilingual(**fields[name])
    for name in ("dimensions", "clauses", "sources"):
        fields[name] = tuple(fields[name])
    below, note = fields["denominator"], fields["status_note"]
    fields.update(
        kind=Kind(fields["kind"]),
        frequency=Frequency(fields["frequency"]),
        direction=Direction(fields["direction"]),
        is_controllable_by=Control(fields["is_controllable_by"]),
        needs=_bilingual(fields.get("needs")),
        valid_from=Period.parse(fields["valid_from"]),
        numerator=_part(fields["numerator"]),
        denominator=None if below is None else _part(below),
        status_note=None if note is None else StatusNote(**note),
        notes=tuple(Note(**remark) for remark in fields["notes"]),
    )
    return Definition(**fields)


def _part(entry: Mapping[str, Any]) -> Part:
    return Part(tuple(entry["measures"]), Bilingual(**entry["text"]))


def _bilingual(entry: Mapping[str, str] | None) -> Bilingual | None:
    return None if entry is None else Bilingual(**entry)
