"""Every indicator from its words: which facts it sets against each other, and how.

The words are those of `counting_logic`, `numerator` and `denominator` in the definitions; the facts are counted by the
modules of the sources.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from oracle_periods import AVERAGES, days_of, over_time, spans, year_later
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


Facts = tuple[str, ...]


@dataclass(frozen=True)
class Quotient:
    """Facts added up over facts added up.

    Attributes:
        over: Facts of the numerator.
        under: Facts of the denominator.
        scale: Factor of the quotient.
        over_each: What the numerator is divided by, where it is an average itself; stated to the thousandth.
        under_each: The same of the denominator.
        also: A source that is read besides those of the facts.
        months: Months of the shortest period that it is computed for.
    """

    over: Facts
    under: Facts
    scale: int = 1
    over_each: str | None = None
    under_each: str | None = None
    also: str | None = None
    months: int = 1


@dataclass(frozen=True)
class Growth:
    """Change of a stock against the same month of the year before, in percent of that month's."""

    stock: str


@dataclass(frozen=True)
class Flow:
    """A fact alone, or by the calendar days of its period."""

    fact: str
    is_per_day: bool = False


@dataclass(frozen=True)
class Median:
    """Median of the durations of some records; those still open are longer than all others."""

    records: str


_COVERED = ("insured", "dependants_of_insured", "pensioners", "dependants_of_pensioners")

INDICATORS: dict[str, Quotient | Growth | Flow | Median] = {
    "support_ratio": Quotient(("insured",), ("pensioners",)),
    "support_ratio_ex_ui": Quotient(("insured_without_recipients",), ("pensioners",)),
    "support_ratio_cases": Quotient(("insured",), ("pension_cases",)),
    "compulsory_share": Quotient(("insured_compulsory",), ("insured",), 100),
    "female_share": Quotient(("insured_women",), ("insured",), 100),
    "ui_share": Quotient(("unemployment_recipients",), ("insured",), 1000),
    "dependency_burden": Quotient(("dependants_of_insured",), ("insured",)),
    "insured_growth": Growth("insured"),
    "new_pension_flow": Flow("pensions_awarded"),
    "new_pension_per_day": Flow("pensions_awarded", is_per_day=True),
    "award_lag": Median("award_days"),
    "avg_pension": Quotient(("pension_rial",), ("pension_files_paid",)),
    "min_pension_share": Quotient(("pension_cases_minimum",), ("pension_cases_full",), 100),
    "pension_wage_ratio": Quotient(
        ("pension_rial",),
        ("insurable_pay_rial",),
        100,
        over_each="pension_cases_on_average",
        under_each="insured_compulsory_on_average",
        months=9,
    ),
    "collection_ratio": Quotient(("received_rial",), ("assessed_rial",), 100),
    "arrears_ratio": Quotient(("employer_debt_rial",), ("assessed_of_employers_rial",), 100, months=9),
    "claims_ratio": Quotient(("pension_rial", "short_term_rial", "unemployment_rial"), ("received_rial",), 100),
    "shortterm_per_insured": Quotient(("short_term_rial",), ("insured_on_average",)),
    "injury_rate": Quotient(("injuries",), ("insured_exposed_on_average",), 1000, months=9),
    "injury_fatality": Quotient(("injuries_fatal",), ("injuries",), 100, months=9),
    "bed_occupancy": Quotient(("bed_days_occupied",), ("bed_days_available",), 100),
    "bed_per_1000": Quotient(("beds",), _COVERED, 1000, months=3),
    "outpatient_per_capita": Quotient(("outpatient_contacts",), _COVERED, months=3),
    "direct_sso_share": Quotient(("inpatients_own",), ("inpatients",), 100),
    "reporting_coverage": Quotient(("units_in_time",), ("units_obliged",), 100),
    "transfer_cycle": Median("transfer_days"),
    "transfer_to_sending": Median("to_sending"),
    "transfer_to_receipt": Median("to_receipt"),
    "transfer_to_comparison": Median("to_comparison"),
    "transfer_to_activation": Median("to_activation"),
    "transfer_mismatch": Quotient(("files_differing",), ("files_compared",), 100),
    "undue_overlap": Quotient(("file_months_twice",), ("file_months",), 1000),
    "scan_page_match": Quotient(("files_agreeing",), ("files_recounted",), 100),
    "scan_progress": Quotient(("register_files_complete",), ("register_files",), 100),
    "rescan_rate": Quotient(("images_again",), ("images",), 100),
    "destruction_timeliness": Quotient(("campaigns_held",), ("campaigns_due",), 100, months=6),
    "list_receipt_rate": Quotient(("workshops_heard",), ("workshops_to_hear",), 100, also="mis"),
    "list_timeliness": Quotient(("lists_in_time",), ("lists_due",), 100, also="mis"),
    "list_error_rate": Quotient(("list_rows_wrong",), ("list_rows",), 100),
    "avg_insurable_wage": Quotient(("insurable_rial",), ("days_insured",)),
    "avg_insured_days": Quotient(("days_insured",), ("days_possible",), 100),
}
"""Indicator → what it is."""


def compute(
    facts: pl.DataFrame,
    records: pl.DataFrame,
    codes: Collection[str] = tuple(INDICATORS),
    held: Mapping[str, set[str]] | None = None,
) -> pl.DataFrame:
    """Compute indicators for every area and period, months and longer.

    Args:
        facts: What units reported or are counted with: source, fact, unit_code, month, value.
        records: Durations one by one: source, records, unit_code, month, days (null while open).
        codes: Indicators that are computed; all by default.
        held: Months of each source, where `facts` and `records` are those of some files only.

    Returns:
        Columns as `CELL`, a row where the numerator or the denominator is known.
    """
    placed = facts.join(areas(), on="unit_code").rename({"month": "period"})
    months = held or months_held(facts, records)
    added = placed.group_by("fact", "source", "area", "period").agg(pl.col("value").sum())
    sums = over_time(added, set().union(*months.values()))
    tables = []
    for code in codes:
        what = INDICATORS[code]
        read = [months.get(source, set()) for source in sources_of(what, facts, records)]
        known = set.intersection(*read) if read else set()
        table = _median(records, what, known) if isinstance(what, Median) else _divided(sums, what)
        shortest = what.months if isinstance(what, Quotient) else 1
        covered = [period for period, parts in spans(known).items() if len(parts) >= shortest]
        all_months = list(set().union(*months.values())) if shortest == 1 else []
        named = table.filter(pl.col("period").is_in([*covered, *all_months])).with_columns(indicator=pl.lit(code))
        parts = (_exact(name) if kind.is_decimal() else pl.col(name).cast(kind) for name, kind in CELL.items())
        tables.append(named.select(parts))
    return pl.concat(tables)


def months_held(facts: pl.DataFrame, records: pl.DataFrame) -> dict[str, set[str]]:
    """Give the months that there is anything of, by source."""
    held = pl.concat([facts.select("source", "month"), records.select("source", "month")]).unique()
    return {source: set(part["month"]) for (source,), part in held.partition_by("source", as_dict=True).items()}


def _exact(name: str) -> pl.Expr:
    """Write a part to the thousandth; a cast of a large float to a decimal would invent thousandths."""
    part = pl.col(name).cast(pl.Float64())
    thousandths = ((part - part.floor()) * 1000).round().cast(pl.Int64()).cast(pl.String()).str.zfill(3)
    return pl.format("{}.{}", part.floor().cast(pl.Int64()), thousandths).cast(CELL[name]).alias(name)


def sources_of(what: Quotient | Growth | Flow | Median, facts: pl.DataFrame, records: pl.DataFrame) -> set[str]:
    if isinstance(what, Median):
        return set(records.filter(records=what.records)["source"])
    if isinstance(what, Quotient):
        named = [*what.over, *what.under]
    else:
        named = [what.fact if isinstance(what, Flow) else what.stock]
    found = set(facts.filter(pl.col("fact").is_in([AVERAGES.get(name, name) for name in named]))["source"])
    return found | ({what.also} if isinstance(what, Quotient) and what.also else set())


def _of(sums: pl.DataFrame, named: Facts, name: str) -> pl.DataFrame:
    """Add facts up; where one of them is not known, the sum is not."""
    added = sums.filter(pl.col("fact").is_in(list(named))).group_by(_AT).agg(pl.col("value").sum(), pl.len())
    return added.filter(pl.col("len") == len(named)).select(*_AT, pl.col("value").alias(name))


def _each(sums: pl.DataFrame, named: Facts, per: str | None, name: str) -> pl.DataFrame:
    part = _of(sums, named, name)
    if per is None:
        return part
    by = part.join(_of(sums, (per,), "by"), on=_AT)
    return by.with_columns(((pl.col(name) / pl.col("by") * 1000 + 0.5).floor() / 1000).alias(name)).drop("by")


def _divided(sums: pl.DataFrame, what: Quotient | Growth | Flow) -> pl.DataFrame:
    if isinstance(what, Flow):
        flow = _of(sums, (what.fact,), "numerator")
        if not what.is_per_day:
            return flow.with_columns(denominator=None, value="numerator")
        known = {period: days_of(period) for period in flow["period"].unique().to_list()}
        both, scale = flow.with_columns(denominator=pl.col("period").replace_strict(known)), 1
    elif isinstance(what, Quotient):
        over = _each(sums, what.over, what.over_each, "numerator")
        under = _each(sums, what.under, what.under_each, "denominator")
        both, scale = over.join(under, on=_AT, how="full", coalesce=True), what.scale
    else:
        now, scale = _of(sums, (what.stock,), "now"), 100
        periods = now["period"].unique().to_list()
        later = {period: year_later(period) for period in periods}
        before = _of(sums, (what.stock,), "denominator").with_columns(pl.col("period").replace_strict(later))
        joined = before.filter(pl.col("period").is_in(periods)).join(now, on=_AT, how="left")
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
