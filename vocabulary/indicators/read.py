"""Reading the files of a catalogue: one YAML an indicator, and in `history/` one an earlier version.

What belongs here: from text to definitions. What may be read with what `vocabulary.indicators.chain` checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from vocabulary.indicators.chain import chained
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
from vocabulary.measures.load import Measure
from vocabulary.periods import Period
from vocabulary.yaml_text import read_yaml

FOLDER: Final = Path(__file__).parent


def read_catalogue(folder: Path, measures: Mapping[str, Measure]) -> tuple[Definition, ...]:
    """Read all definitions of a folder with their earlier versions, by code, from the first to the one in force.

    Raises:
        DefinitionError: One is malformed, is not what its file name says, or does not follow on the one before.
    """
    current = [_read(path, "code") for path in sorted(folder.glob("*.yaml"))]
    past = [_read(path, "id") for path in sorted((folder / "history").glob("*.yaml"))]
    return chained(current, past, measures)


def read_definition(text: str) -> Definition:
    """Read a definition from YAML; `indicator.schema.json` says the same to other tools.

    Raises:
        DefinitionError: A key is missing, unknown or carries what it cannot.
    """
    try:
        return _definition(read_yaml(text))
    except DefinitionError:
        raise
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise DefinitionError(f"malformed definition: {type(error).__name__} {error}") from error


def _read(path: Path, named_by: str) -> Definition:
    definition = read_definition(path.read_text(encoding="utf-8"))
    if getattr(definition, named_by) != path.stem:
        raise DefinitionError(f"{path.name} defines {getattr(definition, named_by)}")
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
    return Part(tuple(entry["measures"]), Bilingual(**entry["text"]), tuple(entry.get("per", ())))


def _bilingual(entry: Mapping[str, str] | None) -> Bilingual | None:
    return None if entry is None else Bilingual(**entry)
