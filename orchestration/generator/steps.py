"""The steps of imaging in their order, and when each takes place.

Times are seconds of work since the first working day of the month in which the file was taken up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from orchestration.generator.days import WORKDAY_SECONDS
from orchestration.generator.draws import Draws

LONGEST = 17 * WORKDAY_SECONDS
"""Events that would come later than this after the start do not come at all."""

_MINUTE = 60
_TAIL = 0.7
_DAY = WORKDAY_SECONDS // _MINUTE


@dataclass(frozen=True)
class Step:
    """A place in the course of imaging.

    Attributes:
        number: Its number, part of the events' identifiers.
        code: Code of `CL_SCAN_STEP`.
        at: Column with its instant; null where it does not take place.
        median: Median delay after the step before, in minutes of work.
        when: Column that must hold for it to take place; empty where it always does.
        leaves: Which count of leaves is recorded: `first`, `second`, `third` or none.
        images: Whether the number of images is recorded.
    """

    number: int
    code: str
    at: str
    median: float
    when: str
    leaves: str = ""
    images: bool = False


@cache
def steps() -> Sequence[Step]:
    """Give the steps in order; a loop back is steps of its own."""
    course: tuple[tuple[str, float, str, str, bool], ...] = (
        ("S01", 0, "is_file", "", False),
        ("S02", 14, "is_file", "first", False),
        ("S03", 8, "is_file", "", False),
        ("S04", 45, "is_file", "", False),
        ("S05", 0.5 * _DAY, "", "", True),
        ("S06", 0.4 * _DAY, "", "", True),
        ("S05", 0.3 * _DAY, "is_requality", "", True),
        ("S06", 0.2 * _DAY, "is_requality", "", True),
        ("S07", 0.4 * _DAY, "", "", True),
        ("S08", 30, "is_file", "", False),
        ("S09", 12, "is_file", "second", False),
        ("S05", 0.3 * _DAY, "is_reimaged", "", True),
        ("S06", 0.2 * _DAY, "is_reimaged", "", True),
        ("S07", 0.2 * _DAY, "is_reimaged", "", True),
        ("S08", 20, "is_reimaged", "", False),
        ("S09", 12, "is_reimaged", "third", False),
        ("S10", 40, "is_file", "", False),
        ("S11", 1.4 * _DAY, "", "", True),
        ("S12", 0.7 * _DAY, "", "", False),
    )
    return tuple(
        Step(number, code, f"at_{number:02d}", median, when, leaves, images)
        for number, (code, median, when, leaves, images) in enumerate(course, start=1)
    )


def lay_steps(files: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Give each file the instants of its steps.

    Args:
        files: `item` (number), `start`, `is_file`, `is_requality`, `is_different`, `is_mended`, `is_unfinished`,
            `leaves`, `miscounted`.
        draws: Draws of the steps.

    Returns:
        The files with one column a step, `recounted` (leaves at the second count), `entry` (instant of registration:
        step 3 of a file, imaging of a single document) and `until` (after which nothing happens).
    """
    key = pl.col("item")
    is_file = pl.col("is_file")
    files = files.with_columns(
        (pl.col("is_different") & pl.col("is_mended") & is_file).alias("is_reimaged"),
        pl.when(pl.col("is_different")).then(pl.col("miscounted")).otherwise(pl.col("leaves")).alias("recounted"),
        pl.col("start").alias("now"),
    )
    for step in steps():
        delay = draws.named(step.number).lognormal(step.median * _MINUTE, _TAIL, key) if step.median else pl.lit(0)
        then = pl.col("now") + delay.clip(0, LONGEST).cast(pl.Int64) + (_MINUTE if step.median else 0)
        takes_place = pl.col(step.when) if step.when else pl.lit(value=True)
        files = files.with_columns(pl.when(takes_place).then(then).alias(step.at))
        files = files.with_columns(pl.coalesce(step.at, "now").alias("now"))
    stop = draws.named("stop").below(2 * WORKDAY_SECONDS, key)
    last = pl.when(pl.col("is_unfinished")).then(stop).otherwise(LONGEST)
    return files.with_columns(
        pl.when(is_file).then(pl.col("at_03")).otherwise(pl.col("at_05")).alias("entry"),
        (pl.col("start") + last).alias("until"),
    ).with_columns(pl.when(pl.col("entry") <= pl.col("until")).then(pl.col("entry")).alias("entry"))
