"""The steps of imaging in their order, and when each takes place; steps out of order are those of a lapse.

Times are seconds of work since the first working day of the month in which the file was taken up. Steps lie whole
minutes apart, so that their order is still told where a file leaves the seconds out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from orchestration.generator.days import WORKDAY_SECONDS
from orchestration.generator.draws import Draws
from orchestration.generator.lapses import has

LONGEST = 17 * WORKDAY_SECONDS
"""Events that would come later than this after the start do not come at all."""

MINUTE = 60
IMAGED, APPROVED, RECOUNTED, SHELVED, UPLOADED, CLASSIFIED = "at_05", "at_09", "at_11", "at_17", "at_18", "at_19"
"""Columns with the instants of the first imaging, the first approval, and so on."""

_TAIL = 0.7
_DAY = WORKDAY_SECONDS // MINUTE
_FLOORS = {"S02": 3, "S05": 8, "S06": 5, "S11": 5}
_OPERATORS, _APPROVERS, _CLERKS = (50, 30), (10, 10), (20, 30)


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
        images: Which number of images is recorded: `all`, `again`, `approved` or none.
        minutes: Minutes from `at` to the step.
        lapse: Rule that must be broken for it to take place; empty where none need be.
        unless: Rule that, broken, keeps it from taking place; empty where none does.
    """

    number: int
    code: str
    at: str
    median: float = 0.0
    when: str = ""
    leaves: str = ""
    images: str = ""
    minutes: int = 0
    lapse: str = ""
    unless: str = ""

    @property
    def officers(self) -> tuple[int, int]:
        """The first number and how many there are of those who do it: who images never approves."""
        return {"S05": _OPERATORS, "S07": _APPROVERS}.get(self.code, _CLERKS)

    def instant(self) -> pl.Expr:
        """Give when it takes place."""
        return pl.col(self.at) + MINUTE * self.minutes if self.minutes else pl.col(self.at)

    def happens(self) -> pl.Expr:
        """Tell whether it takes place, before all work on the item ends."""
        happening = pl.col(self.at).is_not_null() & (self.instant() <= pl.col("until"))
        if self.lapse:
            happening = happening & has(self.lapse)
        return happening & ~has(self.unless) if self.unless else happening


@cache
def course() -> Sequence[Step]:
    """Give the lawful steps in order; a loop back is steps of its own."""
    places: tuple[tuple[str, float, str, str, str], ...] = (
        ("S01", 0, "is_file", "", ""),
        ("S02", 14, "is_file", "first", ""),
        ("S03", 8, "is_file", "", ""),
        ("S04", 45, "is_file", "", ""),
        ("S05", 0.5 * _DAY, "", "", "all"),
        ("S06", 0.4 * _DAY, "", "", "all"),
        ("S05", 0.3 * _DAY, "is_requality", "", "again"),
        ("S06", 0.2 * _DAY, "is_requality", "", "all"),
        ("S07", 0.4 * _DAY, "", "", "approved"),
        ("S08", 30, "is_file", "", ""),
        ("S09", 12, "is_file", "second", ""),
        ("S05", 0.3 * _DAY, "is_reimaged", "", "again"),
        ("S06", 0.2 * _DAY, "is_reimaged", "", "all"),
        ("S07", 0.2 * _DAY, "is_reimaged", "", "all"),
        ("S08", 20, "is_reimaged", "", ""),
        ("S09", 12, "is_reimaged", "third", ""),
        ("S10", 40, "is_file", "", ""),
        ("S11", 1.4 * _DAY, "", "", "all"),
        ("S12", 0.7 * _DAY, "", "", ""),
    )
    unless = {"S03": "IMAGED_UNREGISTERED"}
    return tuple(
        Step(number, code, f"at_{number:02d}", median, when, leaves, images, unless=unless.get(code, ""))
        for number, (code, median, when, leaves, images) in enumerate(places, start=1)
    )


@cache
def steps() -> Sequence[Step]:
    """Give all steps: the lawful ones, the weeding before them, and those of the lapses.

    A step of a lapse comes before any step that would make it lawful, whatever other lapse there is.
    """
    return (
        *course(),
        Step(20, "WEEDED", "weeded", minutes=-1, unless="IMAGED_UNWEEDED"),
        Step(21, "WEEDED", IMAGED, minutes=4, lapse="IMAGED_UNWEEDED"),
        Step(22, "S03", IMAGED, minutes=3, lapse="IMAGED_UNREGISTERED"),
        Step(23, "S12", IMAGED, minutes=-5, lapse="CLASSIFIED_BEFORE_UPLOAD"),
        Step(24, "S10", IMAGED, minutes=-4, lapse="SHELVED_UNCOUNTED"),
        Step(25, "S09", IMAGED, minutes=-3, lapse="RECOUNTED_BEFORE_PUT_BACK", leaves="third"),
        Step(26, "S08", IMAGED, minutes=-2, lapse="PUT_BACK_UNIMAGED"),
        Step(27, "S06", IMAGED, minutes=-1, lapse="CHECKED_UNIMAGED", images="all"),
        Step(28, "S11", IMAGED, minutes=1, lapse="UPLOADED_UNAPPROVED", images="all"),
        Step(29, "S07", IMAGED, minutes=2, lapse="APPROVED_UNCHECKED", images="all"),
        Step(30, "S05", UPLOADED, minutes=-2, lapse="IMAGE_REPLACED", images="again"),
    )


def lay_steps(files: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Give each file the instants of its steps.

    Args:
        files: `item` (number), `start`, `is_file`, `is_requality`, `is_reimaged`, `is_weeded`, `is_unfinished`.
        draws: Draws of the steps.

    Returns:
        The files with one column a step, `weeded`, `entry` (instant of registration: step 3 of a file, imaging of a
        single document) and `until` (after which nothing happens).
    """
    key = pl.col("item")
    files = files.with_columns(pl.col("start").alias("now"))
    for step in course():
        floor = _FLOORS.get(step.code, 1) * MINUTE if step.median else 0
        delay = draws.named(step.number).lognormal(step.median * MINUTE, _TAIL, key) if step.median else pl.lit(0)
        then = pl.col("now") + delay.clip(0, LONGEST).cast(pl.Int64) + floor
        takes_place = pl.col(step.when) if step.when else pl.lit(value=True)
        files = files.with_columns(pl.when(takes_place).then(then).alias(step.at))
        files = files.with_columns(pl.coalesce(step.at, "now").alias("now"))
    stop = draws.named("stop").below(2 * WORKDAY_SECONDS, key)
    last = pl.when(pl.col("is_unfinished")).then(stop).otherwise(LONGEST)
    return files.with_columns(
        pl.when(pl.col("is_file")).then(pl.col("at_03")).otherwise(pl.col(IMAGED)).alias("entry"),
        pl.when(pl.col("is_file") & pl.col("is_weeded")).then(pl.col("at_02")).alias("weeded"),
        (pl.col("start") + last).alias("until"),
    ).with_columns(pl.when(pl.col("entry") <= pl.col("until")).then(pl.col("entry")).alias("entry"))
