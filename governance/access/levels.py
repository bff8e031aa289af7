"""Access levels: who holds which grant of the safeguarding working group (DASH-F), and what a grant opens.

What belongs here: persons, grants, and the conditions under which a grant opens something. What does not: putting the
conditions together into a verdict (`governance.access.verdict`), and where grants are kept (`governance.grants`).
Pure: the day is passed in.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from governance.access.labels import AccessClass, Granularity, Label, covers
from governance.access.territory import Rows, is_within, units_of

PUBLIC = Label(AccessClass.PUBLIC, Granularity.AGGREGATE)
"""What anybody may see: public information that is general and non-identity (OPEN-2, STAT-N1)."""


class HolderKind(StrEnum):
    """Who holds a grant: an office, a seat (a post in an office, `HQ-STATISTICS/auditor`), or one official."""

    OFFICE = "office"
    SEAT = "seat"
    OFFICIAL = "official"


@dataclass(frozen=True)
class Person:
    """Somebody who asks.

    Attributes:
        official: Code of the official.
        office: Office that the official sits in.
        posts: Roles that the official holds there; each makes a seat.
    """

    official: str
    office: str
    posts: frozenset[str] = frozenset()

    def holds(self, kind: HolderKind, holder: str) -> bool:
        """Tell whether a grant to this holder is the person's."""
        held = {
            HolderKind.OFFICE: {self.office},
            HolderKind.SEAT: {f"{self.office}/{post}" for post in self.posts},
            HolderKind.OFFICIAL: {self.official},
        }
        return holder in held[kind]


@dataclass(frozen=True)
class Grant:
    """What one decision of the working group lets a holder see.

    Attributes:
        id: Name of the grant, `GRANT-7`.
        kind: What kind of holder it names.
        holder: Code of the office, the seat or the official.
        ceiling: The most restricted label it opens.
        tables: Tables it opens, `gold.mart_insured`, or a whole layer, `gold.*`; empty means every table.
        rows: Whose rows, counted from `unit`.
        unit: Unit that the rows are counted from.
        valid_from: First day (Gregorian, of Tehran).
        valid_to: Last day; `None` means until revoked.
        decision: Id of the working group's decision; a grant without one opens nothing.
        revoked_by: Decision that took it back, or empty.
    """

    id: str
    kind: HolderKind
    holder: str
    ceiling: Label
    tables: frozenset[str]
    rows: Rows
    unit: str
    valid_from: date
    valid_to: date | None
    decision: str
    revoked_by: str = ""

    def names(self, table: str) -> bool:
        """Tell whether the grant is for a table."""
        return not self.tables or table in self.tables or f"{table.split('.', 1)[0]}.*" in self.tables

    def stands_on(self, day: date) -> bool:
        """Tell whether a day lies within the grant's validity."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def opens_units(self, unit: str | None) -> bool:
        """Tell whether the grant opens the rows of a unit; `None` asks for every unit's."""
        opened = units_of(self.rows, self.unit)
        return opened is None or (unit is not None and unit in opened)

    def covers(self, label: Label) -> bool:
        """Tell whether a label lies at or below the grant's ceiling."""
        return covers(self.ceiling, label)

    def is_within_territory_of(self, office: str) -> bool:
        """Tell whether the rows are those of units that an office answers for."""
        return is_within(office, self.rows, self.unit)


def is_public(label: Label) -> bool:
    """Tell whether anybody may see what has this label."""
    return covers(PUBLIC, label)
