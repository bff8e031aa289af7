"""What the generator makes of transfers, as silver would hold it, and the findings that it planted."""

import polars as pl

from orchestration.generator.breaches import BreachRates
from orchestration.generator.coding import places
from orchestration.generator.days import build_days
from orchestration.generator.draws import Draws
from orchestration.generator.payroll import Payroll
from orchestration.generator.scales import Scale, volume_of
from orchestration.generator.transfers import LOOKBACK, ROSTER_MONTHS, Transfers
from orchestration.generator.world import build_world, unit_codes
from vocabulary.periods import Period, month_range

MONTHS = month_range(Period.parse("1398-01"), Period.parse("1398-10"))
_CODED = {
    "event_type": "CL_TRANSFER_EVENT",
    "role": "CL_TRANSFER_ROLE",
    "compare_result": "CL_COMPARE_RESULT",
    "enrolment_mode": "CL_ENROLMENT_MODE",
}
_UNITS = ("unit_code", "origin_unit_code", "destination_unit_code")
_ORDINAL = 719_163  # of 1970-01-01
BROKEN, CLEAN = BreachRates(single=0.35, pair=0.35), BreachRates(single=0.0, pair=0.0)


def make(rates: BreachRates, volume: int = 250) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return events, rosters and planted findings of ten months."""
    days = build_days(MONTHS[0], MONTHS[-1], before=LOOKBACK + ROSTER_MONTHS + 1, after=LOOKBACK + 1)
    world = build_world(3, volume_of(Scale.DEMO))
    transfers = Transfers(world, Draws.of(3, "pension_transfer"), days, volume, rates)
    payroll = Payroll(transfers, Draws.of(3, "pension_payroll"))
    events = pl.concat([_events(transfers.month(month), month) for month in MONTHS])
    paid = pl.concat([_paid(payroll.month(month), month) for month in MONTHS])
    planted = [frame for month in MONTHS for frame in (transfers.planted(month), payroll.planted(month))]
    return events, paid, pl.concat(planted)


def _events(frame: pl.DataFrame, month: Period) -> pl.DataFrame:
    day = pl.col("event_date").cast(pl.Int64) - _ORDINAL
    at = (day * 86_400 + pl.col("event_time")) * 1_000_000
    return frame.with_columns(
        *(_code(column, codelist) for column, codelist in _CODED.items()),
        *(pl.lit(unit_codes()).gather(pl.col(column)).alias(column) for column in _UNITS),
        pl.col("file_no").cast(pl.Binary).alias("file_pid"),
        pl.col("event_id").cast(pl.Binary).alias("event_pid"),
        pl.col("transfer_id").cast(pl.Binary).alias("transfer_pid"),
        pl.col("national_id").cast(pl.Binary).alias("person_pid"),
        pl.col("operator_code").cast(pl.Binary).alias("operator_pid"),
        day.cast(pl.Int32).cast(pl.Date).alias("event_date"),
        at.cast(pl.Datetime("us", "UTC")).alias("event_at"),
        pl.lit(month.code).alias("period"),
        pl.lit("0" * 64).alias("_file_sha256"),
        pl.int_range(1, pl.len() + 1).alias("_row_number"),
    )


def _paid(frame: pl.DataFrame, month: Period) -> pl.DataFrame:
    return frame.with_columns(
        pl.lit(unit_codes()).gather(pl.col("unit_code")).alias("unit_code"),
        pl.lit(month.code).alias("period"),
        pl.col("file_no").cast(pl.Binary).alias("file_pid"),
        pl.lit("1" * 64).alias("_file_sha256"),
    )


def _code(column: str, codelist: str) -> pl.Expr:
    names = {place: code for code, place in places(codelist).items()}
    return pl.col(column).replace_strict(names, default=None, return_dtype=pl.String)
