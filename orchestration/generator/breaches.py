"""Rules of `CL_TRANSFER_FINDING` that a few transfers break, one or two each, and what shows it.

Each changes the route so that its own rule finds something and no other does. What cannot stand together in one
transfer is never drawn together. What a check should find is listed with the day that completes the finding.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from orchestration.generator.coding import places
from orchestration.generator.days import WORKDAY_SECONDS
from orchestration.generator.draws import Draws
from vocabulary.conformance.load import limit_on

FINDINGS = "CL_TRANSFER_FINDING"
APART, OVERDUE = 55 * WORKDAY_SECONDS, 30 * WORKDAY_SECONDS
"""Time between paper and data, and from sending to receipt, of those that take too long; far above the limits."""

_MINUTE = 60
_CLOCKS = 20 * _MINUTE
_EARLY_AT_MOST = 40 * WORKDAY_SECONDS
_EXCLUSIVE = (
    ("SENT_WITHOUT_APPROVAL", "SENDER_IS_APPROVER"),
    ("SENT_WITHOUT_APPROVAL", "CHANGED_NOT_REAPPROVED"),
    ("CONFIRMED_WITHOUT_VIEWING", "VIEWED_BEFORE_RECEIPT"),
    ("RECEIVED_BEFORE_SENDING", "VIEWED_BEFORE_RECEIPT"),
)
_WITNESS = {
    "CONFIRMED_AFTER_MISMATCH": "confirmed",
    "CONFIRMED_WITHOUT_VIEWING": "confirmed",
    "ACT_BEFORE_COMPARING": "enrolled_if",
    "MANUAL_ENROLMENT": "enrolled_if",
    "WRONG_ROLE_APPROVAL": "approved_1",
    "WRONG_ROLE_SENDING": "sent_1",
    "SENT_WITHOUT_APPROVAL": "sent_1",
    "CORRECTED_AT_DESTINATION": "corrected_there",
    "DEPENDANTS_DIFFER": "confirmed",
    "CHANGED_NOT_REAPPROVED": "sent_1",
    "EDITED_AFTER_SENDING": "edited_late",
    "RECEIVED_BY_ANOTHER": "paper_received",
    "TWO_OPEN_TRANSFERS": "referred_again",
    "SENDER_IS_APPROVER": "sent_1",
    "PREPARED_OUT_OF_ORDER": "form",
    "RECEIVED_BEFORE_SENDING": "received_early",
    "PAPER_OUT_OF_ORDER": "paper_received",
    "VIEWED_BEFORE_RECEIPT": "viewed_early",
    "ENROLLED_AFTER_CONFIRMING": "enrolled_late",
    "ACTIVATED_BEFORE_CONFIRMING": "activated",
    "CANCELLED_AFTER_SENDING": "cancelled_late",
    "PAPER_DATA_APART": "first_receipt",
    "RECEIPT_OVERDUE": "sent_1",
}
"""The column with the instant of the event that shows the finding; pay is shown by rosters."""

_LIMITS = {"PAPER_DATA_APART": "XFER_PAPER_DATA_APART", "RECEIPT_OVERDUE": "XFER_RECEIPT_OVERDUE"}
BREACH_SCHEMA = pl.Schema({"rule": pl.String(), "file_no": pl.String(), "event_date": pl.Int32(), "cohort": pl.Int64()})


@dataclass(frozen=True)
class BreachRates:
    """Shares of transfers that break one rule, and two."""

    single: float
    pair: float


USUAL_BREACHES, NO_BREACHES = BreachRates(single=0.012, pair=0.003), BreachRates(single=0.0, pair=0.0)


def has(rule: str) -> pl.Expr:
    """Tell whether a transfer is to break a rule."""
    number = places(FINDINGS)[rule]
    return pl.col("breach").eq_missing(number) | pl.col("other_breach").eq_missing(number)


def draw_breaches(begun: pl.DataFrame, rates: BreachRates, draws: Draws) -> pl.DataFrame:
    """Add `breach` and `other_breach` (places in `CL_TRANSFER_FINDING`, mostly null).

    Args:
        begun: Transfers with `transfer`, and `is_whole`: whether it may break a rule at all.
        rates: How many do.
        draws: Draws of the breaches.
    """
    rules = list(places(FINDINGS))
    pairs = [pair for pair in combinations(rules, 2) if pair not in _EXCLUSIVE and pair[::-1] not in _EXCLUSIVE]
    chosen = [(rule, None) for rule in rules], pairs
    lot, key = draws.named("lot").unit(pl.col("transfer")), pl.col("transfer")
    is_single = pl.col("is_whole") & (lot < rates.single)
    is_pair = pl.col("is_whole") & ~is_single & (lot < rates.single + rates.pair)
    columns = []
    for side, name in enumerate(("breach", "other_breach")):
        one, two = (pl.lit(pl.Series([_number(item[side]) for item in of], dtype=pl.Int16)) for of in chosen)
        single = one.gather(draws.named("single").below(len(chosen[0]), key))
        pair = two.gather(draws.named("pair").below(len(pairs), key))
        columns.append(pl.when(is_single).then(single).when(is_pair).then(pair).alias(name))
    return begun.with_columns(columns)


def _number(rule: str | None) -> int | None:
    return None if rule is None else places(FINDINGS)[rule]


def break_rules(routed: pl.DataFrame, rounds: int) -> pl.DataFrame:
    """Change the instants of the events that are to break rules, and add those of events beside the route."""
    numbers = range(rounds, 0, -1)
    last_sent = pl.coalesce(f"sent_{number}" for number in numbers)
    start, sent, approved = pl.col("start"), pl.col("sent_1"), pl.col("approved_1")
    ready = pl.max_horizontal("received_1", "paper_received")
    is_early = (sent - start >= _CLOCKS) & (pl.col("paper_received") - start <= _EARLY_AT_MOST)
    again = has("TWO_OPEN_TRANSFERS")
    changed = routed.with_columns(
        _where("CHANGED_NOT_REAPPROVED", approved + _MINUTE).alias("changed"),
        _where("EDITED_AFTER_SENDING", last_sent + _MINUTE).alias("edited_late"),
        _where("CORRECTED_AT_DESTINATION", pl.col("matched") + _MINUTE).alias("corrected_there"),
        pl.when(has("RECEIVED_BEFORE_SENDING") & is_early).then(start + _MINUTE).alias("received_early"),
        _where("VIEWED_BEFORE_RECEIPT", pl.max_horizontal(ready - _CLOCKS, start)).alias("viewed_early"),
        _where("CANCELLED_AFTER_SENDING", last_sent + 2 * _MINUTE).alias("cancelled_late"),
        pl.when(again).then(start + 2 * _MINUTE).alias("referred_again"),
        pl.when(again).then(start + 2 * _MINUTE + 30).alias("cancelled_again"),
        _instead("SENT_WITHOUT_APPROVAL", sent + _MINUTE, "approved_1"),
        _instead("PREPARED_OUT_OF_ORDER", start, "form"),
        _instead("PREPARED_OUT_OF_ORDER", start + _MINUTE, "start").alias("referred"),
        _instead("PAPER_OUT_OF_ORDER", pl.col("paper_received") + _CLOCKS, "paper_sent"),
        _instead("ACTIVATED_BEFORE_CONFIRMING", pl.col("activated") + _MINUTE, "confirmed"),
        *(_instead("CONFIRMED_WITHOUT_VIEWING", _unless_last(number), f"viewed_{number}") for number in numbers),
    )
    return changed.with_columns(
        _where("ENROLLED_AFTER_CONFIRMING", pl.col("confirmed") + _MINUTE).alias("enrolled_late"),
        pl.min_horizontal("received_1", "paper_received", "received_early").alias("first_receipt"),
    )


def _where(rule: str, at: pl.Expr) -> pl.Expr:
    return pl.when(has(rule)).then(at)


def _instead(rule: str, at: pl.Expr, column: str) -> pl.Expr:
    return pl.when(has(rule)).then(at).otherwise(pl.col(column)).alias(column)


def _unless_last(number: int) -> pl.Expr:
    """Give the viewing of a round that found a mismatch; the last round's is left out."""
    return pl.when(pl.col(f"mismatch_{number}")).then(pl.col(f"viewed_{number}"))


def shown_by_events(routed: pl.DataFrame) -> pl.DataFrame:
    """List the broken rules that events show.

    Returns:
        `transfer`, `serial`, `rule`, `at` (instant of the event) and `days` (calendar days until the finding is
        complete), where the event takes place.
    """
    found = []
    for rule, column in _WITNESS.items():
        days = limit_on(_LIMITS[rule], dt.date(2019, 3, 21)).value + 1 if rule in _LIMITS else 0
        at = pl.col(column)
        hit = routed.filter(has(rule) & at.is_not_null() & (at <= pl.col("until")))
        found.append(
            hit.select("transfer", "serial", pl.lit(rule).alias("rule"), at.alias("at"), pl.lit(days).alias("days"))
        )
    return pl.concat(found)
