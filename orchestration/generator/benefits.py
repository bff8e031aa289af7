"""Short-term benefits and cases at the minimum pension of a month, by unit. All shares and rates are invented.

What the country pays by kind comes from `flows`; it is shared out in million rial. A lump sum is paid where it was
awarded; unemployment benefit follows from its recipients and is no part of the published totals.
"""

from __future__ import annotations

import polars as pl

from orchestration.generator.apportion import apportion
from orchestration.generator.cells import Breakdown, build_cells, share_out
from orchestration.generator.coding import PLACE, place, places
from orchestration.generator.draws import Draws
from orchestration.generator.flows import benefits
from orchestration.generator.profile import average_wage, month_number
from vocabulary.periods import Period

_MEASURES = "CL_MIS_MEASURE"
_MILLION = 1_000_000
_LUMP_SUM = "LUMP_SUM_IMPAIRMENT"
_ABSENT = {"TRAVEL_COMPANION": 0.5, "PROSTHESIS_ORTHOSIS": 0.1, "SICKNESS_WORK": 0.1}
_KINDS = (
    "SICKNESS_WORK",
    "SICKNESS_NON_WORK",
    "MATERNITY",
    "MARRIAGE_GRANT",
    "FUNERAL_GRANT",
    "PROSTHESIS_ORTHOSIS",
    "TRAVEL_COMPANION",
    "OTHER",
)
_UNEMPLOYMENT_RATE = 0.6
_FULL, _MINIMUM = 0.86, 0.58


def benefit_cells(units: pl.DataFrame, draws: Draws, *, is_whole: bool) -> pl.DataFrame:
    """Lay the kinds of benefit over the units; a few units have nothing of the rare ones."""
    kinds = places("CL_BENEFIT_KIND")
    breakdowns = [
        Breakdown(
            ("BENEFIT_AMOUNT", kind),
            "insured",
            [({"benefit_kind": kinds[kind]}, 1.0)],
            absence=_ABSENT.get(kind, 0.0) if is_whole else 0.0,
            with_zeros=False,
        )
        for kind in _KINDS
    ]
    return build_cells(
        units, breakdowns, draws=draws.named("benefits"), measures=_MEASURES, dimensions=["benefit_kind"]
    )


def amounts(
    cells: pl.DataFrame, counts: pl.DataFrame, draws: Draws, *, share: float, period: Period
) -> list[pl.DataFrame]:
    """Make the benefits paid, by unit and kind.

    Args:
        cells: Cells of the units that report in this month.
        counts: Shared-out figures, awards and recipients of unemployment benefit among them.
        draws: Draws of the source.
        share: Share of the country that is in.
        period: The month.

    Returns:
        Frames of `unit`, `measure`, `benefit_kind`, `value` (rial).
    """
    national = {kind: round(total * share) for kind, total in benefits(period).items()}
    totals = [national[kind] for kind in _KINDS]
    shared = share_out(cells, totals, draws=draws.named("benefits"), period=period)
    return [
        shared.select("unit", "measure", "benefit_kind", pl.col("value") * _MILLION),
        _lump_sums(counts, national[_LUMP_SUM]),
        _unemployment(counts, draws, period),
    ]


def _lump_sums(counts: pl.DataFrame, total: int) -> pl.DataFrame:
    is_award = pl.col("measure") == place(_MEASURES, "NEW_PENSION")
    is_lump_sum = pl.col("pension_kind") == place("CL_PENSION_KIND", _LUMP_SUM)
    awards = counts.filter(is_award & is_lump_sum & (pl.col("value") > 0))
    weighted = awards.group_by("unit", maintain_order=True).agg(
        pl.col("value").sum().alias("weight"), pl.lit(total, dtype=pl.Int64).alias("total")
    )
    shared = apportion(weighted, total="total", weight="weight", by=[], into="million")
    return _of_kind(shared, _LUMP_SUM, pl.col("million") * _MILLION)


def _unemployment(counts: pl.DataFrame, draws: Draws, period: Period) -> pl.DataFrame:
    is_recipient = pl.col("insurance_type") == place("CL_INSURANCE_TYPE", "UI_RECIPIENT")
    persons = counts.filter(is_recipient).group_by("unit", maintain_order=True).agg(pl.col("value").sum())
    each = _UNEMPLOYMENT_RATE * average_wage(period.year)
    level = draws.named("unemployment").lognormal(each, 0.06, pl.col("unit"))
    return _of_kind(persons, "UNEMPLOYMENT", (pl.col("value") * level).round().cast(pl.Int64))


def _of_kind(frame: pl.DataFrame, kind: str, value: pl.Expr) -> pl.DataFrame:
    return frame.select(
        "unit",
        place(_MEASURES, "BENEFIT_AMOUNT").alias("measure"),
        place("CL_BENEFIT_KIND", kind).alias("benefit_kind"),
        value.alias("value"),
    ).filter(pl.col("value") > 0)


def minimum_cases(counts: pl.DataFrame, draws: Draws, period: Period) -> list[pl.DataFrame]:
    """Make the cases on a full entitlement, and those of them at or below the minimum, by unit.

    Args:
        counts: Shared-out figures, `PENSION_CASE` among them.
        draws: Draws of the source.
        period: The month.

    Returns:
        Frames of `unit`, `measure`, `value` (cases); minimum ≤ full ≤ all.
    """
    unit, monthly = pl.col("unit"), draws.named("minimum", month_number(period))
    cases = counts.filter(pl.col("measure") == place(_MEASURES, "PENSION_CASE"))
    full = (_FULL + 0.03 * draws.named("full").normal(unit)).clip(0.7, 0.97)
    share = _MINIMUM + 0.06 * draws.named("minimum").normal(unit) + 0.004 * monthly.normal(unit)
    by_unit = cases.group_by("unit", maintain_order=True).agg(pl.col("value").sum().alias("cases"))
    counted = by_unit.with_columns((pl.col("cases") * full).floor().cast(pl.Int64).alias("full")).with_columns(
        (pl.col("full") * share.clip(0.3, 0.9)).floor().cast(pl.Int64).alias("minimum")
    )
    return [
        counted.select("unit", pl.lit(places(_MEASURES)[measure], dtype=PLACE).alias("measure"), value=column)
        for measure, column in (("FULL_SERVICE_CASE", "full"), ("MINIMUM_PENSION_CASE", "minimum"))
    ]
