"""How many workshops a branch has on its books, so that its lists and its reports speak of the same ones."""

from __future__ import annotations

from functools import cache

from orchestration.generator.draws import Draws
from orchestration.generator.scales import Scale, volume_of
from vocabulary.units.load import get_unit

_DRAWS = Draws.of(0, "workshops")


@cache
def workshop_count(unit_code: str, scale: Scale) -> int:
    """Give how many workshops are registered at a branch and obliged to send a list, every month the same.

    Args:
        unit_code: Branch or satellite branch.
        scale: How much is written; where only some general offices take lists in, other branches have no workshops.
    """
    offices = volume_of(scale).list_offices
    if offices and get_unit(unit_code).directorate_code not in offices:
        return 0
    fewest, most = volume_of(scale).workshops
    return fewest + _DRAWS.whole(most - fewest + 1, unit_code)
