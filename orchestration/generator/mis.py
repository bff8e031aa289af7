"""The insurance side's statistical reports (MIS) of a month: which figures there are, and their sharing out.

Counts are shared out from the national figures; money follows from the counts (`money`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from orchestration.generator import benefits, money
from orchestration.generator.cells import Breakdown, build_cells, present, share_out
from orchestration.generator.coding import PLACE, place, places, reports_of
from orchestration.generator.draws import Draws
from orchestration.generator.profile import month_number, national
from orchestration.generator.scales import Scale
from orchestration.generator.workshops import workshop_count
from orchestration.generator.world import World, unit_codes
from vocabulary.periods import Period

MEASURES, REPORTS = "CL_MIS_MEASURE", "CL_MIS_REPORT"
_SHARED = ("insurance_type", "sex", "age_group", "pension_kind", "payer_type")
DIMENSIONS = (*_SHARED, "benefit_kind", "injury_outcome")
SILENT = 0.003
"""Share of unit-months that are not reported at all."""

_WOMEN = {
    "COMPULSORY": 0.183,
    "UI_RECIPIENT": 0.24,
    "AGREEMENT": 0.12,
    "VOLUNTARY": 0.31,
    "SELF_EMPLOYED": 0.32,
    "DRIVER": 0.004,
    "WEAVER": 0.81,
    "CONSTRUCTION": 0.003,
    "GUILD_EMPLOYER": 0.11,
    "PORTER": 0.002,
    "MOSQUE_SERVANT": 0.015,
    "BEEKEEPER": 0.06,
}
_AGES = {  # 15–24, 25–34, 35–44, 45–54, 55 and over
    "": (0.10, 0.34, 0.31, 0.18, 0.07),
    "VOLUNTARY": (0.02, 0.18, 0.33, 0.31, 0.16),
    "SELF_EMPLOYED": (0.05, 0.29, 0.34, 0.22, 0.10),
    "DRIVER": (0.02, 0.19, 0.36, 0.29, 0.14),
    "UI_RECIPIENT": (0.09, 0.39, 0.34, 0.15, 0.03),
    "WEAVER": (0.06, 0.26, 0.34, 0.24, 0.10),
}
_ABSENT = {
    "AGREEMENT": 0.04,
    "WEAVER": 0.03,
    "GUILD_EMPLOYER": 0.05,
    "PORTER": 0.15,
    "MOSQUE_SERVANT": 0.1,
    "BEEKEEPER": 0.4,
}
_WOMEN_BY_PENSION = {
    "RETIREMENT": 0.16,
    "TOTAL_DISABILITY": 0.12,
    "PARTIAL_DISABILITY": 0.08,
    "SURVIVORS": 0.76,
    "LUMP_SUM_IMPAIRMENT": 0.05,
}
_PENSION_KINDS = ("RETIREMENT", "TOTAL_DISABILITY", "PARTIAL_DISABILITY", "SURVIVORS")
_DEPENDENT_WOMEN = {"DEPENDENT_INSURED": 0.60, "DEPENDENT_PENSIONER": 0.78}


@dataclass(frozen=True)
class Mis:
    """What stays the same from month to month.

    Attributes:
        world: The units.
        draws: Draws of this source.
        breakdowns: The series.
        cells: Their cells.
        injuries: Series and cells of work injuries.
        benefits: Cells of the short-term benefits.
        workshops: Figures of workshops obliged to send a list, by unit.
    """

    world: World
    draws: Draws
    breakdowns: tuple[Breakdown, ...]
    cells: pl.DataFrame
    injuries: tuple[tuple[Breakdown, ...], pl.DataFrame]
    benefits: pl.DataFrame
    workshops: pl.DataFrame

    def month(self, period: Period) -> pl.DataFrame:
        """Make the reports of a month.

        Returns:
            One row a figure, by unit and measure: `directorate`, `unit_code` (place in the registry), `report_code`,
            `measure` and the breakdowns (places of codes, null where there is none), `period` (number of the month),
            `value`.
        """
        units = present(self.world.reporting("mis", period.end), draws=self.draws, period=period, rate=SILENT).select(
            "unit", "directorate"
        )
        counts = self._shared(self.breakdowns, self.cells, units, period)
        benefit_cells = self.benefits.join(units, on="unit", how="semi")
        share = self.world.share("insured")
        frames = [
            counts,
            money.pensions(counts, self.draws, period),
            money.contributions(counts, self.draws, period),
            *benefits.amounts(benefit_cells, counts, self.draws, share=share, period=period),
            *benefits.minimum_cases(counts, self.draws, period),
            self._shared(*self.injuries, units, period),
            self.workshops.join(units, on="unit", how="semi"),
        ]
        rows = pl.concat(map(_in_full, frames))
        return (
            rows.join(units, on="unit", maintain_order="left")
            .sort("unit", "measure", *DIMENSIONS, nulls_last=True)
            .with_columns(
                pl.lit(reports_of(MEASURES, REPORTS)).gather(pl.col("measure")).alias("report_code"),
                pl.lit(month_number(period), dtype=pl.Int32).alias("period"),
            )
            .rename({"unit": "unit_code"})
        )

    def _shared(
        self, breakdowns: tuple[Breakdown, ...], cells: pl.DataFrame, units: pl.DataFrame, period: Period
    ) -> pl.DataFrame:
        """Share out the national figures of a month among the units that report."""
        figures = national(period)
        totals = [round(figures[b.key] * self.world.share(b.size)) for b in breakdowns]
        return share_out(cells.join(units, on="unit", how="semi"), totals, draws=self.draws, period=period)


def build_mis(seed: int, world: World, scale: Scale) -> Mis:
    """Prepare the insurance side's reports."""
    draws = Draws.of(seed, "mis")
    recipients = Breakdown(("BENEFIT_RECIPIENT", ""), "insured", [({}, 1.0)])
    breakdowns = (*_insured(is_whole=world.is_whole), *_pensions(), recipients)
    units = world.units.filter(pl.col("unit_kind").is_in(["BRANCH", "SATELLITE_BRANCH"]))
    injured = tuple(_injuries())
    return Mis(
        world=world,
        draws=draws,
        breakdowns=breakdowns,
        cells=build_cells(units, breakdowns, draws=draws, measures=MEASURES, dimensions=_SHARED),
        injuries=(
            injured,
            build_cells(
                units, injured, draws=draws.named("injuries"), measures=MEASURES, dimensions=["injury_outcome"]
            ),
        ),
        benefits=benefits.benefit_cells(units, draws, is_whole=world.is_whole),
        workshops=_workshops(units, scale),
    )


def _in_full(frame: pl.DataFrame) -> pl.DataFrame:
    """Give rows all breakdowns, null where they have none."""
    known = set(frame.columns)
    dimensions = [name if name in known else pl.lit(None, dtype=PLACE).alias(name) for name in DIMENSIONS]
    return frame.select("unit", "measure", *dimensions, "value")


def _workshops(units: pl.DataFrame, scale: Scale) -> pl.DataFrame:
    """Count the workshops of each unit; the lists that they send are made for as many."""
    codes = unit_codes()
    counts = [workshop_count(codes[unit], scale) for unit in units["unit"]]
    return units.select(
        "unit",
        place(MEASURES, "OBLIGED_WORKSHOPS").alias("measure"),
        pl.Series("value", counts, dtype=pl.Int64),
    )


def _insured(*, is_whole: bool) -> list[Breakdown]:
    types, sexes, ages = places("CL_INSURANCE_TYPE"), places("CL_SEX"), places("CL_AGE_GROUP")
    found = []
    for code, women in _WOMEN.items():
        by_age = _AGES.get(code, _AGES[""])
        categories = [
            ({"insurance_type": types[code], "sex": sexes[sex], "age_group": age}, share * by_age[number])
            for sex, share in (("M", 1 - women), ("F", women))
            for number, age in enumerate(ages.values())
        ]
        absence = _ABSENT.get(code, 0.0) if is_whole else 0.0
        found.append(Breakdown(("PRINCIPAL_INSURED", code), "insured", categories, absence=absence))
    found.append(Breakdown(("DEPENDENT_INSURED", ""), "insured", _by_sex({}, _DEPENDENT_WOMEN["DEPENDENT_INSURED"])))
    return found


def _injuries() -> list[Breakdown]:
    """Give the outcomes; the worse are so rare that where they happen is chance, month by month."""
    return [
        Breakdown(
            ("WORK_INJURY", outcome),
            "insured",
            [({"injury_outcome": code}, 1.0)],
            with_zeros=outcome == "RECOVERED",
            passing=0.35 if outcome == "RECOVERED" else 1.1,
        )
        for outcome, code in places("CL_INJURY_OUTCOME").items()
    ]


def _pensions() -> list[Breakdown]:
    kinds = places("CL_PENSION_KIND")
    found = [
        Breakdown(
            ("PRINCIPAL_PENSIONER", kind), "pension", _by_sex({"pension_kind": kinds[kind]}, _WOMEN_BY_PENSION[kind])
        )
        for kind in _PENSION_KINDS
    ]
    women = _DEPENDENT_WOMEN["DEPENDENT_PENSIONER"]
    found.append(Breakdown(("DEPENDENT_PENSIONER", ""), "pension", _by_sex({}, women)))
    found += [
        Breakdown(("PENSION_CASE", kind), "pension", [({"pension_kind": kinds[kind]}, 1.0)]) for kind in _PENSION_KINDS
    ]
    found += [
        Breakdown(
            ("NEW_PENSION", kind),
            "pension",
            _by_sex({"pension_kind": kinds[kind]}, women),
            with_zeros=kind in ("RETIREMENT", "SURVIVORS"),
        )
        for kind, women in _WOMEN_BY_PENSION.items()
    ]
    return found


def _by_sex(codes: Mapping[str, int], women: float) -> list[tuple[Mapping[str, int], float]]:
    sexes = places("CL_SEX")
    return [({**codes, "sex": sexes["M"]}, 1 - women), ({**codes, "sex": sexes["F"]}, women)]
