"""Which rules of imaging the planted lapses break, when and where: what a check should find, and no more.

A rule counts from the day on which the directive applies to the unit (`vocabulary/units/go_live.csv`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import polars as pl

from orchestration.generator.days import Days
from orchestration.generator.lapses import has, has_any
from orchestration.generator.scandocs import document_number, file_number
from orchestration.generator.steps import APPROVED, CLASSIFIED, IMAGED, MINUTE, SHELVED, UPLOADED, steps
from orchestration.generator.world import unit_codes
from vocabulary.codelists.load import load_codelist
from vocabulary.periods import Period
from vocabulary.units.go_live import go_live_dates

PLANTED_SCHEMA = pl.Schema(
    {
        "rule": pl.String(),
        "workflow": pl.String(),
        "unit_code": pl.String(),
        "file_no": pl.String(),
        "document_id": pl.String(),
        "event_date": pl.Int32(),
        "cohort": pl.Int64(),
    }
)

_RETURNED = ("KEPT_ORIGINAL_RETURNED", "OTHER_RULING_RETURNED")


def planted_of(laid: pl.DataFrame, items: pl.DataFrame, days: Days, cohort: Period) -> pl.DataFrame:
    """List the broken rules of what was taken up in a month.

    Args:
        laid: The files and documents with the instants of their steps.
        items: Those whose papers are acted on, as `papers.disposed` leaves them.
        days: Days and working hours.
        cohort: The month.

    Returns:
        One row an item and rule, as `PLANTED_SCHEMA` says; `event_date` (ordinal) is the day of what completes the
        finding, `document_id` is null for a file.
    """
    lapsed = laid.filter(pl.any_horizontal(pl.col("lapse", "leaf_lapse").is_not_null()))
    acted = items.filter(pl.col("lapse").is_not_null())
    found = [_listed(lapsed.lazy(), rule, at, days, cohort) for rule, at in _of_steps().items()]
    found += [_listed(acted.lazy(), rule, at, days, cohort) for rule, at in _of_papers().items()]
    return pl.concat(found).collect()


def _of_steps() -> Mapping[str, pl.Expr]:
    """Give the instant that completes the finding of each rule of the steps."""
    own = {step.lapse: step.instant() for step in steps() if step.lapse}
    return own | {
        "IMAGED_UNREGISTERED": pl.col(IMAGED),
        "IMAGED_UNSTAMPED": pl.col(IMAGED),
        "IMAGE_REPLACED": pl.col(UPLOADED),
        "APPROVER_IS_OPERATOR": pl.col(APPROVED),
        "DELEGATE_APPROVED": pl.col(APPROVED),
        "IMAGE_COUNT": pl.col(APPROVED),
        "LEAF_DIFFERENCE": pl.col(SHELVED),
    }


def _of_papers() -> Mapping[str, pl.Expr]:
    """Give the instant that completes the finding of each rule of the acts on papers."""
    done, unimaged = pl.col("done"), pl.col(IMAGED) - MINUTE
    returned = pl.when(has("RETURNED_UNIMAGED")).then(unimaged).otherwise(done + 3 * MINUTE)
    destroyed = pl.when("is_new").then(done + 4 * MINUTE).otherwise(done)
    kept = pl.when(has("BINDER_OUT_OF_ORDER")).then(done)
    unstamped = pl.when(has_any(*_RETURNED)).then(returned).otherwise(done)
    return {
        "RETURNED_UNSTAMPED": pl.when(has("RETURNED_UNIMAGED")).then(unimaged).otherwise(unstamped),
        "RETURNED_UNIMAGED": unimaged,
        "DESTROYED_UNIMAGED": unimaged,
        "NOT_RETURNED": kept.when(has("DESTROYED_UNIMAGED")).then(unimaged).otherwise(done + 2 * MINUTE),
        "KEPT_ORIGINAL_RETURNED": returned,
        "OTHER_RULING_RETURNED": returned,
        "KEPT_ORIGINAL_DESTROYED": pl.when(has("DESTROYED_UNIMAGED")).then(unimaged).otherwise(destroyed),
        "OTHER_RULING_KEPT": kept.otherwise(done + 5 * MINUTE),
        "BINDER_OUT_OF_ORDER": pl.when("is_out_of_order").then(done),
        "DESTROYED_UNASSURED": done,
        "DESTROYED_WITHOUT_CONDITIONS": done,
        "DESTROYED_BY_OTHER": done,
        "MOVED_UNIMAGED": pl.col(IMAGED) - 6 * MINUTE,
        "MOVED_AFTER_IMAGING": pl.col(CLASSIFIED) + 2 * MINUTE,
    }


def _listed(lapsed: pl.LazyFrame, rule: str, at: pl.Expr, days: Days, cohort: Period) -> pl.LazyFrame:
    unit = pl.col("unit")
    live = go_live_dates("SCAN")
    never = (1 << 31) - 1
    starts = pl.Series([live[code].toordinal() if code in live else never for code in unit_codes()], dtype=pl.Int32)
    workflows = pl.Series(load_codelist("CL_SCAN_WORKFLOW").codes)
    broken = lapsed.filter(has(rule)).with_columns(at.alias("at")).filter(pl.col("at") <= pl.col("until"))
    return (
        broken.select(
            pl.lit(rule).alias("rule"),
            pl.lit(workflows).gather(pl.col("workflow")).alias("workflow"),
            pl.lit(unit_codes()).gather(unit).alias("unit_code"),
            file_number(unit).alias("file_no"),
            pl.when(~pl.col("is_file")).then(document_number(unit)).alias("document_id"),
            days.day_of_work(pl.col("at"), cohort).alias("event_date"),
            "cohort",
            pl.lit(starts).gather(unit).alias("live_from"),
            (_entered(days, cohort) if rule in _openings() else pl.lit(0)).alias("entered_from"),
        )
        .filter(pl.col("event_date") >= pl.max_horizontal("live_from", "entered_from"))
        .select(*PLANTED_SCHEMA)
    )


@cache
def _openings() -> frozenset[str]:
    """Give the rules that are judged only where the beginning of the case is held."""
    return frozenset(item.code for item in load_codelist("CL_SCAN_FINDING").items if item.attributes["opening"])


def _entered(days: Days, cohort: Period) -> pl.Expr:
    """Give the first day of the month in which a document was entered; what came before cannot be judged."""
    later = cohort.end.toordinal() + 1
    is_later = ~pl.col("is_file") & (days.day_of_work(pl.col(IMAGED), cohort) >= later)
    return pl.when(is_later).then(later).otherwise(0)
