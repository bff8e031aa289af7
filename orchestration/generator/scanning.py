"""Imaging of technical files, step by step (SCAN-1.1…1.12), and of single documents (SCAN-2.1, 2.2, 2.5).

A file passes the twelve steps in order; some are imaged again after the quality check, some after the second count of
leaves, a few never end. A month holds the events and documents that fall in it; all work on a file ends within
`LONGEST`, so that a month needs no more than the month before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from orchestration.generator.apportion import apportion
from orchestration.generator.coding import place
from orchestration.generator.days import WORKDAY_SECONDS, Days, instant
from orchestration.generator.draws import Draws
from orchestration.generator.people import padded
from orchestration.generator.profile import month_number
from orchestration.generator.scandocs import documents_of, file_number
from orchestration.generator.steps import Step, lay_steps, steps
from orchestration.generator.transfers import LOG_START
from orchestration.generator.world import World, unit_codes
from vocabulary.periods import Period

_BROKERAGES = 0.03
_SINGLE = (("NEW_DOCUMENT", 0.08), ("CORRESPONDENCE", 0.045))
_REQUALITY, _DIFFERENT, _UNFINISHED = 0.08, 0.047, 0.012


@dataclass
class Scanning:
    """The imaging of the country.

    Attributes:
        world: The units.
        draws: Draws of this source.
        days: Days and working hours.
        volume: Files and single documents taken up in a month.
        at_once: Taken up at most in one piece of work.
    """

    world: World
    draws: Draws
    days: Days
    volume: int
    at_once: int
    _kept: tuple[object, pl.DataFrame] | None = None

    def pieces(self, period: Period) -> Iterator[Sequence[str]]:
        """Give the general offices of each piece of work; the result does not depend on how they are grouped."""
        sizes = self._counts(period).group_by("directorate").agg(pl.col("count").sum()).sort("directorate")
        piece: list[str] = []
        held = 0
        for directorate, count in sizes.iter_rows():
            if piece and held + count > self.at_once:
                yield tuple(piece)
                piece, held = [], 0
            piece.append(directorate)
            held += count
        if piece:
            yield tuple(piece)

    def month(self, period: Period, directorates: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Make the step events and the documents of a month in some general offices.

        Returns:
            Events: `directorate`, `unit_code` (place in the registry), `workflow`, `step` (places of codes),
            `event_date` (ordinal), `event_time` (second of the day), `leaf_count`, `image_count`, and as text
            `event_id`, `file_no`, `operator_code`. Documents: `directorate`, `unit_code`, `workflow`,
            `document_type`, `document_group`, `entry_date`, `image_count`, and as text `document_id`, `file_no`,
            `insurance_no`. Both by time.
        """
        first, last = period.start.toordinal(), period.end.toordinal()
        events, documents = [], []
        for cohort in (period.shift(-1), period):
            if cohort < LOG_START <= period:
                continue
            laid = self._cohort(cohort, tuple(directorates))
            falls_in = pl.col("event_date").is_between(first, last)
            events += [self._events(laid, step, cohort).filter(falls_in) for step in steps()]
            entry = self.days.day_of_work(pl.col("entry"), cohort).alias("entry_date")
            entered = laid.with_columns(entry).filter(pl.col("entry_date").is_between(first, last))
            documents.append(documents_of(entered, self.draws.named("documents")))
        return (
            _identified(pl.concat(events)).sort(instant(), maintain_order=True),
            pl.concat(documents).sort("entry_date", maintain_order=True),
        )

    def _counts(self, cohort: Period) -> pl.DataFrame:
        kind = pl.col("unit_kind")
        size = pl.when(kind == "BROKERAGE").then(_BROKERAGES).otherwise(1.0 - _BROKERAGES) * pl.col("insured")
        units = self.world.existing(cohort.end).filter(kind != "TREATMENT_CENTRE")
        units = units.with_columns(
            (size * 10).round().cast(pl.Int64).alias("weight"), pl.lit(self.volume, dtype=pl.Int64).alias("total")
        )
        return apportion(units, total="total", weight="weight", by=[], into="count").select(
            "unit", "directorate", "count", (kind == "BROKERAGE").alias("is_brokerage")
        )

    def _cohort(self, cohort: Period, directorates: tuple[str, ...]) -> pl.DataFrame:
        """Give the files taken up in a month with the instants of their steps; the last is kept."""
        if self._kept is None or self._kept[0] != (cohort, directorates):
            self._kept = (cohort, directorates), self._taken_up(cohort, directorates)
        return self._kept[1]

    def _taken_up(self, cohort: Period, directorates: tuple[str, ...]) -> pl.DataFrame:
        draws = self.draws.named("file")
        counts = self._counts(cohort).filter(pl.col("directorate").is_in(directorates) & (pl.col("count") > 0))
        files = counts.with_columns(pl.int_ranges(0, pl.col("count")).alias("serial")).explode("serial").drop("count")
        key = pl.col("item")
        files = files.with_columns(
            ((pl.col("unit").cast(pl.Int64) + month_number(cohort) * 4096) * 2**20 + pl.col("serial")).alias("item"),
            pl.lit(cohort.year * 100 + cohort.first_month, dtype=pl.Int64).alias("cohort"),
        )
        leaves = draws.named("leaves").lognormal(38.0, 0.6, key).clip(4, 400).cast(pl.Int64)
        pages = draws.named("pages").lognormal(2.2, 0.6, key).clip(1, 12).cast(pl.Int64)
        files = files.with_columns(
            _workflow(draws.named("workflow").unit(key)).alias("workflow"),
            draws.named("start").below(self.days.workdays_of(cohort) * WORKDAY_SECONDS, key).alias("start"),
            (draws.named("requality").unit(key) < _REQUALITY).alias("is_requality"),
            (draws.named("recount").unit(key) < _DIFFERENT).alias("is_different"),
            (draws.named("mends").unit(key) < 0.5).alias("is_mended"),
            (draws.named("ends").unit(key) < _UNFINISHED).alias("is_unfinished"),
            leaves.alias("leaves"),
            pages.alias("pages"),
        ).with_columns((pl.col("workflow") == place("CL_SCAN_WORKFLOW", "FILE")).alias("is_file"))
        sides = pl.col("leaves") + (pl.col("leaves") * draws.named("sides").unit(key)).cast(pl.Int64)
        shift = draws.named("shift").below(3, key) - 2
        files = files.with_columns(
            pl.when("is_file").then(sides).otherwise(pl.col("pages")).alias("images"),
            (pl.col("leaves") + pl.when(shift == 0).then(1).otherwise(shift)).alias("miscounted"),
        )
        return lay_steps(files, draws.named("steps"))

    def _events(self, laid: pl.DataFrame, step: Step, cohort: Period) -> pl.DataFrame:
        own = pl.col("item") * 32 + step.number
        nothing = pl.lit(None, dtype=pl.Int64)
        happens = pl.col(step.at).is_not_null() & (pl.col(step.at) <= pl.col("until"))
        leaves = {"": nothing, "first": pl.col("leaves"), "second": pl.col("recounted"), "third": pl.col("leaves")}
        return laid.filter(happens).select(
            "directorate",
            pl.col("unit").alias("unit_code"),
            "workflow",
            "cohort",
            "serial",
            pl.lit(step.number, dtype=pl.Int64).alias("slot"),
            place("CL_SCAN_STEP", step.code).alias("step"),
            self.days.day_of_work(pl.col(step.at), cohort).alias("event_date"),
            self.days.second_of_day(pl.col(step.at)).alias("event_time"),
            leaves[step.leaves].alias("leaf_count"),
            (pl.col("images") if step.images else nothing).alias("image_count"),
            (50 + self.draws.named("officer").below(30, own)).alias("officer"),
        )


def _workflow(spot: pl.Expr) -> pl.Expr:
    """Give the workflow: a brokerage images for itself; in a branch most work is on files."""
    chosen, upto = place("CL_SCAN_WORKFLOW", "FILE"), sum(share for _, share in _SINGLE)
    for workflow, share in reversed(_SINGLE):
        chosen = pl.when(spot < upto).then(place("CL_SCAN_WORKFLOW", workflow)).otherwise(chosen)
        upto -= share
    return pl.when("is_brokerage").then(place("CL_SCAN_WORKFLOW", "BROKERAGE")).otherwise(chosen)


def _identified(events: pl.DataFrame) -> pl.DataFrame:
    unit = pl.col("unit_code")
    number = pl.col("cohort") * 10**12 + unit.cast(pl.Int64) * 10**8 + pl.col("serial") * 100 + pl.col("slot")
    code = pl.lit(unit_codes()).gather(unit)
    return events.with_columns(
        number.cast(pl.String).alias("event_id"),
        file_number(unit).alias("file_no"),
        pl.concat_str(code, padded(pl.col("officer"), 2)).alias("operator_code"),
    ).drop("cohort", "serial", "slot", "officer")
