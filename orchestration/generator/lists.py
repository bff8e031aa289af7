"""Contribution lists: what workshops report of their workers and pay, month by month.

A workshop, its size and the persons in it stay the same from month to month; who starts, who leaves, and how many days
are worked, change. All amounts are whole rials and keep to the rules of the list disk. How a list can be spoilt is in
`list_defects`, how it is written in `list_files`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from orchestration.generator.days import Days
from orchestration.generator.draws import Draws
from orchestration.generator.names import FAMILIES, MEN, OCCUPATIONS, PLACES, WOMEN, WORKSHOPS, drawn
from orchestration.generator.people import national_code, padded
from orchestration.generator.profile import month_number
from orchestration.generator.scales import Scale, volume_of
from orchestration.generator.workshops import workshop_count
from orchestration.generator.world import World
from vocabulary.holidays.load import due_date
from vocabulary.periods import Period

KINDS: Final = ("BRANCH", "SATELLITE_BRANCH")
ORDINARY: Final = 30

_AT_ONCE = 200_000
_MOST_WORKERS = 1_000
_MOST_WORKSHOPS = 4_096
_SPREAD, _MEAN_OF_SPREAD = 0.8, 1.377  # a lognormal's mean over its median
_SILENT, _SECOND, _CONTRACT, _FOREIGN, _HARD = 0.04, 0.06, 0.1, 0.03, 0.05
_LATE, _LATEST = 0.07, 20
_RATES = ((ORDINARY, 0.9), (27, 0.06), (23, 0.02), (20, 0.01), (0, 0.01))
_LOWEST_WAGE, _LOWEST_WAGE_YEAR, _RISE = 636_809, 1399, 1.3
_PERSONS_OF_CODES = 999_983

SUMMED: Final = (
    "day_count",
    "daily_wage_rial",
    "monthly_wage_rial",
    "benefit_rial",
    "insurable_rial",
    "total_pay_rial",
    "insured_share_rial",
    "seniority_rial",
    "spouse_rial",
)
"""Columns of a worker whose sums stand in the header of the list."""


@dataclass(frozen=True)
class Lists:
    """The lists of the country's branches at a scale."""

    world: World
    draws: Draws
    days: Days
    scale: Scale

    def pieces(self, period: Period) -> Iterator[pl.DataFrame]:
        """Give the branches that take lists in, in groups whose lists fit in memory."""
        offices = volume_of(self.scale).list_offices
        units = self.world.existing(period.end).filter(pl.col("unit_kind").is_in(KINDS)).sort("code")
        if offices:
            units = units.filter(pl.col("directorate").is_in(sorted(offices)))
        counts = pl.Series("workshops", [workshop_count(code, self.scale) for code in units["code"]], dtype=pl.Int64)
        sized = units.select("unit", "code", counts)
        upto = sized["workshops"].cum_sum() * volume_of(self.scale).list_workers // _AT_ONCE
        yield from sized.with_columns(upto.alias("piece")).partition_by("piece", maintain_order=True)

    def month(self, period: Period, units: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Make the lists of some branches and a month.

        Returns:
            One row a list and one row a worker, both by branch, each with `code` (the branch), `list` (number of the
            list) and the columns of the contract: amounts as numbers, everything else as text.
        """
        lists = self._lists(period, units)
        workers = self._workers(period, lists)
        return with_totals(lists, workers), workers

    def _lists(self, period: Period, units: pl.DataFrame) -> pl.DataFrame:
        """Draw who files, and how many lists of how many workers."""
        volume, draws = volume_of(self.scale), self.draws
        shop, list_ = pl.col("workshop"), pl.col("list")
        month = shop * 2**15 + month_number(period)
        filed = (
            units.select("code", "unit", pl.int_ranges("workshops").alias("number"))
            .explode("number")
            .with_columns((pl.col("unit").cast(pl.Int64) * _MOST_WORKSHOPS + pl.col("number")).alias("workshop"))
            .filter(draws.named("files").unit(month) >= _SILENT)
            .with_columns(pl.int_ranges(1 + (draws.named("second").unit(shop) < _SECOND).cast(pl.Int64)).alias("place"))
            .explode("place")
            .with_columns((shop * 2 + pl.col("place")).alias("list"))
        )
        median = volume.list_workers / _MEAN_OF_SPREAD
        size = draws.named("size").lognormal(median, _SPREAD, list_).round().clip(1, _MOST_WORKERS).cast(pl.Int64)
        owner = pl.concat_str(drawn(MEN, draws.named("owner"), shop), drawn(FAMILIES, draws, shop), separator=" ")
        kind = drawn(WORKSHOPS, draws.named("kind"), shop)
        return filed.with_columns(
            size.alias("size"),
            padded(shop, 10).alias("workshop_code"),
            pl.concat_str(kind, pl.lit("نمونه"), shop.cast(pl.String), separator=" ").alias("workshop_name"),
            owner.alias("employer_name"),
            pl.concat_str(drawn(PLACES, draws.named("place"), shop), pl.lit("خیابان نمونه"), separator=" ").alias(
                "workshop_address"
            ),
            pl.lit("لیست ماهانه").alias("list_description"),
            padded(pl.col("place") + 1, 4).alias("list_no"),
            _drawn_rate(draws.named("rate"), list_).alias("contribution_rate"),
            pl.when(draws.named("contract").unit(list_) < _CONTRACT).then(pl.lit("001")).alias("contract_row"),
            pl.when(draws.named("hard").unit(list_) < _HARD)
            .then(4)
            .otherwise(0)
            .cast(pl.String)
            .alias("hard_job_rate"),
            self._filed_on(period).alias("filed_on"),
            *_same(period),
        ).drop("number", "place", "unit")

    def _filed_on(self, period: Period) -> pl.Expr:
        """Draw the day of filing: after the month, mostly in time."""
        draws, list_ = self.draws.named("filed", period.code), pl.col("list")
        due, first = due_date(period).toordinal(), period.end.toordinal() + 1
        late = draws.named("late").unit(list_) < _LATE
        days_late, day = draws.named("late by").below(_LATEST, list_), draws.named("day").below(due - first + 1, list_)
        ordinal = pl.when(late).then(due + 1 + days_late).otherwise(first + day)
        written = self.days.jalali.cast(pl.String).str.replace(r"^(\d{4})(\d\d)(\d\d)$", "$1/$2/$3")
        return pl.lit(written).gather(ordinal - self.days.base)

    def _workers(self, period: Period, lists: pl.DataFrame) -> pl.DataFrame:
        """Draw the workers of lists: persons by their number, work by person and month."""
        draws, persons = self.draws, volume_of(self.scale).listed_persons
        first = draws.named("first person").below(persons, pl.col("workshop"))
        behind = pl.col("list") % 2 * _MOST_WORKERS
        person = ((first + behind + pl.col("place")) % persons).alias("person")
        hired = (
            lists.select("code", "list", "workshop", "workshop_code", "list_no", "contribution_rate", "size")
            .with_columns(pl.int_ranges("size").alias("place"))
            .explode("place")
            .with_columns(person, *_same(period))
        )
        return _paid(_working(_described(hired, draws), period, draws), period, draws).drop("size", "place", "workshop")


def with_totals(lists: pl.DataFrame, workers: pl.DataFrame) -> pl.DataFrame:
    """Give lists their totals over their workers, and the shares of employer and of unemployment by their rate."""
    sums = workers.group_by("list").agg(pl.len().cast(pl.Int64).alias("worker_count"), pl.col(SUMMED).sum())
    totals = lists.drop("worker_count", *SUMMED, strict=False).join(sums, on="list", how="left", maintain_order="left")
    rate, insurable = pl.col("contribution_rate"), pl.col("insurable_rial")
    return totals.with_columns(pl.col("worker_count", *SUMMED).fill_null(0)).with_columns(
        pl.when(rate > 0).then(insurable * 20 // 100).otherwise(0).alias("employer_share_rial"),
        pl.lit(0, dtype=pl.Int64).alias("twenty_percent_share_rial"),
        pl.when(rate.is_in([23, ORDINARY])).then(insurable * 3 // 100).otherwise(0).alias("unemployment_share_rial"),
    )


def insured_share() -> pl.Expr:
    """Give the share of the insured, by the rate of the list."""
    ordinary = pl.col("contribution_rate").is_in([27, ORDINARY])
    return pl.when(ordinary).then(pl.col("insurable_rial") * 7 // 100).otherwise(0).alias("insured_share_rial")


def _same(period: Period) -> tuple[pl.Expr, ...]:
    """Give what is the same in all rows of a month."""
    same = {"list_year": str(period.year % 100), "list_month": str(period.first_month), "commission_rate": "0"}
    return (*(pl.lit(text).alias(name) for name, text in same.items()), pl.lit("0").alias("list_kind"))


def _drawn_rate(draws: Draws, key: pl.Expr) -> pl.Expr:
    drawn_, rate, upto = draws.unit(key), pl.lit(ORDINARY), 0.0
    for percent, share in _RATES[1:]:
        rate = pl.when(drawn_.is_between(upto, upto + share, closed="left")).then(percent).otherwise(rate)
        upto += share
    return rate.cast(pl.Int64)


def _described(hired: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Say who the persons are."""
    person = pl.col("person")
    is_woman, is_foreign = draws.named("sex").unit(person) < 0.25, draws.named("nation").unit(person) < _FOREIGN
    named = draws.named("name")
    born = (1340 + draws.named("birth year").below(40, person)) * 10_000
    born = (
        born + (1 + draws.named("birth month").below(12, person)) * 100 + 1 + draws.named("birth day").below(29, person)
    )
    men, women = drawn(MEN, named, person), drawn(WOMEN, named, person)
    code = national_code(1 + person * 7_919 % _PERSONS_OF_CODES)
    return hired.with_columns(
        padded(person, 8).alias("insurance_no"),
        pl.when(is_woman).then(women).otherwise(men).alias("first_name"),
        drawn(FAMILIES, named.named("family"), person).alias("last_name"),
        drawn(MEN, named.named("father"), person).alias("father_name"),
        (1 + named.named("certificate").below(9_999, person)).cast(pl.String).alias("certificate_no"),
        drawn(PLACES, named.named("issue"), person).alias("issue_place"),
        born.cast(pl.String).alias("issue_date"),
        born.cast(pl.String).alias("birth_date"),
        pl.when(is_woman).then(pl.lit("زن")).otherwise(pl.lit("مرد")).alias("sex"),
        pl.when(is_foreign).then(pl.lit("افغانستان")).otherwise(pl.lit("ایرانی")).alias("nationality"),
        drawn(OCCUPATIONS, named.named("occupation"), person).alias("occupation"),
        (100_000 + named.named("occupation").below(len(OCCUPATIONS), person) * 1_117).cast(pl.String).alias("job_code"),
        pl.when(~is_foreign).then(code).alias("national_code"),
    )


def _working(persons: pl.DataFrame, period: Period, draws: Draws) -> pl.DataFrame:
    """Say who starts, who leaves, and how many days each works."""
    month = pl.col("person") * 2**15 + month_number(period)
    fate, day = draws.named("fate").unit(month), draws.named("day").below(10, month)
    starts, leaves, absent = fate < 0.02, fate.is_between(0.02, 0.04, closed="left"), fate > 0.75
    stem = period.year * 10_000 + period.first_month * 100
    days = (
        pl.when(starts)
        .then(period.days - day)
        .when(leaves)
        .then(15 + day)
        .when(absent)
        .then(1 + draws.named("days").below(period.days, month))
        .otherwise(period.days)
    )
    return persons.with_columns(
        pl.when(starts).then((stem + 1 + day).cast(pl.String)).alias("start_date"),
        pl.when(leaves).then((stem + 15 + day).cast(pl.String)).alias("leave_date"),
        days.cast(pl.Int64).alias("day_count"),
    )


def _paid(working: pl.DataFrame, period: Period, draws: Draws) -> pl.DataFrame:
    """Say what each is paid, and what the insured contributes of it."""
    person = pl.col("person")
    lowest = _LOWEST_WAGE * _RISE ** (period.year - _LOWEST_WAGE_YEAR)
    above = draws.named("wage").lognormal(0.25, 0.9, person).clip(0, 6)
    married = draws.named("married").unit(person) < 0.6
    days, wage, insurable = pl.col("day_count"), pl.col("monthly_wage_rial"), pl.col("insurable_rial")
    benefit = wage * (5 + draws.named("benefit").below(30, person)) // 100
    return (
        working.with_columns(((1 + above) * lowest).round().cast(pl.Int64).alias("daily_wage_rial"))
        .with_columns((pl.col("daily_wage_rial") * days).alias("monthly_wage_rial"))
        .with_columns(benefit.alias("benefit_rial"))
        .with_columns((wage + pl.col("benefit_rial")).alias("insurable_rial"))
        .with_columns(
            (insurable + wage * draws.named("other pay").below(10, person) // 100).alias("total_pay_rial"),
            insured_share(),
            (insurable * 20 // 100).alias("employer_share_rial"),
            pl.lit(0, dtype=pl.Int64).alias("twenty_percent_share_rial"),
            (draws.named("seniority").below(60_000, person) * days).alias("seniority_rial"),
            pl.when(married).then(500_000).otherwise(0).cast(pl.Int64).alias("spouse_rial"),
        )
    )
