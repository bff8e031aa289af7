"""Access levels: which office may see which class and whose rows, since which decision (DASH-F).

Pure rules over labels; where decisions are kept belongs elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from governance.access.labels import AccessClass, Granularity, Label, covers, guides, untagged
from governance.clauses import Basis, RefusedError


@dataclass(frozen=True)
class AccessLevel:
    """What one office may see, since one decision of the safeguarding working group (DASH-F).

    Attributes:
        office: The office that holds the level.
        ceiling: The most restricted label it may see.
        units: Codes of the units whose rows it may see; `None` means every unit.
        decision: Id of the working group's decision; a level without one gives nothing.
    """

    office: str
    ceiling: Label
    units: frozenset[str] | None
    decision: str


def may_read(label: Label | None, *, unit: str, levels: Iterable[AccessLevel]) -> bool:
    """Tell whether one of an office's access levels opens a unit's rows with this label."""
    return _read_refusal(label, unit, levels, "the column") is None


def check_read(label: Label | None, *, unit: str, levels: Iterable[AccessLevel], subject: str) -> None:
    """Refuse rows that no access level of the office opens (DASH-F).

    Raises:
        RefusedError: untagged, or no level with a decision covers label and unit.
    """
    refusal = _read_refusal(label, unit, levels, subject)
    if refusal:
        raise refusal


def _read_refusal(label: Label | None, unit: str, levels: Iterable[AccessLevel], subject: str) -> RefusedError | None:
    if label is None:
        return untagged(subject)
    public = Label(AccessClass.PUBLIC, Granularity.AGGREGATE)
    if covers(public, label):
        return None
    for level in levels:
        of_unit = level.units is None or unit in level.units
        if level.decision and of_unit and covers(level.ceiling, label):
            return None
    return RefusedError(
        f"no access level opens {subject} of unit {unit}",
        clause="DASH-F",
        basis=Basis.TEXT,
        guided_by=guides(label.access_class),
    )
