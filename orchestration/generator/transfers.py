"""Transfers of pension files between branches, event by event (XFER-1…XFER-8).

A transfer follows the partial order of the directive; a few do not (`breaches`), so that conformance has something to
find. Some
come back from the comparison and go round again, some are cancelled before sending, some never end. A month holds the
events that fall in it, whenever their transfer began.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from orchestration.generator.breaches import (
    BREACH_SCHEMA,
    USUAL_BREACHES,
    BreachRates,
    draw_breaches,
    has,
    shown_by_events,
)
from orchestration.generator.coding import PLACE, place, places
from orchestration.generator.days import WORKDAY_SECONDS, Days, instant
from orchestration.generator.draws import Draws
from orchestration.generator.people import national_code, padded
from orchestration.generator.profile import month_number
from orchestration.generator.routes import Slot, lay_route, slots
from orchestration.generator.world import World, unit_codes
from vocabulary.periods import Period
from vocabulary.units.go_live import go_live_dates

LOG_START = Period.month(1398, 1)
"""The log of the central server begins here: transfers referred earlier are in no month from here on."""

LOOKBACK = 6
"""Months that a transfer's last event can lie after its first."""

ROSTER_MONTHS = 2
"""Months after its activation in which a file stands in rosters."""

_SAME_DIRECTORATE = 0.72
_CANCELLED, _STUCK = 0.03, 0.025
_STAFF = {"PENSIONS_TECHNICAL_HEAD": 1, "BRANCH_HEAD": 2, "INSURANCE_DEPUTY": 3}
_EXPERTS, _OTHERS, _DEPUTISING = (10, 15), (40, 10), 30

FILE_STEP = 739_391_363
"""Odd and no multiple of five, so that file numbers are all different and no part of the transfer's number."""


@dataclass(frozen=True)
class Cohort:
    """The transfers referred in a month.

    Attributes:
        events: Their events.
        broken: The rules that they are to break, as `BREACH_SCHEMA` says.
        activated: Those that are activated: `file_no`, `origin`, `destination` (places in the registry), `month`
            (number of the month of activation), `is_paid_twice`, `is_unpaid`, `transfer`.
    """

    events: pl.DataFrame
    broken: pl.DataFrame
    activated: pl.DataFrame


@dataclass
class Transfers:
    """The transfers of the country; cohorts (by month of referral) are made once and kept while months need them."""

    world: World
    draws: Draws
    days: Days
    volume: int
    rates: BreachRates = USUAL_BREACHES
    _cohorts: dict[str, Cohort] = field(default_factory=dict)

    def month(self, period: Period) -> pl.DataFrame:
        """Make the events of a month.

        Returns:
            One row an event, by time: `directorate` of the unit that recorded it, `unit_code`, `origin_unit_code`,
            `destination_unit_code` (places in the registry), `event_type`, `role`, `compare_result`, `enrolment_mode`
            (places of codes), `event_date` (ordinal), `event_time` (second of the day), `dependant_count`, and as text
            `event_id`, `transfer_id`, `file_no`, `national_id`, `operator_code`.
        """
        events = _within([cohort.events for cohort in self.cohorts(period)], period)
        directorates = self.world.units.select(pl.col("unit").alias("unit_code"), "directorate")
        return (
            _identified(events, self.draws.named("person"))
            .join(directorates, on="unit_code", maintain_order="left")
            .sort(instant(), maintain_order=True)
        )

    def planted(self, period: Period) -> pl.DataFrame:
        """List the rules that events of a month break, as `BREACH_SCHEMA` says."""
        return _within([cohort.broken for cohort in self.cohorts(period)], period)

    def cohorts(self, period: Period) -> Sequence[Cohort]:
        """Give the cohorts whose events, or whose files in rosters, can be in a month."""
        known = self._cohorts
        self._cohorts = {
            cohort.code: known[cohort.code] if cohort.code in known else self._cohort(cohort)
            for cohort in _cohorts_of(period)
        }
        return list(self._cohorts.values())

    def _cohort(self, cohort: Period) -> Cohort:
        draws = self.draws.named("transfer")
        number = pl.int_range(self.volume, dtype=pl.Int64)
        begun = pl.select(number.alias("serial")).with_columns(
            (pl.col("serial") + month_number(cohort) * 2**24).alias("transfer")
        )
        begun = _endpoints(begun, self.world.existing(cohort.end), draws)
        key = pl.col("transfer")
        fate = draws.named("fate").unit(key)
        begun = begun.with_columns(
            draws.named("start").below(self.days.workdays_of(cohort) * WORKDAY_SECONDS, key).alias("start"),
            (fate < _CANCELLED).alias("is_cancelled"),
            fate.is_between(_CANCELLED, _CANCELLED + _STUCK).alias("is_stuck"),
            (draws.named("dependants").lognormal(1.5, 0.7, key).floor().clip(0, 7)).cast(pl.Int64).alias("dependants"),
        )
        whole = pl.lit(True)
        live = pl.Series(_live_units(cohort))
        for name in ("is_cancelled", "is_stuck"):
            whole = whole & ~pl.col(name)
        for name in ("origin", "destination"):
            whole = whole & pl.col(name).is_in(live.implode())
        begun = draw_breaches(begun.with_columns(whole.alias("is_whole")), self.rates, draws.named("breach"))
        routed = lay_route(begun, draws.named("route"))
        number = pl.lit(cohort.year * 100 + cohort.first_month, dtype=pl.Int64).alias("cohort")
        events = pl.concat([_events(routed, place, slot, draws) for place, slot in enumerate(slots())])
        events = events.with_columns(
            self.days.day_of_work(pl.col("at"), cohort).alias("event_date"),
            self.days.second_of_day(pl.col("at")).alias("event_time"),
            number,
        ).drop("at")
        return Cohort(events, self._broken(routed.with_columns(number), cohort), self._activated(routed, cohort))

    def _broken(self, routed: pl.DataFrame, cohort: Period) -> pl.DataFrame:
        found = shown_by_events(routed).with_columns(
            (self.days.day_of_work(pl.col("at"), cohort) + pl.col("days")).cast(pl.Int32).alias("event_date"),
            pl.lit(routed["cohort"][0] if len(routed) else 0, dtype=pl.Int64).alias("cohort"),
        )
        return found.with_columns(_file_number().alias("file_no")).select(BREACH_SCHEMA.names())

    def _activated(self, routed: pl.DataFrame, cohort: Period) -> pl.DataFrame:
        """Give the files that were activated, and how rosters are to be wrong about them."""
        done = routed.filter(pl.col("activated").is_not_null() & (pl.col("activated") <= pl.col("until")))
        done = done.with_columns(
            self.days.day_of_work(pl.col("activated"), cohort).alias("event_date"),
            pl.lit(cohort.year * 100 + cohort.first_month, dtype=pl.Int64).alias("cohort"),
        )
        return done.select(
            "transfer",
            "origin",
            "destination",
            "event_date",
            "cohort",
            _file_number().alias("file_no"),
            has("PAID_BY_TWO").alias("is_paid_twice"),
            has("PAID_BY_NONE").alias("is_unpaid"),
        )


def _within(frames: Sequence[pl.DataFrame], period: Period) -> pl.DataFrame:
    """Give the rows of a month, by `event_date`."""
    first, last = period.start.toordinal(), period.end.toordinal()
    return pl.concat([frame.filter(pl.col("event_date").is_between(first, last)) for frame in frames])


def _live_units(cohort: Period) -> list[int]:
    """Give the places of the units at which the directive applies when the month begins."""
    live = go_live_dates("XFER")
    return [place for place, code in enumerate(unit_codes()) if code in live and live[code] <= cohort.start]


def _file_number() -> pl.Expr:
    return padded((pl.col("cohort") * 10**6 + pl.col("serial")) % 10**10 * FILE_STEP % 10**10, 10)


def _cohorts_of(period: Period) -> Iterator[Period]:
    for back in range(LOOKBACK + ROSTER_MONTHS, -1, -1):
        cohort = period.shift(-back)
        if cohort >= LOG_START or period < LOG_START:
            yield cohort


def _endpoints(begun: pl.DataFrame, units: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Draw origin and destination among the branches, by their pensioners; most transfers stay in the province."""
    branches = units.filter(pl.col("kind") == "BRANCH").sort("directorate", "unit")
    branches = branches.select(
        "unit", "directorate", ((pl.col("pension") * 10).round().cast(pl.Int64) + 1).alias("weight")
    )
    branches = branches.with_columns(pl.col("weight").cum_sum().alias("upto")).with_columns(
        (pl.col("upto") - pl.col("weight")).min().over("directorate").alias("office_from"),
        pl.col("weight").sum().over("directorate").alias("office_weight"),
    )
    key, whole = pl.col("transfer"), int(branches["weight"].sum())
    upto = pl.lit(branches["upto"])
    origin = upto.search_sorted(draws.named("origin").below(whole, key), side="right")
    placed = begun.with_columns(origin.alias("from")).with_columns(
        pl.lit(branches[name]).gather(pl.col("from")).alias(name) for name in ("office_from", "office_weight")
    )
    near = pl.col("office_from") + draws.named("near").below(pl.col("office_weight"), key)
    far = draws.named("far").below(whole, key)
    is_near = draws.named("is_near").unit(key) < _SAME_DIRECTORATE
    placed = placed.with_columns(pl.when(is_near).then(near).otherwise(far).alias("spot")).with_columns(
        upto.search_sorted(pl.col("spot"), side="right").alias("to")
    )
    other = pl.when(pl.col("to") == pl.col("from")).then((pl.col("to") + 1) % len(branches)).otherwise(pl.col("to"))
    unit = pl.lit(branches["unit"])
    return placed.select(
        "serial",
        "transfer",
        unit.gather(pl.col("from")).alias("origin"),
        unit.gather(other).alias("destination"),
        unit.gather(_third(pl.col("from"), other, len(branches))).alias("third"),
    )


def _third(origin: pl.Expr, destination: pl.Expr, many: int) -> pl.Expr:
    """Give the place of a branch that is neither."""
    beside = (destination + 1) % many
    return pl.when(beside == origin).then((destination + 2) % many).otherwise(beside)


def _events(routed: pl.DataFrame, number: int, slot: Slot, draws: Draws) -> pl.DataFrame:
    """Give the events of one slot of the route: those that take place, before the transfer stops or is cut off."""
    own = pl.col("transfer") * 32 + number
    happens = pl.col(slot.at).is_not_null() & (pl.col(slot.at) <= pl.col("until"))
    role = place("CL_TRANSFER_ROLE", slot.role)
    if slot.event == "SENT_TO_CENTRE":
        deputy = draws.named("deputy").unit(own) < 0.35
        role = pl.when(deputy).then(place("CL_TRANSFER_ROLE", "INSURANCE_DEPUTY")).otherwise(role)
    if slot.at in ("sent_1", "approved_1"):
        wrong = has("WRONG_ROLE_SENDING" if slot.at == "sent_1" else "WRONG_ROLE_APPROVAL")
        role = pl.when(wrong).then(place("CL_TRANSFER_ROLE", "PENSIONS_EXPERT")).otherwise(role)
    count = pl.col("dependants") if slot.counts else pl.lit(None, dtype=pl.Int64)
    if slot.event == "REGISTRATION_CONFIRMED":
        count = count + has("DEPENDANTS_DIFFER").cast(pl.Int64)
    result = pl.lit(None, dtype=PLACE)
    if slot.event == "COMPARED":
        found = pl.col(slot.mismatch) | has("CONFIRMED_AFTER_MISMATCH")
        result = pl.when(found).then(place("CL_COMPARE_RESULT", "MISMATCH"))
        result = result.otherwise(place("CL_COMPARE_RESULT", "MATCH"))
    mode = pl.lit(None, dtype=PLACE)
    if slot.event == "ENROLLED":
        by_hand = has("MANUAL_ENROLMENT") if slot.at == "enrolled_if" else pl.lit(False)
        mode = pl.when(by_hand).then(place("CL_ENROLMENT_MODE", "MANUAL"))
        mode = mode.otherwise(place("CL_ENROLMENT_MODE", "SYSTEM"))
    unit = pl.col("origin" if slot.at_origin else "destination")
    if slot.at == "paper_received":
        unit = pl.when(has("RECEIVED_BY_ANOTHER")).then(pl.col("third")).otherwise(unit)
    return routed.filter(happens).select(
        "serial",
        "transfer",
        pl.lit(number, dtype=pl.Int64).alias("slot"),
        pl.col("origin").alias("origin_unit_code"),
        pl.col("destination").alias("destination_unit_code"),
        unit.alias("unit_code"),
        place("CL_TRANSFER_EVENT", slot.event).alias("event_type"),
        role.alias("role"),
        result.alias("compare_result"),
        mode.alias("enrolment_mode"),
        count.alias("dependant_count"),
        _officer(slot, role, own, draws).alias("officer"),
        pl.lit(slot.is_again).alias("is_again"),
        pl.col(slot.at).alias("at"),
    )


def _officer(slot: Slot, role: pl.Expr, own: pl.Expr, draws: Draws) -> pl.Expr:
    """Give the number of the officer in the branch: heads have their own, the others are several."""
    first, many = _OTHERS if slot.role == "OTHER" else _EXPERTS
    several = first + draws.named("officer").below(many, own)
    if slot.role not in _STAFF:
        return several
    heads = {places("CL_TRANSFER_ROLE")[name]: number for name, number in _STAFF.items()}
    officer = pl.coalesce(role.replace_strict(heads, default=None, return_dtype=pl.Int64), several)
    if slot.at not in ("sent_1", "approved_1"):
        return officer
    if slot.at == "approved_1":
        officer = pl.when(has("WRONG_ROLE_APPROVAL")).then(_DEPUTISING).otherwise(officer)
    return pl.when(has("SENDER_IS_APPROVER")).then(_STAFF["PENSIONS_TECHNICAL_HEAD"]).otherwise(officer)


def _identified(events: pl.DataFrame, persons: Draws) -> pl.DataFrame:
    """Add the identifiers, as text."""
    cohort, serial = pl.col("cohort"), pl.col("serial")
    code = pl.lit(unit_codes()).gather(pl.col("unit_code"))
    person = persons.below(10**6, pl.col("transfer"))
    return events.with_columns(
        (cohort * 10**8 + serial * 100 + pl.col("slot")).cast(pl.String).alias("event_id"),
        pl.concat_str(
            pl.when("is_again").then(pl.lit("U")).otherwise(pl.lit("T")), (cohort * 10**6 + serial).cast(pl.String)
        ).alias("transfer_id"),
        _file_number().alias("file_no"),
        national_code(person).alias("national_id"),
        pl.concat_str(code, padded(pl.col("officer"), 2)).alias("operator_code"),
    ).drop("serial", "transfer", "slot", "officer", "cohort", "is_again")
