"""The treatment side's statistical reports (SMIS) of a month: beds, inpatients, operations, outpatient contacts."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from orchestration.generator.cells import Breakdown, build_cells, present, share_out
from orchestration.generator.coding import place, places, reports_of
from orchestration.generator.draws import Draws
from orchestration.generator.profile import Key, month_number, national
from orchestration.generator.world import World
from vocabulary.periods import Period

MEASURES, REPORTS = "CL_SMIS_MEASURE", "CL_SMIS_REPORT"
DIMENSIONS = ("patient_insurer", "treatment_kind")
SILENT = 0.003
OCCUPANCY = 0.735
"""Published for 1398 (fact 154); the average over hospitals and months comes near it."""

_SEASON = (-0.045, 0.015, 0.015, 0.0, 0.005, 0.005, 0.01, 0.01, 0.0, -0.005, -0.005, -0.005)
_WARDS = {"HOSPITAL": 1.0}
_THEATRES = {"HOSPITAL": 1.0, "DAY_CLINIC": 0.4}
_SURGERIES = ("SURGERY_MAJOR", "SURGERY_MEDIUM", "SURGERY_MINOR")
_CONTACTS = ("VISIT_GENERAL", "VISIT_SPECIALIST", "VISIT_DENTAL", "PARACLINIC")


@dataclass(frozen=True)
class Smis:
    """What stays the same from month to month.

    Attributes:
        world: The units.
        draws: Draws of this source.
        breakdowns: The series.
        cells: Their cells.
        share: Share of the country's treatment centres that are in, by size.
    """

    world: World
    draws: Draws
    breakdowns: tuple[Breakdown, ...]
    cells: pl.DataFrame
    share: float

    def month(self, period: Period) -> pl.DataFrame:
        """Make the reports of a month.

        Returns:
            One row a figure, by centre and measure: `directorate`, `unit_code` (place in the registry), `report_code`,
            `measure` and the breakdowns (places of codes, null where there is none), `period` (number of the month),
            `value`.
        """
        units = present(self.world.reporting("smis", period.end), draws=self.draws, period=period, rate=SILENT).select(
            "unit", "directorate"
        )
        figures = national(period)
        totals = [round(figures[b.key] * self.share) for b in self.breakdowns]
        counts = share_out(self.cells.join(units, on="unit", how="semi"), totals, draws=self.draws, period=period)
        columns = ["unit", "measure", *DIMENSIONS, "value"]
        rows = pl.concat([counts.select(columns), *(_bed_days(counts, self.draws, period))])
        return (
            rows.join(units, on="unit", maintain_order="left")
            .sort("unit", "measure", *DIMENSIONS, nulls_last=True)
            .with_columns(
                pl.lit(reports_of(MEASURES, REPORTS)).gather(pl.col("measure")).alias("report_code"),
                pl.lit(month_number(period), dtype=pl.Int32).alias("period"),
            )
            .rename({"unit": "unit_code"})
        )


def build_smis(seed: int, world: World) -> Smis:
    """Prepare the treatment side's reports."""
    draws = Draws.of(seed, "smis")
    kind = pl.col("kind")
    size = pl.col("insured")
    centres = world.units.filter(pl.col("unit_kind") == "TREATMENT_CENTRE").with_columns(
        (size * kind.replace_strict(_WARDS, default=None, return_dtype=pl.Float64)).alias("wards"),
        (size * kind.replace_strict(_THEATRES, default=None, return_dtype=pl.Float64)).alias("theatres"),
    )
    breakdowns = tuple(_breakdowns())
    cells = build_cells(centres, breakdowns, draws=draws, measures=MEASURES, dimensions=DIMENSIONS)
    return Smis(world, draws, breakdowns, cells, 1.0 if world.is_whole else world.share("insured"))


def _breakdowns() -> list[Breakdown]:
    kinds, insurers = places("CL_TREATMENT_KIND"), places("CL_PATIENT_INSURER")

    def one(key: Key, size: str, dimension: str, code: int) -> Breakdown:
        return Breakdown(key, size, [({dimension: code}, 1.0)])

    return [
        Breakdown(("ACTIVE_BED", ""), "wards", [({}, 1.0)]),
        *(one(("INPATIENT", name), "wards", "patient_insurer", code) for name, code in insurers.items()),
        *(one(("SURGERY", name), "theatres", "treatment_kind", kinds[name]) for name in _SURGERIES),
        *(one(("OUTPATIENT_CONTACT", name), "insured", "treatment_kind", kinds[name]) for name in _CONTACTS),
    ]


def _bed_days(counts: pl.DataFrame, draws: Draws, period: Period) -> list[pl.DataFrame]:
    beds = counts.filter(pl.col("measure") == place(MEASURES, "ACTIVE_BED"))
    unit = pl.col("unit")
    rate = OCCUPANCY + _SEASON[period.first_month - 1] + 0.07 * draws.named("occupancy").normal(unit)
    rate = (rate + 0.02 * draws.named("occupancy", month_number(period)).normal(unit)).clip(0.3, 0.98)
    days = beds.with_columns((pl.col("value") * period.days).alias("value"))
    occupied = days.with_columns((pl.col("value") * rate).round().cast(pl.Int64).alias("value"))
    return [
        frame.select("unit", place(MEASURES, measure).alias("measure"), *DIMENSIONS, "value")
        for frame, measure in ((days, "AVAILABLE_BED_DAY"), (occupied, "OCCUPIED_BED_DAY"))
    ]
