"""The counting rule of a definition: all that decides which figure comes out, measures and their filters included.

What belongs here: the rule as plain fields, and the difference of two. Wording, notes and rounding at publication are
no part of it: they may change without a new version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from vocabulary.indicators.model import Definition
from vocabulary.measures.load import Measure

VALID_FROM: Final = "valid_from"
"""First period of the version: fixed with it, though another version may count by the same rule."""


@dataclass(frozen=True)
class FieldChange:
    """One field that differs; `None` where a side does not have it."""

    field: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        """Put the change in words."""
        return f"{self.field}: {self.before or 'nothing'} → {self.after or 'nothing'}"


def counting_rule(definition: Definition, measures: Mapping[str, Measure]) -> dict[str, str]:
    """Give the counting rule as fields: the arithmetic, and for each measure what it counts.

    Args:
        definition: The definition.
        measures: All measures, by code.
    """
    below = definition.denominator
    fields = {
        VALID_FROM: definition.valid_from.code,
        "kind": definition.kind.value,
        "scale": str(definition.scale),
        "unit_measure": definition.unit_measure,
        "numerator": " + ".join(definition.numerator.measures),
        "numerator_per": " + ".join(definition.numerator.per),
        "denominator": " + ".join(below.measures) if below else "",
        "denominator_per": " + ".join(below.per) if below else "",
    }
    for code in definition.measures:
        fields |= {f"{code}.{name}": text for name, text in _counted(measures[code]).items()}
    return {name: text for name, text in fields.items() if text}


def changes_between(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[FieldChange, ...]:
    """Give the fields that differ, in the order in which they stand."""
    names = dict.fromkeys((*before, *after))
    return tuple(
        FieldChange(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    )


def _counted(measure: Measure) -> dict[str, str]:
    return {
        "source": measure.source,
        "unit_measure": measure.unit_measure,
        "over_time": measure.over_time.value,
        "contributors": measure.contributors,
        "of": measure.of or "",
        **{f"where.{each.dimension}": ", ".join(sorted(each.codes)) for each in measure.where},
        "model": measure.model or "",
        "records": measure.records or "",
    }
