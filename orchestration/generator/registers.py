"""What a branch states of its technical files: its monthly register, and the destruction campaign of a half-year.

A branch states nothing before its start date. The register at that date does not change; the files that came later
are told apart (SCAN-2.1). A campaign counts where minutes and a quality check go with it (SCAN-2.2). How many files
are complete is invented and not the sum of the step events, which may begin later than the imaging did.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from orchestration.generator.coding import PLACE, place
from orchestration.generator.days import Days
from orchestration.generator.draws import Draws
from orchestration.generator.profile import month_number
from orchestration.generator.world import World
from vocabulary.periods import Period
from vocabulary.units.go_live import go_live_dates

_FILES_A_PERSON, _LATER_A_MONTH = 0.9, 0.004
_PACE = (0.006, 0.011)
_DONE_AT_FIRST, _DONE_AT_MOST = 0.05, 0.985
_HELD, _MINUTES, _QUALITY = 0.9, 0.93, 0.95
_HALF_ENDS = (6, 12)


def register_of(world: World, period: Period, draws: Draws) -> pl.DataFrame:
    """Make the registers of all branches at the end of a month.

    Returns:
        `directorate`, `unit_code` (place in the registry), `period` (number), `register_part` (place), `file_count`,
        `complete_count`; a branch is a row for the register at its start, and one for later files.
    """
    unit, months = pl.col("unit"), pl.col("months")
    size = pl.col("insured") * _FILES_A_PERSON
    slow, fast = _PACE
    pace = slow + (fast - slow) * draws.named("pace").unit(unit)
    done = (_DONE_AT_FIRST + pace * months).clip(0.0, _DONE_AT_MOST)
    later = size * _LATER_A_MONTH * (months + 1)
    live = _live(world, period).with_columns(
        size.round().cast(pl.Int64).alias("files"),
        later.round().cast(pl.Int64).alias("later"),
        (size * done).floor().cast(pl.Int64).alias("files_done"),
        (later * (0.6 + 0.35 * draws.named("later").unit(unit))).floor().cast(pl.Int64).alias("later_done"),
    )
    parts = [("AT_START", "files", "files_done"), ("LATER", "later", "later_done")]
    stated = [
        live.select(
            "directorate",
            unit.alias("unit_code"),
            pl.lit(month_number(period), dtype=pl.Int32).alias("period"),
            place("CL_SCAN_REGISTER_PART", part).alias("register_part"),
            pl.col(files).alias("file_count"),
            pl.min_horizontal(files, complete).alias("complete_count"),
        )
        for part, files, complete in parts
    ]
    return pl.concat(stated).sort("directorate", "unit_code", "register_part")


def destruction_of(world: World, period: Period, days: Days, draws: Draws) -> pl.DataFrame:
    """Make what branches state of the campaign of a half-year; nothing in a month that is not its last.

    Returns:
        `directorate`, `unit_code` (place in the registry), `period` (number), `held_on` (ordinal, null where none was
        held), `has_minutes`, `quality_checked` (places), `document_count`; one row a branch.
    """
    key = pl.col("unit").cast(pl.Int64) + month_number(period) * 4096
    yes, no = place("CL_YES_NO", "YES"), place("CL_YES_NO", "NO")
    held = draws.named("held").unit(key) < _HELD
    day = pl.lit(pl.Series(days.workdays, dtype=pl.Int32)).gather(
        days.first_workday(period) + draws.named("day").below(days.workdays_of(period), key)
    )
    count = (pl.col("insured") / 400 * draws.named("count").lognormal(1.0, 0.5, key)).floor().cast(pl.Int64)
    is_end = period.first_month in _HALF_ENDS
    return (
        _live(world, period)
        .filter(pl.lit(is_end))
        .select(
            "directorate",
            pl.col("unit").alias("unit_code"),
            pl.lit(month_number(period), dtype=pl.Int32).alias("period"),
            pl.when(held).then(day).alias("held_on"),
            _answer(held & (draws.named("minutes").unit(key) < _MINUTES), yes, no).alias("has_minutes"),
            _answer(held & (draws.named("quality").unit(key) < _QUALITY), yes, no).alias("quality_checked"),
            pl.when(held).then(count).otherwise(0).alias("document_count"),
        )
        .sort("directorate", "unit_code")
    )


def _answer(condition: pl.Expr, yes: pl.Expr, no: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(yes).otherwise(no).cast(PLACE)


def _live(world: World, period: Period) -> pl.DataFrame:
    """Give the branches whose start date has come, with the months since."""
    starts = go_live_dates("SCAN")
    branches = world.existing(period.end).filter(pl.col("unit_kind").is_in(["BRANCH", "SATELLITE_BRANCH"]))
    since = [_months(starts.get(code), period) for code in branches["code"]]
    return branches.with_columns(pl.Series("months", since, dtype=pl.Int64)).filter(pl.col("months") >= 0)


def _months(start: dt.date | None, period: Period) -> int:
    return -1 if start is None or start > period.end else month_number(period) - month_number(Period.month_of(start))
