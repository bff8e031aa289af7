"""What a norm says, and what its parts may say about each other and about its indicator (DASH-E).

What belongs here: the shape of a norm and the checks of one. What does not: reading the files and holding norms against
each other, which `vocabulary.norms.load` does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vocabulary.periods import Period

DEMO_PREFIX: Final = "DEMO-"
"""How the id of an invented decision begins."""

_PERCENT: Final = 100
_PARTS_OF_A_WHOLE: Final = frozenset({"share", "coverage"})


class NormError(ValueError):
    """A norm is incomplete, contradicts itself, or does not fit its indicator."""


class Level(StrEnum):
    """Whose figures the norm is for."""

    COUNTRY = "country"
    PROVINCE = "province"
    UNIT = "unit"


class Standing(StrEnum):
    """Whether anybody decided it.

    What is `demonstration` is made up to show the working; it is used in development only, and all that follows from it
    is synthetic.
    """

    DECIDED = "decided"
    DEMONSTRATION = "demonstration"


@dataclass(frozen=True)
class Band:
    """A band, or a limit where one end is `None`; in the unit that the indicator is published in."""

    lower: float | None
    upper: float | None

    def holds(self, value: float) -> bool:
        """Tell whether a value lies in the band, its ends included."""
        return (self.lower is None or self.lower <= value) and (self.upper is None or value <= self.upper)


@dataclass(frozen=True)
class Norm:
    """Norm and optimum of an indicator.

    Attributes:
        indicator: Code of the indicator.
        definition: Major version of the definition it was set for: another counting logic is another scale.
        level: Whose figures it is for.
        peer_group: Peer group of the evaluation that it is for; `None` for all of the level.
        norm: The band.
        optimum: Value to be reached; `None` where none was set.
        plan: Strategy or programme that it has regard to.
        valid_from: First period it holds for.
        valid_to: Last period; `None` while no end was set.
        decision_id: Decision that set it.
        status: Whether anybody decided it.
    """

    indicator: str
    definition: int
    level: Level
    peer_group: str | None
    norm: Band
    optimum: float | None
    plan: str
    valid_from: Period
    valid_to: Period | None
    decision_id: str
    status: Standing

    @property
    def name(self) -> str:
        """Name of its file."""
        parts = (self.indicator, self.level.value, self.peer_group, self.valid_from.code)
        return ".".join(part for part in parts if part)

    @property
    def months(self) -> tuple[str, str | None]:
        """First and last month of validity."""
        last = None if self.valid_to is None else self.valid_to.months()[-1].code
        return self.valid_from.months()[0].code, last

    def overlaps(self, other: Norm) -> bool:
        """Tell whether two norms claim the same figures of one month."""
        if (self.indicator, self.level, self.peer_group, self.status) != (
            other.indicator,
            other.level,
            other.peer_group,
            other.status,
        ):
            return False
        (first, last), (start, end) = self.months, other.months
        return (end is None or first <= end) and (last is None or start <= last)


def check_norm(norm: Norm, *, direction: str, kind: str, scale: int) -> None:
    """Check a norm in itself and against its indicator.

    Args:
        norm: The norm.
        direction: Which way is better: up, down, neutral or target_band.
        kind: How the indicator is computed.
        scale: 100 where the indicator is in percent.

    Raises:
        NormError: It is not consistent, or does not fit.
    """
    _check_standing(norm)
    _check_band(norm)
    if kind in _PARTS_OF_A_WHOLE and scale == _PERCENT:
        for bound in (norm.norm.lower, norm.norm.upper, norm.optimum):
            if bound is not None and not 0 <= bound <= _PERCENT:
                raise NormError(f"{norm.name}: a share lies between 0 and 100 percent")
    _check_direction(norm, direction)


def _check_standing(norm: Norm) -> None:
    if not norm.decision_id.strip() or not norm.plan.strip():
        raise NormError(f"{norm.name}: a norm needs a plan and a decision (DASH-E)")
    if (norm.status is Standing.DEMONSTRATION) != norm.decision_id.startswith(DEMO_PREFIX):
        raise NormError(f"{norm.name}: a decision {DEMO_PREFIX}… goes with a demonstration, and no other")
    first, last = norm.months
    if last is not None and last < first:
        raise NormError(f"{norm.name}: it ends before it begins")


def _check_band(norm: Norm) -> None:
    bounds = [bound for bound in (norm.norm.lower, norm.norm.upper) if bound is not None]
    known = [*bounds, *(() if norm.optimum is None else (norm.optimum,))]
    if not bounds or not all(math.isfinite(bound) for bound in known):
        raise NormError(f"{norm.name}: a norm has at least one bound, and all are numbers")
    if bounds != sorted(bounds):
        raise NormError(f"{norm.name}: the lower bound is above the upper")


def _check_direction(norm: Norm, direction: str) -> None:
    lower, upper, optimum = norm.norm.lower, norm.norm.upper, norm.optimum
    if direction == "neutral":
        raise NormError(f"{norm.name}: an indicator without a better side has no norm; its definition comes first")
    if (direction == "up" and lower is None) or (direction == "down" and upper is None):
        raise NormError(f"{norm.name}: the bound on the worse side is missing")
    if direction == "target_band" and (lower is None or upper is None):
        raise NormError(f"{norm.name}: a target band has two ends")
    if optimum is None:
        return
    is_good = {
        "up": lower is None or lower <= optimum,
        "down": upper is None or optimum <= upper,
        "target_band": norm.norm.holds(optimum),
    }
    if not is_good[direction]:
        raise NormError(f"{norm.name}: the optimum lies on the worse side of the norm")
