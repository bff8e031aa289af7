"""Which units reported in time, of those obliged to."""

import datetime as dt

import oracle_registry as registry
import oracle_words as words
import polars as pl


def facts(reports: dict[str, pl.DataFrame], months: list[str]) -> pl.DataFrame:
    """Count units that owe a report and those whose accepted report was prepared by the cut-off.

    Args:
        reports: The rows that count, by source; a unit counts once for each source that it owes.
        months: Months in which anything was reported.
    """
    counted = []
    for source, rows in reports.items():
        last = {month: words.last_day(month) + dt.timedelta(days=registry.REPORT_DAYS) for month in months}
        cut_off = pl.col("month").replace_strict(last, return_dtype=pl.Date())
        in_time = rows.filter((pl.col("_prepared") <= cut_off).fill_null(value=True))
        pairs = registry.obliged(source, months)
        arrived = in_time.select("unit_code", "month", value=pl.lit(1, pl.Int64())).unique()
        reported = pairs.join(arrived, on=["unit_code", "month"], how="left").with_columns(pl.col("value").fill_null(0))
        counted.append(pairs.with_columns(fact=pl.lit("units_obliged"), value=pl.lit(1, pl.Int64())))
        counted.append(reported.select(*pairs.columns, pl.lit("units_in_time").alias("fact"), "value"))
    return (
        pl.concat(counted)
        .group_by("fact", "unit_code", "month")
        .agg(pl.col("value").sum())
        .select("fact", "unit_code", "month", "value")
    )
