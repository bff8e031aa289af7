"""The day from which a directive's process applies to a unit: XFER (transfers of pension files), SCAN (imaging).

What belongs here: reading `go_live.csv` beside this module. A process between two units applies once it is live at
both; before that, and at a unit that is not in the list, it is *not applicable*. No source gives these days, so they
are invented and say so.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

PROCESSES: Final = ("XFER", "SCAN")
"""Processes that go live unit by unit, by the directive that orders them."""

_FILE = Path(__file__).parent / "go_live.csv"


@dataclass(frozen=True)
class GoLive:
    """The start of a process at a unit.

    Attributes:
        unit_code: Unit of the registry.
        process: One of `PROCESSES`.
        date: First day (Gregorian) on which the directive applies.
        decision: Id of the decision that set it.
        is_invented: Whether the day is made up, for want of a source.
    """

    unit_code: str
    process: str
    date: date
    decision: str
    is_invented: bool


@cache
def load_go_live() -> tuple[GoLive, ...]:
    """Read all starts, by process and unit."""
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return tuple(
            GoLive(
                unit_code=row["unit_code"],
                process=row["process"],
                date=date.fromisoformat(row["date"]),
                decision=row["decision"],
                is_invented=row["is_invented"] == "true",
            )
            for row in csv.DictReader(stream)
        )


@cache
def go_live_dates(process: str) -> Mapping[str, date]:
    """Give the first day of a process by unit; a unit that is missing has not started."""
    return MappingProxyType({item.unit_code: item.date for item in load_go_live() if item.process == process})
