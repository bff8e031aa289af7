"""Imaging of technical files: leaves counted again, images made again, registers and campaigns as stated."""

from collections.abc import Mapping

import oracle_words as words
import polars as pl


def facts(received: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Give every fact of imaging: fact, unit_code, month, value."""
    events = received["scan_step_event"]
    parts = [leaves(events), _images(events), _register(received), _campaigns(received)]
    return pl.concat([part.select("fact", "unit_code", "month", pl.col("value").cast(pl.Int64)) for part in parts])


def _images(received: pl.DataFrame) -> pl.DataFrame:
    """Count the images made at step 5, and those made after the first step 6 of the same file or document."""
    good = received.filter(pl.col("_state").is_null())
    read = good.with_columns(
        words.code(good["workflow"], "CL_SCAN_WORKFLOW"),
        words.code(good["step"], "CL_SCAN_STEP"),
        words.day(good["event_date"]),
        *(words.text(good[name]) for name in ("event_time", "file_no", "document_id", "unit_code")),
        words.number(good["image_count"]),
    )
    key = ["workflow", "file_no", "document_id"]
    checked = read.filter(step="S06").sort("event_date", "event_time").unique(key, keep="first", maintain_order=True)
    first = checked.select(*key, first_day="event_date", first_time="event_time")
    imaged = read.filter(step="S05").join(first, on=key, how="left", nulls_equal=True)
    later = (pl.col("event_date") > pl.col("first_day")) | (
        (pl.col("event_date") == pl.col("first_day")) & (pl.col("event_time") > pl.col("first_time"))
    )
    imaged = imaged.with_columns(month=words.month_of(imaged["event_date"]), is_again=later.fill_null(value=False))
    images = pl.col("image_count").fill_null(0)
    by_unit = imaged.group_by("unit_code", "month").agg(
        images=images.sum(), images_again=images.filter(pl.col("is_again")).sum()
    )
    return by_unit.unpivot(index=["unit_code", "month"], variable_name="fact")


def _stated(received: pl.DataFrame) -> pl.DataFrame:
    """Keep the good rows of a statement, with its unit and month."""
    good = received.filter(pl.col("_state").is_null())
    return good.with_columns(words.text(good["unit_code"]), month=words.month(good["period"]))


def _register(received: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Take the files of the register at the start date, and those complete."""
    read = _stated(received["scan_register"])
    read = read.with_columns(
        words.code(read["register_part"], "CL_SCAN_REGISTER_PART"),
        register_files=words.number(read["file_count"]),
        register_files_complete=words.number(read["complete_count"]),
    ).filter(register_part="AT_START")
    return read.select("unit_code", "month", "register_files", "register_files_complete").unpivot(
        index=["unit_code", "month"], variable_name="fact"
    )


def _campaigns(received: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Count one campaign due for each statement, and it as held with a day, minutes and a quality check."""
    read = _stated(received["scan_destruction"])
    yes = {name: words.code(read[name], "CL_YES_NO") == "YES" for name in ("has_minutes", "quality_checked")}
    is_held = pl.Series(read["held_on"].fill_null("") != "") & yes["has_minutes"] & yes["quality_checked"]
    return (
        read.select("unit_code", "month", campaigns_due=pl.lit(1), campaigns_held=is_held.cast(pl.Int64))
        .group_by("unit_code", "month")
        .sum()
        .unpivot(index=["unit_code", "month"], variable_name="fact")
    )


def leaves(received: pl.DataFrame) -> pl.DataFrame:
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
