"""Limits by which conformance is monitored: tolerances and deadlines that no text gives.

What belongs here: reading `limit.csv` beside this module. Each limit is dated and cites the decision that set it; all
are `house`, so crossing one is something to look at, never a breach.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "limit.csv"


@dataclass(frozen=True)
class Limit:
    """One limit over one stretch of time.

    Attributes:
        code: What it limits; begins with the process, `XFER_…` or `SCAN_…`.
        value: The limit.
        unit: SECOND, DAY or MONTH.
        valid_from: First day (Gregorian) on which it holds.
        valid_to: Last day; `None` while it holds.
        basis: `text`, `inference` or `house`.
        decision: Id of the decision that set it.
        name_fa: Persian name.
        name_en: English name.
    """

    code: str
    value: int
    unit: str
    valid_from: date
    valid_to: date | None
    basis: str
    decision: str
    name_fa: str
    name_en: str


@cache
def load_limits() -> tuple[Limit, ...]:
    """Read all limits, past ones too."""
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Limit(
                code=row["code"],
                value=int(row["value"]),
                unit=row["unit"],
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                basis=row["basis"],
                decision=row["decision"],
                name_fa=row["name_fa"],
                name_en=row["name_en"],
            )
            for row in csv.DictReader(stream)
        )


def limit_on(code: str, day: date) -> Limit:
    """Give the limit that holds on a day.

    Raises:
        LookupError: No such limit holds then.
    """
    for limit in load_limits():
        if limit.code == code and limit.valid_from <= day and (limit.valid_to is None or day <= limit.valid_to):
            return limit
    raise LookupError(f"no limit {code} on {day}")
