"""Every indicator from its words: which facts it sets against each other, and how.

The words are those of `counting_logic`, `numerator` and `denominator` in the definitions; the facts are counted by the
modules of the sources.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from oracle_periods import over_time, spans, year_later
from oracle_registry import areas

CELL = {
    "indicator": pl.String(),
    "area": pl.String(),
    "period": pl.String(),
    "numerator": pl.Decimal(38, 3),
    "denominator": pl.Decimal(38, 3),
    "value": pl.Float64(),
}
_AT = ["area", "period"]


@dataclass(frozen=True)
class Quotient:
    """One fact over another; `also` names a source that is read besides theirs."""

    over: str
    under: str
    scale: int = 1
    also: str | None = None


@dataclass(frozen=True)
class Growth:
    """Change of a stock against the same month of the year before, in percent of that month's."""

    stock: str


@dataclass(frozen=True)
class Flow:
    """A fact alone."""

    fact: str


@dataclass(frozen=True)
class Median:
    """Median of the durations of some records; those still open are longer than all others."""

    records: str


INDICATORS: dict[str, Quotient | Growth | Flow | Median] = {
    "support_ratio": Quotient("insured", "pensioners"),
    "support_ratio_ex_ui": Quotient("insured_without_recipients", "pensioners"),
    "support_ratio_cases": Quotient("insured", "pension_cases"),
    "compulsory_share": Quotient("insured_compulsory", "insured", 100),
    "female_share": Quotient("insured_women", "insured", 100),
    "dependency_burden": Quotient("dependants_of_insured", "insured"),
    "insured_growth": Growth("insured"),
    "new_pension_flow": Flow("pensions_awarded"),
    "avg_pension": Quotient("pension_rial", "pension_files_paid"),
    "collection_ratio": Quotient("received_rial", "assessed_rial", 100),
    "bed_occupancy": Quotient("bed_days_occupied", "bed_days_available", 100),
    "reporting_coverage": Quotient("units_in_time", "units_obliged", 100),
    "transfer_cycle": Median("transfer_days"),
    "scan_page_match": Quotient("files_agreeing", "files_recounted", 100),
    "list_receipt_rate": Quotient("workshops_heard", "workshops_to_hear", 100, also="mis"),
    "list_timeliness": Quotient("lists_in_time", "lists_due", 100, also="mis"),
    "list_error_rate": Quotient("list_rows_wrong", "list_rows", 100),
    "avg_insurable_wage": Quotient("insurable_rial", "days_insured"),
    "avg_insured_days": Quotient("days_insured", "days_possible", 100),
}
"""Indicator → what it is."""


def compute(facts: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Compute every indicator for every area and period, months and longer.

    Args:
        facts: What units reported or are counted with: source, fact, unit_code, month, value.
        records: Durations one by one: source, records, unit_code, month, days (null while open).

    Returns:
        Columns as `CELL`, a row where the numerator or the denominator is known.
    """
    placed = facts.join(areas(), on="unit_code").rename({"month": "period"})
    sums = over_time(placed.group_by("fact", "source", "area", "period").agg(pl.col("value").sum()))
    held = pl.concat([facts.select("source", "month"), records.select("source", "month")]).unique()
    months = {source: set(part["month"]) for (source,), part in held.partition_by("source", as_dict=True).items()}
    tables = []
    for code, what in INDICATORS.items():
        known = set.intersection(*(months.get(source, set()) for source in _sources(what, facts, records)))
        table = _median(records, what, known) if isinstance(what, Median) else _divided(sums, what)
        covered = pl.col("period").str.len_chars().eq(7) & ~pl.col("period").str.contains("[A-Z]")
        covered = covered | pl.col("period").is_in(list(spans(known)))
        named = table.filter(covered).with_columns(indicator=pl.lit(code))
        tables.append(named.select(pl.col(name).cast(kind) for name, kind in CELL.items()))
    return pl.concat(tables)


def _sources(what: Quotient | Growth | Flow | Median, facts: pl.DataFrame, records: pl.DataFrame) -> set[str]:
    if isinstance(what, Median):
        return set(records.filter(records=what.records)["source"])
    names = {Flow: ["fact"], Growth: ["stock"], Quotient: ["over", "under"]}[type(what)]
    found = set(facts.filter(pl.col("fact").is_in([getattr(what, name) for name in names]))["source"])
    return found | ({what.also} if isinstance(what, Quotient) and what.also else set())


def _of(sums: pl.DataFrame, fact: str, name: str) -> pl.DataFrame:
    return sums.filter(fact=fact).select(*_AT, pl.col("value").alias(name))


def _divided(sums: pl.DataFrame, what: Quotient | Growth | Flow) -> pl.DataFrame:
    if isinstance(what, Flow):
        return _of(sums, what.fact, "numerator").with_columns(denominator=None, value="numerator")
    if isinstance(what, Quotient):
        over, under, scale = _of(sums, what.over, "numerator"), _of(sums, what.under, "denominator"), what.scale
        both = over.join(under, on=_AT, how="full", coalesce=True)
    else:
        now, scale = _of(sums, what.stock, "now"), 100
        known = now["period"].unique().to_list()
        later = {period: year_later(period) for period in known}
        before = _of(sums, what.stock, "denominator").with_columns(pl.col("period").replace_strict(later))
        joined = before.filter(pl.col("period").is_in(known)).join(now, on=_AT, how="left")
        both = joined.with_columns(numerator=pl.col("now") - pl.col("denominator"))
    quotient = pl.col("numerator") * scale / pl.col("denominator")
    return both.with_columns(value=pl.when(pl.col("denominator") != 0).then(quotient))


def _median(records: pl.DataFrame, what: Median, months: set[str]) -> pl.DataFrame:
    """Give the middle duration, or the mean of the two middle ones; none where one of these is still open."""
    table = [(period, month) for period, parts in spans(months).items() for month in parts]
    table += [(month, month) for month in months]
    span = pl.DataFrame(table, schema={"period": pl.String(), "month": pl.String()}, orient="row")
    placed = records.filter(records=what.records).join(span, on="month").join(areas(), on="unit_code")
    return placed.group_by(_AT).agg(
        numerator=pl.col("days").count().cast(pl.Int64),
        denominator=pl.len().cast(pl.Int64),
        value=pl.col("days").map_batches(_middle, return_dtype=pl.Float64(), returns_scalar=True),
    )


def _middle(days: pl.Series) -> float | None:
    ordered: Sequence[int | None] = sorted(days.to_list(), key=lambda each: (each is None, each))
    pair = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return None if None in pair else (pair[0] + pair[1]) / 2
