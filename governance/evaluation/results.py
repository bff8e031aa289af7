"""Reading what the marts say of a period, and where each figure is heading, to be frozen together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from governance.evaluation.trend import jumped_and_fell_back, trend
from governance.evaluation.vintage import RESULTS, SCORES, SIGNS
from governance.proof.steps import load_steps
from governance.releases.manifest import TableVersion
from lake import tables
from lake.layout import Home
from vocabulary.periods import Period, PeriodError

MARTS = {RESULTS: "mart_unit_evaluation", SCORES: "mart_evaluation", SIGNS: "mart_evaluation_sign"}

FELL_BACK = "JUMP_AND_FALL_BACK"
"""Code of CL_EVALUATION_SIGN."""

_KEY = ["unit_code", "indicator_code"]
_ORDER = {
    RESULTS: [*_KEY],
    SCORES: ["unit_code", "domain_code"],
    SIGNS: ["unit_code", "rule_code"],
}
_TREND = {"value_year_before": pl.Float64, "change_on_year_before": pl.Float64, "trend": pl.String}


@dataclass(frozen=True)
class Results:
    """Results of a period: tables by file name, and the gold tables they were read from."""

    frames: Mapping[str, pl.DataFrame]
    tables: tuple[TableVersion, ...]


def read_results(home: Home, period: Period, *, trend_months: int) -> Results:
    """Read what gold says of a period, with the trend of every figure and the signs of each of its months.

    Raises:
        lake.tables.TableError: a mart was not built.
    """
    at = {name: tables.version(home, "gold", mart) for name, mart in MARTS.items()}
    frames = {name: _read(home, MARTS[name], period, at[name]).sort(_ORDER[name]) for name in (RESULTS, SCORES)}
    signs = [_read(home, MARTS[SIGNS], month, at[SIGNS]) for month in period.months()]
    frames[SIGNS] = pl.concat(signs).sort("period", *_ORDER[SIGNS])
    before = [_read(home, MARTS[RESULTS], earlier, at[RESULTS]) for earlier in window(period, trend_months)]
    frames[RESULTS] = with_trend(frames[RESULTS], before, year_before=period.previous_year().code)
    noted = tuple(TableVersion(layer="gold", name=MARTS[name], version=at[name]) for name in MARTS)
    return Results(frames, noted)


def fallen_back(home: Home, period: Period, results: pl.DataFrame, *, trend_months: int) -> list[dict[str, Any]]:
    """Return the figures that stood out for the better in a frozen period and that gold shows falling back since.

    Args:
        home: The installation; gold as it is now.
        period: The frozen period.
        results: The frozen results looked at, of one or more units.
        trend_months: Months that the trend is read over.
    """
    mart = MARTS[RESULTS]
    if not tables.exists(home, "gold", mart):
        return []
    at = tables.version(home, "gold", mart)
    after = _series(_read(home, mart, period.shift(1), at))
    before = [_series(_read(home, mart, earlier, at)) for earlier in window(period, trend_months)]
    found = []
    for key, evaluated in _series(results).items():
        earlier = [series[key] for series in before if key in series]
        if key in after and jumped_and_fell_back(earlier, evaluated, after[key]):
            found.append({"rule_code": FELL_BACK, "unit_code": key[0], "indicator_code": key[1]})
    return found


def window(period: Period, months: int) -> list[Period]:
    """Return the periods of the same kind that the trend is read over before `period`, the year before's included."""
    length = period.last_month - period.first_month + 1
    steps = max(months // length, 1)
    found = []
    for step in range(steps, 0, -1):
        try:
            found.append(period.shift(-step))
        except PeriodError:
            continue
    return found


def with_trend(results: pl.DataFrame, before: Sequence[pl.DataFrame], *, year_before: str) -> pl.DataFrame:
    """Add to each result its value a year before, the change since, and where it is heading.

    Only figures of the same definition enter: a break in the definition is no trend.
    """
    history = pl.concat([*before, results]).select(*_KEY, "period", "definition_version", "value", goodness())
    same = history.join(results.select(*_KEY, "definition_version"), on=[*_KEY, "definition_version"]).sort("period")
    series = {(key[0], key[1]): part for key, part in same.group_by(_KEY, maintain_order=True)}
    rows = []
    for unit, indicator, value in results.select(*_KEY, "value").iter_rows():
        part = series.get((unit, indicator))
        rows.append(_headed(part, value, year_before))
    added = pl.DataFrame(rows, schema=_TREND, orient="row")
    return results.hstack(added)


def goodness() -> pl.Expr:
    """Return what grows as a figure gets better: the value, its negative, or its distance from the band."""
    better = (
        pl.when(pl.col("direction") == "up").then("value").when(pl.col("direction") == "down").then(-pl.col("value"))
    )
    return better.otherwise("distance_to_norm").alias("goodness")


def _headed(
    part: pl.DataFrame | None, value: float | None, year_before: str
) -> tuple[float | None, float | None, str | None]:
    if part is None or value is None:
        return None, None, None
    earlier = part.filter(pl.col("period") == year_before)["value"].to_list()
    then = earlier[0] if earlier else None
    heading = trend(part["goodness"].drop_nulls().to_list())
    return then, None if then is None else value - then, None if heading is None else heading.value


def _series(results: pl.DataFrame) -> dict[tuple[str, str], float]:
    rows = results.select(*_KEY, goodness()).drop_nulls().iter_rows()
    return {(unit, indicator): value for unit, indicator, value in rows}


def _read(home: Home, mart: str, period: Period, at: int) -> pl.DataFrame:
    step = load_steps()["evaluation"]
    return pl.DataFrame(step.read(home, "gold", mart, where={"period": period.code}, at=at))
