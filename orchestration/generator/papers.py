"""What is done with paper after imaging: stamped, given back, kept in a binder, destroyed (SCAN-2.1, 2.2), or moved.

A new document is stamped once it is classified, and then given back, kept or destroyed by its type; a letter is stamped
before it is imaged, and destroyed by the campaign of the half-year where the person is out of reach and has not come.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import polars as pl

from orchestration.generator.coding import PLACE, place
from orchestration.generator.days import WORKDAY_SECONDS, Days
from orchestration.generator.draws import Draws
from orchestration.generator.lapses import KEEP, OTHER_RULING, RETURN, has, has_any
from orchestration.generator.people import padded
from orchestration.generator.scandocs import document_number, file_number, treatments
from orchestration.generator.steps import CLASSIFIED, IMAGED, MINUTE
from orchestration.generator.world import unit_codes
from vocabulary.periods import Period
from vocabulary.units.load import load_units

_DAY = _UNIT = pl.Int32()
_FIRST_SLOT = 40
_GONE = 0.7
_HALF_ENDS = (6, 12)
_TO_BINDER = 2 * WORKDAY_SECONDS
_FORCED = ("DESTROYED_UNASSURED", "DESTROYED_WITHOUT_CONDITIONS", "DESTROYED_BY_OTHER")


@dataclass(frozen=True)
class Act:
    """An act on the papers of some items.

    Attributes:
        code: Code of `CL_SCAN_ACT`.
        at: Column with the instant from which its minutes count.
        when: Whether it takes place.
        minutes: Minutes from `at` to the act.
    """

    code: str
    at: str
    when: pl.Expr
    minutes: int = 0

    def instant(self) -> pl.Expr:
        """Give when it takes place."""
        return pl.col(self.at) + MINUTE * self.minutes


def acts_of(items: pl.DataFrame, days: Days, cohort: Period, draws: Draws) -> pl.DataFrame:
    """Make the acts on the papers of the files and documents that were taken up in a month.

    Args:
        items: What `disposed` gives.
        days: Days and working hours.
        cohort: The month.
        draws: Draws of the papers.

    Returns:
        `directorate`, `unit_code`, `to_unit_code` (places in the registry), `workflow`, `act`, `role`, `document_type`,
        `quality_checked`, `out_of_reach`, `has_come`, `is_imaged` (places of codes), `event_date`, `entry_date`
        (ordinals), `event_time` (second of the day), `binder_position`, and as text `event_id`, `file_no`,
        `document_id`, `operator_code`, `binder_no`.
    """
    rows = items.lazy()
    frames = [_made(rows, slot, act, days, cohort, draws) for slot, act in enumerate(_acts(), start=_FIRST_SLOT)]
    return _identified(pl.concat(frames).collect())


def disposed(laid: pl.DataFrame, days: Days, cohort: Period, draws: Draws) -> pl.DataFrame:
    """Keep the items whose papers are acted on, with when they are stamped (`stamped`) and done with (`done`).

    Further `treatment` (what the type asks for), `is_gone`, `entered_on` (day of entry in the register) and
    `binder_position`: papers go into a branch's binder of the month in the order of their entry. One that breaks the
    order has an earlier day than all before it; `is_out_of_order` tells whether there are any.
    """
    key, letters = pl.col("item"), pl.col("workflow") == place("CL_SCAN_WORKFLOW", "CORRESPONDENCE")
    new = pl.col("workflow") == place("CL_SCAN_WORKFLOW", "NEW_DOCUMENT")
    items = laid.filter(new | letters | has_any("MOVED_UNIMAGED", "MOVED_AFTER_IMAGING")).with_columns(
        new.alias("is_new"),
        letters.alias("is_letter"),
        pl.lit(treatments()).gather(pl.col("single_type")).alias("treatment"),
        (draws.named("gone").unit(key) < _GONE).alias("is_gone"),
    )
    is_bound = has("BINDER_OUT_OF_ORDER") & has_any("NOT_RETURNED", "OTHER_RULING_KEPT")
    is_kept = pl.col("is_new") & ((pl.col("treatment") == KEEP) | is_bound)
    after = (2 + draws.named("after").below(120, key)) * MINUTE
    done = pl.when(is_kept).then(pl.col(IMAGED) + _TO_BINDER).otherwise(pl.col(CLASSIFIED) + after)
    items = items.with_columns(done.alias("done")).with_columns(
        (pl.col("done") - MINUTE).alias("stamped"), (is_kept & (pl.col("done") <= pl.col("until"))).alias("is_kept")
    )
    items = items.sort("unit", "done", maintain_order=True)
    in_order = pl.col("is_kept") & ~has("BINDER_OUT_OF_ORDER")
    earlier = in_order.cast(pl.Int64).cum_sum().over("unit") - in_order.cast(pl.Int64)
    entered = days.day_of_work(pl.col(IMAGED), cohort)
    items = items.with_columns(
        pl.when("is_kept").then(pl.col("is_kept").cast(pl.Int64).cum_sum().over("unit")).alias("binder_position"),
        (pl.col("is_kept") & has("BINDER_OUT_OF_ORDER") & (earlier > 0)).alias("is_out_of_order"),
    )
    early = pl.lit(cohort.start.toordinal() - 10, dtype=_DAY)
    return items.with_columns(pl.when("is_out_of_order").then(early).otherwise(entered).alias("entered_on"))


def _acts() -> tuple[Act, ...]:
    """Give the acts, lawful ones first; the minutes keep a lapse from making another one lawful."""
    new, letter, treatment = pl.col("is_new"), pl.col("is_letter"), pl.col("treatment")
    late_stamp = has("RETURNED_UNSTAMPED") & ~has("RETURNED_UNIMAGED")
    unimaged, unstamped = has("RETURNED_UNIMAGED"), has("IMAGED_UNSTAMPED")
    destroyed, bound = has("DESTROYED_UNIMAGED"), has("BINDER_OUT_OF_ORDER")
    wrongly_returned = has_any("KEPT_ORIGINAL_RETURNED", "OTHER_RULING_RETURNED")
    returned = (treatment == RETURN) & (~has("NOT_RETURNED") | has_any("RETURNED_UNSTAMPED", "RETURNED_UNIMAGED"))
    forced = has_any(*_FORCED) | (has("KEPT_ORIGINAL_DESTROYED") & ~destroyed)
    campaign = (pl.col("cohort") % 100).is_in(_HALF_ENDS) & (treatment != KEEP)
    return (
        Act("STAMPED", "stamped", new & ~late_stamp),
        Act("STAMPED", "stamped", new & late_stamp, minutes=6),
        Act("STAMPED", IMAGED, letter & ~unstamped, minutes=-2),
        Act("STAMPED", IMAGED, letter & unstamped, minutes=1),
        Act("GIVEN_BACK", "done", new & returned),
        Act("KEPT", "done", pl.col("is_kept")),
        Act("DESTROYED", "done", new & (treatment == OTHER_RULING)),
        Act("DESTROYED", "done", letter & (forced | (campaign & pl.col("is_gone")))),
        Act("GIVEN_BACK", "done", letter & ~forced & ~pl.col("is_gone") & (treatment != KEEP)),
        Act("STAMPED", IMAGED, new & unimaged & ~has("RETURNED_UNSTAMPED"), minutes=-2),
        Act("GIVEN_BACK", IMAGED, new & unimaged, minutes=-1),
        Act("DESTROYED", IMAGED, destroyed, minutes=-1),
        Act("KEPT", "done", new & has("NOT_RETURNED") & ~destroyed & ~bound, minutes=2),
        Act("GIVEN_BACK", "done", wrongly_returned & ~unimaged, minutes=3),
        Act("DESTROYED", "done", new & has("KEPT_ORIGINAL_DESTROYED") & ~destroyed, minutes=4),
        Act("KEPT", "done", has("OTHER_RULING_KEPT") & ~bound, minutes=5),
        Act("MOVED", IMAGED, has("MOVED_UNIMAGED"), minutes=-6),
        Act("MOVED", CLASSIFIED, has("MOVED_AFTER_IMAGING"), minutes=2),
    )


def _made(items: pl.LazyFrame, slot: int, act: Act, days: Days, cohort: Period, draws: Draws) -> pl.LazyFrame:
    at, nothing = act.instant(), pl.lit(None, dtype=PLACE)
    is_binder = act.code == "KEPT" and not act.minutes
    destroys, moves = act.code == "DESTROYED", act.code == "MOVED"
    proper = destroys and act.at == "done"
    branches = _branches()
    other = pl.lit(branches).gather(draws.named("other").below(len(branches), pl.col("item")))
    happens = act.when & pl.col(act.at).is_not_null() & (at <= pl.col("until"))
    return items.filter(happens).select(
        "directorate",
        pl.col("unit").alias("unit_code"),
        (other if moves else pl.lit(None, dtype=pl.Int32)).alias("to_unit_code"),
        "workflow",
        "cohort",
        "serial",
        "is_file",
        pl.lit(slot, dtype=pl.Int64).alias("slot"),
        place("CL_SCAN_ACT", act.code).alias("act"),
        _role(destroys=destroys, proper=proper).alias("role"),
        pl.col("single_type").alias("document_type"),
        (_yes("DESTROYED_UNASSURED", proper=proper) if destroys else nothing).alias("quality_checked"),
        (_yes("DESTROYED_WITHOUT_CONDITIONS", proper=proper) if destroys else nothing).alias("out_of_reach"),
        (place("CL_YES_NO", "NO") if destroys else nothing).alias("has_come"),
        (place("CL_YES_NO", "YES" if act.at == CLASSIFIED else "NO") if moves else nothing).alias("is_imaged"),
        days.day_of_work(at, cohort).alias("event_date"),
        days.second_of_day(at).alias("event_time"),
        (pl.col("entered_on") if is_binder else pl.lit(None, dtype=_DAY)).alias("entry_date"),
        (pl.col("binder_position") if is_binder else pl.lit(None, dtype=pl.Int64)).alias("binder_position"),
        (20 + draws.named("officer", slot).below(30, pl.col("item"))).alias("officer"),
    )


@cache
def _branches() -> pl.Series:
    """Give the places of the branches in the registry: a file moved goes to one of them."""
    kinds = {unit.code: unit.kind for unit in load_units()}
    return pl.Series([number for number, code in enumerate(unit_codes()) if kinds[code] == "BRANCH"], dtype=_UNIT)


def _role(*, destroys: bool, proper: bool) -> pl.Expr:
    if not destroys:
        return pl.lit(None, dtype=PLACE)
    expert, other = place("CL_SCAN_ROLE", "DOCUMENTS_EXPERT"), place("CL_SCAN_ROLE", "OTHER")
    return pl.when(has("DESTROYED_BY_OTHER")).then(other).otherwise(expert) if proper else expert


def _yes(unless: str, *, proper: bool) -> pl.Expr:
    yes, no = place("CL_YES_NO", "YES"), place("CL_YES_NO", "NO")
    return pl.when(has(unless)).then(no).otherwise(yes) if proper else yes


def _identified(acts: pl.DataFrame) -> pl.DataFrame:
    unit, cohort = pl.col("unit_code"), pl.col("cohort")
    number = cohort * 10**12 + unit.cast(pl.Int64) * 10**8 + pl.col("serial") * 100 + pl.col("slot")
    code = pl.lit(unit_codes()).gather(unit)
    binder = pl.concat_str(code, (cohort % 10_000).cast(pl.String))
    return acts.with_columns(
        number.cast(pl.String).alias("event_id"),
        file_number(unit).alias("file_no"),
        pl.when(~pl.col("is_file")).then(document_number(unit)).alias("document_id"),
        pl.when(pl.col("binder_position").is_not_null()).then(binder).alias("binder_no"),
        pl.concat_str(code, padded(pl.col("officer"), 2)).alias("operator_code"),
    ).drop("cohort", "serial", "slot", "officer", "is_file")
