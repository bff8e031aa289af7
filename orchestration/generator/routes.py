"""The route of a transfer: its events in their partial order, and when each takes place.

`referred ≺ form_saved ≺ head_approved ≺ sent ≺ received` and, independent of it, `paper_sent ≺ paper_received`; then
both `≺ viewed ≺ compared ≺ enrolled ≺ confirmed ≺ activated`. A mismatch leads back to the origin [I]. Times are
seconds of work since the first working day of the month of referral.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from orchestration.generator.breaches import APART, OVERDUE, break_rules, has
from orchestration.generator.days import WORKDAY_SECONDS
from orchestration.generator.draws import Draws

ROUNDS = 3
LONGEST = 128 * WORKDAY_SECONDS
"""Events that would come later than this after the referral do not come at all."""

_MINUTE = 60
_GAP = 3 * _MINUTE
_MISMATCH = (0.065, 0.18)
_ENROLLED, _CLOSED = 0.93, 0.72
_TAIL = 0.85

_AT_MOST = {"sent_1": 10, "received": 15, "paper_sent": 10, "paper_received": 25}
"""Working days that a step takes at most, so that nothing lawful is overdue."""

_STEPS = (  # event, column that it follows, median delay in working days
    ("form", "start", 0.04),
    ("approved_1", "form", 1.6),
    ("sent_1", "approved_1", 0.7),
    ("received_1", "sent_1", 1.2),
    ("paper_sent", "approved_1", 1.0),
    ("paper_received", "paper_sent", 6.0),
)
_ROUND = (
    ("returned", "compared", 0.8),
    ("corrected", "returned", 1.6),
    ("approved", "corrected", 0.8),
    ("sent", "approved", 0.4),
    ("received", "sent", 0.8),
)
_END = (("enrolled", "matched", 1.3), ("confirmed", "enrolled", 0.5), ("activated", "confirmed", 0.9))


@dataclass(frozen=True)
class Slot:
    """A place on the route.

    Attributes:
        event: Code of `CL_TRANSFER_EVENT`.
        at: Column with its instant; null where it does not take place.
        at_origin: Whether the origin records it, not the destination.
        role: Code of `CL_TRANSFER_ROLE`.
        counts: Whether the number of dependants is recorded.
        mismatch: For a comparison, the column that tells whether it found a difference.
        is_again: Whether it belongs to a second transfer of the file.
    """

    event: str
    at: str
    at_origin: bool
    role: str = "PENSIONS_EXPERT"
    counts: bool = False
    mismatch: str = ""
    is_again: bool = False


@cache
def slots() -> Sequence[Slot]:
    """Give the places on the route; their numbers are part of the events' identifiers."""
    found = [Slot("REFERRED", "referred", True), Slot("FORM_SAVED", "form", True, counts=True)]
    for number in range(1, ROUNDS + 1):
        if number > 1:
            found += [Slot("RETURNED", f"returned_{number}", False), Slot("CORRECTED", f"corrected_{number}", True)]
        found += [
            Slot("HEAD_APPROVED", f"approved_{number}", True, role="PENSIONS_TECHNICAL_HEAD"),
            Slot("SENT_TO_CENTRE", f"sent_{number}", True, role="BRANCH_HEAD", counts=True),
            Slot("RECEIVED_FROM_CENTRE", f"received_{number}", False, counts=True),
            Slot("ORDERS_VIEWED", f"viewed_{number}", False),
            Slot("COMPARED", f"compared_{number}", False, counts=True, mismatch=f"mismatch_{number}"),
        ]
    return (
        *found,
        Slot("PAPER_SENT", "paper_sent", True, role="OTHER"),
        Slot("PAPER_RECEIVED", "paper_received", False, role="OTHER"),
        Slot("ENROLLED", "enrolled_if", False, counts=True),
        Slot("REGISTRATION_CONFIRMED", "confirmed", False, counts=True),
        Slot("ACTIVATED", "activated", False),
        Slot("ORIGIN_CLOSED", "closed", True),
        Slot("CANCELLED", "cancelled", True),
        Slot("CORRECTED", "changed", True),
        Slot("CORRECTED", "edited_late", True),
        Slot("CORRECTED", "corrected_there", False),
        Slot("RECEIVED_FROM_CENTRE", "received_early", False, counts=True),
        Slot("ORDERS_VIEWED", "viewed_early", False),
        Slot("ENROLLED", "enrolled_late", False, counts=True),
        Slot("CANCELLED", "cancelled_late", True),
        Slot("REFERRED", "referred_again", True, is_again=True),
        Slot("CANCELLED", "cancelled_again", True, is_again=True),
    )


def lay_route(begun: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Give each transfer the instants of its events.

    Args:
        begun: `transfer` (number), `start`, `is_cancelled`, `is_stuck`, and the rules that it is to break.
        draws: Draws of the routes.

    Returns:
        The transfers with one column a slot, the mismatches, and `until`: the instant after which nothing happens.
    """
    routed = begun
    for event, after, median in _STEPS:
        routed = routed.with_columns(_after(after, event, median, draws).alias(event))
    routed = _long_waits(routed)
    ready = pl.max_horizontal("received_1", "paper_received")
    routed = _compared(routed.with_columns(ready.alias("ready_1")), 1, draws)
    for number in range(2, ROUNDS + 1):
        routed = _round(routed, number, draws)
    matched = pl.coalesce(f"compared_{number}" for number in range(ROUNDS, 0, -1))
    routed = routed.with_columns(matched.alias("matched"))
    for event, after, median in _END:
        routed = routed.with_columns(_after(after, event, median, draws).alias(event))
    return _ended(routed, draws)


def _long_waits(routed: pl.DataFrame) -> pl.DataFrame:
    """Let data, or the paper file, take too long where that is to be found."""
    late = pl.when(has("RECEIPT_OVERDUE")).then(pl.col("sent_1") + OVERDUE).otherwise(pl.col("received_1"))
    routed = routed.with_columns(late.alias("received_1"))
    apart = pl.when(has("PAPER_DATA_APART")).then(pl.col("received_1") + APART).otherwise(pl.col("paper_received"))
    return routed.with_columns(apart.alias("paper_received"))


def _after(column: str, event: str, median: float, draws: Draws) -> pl.Expr:
    delay = draws.named(event).lognormal(median * WORKDAY_SECONDS, _TAIL, pl.col("transfer"))
    longest = _AT_MOST.get(event, _AT_MOST.get(event.rsplit("_", 1)[0], 0)) * WORKDAY_SECONDS or LONGEST
    return pl.col(column) + delay.clip(0, longest).cast(pl.Int64) + _GAP


def _compared(routed: pl.DataFrame, number: int, draws: Draws) -> pl.DataFrame:
    rate = _MISMATCH[number - 1] if number <= len(_MISMATCH) else 0.0
    mismatch = draws.named("mismatch", number).unit(pl.col("transfer")) < rate
    return (
        routed.with_columns(_after(f"ready_{number}", f"viewed_{number}", 1.2, draws).alias(f"viewed_{number}"))
        .with_columns(_after(f"viewed_{number}", f"compared_{number}", 0.5, draws).alias(f"compared_{number}"))
        .with_columns((mismatch & pl.col(f"compared_{number}").is_not_null()).alias(f"mismatch_{number}"))
    )


def _round(routed: pl.DataFrame, number: int, draws: Draws) -> pl.DataFrame:
    """Lead back to the origin those that the last comparison found different."""
    before = f"compared_{number - 1}"
    back = pl.when(pl.col(f"mismatch_{number - 1}")).then(pl.col(before))
    routed = routed.with_columns(back.alias("compared"))
    for event, after, median in _ROUND:
        source = after if after == "compared" else f"{after}_{number}"
        routed = routed.with_columns(_after(source, f"{event}_{number}", median, draws).alias(f"{event}_{number}"))
    routed = routed.with_columns(pl.col(f"received_{number}").alias(f"ready_{number}")).drop("compared")
    return _compared(routed, number, draws)


def _ended(routed: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    key = pl.col("transfer")
    stop = pl.col("start") + draws.named("stop").below(14 * WORKDAY_SECONDS, key)
    between = (pl.col("sent_1") - pl.col("form")).cast(pl.Float64) * draws.named("cancel").unit(key)
    cancelled = pl.when(pl.col("is_cancelled")).then(pl.col("form") + between.cast(pl.Int64).clip(1))
    enrols = has("MANUAL_ENROLMENT") | (draws.named("enrols").unit(key) < _ENROLLED)
    too_early = pl.col("received_1") + _MINUTE
    closed = pl.when(draws.named("closes").unit(key) < _CLOSED).then(_after("activated", "closed", 2.5, draws))
    ended = routed.with_columns(
        cancelled.alias("cancelled"),
        pl.when(pl.col("is_cancelled")).then(None).otherwise(pl.col("paper_sent")).alias("paper_sent"),
        pl.when(has("ACT_BEFORE_COMPARING")).then(too_early).when(enrols).then(pl.col("enrolled")).alias("enrolled_if"),
        closed.alias("closed"),
        pl.when(pl.col("is_cancelled"))
        .then(cancelled)
        .when(pl.col("is_stuck"))
        .then(pl.min_horizontal(stop, pl.col("start") + LONGEST))
        .otherwise(pl.col("start") + LONGEST)
        .alias("until"),
    )
    return break_rules(_stopped_in_peace(ended), ROUNDS)


def _stopped_in_peace(ended: pl.DataFrame) -> pl.DataFrame:
    """Let no transfer stop where somebody still waits for paper or data: it stops before they are sent."""
    for number in range(ROUNDS, 0, -1):
        first, last = pl.col(f"sent_{number}"), pl.col(f"received_{number}")
        if number == 1:
            first, last = pl.min_horizontal(first, "paper_received"), pl.max_horizontal(last, "paper_received")
        waits = ~pl.col("is_cancelled") & (pl.col("until") >= first) & (pl.col("until") < last)
        ended = ended.with_columns(pl.when(waits).then(first - _MINUTE).otherwise(pl.col("until")).alias("until"))
    return ended
