"""Longer periods: quarter, half, nine months and year out of months, and what a fact is over them."""

import oracle_registry as registry
import polars as pl
from oracle_words import length, month_code

STOCKS = frozenset(
    {
        "insured",
        "insured_without_recipients",
        "insured_compulsory",
        "insured_women",
        "dependants_of_insured",
        "pensioners",
        "pension_cases",
        "pension_cases_full",
        "pension_cases_minimum",
        "unemployment_recipients",
        "dependants_of_pensioners",
        "employer_debt_rial",
        "beds",
        "register_files",
        "register_files_complete",
    }
)
"""Facts that are stocks at the end; over a longer period they are what they are in its last month. All others flow."""

AVERAGES = {
    "insured_on_average": "insured",
    "insured_exposed_on_average": "insured_exposed",
    "insured_compulsory_on_average": "insured_compulsory",
    "pension_cases_on_average": "pension_cases",
}
"""Averages of the months' stocks, stated to the thousandth."""

_SPANS = {
    **{f"-Q{n}": range(3 * n - 2, 3 * n + 1) for n in range(1, 5)},
    **{f"-H{n}": range(6 * n - 5, 6 * n + 1) for n in (1, 2)},
    "-M9": range(1, 10),
    "": range(1, 13),
}
_AT = ["fact", "source", "area"]


def spans(months: set[str]) -> dict[str, list[str]]:
    """Give the longer periods all of whose months are among some, with their months."""
    years = {int(month[:4]) for month in months}
    named = {f"{year}{end}": [month_code(year, n) for n in span] for year in years for end, span in _SPANS.items()}
    return {period: parts for period, parts in named.items() if set(parts) <= months}


def days_of(period: str) -> int:
    """Count the calendar days of a period of any length."""
    if len(period) == len("1399-12") and period[5:].isdigit():
        return length(period)
    return sum(length(month_code(int(period[:4]), n)) for n in _SPANS[period[4:]])


def year_later(period: str) -> str:
    """Give the same period of the next year."""
    return f"{int(period[:4]) + 1}{period[4:]}"


def over_time(sums: pl.DataFrame, months: set[str]) -> pl.DataFrame:
    """Add longer periods to facts of areas and months: fact, source, area, period, value.

    A stock is that of the last month. A flow adds up, and an average is one of the months; neither is known where units
    of the area owe a report for more months than there are figures of.

    Args:
        sums: Facts of areas and months: fact, source, area, period, value.
        months: Months of which there is anything at all: longer periods are made of these.
    """
    averages = [sums.filter(fact=stock).with_columns(fact=pl.lit(name)) for name, stock in AVERAGES.items()]
    sums = pl.concat([sums, *averages])
    table = [(period, month, parts[-1]) for period, parts in spans(months).items() for month in parts]
    span = pl.DataFrame(table, schema=["long", "period", "last"], orient="row", schema_overrides=_TEXTS)
    placed = sums.join(span, on="period")
    is_stock, is_average = (pl.col("fact").is_in(list(names)) for names in (STOCKS, AVERAGES))
    stock = placed.filter(is_stock, pl.col("period") == pl.col("last"))
    flow = placed.filter(~is_stock).group_by(*_AT, "long").agg(pl.col("value").sum(), pl.len().cast(pl.Int64))
    enough = flow.join(_months_due(span), on=["source", "area", "long"], how="left").filter(
        pl.col("len") >= pl.col("due").fill_null(1)
    )
    thousandths = (2000 * pl.col("value") + pl.col("len")) // (2 * pl.col("len"))
    value = pl.when(is_average).then(thousandths / 1000).otherwise(pl.col("value").cast(pl.Float64)).alias("value")
    columns = [*_AT, pl.col("long").alias("period"), pl.col("value").cast(pl.Float64)]
    whole = sums.select(*_AT, "period", pl.col("value").cast(pl.Float64))
    return pl.concat([whole, stock.select(columns), enough.with_columns(value).select(columns)])


_TEXTS = dict.fromkeys(("long", "period", "last"), pl.String())


def _months_due(span: pl.DataFrame) -> pl.DataFrame:
    """Count the months of each longer period for which any unit of an area owes a report."""
    months = span["period"].unique().to_list()
    owed = [
        registry.obliged(source, months).join(registry.areas(), on="unit_code").with_columns(source=pl.lit(source))
        for source in ("mis", "smis", "contribution_list")
        if months
    ]
    if not owed:
        return pl.DataFrame(
            schema={"source": pl.String(), "area": pl.String(), "long": pl.String(), "due": pl.UInt32()}
        )
    pairs = pl.concat(owed).select("source", "area", period="month").unique()
    return pairs.join(span, on="period").group_by("source", "area", "long").agg(due=pl.len())
