"""Contribution lists of workshops: who sent one, in time or not, how many rows are wrong, what is worked and paid.

A list is a workshop row; its workers stand in another file of the same sender. Lists are told apart by branch, month,
workshop and number; a newer file of the branch replaces the lists that it holds.
"""

import datetime as dt

import oracle_registry as registry
import oracle_words as words
import polars as pl
from oracle_reports import newest

LIST = ["unit_code", "month", "workshop_code", "list_no"]


def facts(lists: pl.DataFrame, workers: pl.DataFrame, obliged: pl.DataFrame) -> pl.DataFrame:
    """Count by branch and month: fact, unit_code, month, value.

    Args:
        lists: Workshop rows received.
        workers: Worker rows received.
        obliged: Workshops registered and obliged by branch and month: unit_code, month, obliged.
    """
    sent = _read(lists).with_columns(words.day(lists["filed_on"]))
    paid = _read(workers).with_columns(
        words.text(workers["insurance_no"]), words.number(workers["day_count"]), words.number(workers["insurable_rial"])
    )
    accepted = newest(sent.filter(_is_used()), LIST)
    counted = [
        _received(accepted, obliged),
        _paid(newest(paid.filter(_is_used()), LIST), accepted),
        _rows([sent, paid]),
    ]
    return pl.concat(
        table.unpivot(index=["unit_code", "month"], variable_name="fact").drop_nulls() for table in counted
    ).select("fact", "unit_code", "month", "value")


def _read(received: pl.DataFrame) -> pl.DataFrame:
    year, month = (words.number(received[name]) for name in ("list_year", "list_month"))
    months = [
        None if y is None or m is None or not 1 <= m <= 12 else words.month_code(words.full_year(y), m)
        for y, m in zip(year, month, strict=True)
    ]
    return received.with_columns(
        pl.Series("month", months, pl.String()),
        words.text(received["workshop_code"]),
        words.text(received["list_no"]),
        pl.col("_sender").alias("unit_code"),
    )


def _is_used() -> pl.Expr:
    return pl.col("_state").is_null() | (pl.col("_state") == "finding")


def _received(accepted: pl.DataFrame, obliged: pl.DataFrame) -> pl.DataFrame:
    """Count workshops heard of by the cut-off, and lists due and in time."""
    months = accepted["month"].unique().to_list()
    cut_off = {month: words.last_day(month) + dt.timedelta(days=registry.LIST_DAYS) for month in months}
    due = {month: registry.due_day(month) for month in months}
    last = pl.col("month").replace_strict(cut_off, return_dtype=pl.Date())
    seen = pl.coalesce("filed_on", "_prepared")
    told = accepted.with_columns(
        in_reach=(seen <= last).fill_null(value=True),
        in_time=(pl.col("filed_on") <= pl.col("month").replace_strict(due, return_dtype=pl.Date())).fill_null(
            value=False
        ),
        dated=pl.col("filed_on").is_not_null(),
    )
    by_unit = told.group_by("unit_code", "month").agg(
        lists=pl.len().cast(pl.Int64),
        dated=pl.col("dated").sum().cast(pl.Int64),
        lists_in_time=pl.col("in_time").sum().cast(pl.Int64),
        workshops=pl.col("workshop_code").n_unique().cast(pl.Int64),
        workshops_heard=pl.col("workshop_code").filter("in_reach").n_unique().cast(pl.Int64),
    )
    joined = by_unit.join(obliged, on=["unit_code", "month"], how="inner")
    silent = (pl.col("obliged") - pl.col("workshops")).clip(lower_bound=0)
    due_of_silent = (2 * silent * pl.col("dated") + pl.col("lists")) // (2 * pl.col("lists"))
    return joined.select(
        "unit_code",
        "month",
        "workshops_heard",
        workshops_to_hear="obliged",
        lists_in_time="lists_in_time",
        lists_due=pl.col("dated") + due_of_silent,
    )


def _paid(workers: pl.DataFrame, accepted: pl.DataFrame) -> pl.DataFrame:
    """Add up days and pay of the workers of accepted lists, and the days that they could have worked."""
    counted = workers.join(accepted.select(LIST).unique(), on=LIST, how="semi")
    days = {month: words.length(month) for month in ["1399-01", *counted["month"].unique().to_list()]}
    return counted.group_by("unit_code", "month").agg(
        days_insured=pl.col("day_count").sum(),
        insurable_rial=pl.col("insurable_rial").sum(),
        days_possible=pl.struct("workshop_code", "insurance_no").n_unique().cast(pl.Int64)
        * pl.col("month").first().replace_strict(days, return_dtype=pl.Int64()),
    )


def _rows(tables: list[pl.DataFrame]) -> pl.DataFrame:
    """Count the rows received and those that break a rule; an exact repeat is no row of its own.

    A row belongs to the month that its file is of: one that is set aside may not say a month at all.
    """
    rows = pl.concat(table.select("unit_code", "_month", "_state") for table in tables).rename({"_month": "month"})
    state = pl.col("_state").fill_null("")
    return (
        rows.filter(state != "duplicate")
        .group_by("unit_code", "month")
        .agg(list_rows=pl.len().cast(pl.Int64), list_rows_wrong=(state == "quarantined").sum().cast(pl.Int64))
    )
