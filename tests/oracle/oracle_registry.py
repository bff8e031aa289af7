"""Units, where they lie, who is obliged to report, and the days on which offices are closed, read as data."""

import csv
import datetime as dt
from functools import cache
from pathlib import Path

import holidays
import oracle_words as words
import polars as pl

REPORT_DAYS, LIST_DAYS = 20, 60
"""Days after the end of a month by which reports are due and lists are cut off (docs/sources.md)."""


def units() -> pl.DataFrame:
    """Give the registry: unit_code, kind, geo_code, directorate_code, valid_from, valid_to."""
    names = ["unit_code", "kind", "geo_code", "directorate_code", "valid_from", "valid_to"]
    table = pl.read_csv(words.VOCABULARY / "units" / "unit.csv", infer_schema=False).select(names)
    return table.with_columns(pl.col("valid_from", "valid_to").str.to_date("%Y-%m-%d"))


def areas() -> pl.DataFrame:
    """Give the areas that each unit counts in: itself, its directorate, province and country."""
    known = units().select("unit_code", "geo_code", "directorate_code")
    own = known.select("unit_code", area=pl.col("unit_code"))
    office = known.select("unit_code", area="directorate_code").drop_nulls()
    province = known.filter(pl.col("geo_code") != "IR").select("unit_code", area="geo_code")
    country = known.select("unit_code", area=pl.lit("IR"))
    return pl.concat([own, office, province, country]).unique()


def obliged(source: str, months: list[str]) -> pl.DataFrame:
    """Give the units that owe a report at the end of each month: unit_code, month."""
    duties = pl.read_csv(words.VOCABULARY / "units" / "reporting_obligation.csv")
    kinds = duties.filter(source=source)["unit_kind"].to_list()
    known = units().filter(pl.col("kind").is_in(kinds))
    told = [
        known.filter(
            pl.col("valid_from") <= words.last_day(month),
            pl.col("valid_to").is_null() | (pl.col("valid_to") >= words.last_day(month)),
        ).select("unit_code", month=pl.lit(month))
        for month in months
    ]
    return pl.concat(told)


def due_day(month: str) -> dt.date:
    """Give the day by which lists of a month are in time: the last of the next month, or the next working day."""
    day = words.last_day(words.shifted(month, 1))
    while day.weekday() == 4 or day in _closed():
        day += dt.timedelta(days=1)
    return day


@cache
def _closed() -> frozenset[dt.date]:
    days = set(holidays.country_holidays("IR", years=range(2018, 2032)))
    path: Path = words.VOCABULARY / "holidays" / "correction.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            day = dt.date.fromisoformat(row["date"])
            (days.discard if row["kind"] == "removed" else days.add)(day)
    return frozenset(days)
