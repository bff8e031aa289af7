"""Imaging of technical files: whether the leaves counted afterwards are as many as those counted before."""

import oracle_words as words
import polars as pl


def facts(received: pl.DataFrame) -> pl.DataFrame:
    """Count the files counted again, in the month of the first count at step 9, and those of them that agree."""
    good = received.filter(pl.col("_state").is_null())
    read = good.with_columns(
        words.code(good["workflow"], "CL_SCAN_WORKFLOW"),
        words.code(good["step"], "CL_SCAN_STEP"),
        words.day(good["event_date"]),
        *(words.text(good[name]) for name in ("event_id", "event_time", "file_no", "unit_code")),
        words.number(good["leaf_count"]),
    ).filter(workflow="FILE")
    counts = read.sort("event_date", "event_time", "event_id").with_row_index("order")
    key = ["unit_code", "file_no"]
    again = counts.filter(step="S09").unique(key, keep="first", maintain_order=True)
    before = (
        counts.filter(step="S02")
        .join(again.select(*key, until="order"), on=key)
        .filter(pl.col("order") < pl.col("until"))
        .unique(key, keep="last", maintain_order=True)
        .select(*key, before="leaf_count")
    )
    set_against = again.join(before, on=key, how="left").with_columns(
        month=words.month_of(again["event_date"]),
        agrees=(pl.col("leaf_count") == pl.col("before")).fill_null(value=False),
    )
    by_unit = set_against.group_by("unit_code", "month").agg(
        files_recounted=pl.len().cast(pl.Int64), files_agreeing=pl.col("agrees").sum().cast(pl.Int64)
    )
    return by_unit.unpivot(index=["unit_code", "month"], variable_name="fact").select(
        "fact", "unit_code", "month", "value"
    )
