"""Who owes which month by when: due days by the Jalali calendar, and what did not arrive.

What belongs here: pure rules over the contract's due day, the holidays and the unit registry. What does not: how late
a file that came was prepared (the `freshness` check), and coverage of published indicators (dbt).
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from lake.bronze import FileRecord
from lake.contracts.due import due_on
from lake.contracts.model import Source
from vocabulary.periods import Period
from vocabulary.units.load import Unit, load_reporting_obligations, obliged_units, units_by_code

TEHRAN: Final = ZoneInfo("Asia/Tehran")
_LOOK_BACK = 12
"""Months before a day that may fall due on it: no contract waits longer."""


@dataclass(frozen=True)
class Arrival:
    """What arrived of one month that is past its due day.

    Attributes:
        period: The month.
        files: Accepted files that claim it.
        expected: Number of units that must report.
        missing: Units that must report and sent nothing, neither themselves nor a unit above them.
        silent: Offices all of whose units are missing.
    """

    period: str
    files: int
    expected: int
    missing: tuple[str, ...]
    silent: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether anything arrived, and all that was expected."""
        return self.files > 0 and not self.missing


def today() -> dt.date:
    """Give the day in Tehran."""
    return dt.datetime.now(TEHRAN).date()


def due_today(source: Source, day: dt.date) -> tuple[Period, ...]:
    """Give the months whose last day in time was the day before: on `day` they are to be run and asked for."""
    this = Period.month_of(day)
    recent = [this.shift(-back) for back in range(_LOOK_BACK, -1, -1)]
    return tuple(period for period in recent if due_on(source, period) == day - dt.timedelta(days=1))


def is_overdue(source: Source, period: Period, day: dt.date) -> bool:
    """Tell whether a month's due day has passed."""
    due = due_on(source, period)
    return due is not None and due < day


def arrivals(
    source: Source, periods: Iterable[str], received: Collection[FileRecord], day: dt.date
) -> tuple[Arrival, ...]:
    """Compare the units that must report with the files that came, for the months past their due day.

    Args:
        source: Whose files.
        periods: Months to look at.
        received: The register's entries of the source.
        day: The day on which it is asked.
    """
    overdue = [period for period in periods if is_overdue(source, Period.parse(period), day)]
    return tuple(_arrival(source, period, [file for file in received if file.period == period]) for period in overdue)


def _arrival(source: Source, period: str, files: Collection[FileRecord]) -> Arrival:
    senders = {file.sender_code for file in files}
    is_owed = source.id in load_reporting_obligations()
    units = obliged_units(source.id, Period.parse(period).end) if is_owed else ()
    missing = tuple(unit for unit in units if senders.isdisjoint(_chain(unit)))
    heard = {unit.directorate_code for unit in set(units).difference(missing)}
    silent = {unit.directorate_code for unit in missing if unit.directorate_code} - heard
    return Arrival(period, len(files), len(units), tuple(unit.code for unit in missing), tuple(sorted(silent)))


def _chain(unit: Unit) -> set[str]:
    """Give the codes that may have sent a unit's data: its own and those above it."""
    codes = {unit.code}
    while unit.parent_code is not None:
        codes.add(unit.parent_code)
        unit = units_by_code()[unit.parent_code]
    return codes
