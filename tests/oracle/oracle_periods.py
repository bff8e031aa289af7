"""Longer periods: quarter, half, nine months and year out of months, and what a fact is over them."""

import oracle_registry as registry
import polars as pl
from oracle_words import month_code

STOCKS = frozenset(
    {
        "insured",
        "insured_without_recipients",
        "insured_compulsory",
        "insured_women",
        "dependants_of_insured",
        "pensioners",
        "pension_cases",
    }
)
"""Facts that are stocks at the end; over a longer period they are what they are in its last month. All others flow."""

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


def year_later(period: str) -> str:
    """Give the same period of the next year."""
    return f"{int(period[:4]) + 1}{period[4:]}"


def over_time(sums: pl.DataFrame) -> pl.DataFrame:
    """Add longer periods to facts of areas and months: fact, source, area, period, value.

    A stock is that of the last month. A flow adds up, and is not known where units of the area owe a report for more
    months than there are figures of.
    """
    months = set(sums["period"])
    table = [(period, month, parts[-1]) for period, parts in spans(months).items() for month in parts]
    span = pl.DataFrame(table, schema=["long", "period", "last"], orient="row", schema_overrides=_TEXTS)
    placed = sums.join(span, on="period")
    stock = placed.filter(pl.col("fact").is_in(list(STOCKS)), pl.col("period") == pl.col("last"))
    flow = (
        placed.filter(~pl.col("fact").is_in(list(STOCKS))).group_by(*_AT, "long").agg(pl.col("value").sum(), pl.len())
    )
    enough = flow.join(_months_due(span), on=["source", "area", "long"], how="left").filter(
        pl.col("len") >= pl.col("due").fill_null(1)
    )
    columns = [*_AT, pl.col("long").alias("period"), "value"]
    return pl.concat([sums.select(*_AT, "period", "value"), stock.select(columns), enough.select(columns)])


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
