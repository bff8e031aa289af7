"""Transfers of pension files: how long the files referred in a month took to be activated at their destination."""

import csv
import datetime as dt

import oracle_words as words
import polars as pl

STAGES = {
    "transfer_days": ("REFERRED", "ACTIVATED"),
    "to_sending": ("REFERRED", "SENT_TO_CENTRE"),
    "to_receipt": ("SENT_TO_CENTRE", "RECEIVED_FROM_CENTRE"),
    "to_comparison": ("RECEIVED_FROM_CENTRE", "COMPARED"),
    "to_activation": ("COMPARED", "ACTIVATED"),
}
"""Durations → the events that they lie between, the first of each kind."""


def durations(received: pl.DataFrame, since: str, until: str) -> pl.DataFrame:
    """Give each file referred and not cancelled that came to a stage: origin, month of referral, days or null."""
    first = _first(_events(received), (since, until))
    begun, passed = (
        first[name].select("transfer_id", pl.col("event_date").alias(side))
        for name, side in ((since, "since"), (until, "until"))
    )
    files = cohort(received).join(begun, on="transfer_id").join(passed, on="transfer_id", how="left")
    days = (pl.col("until") - pl.col("since")).dt.total_days()
    return files.select("unit_code", "month", days=pl.when(days >= 0).then(days))


def cohort(received: pl.DataFrame) -> pl.DataFrame:
    """Give each file referred and not cancelled: transfer, origin, month of referral, day of activation or null."""
    first = _first(_events(received), ("REFERRED", "ACTIVATED", "CANCELLED"))
    done = first["ACTIVATED"].select("transfer_id", activated=pl.col("event_date"))
    left = first["CANCELLED"].select("transfer_id", cancelled=pl.lit(value=True))
    files = first["REFERRED"].join(done, on="transfer_id", how="left").join(left, on="transfer_id", how="left")
    return (
        files.filter(pl.col("cancelled").is_null() | pl.col("activated").is_not_null())
        .select("transfer_id", "activated", unit_code="origin_unit_code", month="event_date")
        .with_columns(pl.col("month").map_batches(words.month_of, return_dtype=pl.String()))
    )


def _events(received: pl.DataFrame) -> pl.DataFrame:
    good = received.filter(pl.col("_state").is_null())
    return good.with_columns(
        words.code(good["event_type"], "CL_TRANSFER_EVENT"),
        words.day(good["event_date"]),
        words.text(good["event_time"]),
        *(words.text(good[name]) for name in ("event_id", "transfer_id", "origin_unit_code")),
    ).sort("event_date", "event_time", "event_id")


def _first(events: pl.DataFrame, names: tuple[str, ...]) -> dict[str, pl.DataFrame]:
    return {
        name: events.filter(event_type=name).unique("transfer_id", keep="first", maintain_order=True) for name in names
    }


def facts(received: pl.DataFrame) -> pl.DataFrame:
    """Count the files compared for the first time, by origin and month, and those of them that differed."""
    good = received.filter(pl.col("_state").is_null())
    read = good.with_columns(
        words.code(good["event_type"], "CL_TRANSFER_EVENT"),
        words.code(good["compare_result"], "CL_COMPARE_RESULT"),
        words.day(good["event_date"]),
        words.text(good["event_time"]),
        *(words.text(good[name]) for name in ("event_id", "transfer_id", "origin_unit_code")),
    )
    compared = read.filter(event_type="COMPARED").sort("event_date", "event_time", "event_id")
    first = compared.unique("transfer_id", keep="first", maintain_order=True)
    by_unit = (
        first.with_columns(month=words.month_of(first["event_date"]))
        .group_by(unit_code="origin_unit_code", month="month")
        .agg(
            files_compared=pl.len().cast(pl.Int64),
            files_differing=(pl.col("compare_result") == "MISMATCH").sum().cast(pl.Int64),
        )
    )
    return by_unit.unpivot(index=["unit_code", "month"], variable_name="fact").select(
        "fact", "unit_code", "month", "value"
    )


def paid_twice(received: pl.DataFrame, rosters: pl.DataFrame) -> pl.DataFrame:
    """Count file-months of rosters, and those that two branches paid, by the origin of the file's last transfer."""
    columns = ("event_id", "transfer_id", "event_time", "file_no", "origin_unit_code", "destination_unit_code")
    good = received.filter(pl.col("_state").is_null())
    read = good.with_columns(
        words.code(good["event_type"], "CL_TRANSFER_EVENT"),
        words.day(good["event_date"]),
        *(words.text(good[name]) for name in columns),
    ).sort("event_date", "event_time", "event_id")
    ended, done = (set(read.filter(event_type=name)["transfer_id"]) for name in ("CANCELLED", "ACTIVATED"))
    live = _live_from()
    referred = read.filter(event_type="REFERRED").unique("transfer_id", keep="first", maintain_order=True)
    referred = referred.filter(~pl.col("transfer_id").is_in(sorted(ended - done))).with_columns(
        referred_in=pl.col("event_date").map_batches(words.month_of, return_dtype=pl.String()),
        is_live=(pl.col("event_date") >= pl.col("origin_unit_code").replace_strict(live, default=None))
        & (pl.col("event_date") >= pl.col("destination_unit_code").replace_strict(live, default=None)),
    )
    rows = rosters.filter(pl.col("_state").is_null())
    paid = (
        rows.select(words.text(rows["file_no"]), words.text(rows["unit_code"]), month=words.month(rows["period"]))
        .group_by("file_no", "month")
        .agg(branches=pl.col("unit_code").n_unique())
    )
    last = (
        paid.join(referred, on="file_no")
        .filter(pl.col("referred_in") <= pl.col("month"))
        .sort("event_date", "event_time", "transfer_id")
        .unique(["file_no", "month"], keep="last", maintain_order=True)
        .filter(pl.col("is_live").fill_null(value=False))
    )
    by_unit = last.group_by(unit_code="origin_unit_code", month="month").agg(
        file_months=pl.len().cast(pl.Int64), file_months_twice=(pl.col("branches") > 1).sum().cast(pl.Int64)
    )
    return by_unit.unpivot(index=["unit_code", "month"], variable_name="fact").select(
        "fact", "unit_code", "month", "value"
    )


def _live_from() -> dict[str, dt.date]:
    with (words.VOCABULARY / "units" / "go_live.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["process"] == "XFER"]
    return {row["unit_code"]: dt.date.fromisoformat(row["date"]) for row in rows}
