"""The plausibility check over a home: monthly series out of gold, flags and adjusted series into gold.

Two tables come of it: `plausibility_flag`, the figures to look at, and `adjusted_observation`, each series without what
calendar and season add to it. An adjusted value never stands in the column of an observed one, and every row says how
it was adjusted (`ADJUSTMENT`). Neither is published.
"""

from collections.abc import Callable, Sequence
from itertools import groupby

import polars as pl

from governance.plausibility.flags import Judged, Series, judge
from governance.plausibility.limits import Limits, load_limits
from governance.proof.steps import load_steps
from lake import tables
from lake.layout import Home
from vocabulary.codelists.load import load_codelist
from vocabulary.indicators.load import load_versions
from vocabulary.periods import Period, PeriodKind

OBSERVATIONS, FLAGS, ADJUSTED = "fct_indicator_observation", "plausibility_flag", "adjusted_observation"
ADJUSTMENT = "CALENDAR_SEASONAL"
"""Code of `CL_ADJUSTMENT`: what calendar and season add is taken out by the regression of the plausibility check."""

_READ = ["indicator_code", "geo_code", "period", "value", "obs_status", "provenance"]
_FLAG_SCHEMA = {
    "flag_id": pl.String,
    "indicator_code": pl.String,
    "geo_code": pl.String,
    "period": pl.String,
    "kind": pl.String,
    "observed": pl.Float64,
    "expected": pl.Float64,
    "score": pl.Float64,
    "calendar_effect": pl.Float64,
    "limits_version": pl.String,
    "provenance": pl.String,
}
_ADJUSTED_SCHEMA = {
    "indicator_code": pl.String,
    "geo_code": pl.String,
    "period": pl.String,
    "value": pl.Float64,
    "adjusted_value": pl.Float64,
    "expected_value": pl.Float64,
    "adjustment": pl.String,
    "limits_version": pl.String,
    "provenance": pl.String,
}
_MONEY = frozenset(item.code for item in load_codelist("CL_UNIT_MEASURE").items if item.code.startswith("RIAL"))
_PROVENANCE_ORDER = ("reported", "published_elsewhere", "synthetic")


def check(home: Home, progress: Callable[[int, int], None] | None = None) -> tuple[int, int]:
    """Judge every monthly series of gold and write what is to be looked at.

    A table that comes out as it was gets no new version.

    Args:
        home: The installation; the caller holds its writer lock.
        progress: Called with the series judged and how many there are.

    Returns:
        How many series were judged and how many figures are flagged.

    Raises:
        lake.tables.TableError: the marts were not built.
    """
    limits = load_limits()
    observed = pl.DataFrame(load_steps()["plausibility"].read(home, "gold", OBSERVATIONS, columns=_READ))
    provenance = most_restrictive(observed["provenance"].unique().to_list())
    judged = list[Judged]()
    found = monthly_series(observed)
    for one in found:
        judged.append(judge(one, limits))
        if progress is not None:
            progress(len(judged), len(found))
    flags, adjusted = flag_table(judged, provenance), adjusted_table(judged, limits, provenance)
    _write(home, FLAGS, flags)
    _write(home, ADJUSTED, adjusted)
    return len(judged), flags.height


def monthly_series(observed: pl.DataFrame) -> list[Series]:
    """Give the monthly series of a table of observations, by indicator and area; values that are missing are gaps."""
    months = {code: Period.parse(code) for code in observed["period"].unique().to_list()}
    monthly = {code: month for code, month in months.items() if month.kind is PeriodKind.MONTH}
    definitions = {definition.code: definition for definition in load_versions()}
    rows = (
        observed.filter(pl.col("period").is_in(list(monthly)) & pl.col("value").is_not_null())
        .sort("indicator_code", "geo_code", "period")
        .select("indicator_code", "geo_code", "period", "value", "obs_status")
        .iter_rows()
    )
    series = []
    for (indicator, geo), group in groupby(rows, key=lambda row: (row[0], row[1])):
        points = [(monthly[period], value, status) for _, _, period, value, status in group]
        series.append(
            Series(
                indicator=indicator,
                kind=definitions[indicator].kind.value,
                geo=geo,
                months=tuple(month for month, _, _ in points),
                values=tuple(value for _, value, _ in points),
                breaks=frozenset(
                    month
                    for month, _, status in points
                    if status == "B" or (month.first_month == 1 and definitions[indicator].unit_measure in _MONEY)
                ),
            )
        )
    return series


def flag_table(judged: Sequence[Judged], provenance: str) -> pl.DataFrame:
    """Give one row a flag, the worst of an indicator first by score."""
    rows = [
        {
            "flag_id": flag.id,
            "indicator_code": flag.indicator,
            "geo_code": flag.geo,
            "period": flag.period.code,
            "kind": flag.kind.value,
            "observed": flag.observed,
            "expected": flag.expected,
            "score": flag.score,
            "calendar_effect": flag.calendar,
            "limits_version": flag.limits_version,
            "provenance": provenance,
        }
        for one in judged
        for flag in one.flags
    ]
    return pl.DataFrame(rows, schema=_FLAG_SCHEMA).sort("indicator_code", "geo_code", "period", "kind")


def adjusted_table(judged: Sequence[Judged], limits: Limits, provenance: str) -> pl.DataFrame:
    """Give one row an observation of a series that was fitted."""
    rows = [
        {
            "indicator_code": one.series.indicator,
            "geo_code": one.series.geo,
            "period": month.code,
            "value": one.series.values[place],
            "adjusted_value": float(one.expectation.adjusted[place]),
            "expected_value": float(one.expectation.expected[place]),
            "adjustment": ADJUSTMENT,
            "limits_version": limits.version,
            "provenance": provenance,
        }
        for one in judged
        if one.expectation is not None
        for place, month in enumerate(one.series.months)
    ]
    return pl.DataFrame(rows, schema=_ADJUSTED_SCHEMA).sort("indicator_code", "geo_code", "period")


def most_restrictive(provenances: Sequence[str]) -> str:
    """Give the provenance that passes to what is derived from several (house rule 6)."""
    return max(provenances, key=_PROVENANCE_ORDER.index, default=_PROVENANCE_ORDER[-1])


def _write(home: Home, name: str, rows: pl.DataFrame) -> None:
    if tables.exists(home, "gold", name) and pl.DataFrame(tables.read(home, "gold", name)).equals(rows):
        return
    tables.replace(home, "gold", name, rows.to_arrow(), note={"plausibility": rows.height})
