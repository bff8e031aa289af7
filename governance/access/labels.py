"""Access classes and granularity: what a column is (OPEN-1…3).

A small lattice, not a list: `public` is lowest, `private` and `capital` do not compare, and joining takes both. Pure
rules over labels; how a table gets its labels, and where decisions are kept, belongs elsewhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Flag, IntEnum, auto
from functools import reduce

from governance.clauses import Basis, RefusedError


class AccessClass(Flag):
    """What makes information sensitive; members combine with `|`."""

    PUBLIC = 0
    PRIVATE = auto()
    CAPITAL = auto()


class Granularity(IntEnum):
    """How near to one person, workshop or file a value is; a higher number is nearer."""

    PROTECTED = 0
    AGGREGATE = 1
    RECORD = 2


@dataclass(frozen=True)
class Label:
    """Sensitivity × granularity of a column or a value."""

    access_class: AccessClass
    granularity: Granularity


def parse_label(access_class: str | None, granularity: str | None, *, subject: str) -> Label:
    """Read a label from its two words as a contract or a mart's metadata spells them.

    Args:
        access_class: `public`, `private` or `capital`, or several joined with `|`.
        granularity: `record`, `aggregate` or `protected`.
        subject: What is labelled, for the refusal.

    Raises:
        RefusedError: a word is missing or unknown; untagged is refused.
    """
    try:
        classes = [AccessClass[word.strip().upper()] for word in (access_class or "").split("|")]
        level = Granularity[(granularity or "").strip().upper()]
    except KeyError as error:
        raise untagged(subject) from error
    return Label(reduce(lambda left, right: left | right, classes), level)


def labels_of_columns(columns: Mapping[str, Mapping[str, object]]) -> dict[str, Label]:
    """Read the labels of a table's columns from their metadata, column → `access_class`, `granularity`.

    Raises:
        RefusedError: a column is untagged.
    """
    return {
        name: parse_label(_word(meta, "access_class"), _word(meta, "granularity"), subject=f"column {name}")
        for name, meta in columns.items()
    }


def join(labels: Iterable[Label]) -> Label:
    """Return the label of what is derived from all of `labels`: the most restrictive wins.

    Raises:
        RefusedError: there are no labels, so nothing is known of what is derived.
    """
    known = list(labels)
    if not known:
        raise untagged("a value without origin")
    return Label(
        reduce(lambda left, right: left | right, (label.access_class for label in known)),
        max(label.granularity for label in known),
    )


def covers(ceiling: Label, label: Label) -> bool:
    """Tell whether `label` is at or below `ceiling` in both parts."""
    return label.access_class in ceiling.access_class and label.granularity <= ceiling.granularity


def guides(access_class: AccessClass) -> tuple[str, ...]:
    """Return the parts of the opinion that explain why a class is kept."""
    guides = {AccessClass.PRIVATE: "OPEN-1", AccessClass.CAPITAL: "OPEN-3"}
    return tuple(clause for part, clause in guides.items() if part in access_class)


def _word(meta: Mapping[str, object], name: str) -> str | None:
    value = meta.get(name)
    return value if isinstance(value, str) else None


def untagged(subject: str) -> RefusedError:
    """Return the refusal of what has no label: untagged is refused."""
    return RefusedError(f"{subject} has no access class or granularity", clause="HOUSE-6", basis=Basis.HOUSE)
