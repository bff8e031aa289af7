"""Rosters of pension files paid, by branch and month: of files activated in the month or in the two before it.

The origin pays up to the month of activation, the destination after it. Of a few files both pay in the month after the
activation, or nobody does in the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from orchestration.generator.breaches import BREACH_SCHEMA
from orchestration.generator.draws import Draws
from orchestration.generator.profile import month_number
from orchestration.generator.transfers import ROSTER_MONTHS, Transfers
from vocabulary.periods import Period

_PENSION_RIAL = 27_000_000
_TWICE_AFTER, _NEVER_AFTER = 1, 2


@dataclass(frozen=True)
class Payroll:
    """The rosters of the country, from the transfers of pension files."""

    transfers: Transfers
    draws: Draws

    def month(self, period: Period) -> pl.DataFrame:
        """Make the rosters of a month.

        Returns:
            One row a branch and file: `directorate` of the branch, `unit_code` (place in the registry), `period`
            (number), `file_no` (text), `paid_rial`.
        """
        listed = self._listed(period)
        is_after, is_last = pl.col("after") == _TWICE_AFTER, pl.col("after") == _NEVER_AFTER
        by_right = pl.when(pl.col("after") > 0).then("destination").otherwise("origin")
        paid = listed.filter(~(pl.col("is_unpaid") & is_last)).with_columns(by_right.alias("unit_code"))
        twice = listed.filter(pl.col("is_paid_twice") & is_after).with_columns(pl.col("origin").alias("unit_code"))
        amount = self.draws.lognormal(_PENSION_RIAL, 0.35, pl.col("transfer")).floor().cast(pl.Int64)
        directorates = self.transfers.world.units.select(pl.col("unit").alias("unit_code"), "directorate")
        return (
            pl.concat([paid, twice])
            .join(directorates, on="unit_code", maintain_order="left")
            .select(
                "directorate",
                "unit_code",
                pl.lit(month_number(period), dtype=pl.Int32).alias("period"),
                "file_no",
                amount.alias("paid_rial"),
            )
            .sort("directorate", "unit_code", "file_no")
        )

    def planted(self, period: Period) -> pl.DataFrame:
        """List the rules that the rosters of a month break, as `BREACH_SCHEMA` says.

        That nobody paid can be told only where the general offices of both branches send a roster.
        """
        listed = self._listed(period)
        offices = self.month(period)["directorate"].unique()
        units = self.transfers.world.units
        telling = units.filter(pl.col("directorate").is_in(offices.implode()))["unit"].implode()
        is_seen = pl.col("origin").is_in(telling) & pl.col("destination").is_in(telling)
        wrong = {
            "PAID_BY_TWO": pl.col("is_paid_twice") & (pl.col("after") == _TWICE_AFTER),
            "PAID_BY_NONE": pl.col("is_unpaid") & (pl.col("after") == _NEVER_AFTER) & is_seen,
        }
        last_day = pl.lit(period.end.toordinal(), dtype=pl.Int32).alias("event_date")
        return pl.concat(
            [
                listed.filter(hit).select(pl.lit(rule).alias("rule"), "file_no", last_day, "cohort")
                for rule, hit in wrong.items()
            ]
        ).select(BREACH_SCHEMA.names())

    def _listed(self, period: Period) -> pl.DataFrame:
        """Give the files that stand in the month's rosters; `after` counts the months since activation."""
        found = [
            cohort.activated.filter(
                pl.col("event_date").is_between(month.start.toordinal(), month.end.toordinal())
            ).with_columns(pl.lit(back).alias("after"))
            for cohort in self.transfers.cohorts(period)
            for back in range(ROSTER_MONTHS + 1)
            for month in (period.shift(-back),)
        ]
        return pl.concat(found)
