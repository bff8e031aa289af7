"""Transfers of pension files: how long the files referred in a month took to be activated at their destination."""

import oracle_words as words
import polars as pl


def durations(received: pl.DataFrame) -> pl.DataFrame:
    """Give each file referred and not cancelled: origin, month of its first referral, days to activation or null."""
    good = received.filter(pl.col("_state").is_null())
    read = good.with_columns(
        words.code(good["event_type"], "CL_TRANSFER_EVENT"),
        words.day(good["event_date"]),
        words.text(good["event_time"]),
        *(words.text(good[name]) for name in ("event_id", "transfer_id", "origin_unit_code")),
    ).sort("event_date", "event_time", "event_id")
    first = {
        name: read.filter(event_type=name).unique("transfer_id", keep="first", maintain_order=True)
        for name in ("REFERRED", "ACTIVATED", "CANCELLED")
    }
    done = first["ACTIVATED"].select("transfer_id", activated=pl.col("event_date"))
    left = first["CANCELLED"].select("transfer_id", cancelled=pl.lit(value=True))
    cohort = first["REFERRED"].join(done, on="transfer_id", how="left").join(left, on="transfer_id", how="left")
    return (
        cohort.filter(pl.col("cancelled").is_null() | pl.col("activated").is_not_null())
        .select(
            unit_code="origin_unit_code",
            month="event_date",
            days=(pl.col("activated") - pl.col("event_date")).dt.total_days(),
        )
        .with_columns(pl.col("month").map_batches(words.month_of, return_dtype=pl.String()))
    )
