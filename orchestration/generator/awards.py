"""Award orders one by one: the claim, the order, the days between. The days are invented.

A unit's orders of a month are as many as the awards that it reports, or, at the demo's scale, one in `step` of them:
a systematic sample that begins at random in each unit and month, in the order of the reported cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from orchestration.generator.coding import place, places
from orchestration.generator.days import WORKDAY_SECONDS, Days
from orchestration.generator.draws import Draws
from orchestration.generator.people import padded
from orchestration.generator.profile import month_number
from vocabulary.periods import Period

_MEDIAN_DAYS = {
    "RETIREMENT": 34.0,
    "TOTAL_DISABILITY": 71.0,
    "PARTIAL_DISABILITY": 76.0,
    "SURVIVORS": 45.0,
    "LUMP_SUM_IMPAIRMENT": 58.0,
}
_SPREAD, _UNIT_SPREAD = 0.5, 0.25
LONGEST = 180
"""Days from claim to order at most; the printed dates reach that far back."""

_FILE_STEP = 739_391_363


@dataclass(frozen=True)
class Awards:
    """What stays the same from month to month.

    Attributes:
        draws: Draws of these records.
        days: The days that files may speak of.
        step: One order in so many is listed.
    """

    draws: Draws
    days: Days
    step: int

    def orders(self, reports: pl.DataFrame, period: Period) -> pl.DataFrame:
        """Make the listed orders of a month.

        Args:
            reports: Figures that the units report, `NEW_PENSION` among them.
            period: The month.

        Returns:
            One row an order, by unit: `directorate`, `unit_code` (place in the registry), `pension_kind` (place),
            `claim_date`, `order_date` (ordinals), `sample_step`, and as text `order_no`, `file_no`.
        """
        monthly = self.draws.named(month_number(period))
        listed = _sampled(reports, monthly.named("start"), self.step)
        number = pl.col("unit_code").cast(pl.Int64) * 10**4 + pl.col("turn")
        serial = number + month_number(period) * 2**32
        seconds = monthly.named("order").below(self.days.workdays_of(period) * WORKDAY_SECONDS, number)
        stamp = (period.year * 100 + period.first_month) % 10**4 * 10**8
        return listed.with_columns(self.days.day_of_work(seconds, period).alias("order_date")).select(
            "directorate",
            "unit_code",
            "pension_kind",
            (pl.col("order_date") - self._lag(serial)).cast(pl.Int32).alias("claim_date"),
            "order_date",
            pl.lit(self.step, dtype=pl.Int64).alias("sample_step"),
            pl.concat_str(pl.lit("H"), padded(number + stamp, 12)).alias("order_no"),
            padded((number + stamp) * _FILE_STEP % 10**10, 10).alias("file_no"),
        )

    def _lag(self, serial: pl.Expr) -> pl.Expr:
        kinds = places("CL_PENSION_KIND")
        median = pl.col("pension_kind").replace_strict(
            {kinds[kind]: days for kind, days in _MEDIAN_DAYS.items()}, return_dtype=pl.Float64
        )
        office = self.draws.named("unit").lognormal(1.0, _UNIT_SPREAD, pl.col("unit_code"))
        days = median * office * self.draws.named("days").lognormal(1.0, _SPREAD, serial)
        return days.round().clip(1, LONGEST).cast(pl.Int32)


def _sampled(reports: pl.DataFrame, starts: Draws, step: int) -> pl.DataFrame:
    """Give one row for each listed award, numbered within its unit."""
    is_award = pl.col("measure") == place("CL_MIS_MEASURE", "NEW_PENSION")
    cells = reports.filter(is_award & (pl.col("value") > 0)).select(
        "directorate", "unit_code", "pension_kind", pl.int_ranges("value").alias("turn")
    )
    each = cells.explode("turn", empty_as_null=False).with_columns(
        pl.col("unit_code").cum_count().over("unit_code").cast(pl.Int64).alias("turn")
    )
    first = starts.below(step, pl.col("unit_code").cast(pl.Int64))
    return each.filter((pl.col("turn") + first) % step == 0)
