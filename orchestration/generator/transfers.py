"""Transfers of pension files between branches, event by event (XFER-1…XFER-8).

A transfer follows the partial order of the directive; a few do not, so that conformance has something to find. Some
come back from the comparison and go round again, some are cancelled before sending, some never end. A month holds the
events that fall in it, whenever their transfer began.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from orchestration.generator.coding import PLACE, place, places
from orchestration.generator.days import WORKDAY_SECONDS, Days, instant
from orchestration.generator.draws import Draws
from orchestration.generator.people import national_code, padded
from orchestration.generator.profile import month_number
from orchestration.generator.routes import Slot, lay_route, slots
from orchestration.generator.world import World, unit_codes
from vocabulary.periods import Period

LOG_START = Period.month(1398, 1)
"""The log of the central server begins here: transfers referred earlier are in no month from here on."""

LOOKBACK = 6
"""Months that a transfer's last event can lie after its first."""

_SAME_DIRECTORATE = 0.72
_CANCELLED, _STUCK = 0.03, 0.025
_LAPSES = ("wrong_sender", "not_viewed", "enrolled_early", "same_officer", "dependant_lost")
_LAPSE = 0.012
_STAFF = {"PENSIONS_TECHNICAL_HEAD": 1, "BRANCH_HEAD": 2, "INSURANCE_DEPUTY": 3}
_EXPERTS, _OTHERS = (10, 15), (40, 10)

FILE_STEP = 739_391_363
"""Odd and no multiple of five, so that file numbers are all different and no part of the transfer's number."""


@dataclass
class Transfers:
    """The transfers of the country; cohorts (by month of referral) are made once and kept while months need them."""

    world: World
    draws: Draws
    days: Days
    volume: int
    _cohorts: dict[str, pl.DataFrame] = field(default_factory=dict)

    def month(self, period: Period) -> pl.DataFrame:
        """Make the events of a month.

        Returns:
            One row an event, by time: `directorate` of the unit that recorded it, `unit_code`, `origin_unit_code`,
            `destination_unit_code` (places in the registry), `event_type`, `role`, `compare_result`, `enrolment_mode` (places of codes),
            `event_date` (ordinal), `event_time` (second of the day), `dependant_count`, and as text `event_id`,
            `transfer_id`, `file_no`, `national_id`, `operator_code`.
        """
        known = self._cohorts
        self._cohorts = {
            cohort.code: known[cohort.code] if cohort.code in known else self._cohort(cohort)
            for cohort in _cohorts_of(period)
        }
        first, last = period.start.toordinal(), period.end.toordinal()
        events = pl.concat(
            [frame.filter(pl.col("event_date").is_between(first, last)) for frame in self._cohorts.values()]
        )
        directorates = self.world.units.select(pl.col("unit").alias("unit_code"), "directorate")
        return (
            _identified(events, self.draws.named("person"))
            .join(directorates, on="unit_code", maintain_order="left")
            .sort(instant(), maintain_order=True)
        )

    def _cohort(self, cohort: Period) -> pl.DataFrame:
        draws = self.draws.named("transfer")
        number = pl.int_range(self.volume, dtype=pl.Int64)
        begun = pl.select(number.alias("serial")).with_columns(
            (pl.col("serial") + month_number(cohort) * 2**24).alias("transfer")
        )
        begun = _endpoints(begun, self.world.existing(cohort.end), draws)
        key = pl.col("transfer")
        fate, lapse = draws.named("fate").unit(key), draws.named("lapse").unit(key)
        begun = begun.with_columns(
            draws.named("start").below(self.days.workdays_of(cohort) * WORKDAY_SECONDS, key).alias("start"),
            (fate < _CANCELLED).alias("is_cancelled"),
            fate.is_between(_CANCELLED, _CANCELLED + _STUCK).alias("is_stuck"),
            pl.when(lapse < _LAPSE)
            .then((lapse / _LAPSE * len(_LAPSES)).floor().cast(pl.Int8))
            .otherwise(None)
            .alias("lapse"),
            (draws.named("dependants").lognormal(1.5, 0.7, key).floor().clip(0, 7)).cast(pl.Int64).alias("dependants"),
        )
        routed = lay_route(begun, draws.named("route"), _LAPSES.index("enrolled_early"))
        events = pl.concat([_events(routed, number, slot, draws) for number, slot in enumerate(slots())])
        return events.with_columns(
            self.days.day_of_work(pl.col("at"), cohort).alias("event_date"),
            self.days.second_of_day(pl.col("at")).alias("event_time"),
            pl.lit(cohort.year * 100 + cohort.first_month, dtype=pl.Int64).alias("cohort"),
        ).drop("at")


def _cohorts_of(period: Period) -> Iterator[Period]:
    for back in range(LOOKBACK, -1, -1):
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
        "serial", "transfer", unit.gather(pl.col("from")).alias("origin"), unit.gather(other).alias("destination")
    )


def _events(routed: pl.DataFrame, number: int, slot: Slot, draws: Draws) -> pl.DataFrame:
    """Give the events of one slot of the route: those that take place, before the transfer stops or is cut off."""
    own = pl.col("transfer") * 32 + number
    lapse = pl.col("lapse")
    happens = pl.col(slot.at).is_not_null() & (pl.col(slot.at) <= pl.col("until"))
    if slot.event == "ORDERS_VIEWED":
        happens = happens & ~lapse.eq_missing(_LAPSES.index("not_viewed"))
    role = place("CL_TRANSFER_ROLE", slot.role)
    if slot.event == "SENT_TO_CENTRE":
        deputy = draws.named("deputy").unit(own) < 0.35
        role = pl.when(deputy).then(place("CL_TRANSFER_ROLE", "INSURANCE_DEPUTY")).otherwise(role)
        wrong = lapse.eq_missing(_LAPSES.index("wrong_sender"))
        role = pl.when(wrong).then(place("CL_TRANSFER_ROLE", "PENSIONS_EXPERT")).otherwise(role)
    count = pl.col("dependants") if slot.counts else pl.lit(None, dtype=pl.Int64)
    if slot.event == "REGISTRATION_CONFIRMED":
        lost = lapse.eq_missing(_LAPSES.index("dependant_lost")).cast(pl.Int64)
        count = (count - lost).clip(0)
    result = pl.lit(None, dtype=PLACE)
    if slot.event == "COMPARED":
        result = pl.when(pl.col(slot.mismatch)).then(place("CL_COMPARE_RESULT", "MISMATCH"))
        result = result.otherwise(place("CL_COMPARE_RESULT", "MATCH"))
    mode = pl.lit(None, dtype=PLACE)
    if slot.event == "ENROLLED":
        mode = place("CL_ENROLMENT_MODE", "SYSTEM")
    unit = pl.col("origin" if slot.at_origin else "destination")
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
        _officer(slot, role, lapse, own, draws).alias("officer"),
        pl.col(slot.at).alias("at"),
    )


def _officer(slot: Slot, role: pl.Expr, lapse: pl.Expr, own: pl.Expr, draws: Draws) -> pl.Expr:
    """Give the number of the officer in the branch: heads have their own, the others are several."""
    first, many = _OTHERS if slot.role == "OTHER" else _EXPERTS
    several = first + draws.named("officer").below(many, own)
    if slot.role not in _STAFF:
        return several
    heads = {places("CL_TRANSFER_ROLE")[name]: number for name, number in _STAFF.items()}
    officer = pl.coalesce(role.replace_strict(heads, default=None, return_dtype=pl.Int64), several)
    if slot.event != "SENT_TO_CENTRE":
        return officer
    same = lapse.eq_missing(_LAPSES.index("same_officer"))
    return pl.when(same).then(_STAFF["PENSIONS_TECHNICAL_HEAD"]).otherwise(officer)


def _identified(events: pl.DataFrame, persons: Draws) -> pl.DataFrame:
    """Add the identifiers, as text."""
    cohort, serial = pl.col("cohort"), pl.col("serial")
    code = pl.lit(unit_codes()).gather(pl.col("unit_code"))
    person = persons.below(10**6, pl.col("transfer"))
    return events.with_columns(
        (cohort * 10**8 + serial * 100 + pl.col("slot")).cast(pl.String).alias("event_id"),
        pl.concat_str(pl.lit("T"), (cohort * 10**6 + serial).cast(pl.String)).alias("transfer_id"),
        padded((cohort * 10**6 + serial) % 10**10 * FILE_STEP % 10**10, 10).alias("file_no"),
        national_code(person).alias("national_id"),
        pl.concat_str(code, padded(pl.col("officer"), 2)).alias("operator_code"),
    ).drop("serial", "transfer", "slot", "officer", "cohort")
