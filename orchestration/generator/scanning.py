"""Imaging of technical files, step by step (SCAN-1.1…1.12), and of single documents (SCAN-2.1, 2.2, 2.5).

A file passes the twelve steps in order; some are imaged again after the quality check, some after the second count of
leaves, a few never end. A few break a rule, or two (`lapses`). A month holds the events, acts on papers and documents
that fall in it; all work on a file ends within `LONGEST`, so that a month needs no more than the month before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from orchestration.generator.apportion import apportion
from orchestration.generator.coding import PLACE, place
from orchestration.generator.days import WORKDAY_SECONDS, Days, instant
from orchestration.generator.draws import Draws
from orchestration.generator.lapses import USUAL, LapseRates, draw_lapses, has
from orchestration.generator.papers import acts_of, disposed
from orchestration.generator.people import padded
from orchestration.generator.planted import planted_of
from orchestration.generator.profile import month_number
from orchestration.generator.scandocs import document_number, documents_of, file_number, with_types
from orchestration.generator.steps import APPROVED, Step, lay_steps, steps
from orchestration.generator.transfers import LOG_START
from orchestration.generator.world import World, unit_codes
from vocabulary.periods import Period

_BROKERAGES = 0.03
_SINGLE = (("NEW_DOCUMENT", 0.08), ("CORRESPONDENCE", 0.045))
_REQUALITY, _MENDED, _UNFINISHED, _WEEDED, _SIDES = 0.08, 0.0235, 0.012, 0.4, 0.3
_HEAD, _DELEGATE = 10, 11


@dataclass(frozen=True)
class Imaged:
    """A month of imaging in some general offices, each frame by time.

    Attributes:
        events: `directorate`, `unit_code` (place in the registry), `workflow`, `step`, `role` (places of codes),
            `event_date` (ordinal), `event_time` (second of the day), `leaf_count`, `side_count`, `image_count`, and as
            text `event_id`, `file_no`, `document_id`, `operator_code`.
        documents: `directorate`, `unit_code`, `workflow`, `document_type`, `document_group`, `entry_date`,
            `image_count`, and as text `document_id`, `file_no`, `insurance_no`.
        acts: Acts on papers, as `papers.acts_of` says.
        planted: The rules broken by what falls in the month, as `planted.planted_of` says.
    """

    events: pl.DataFrame
    documents: pl.DataFrame
    acts: pl.DataFrame
    planted: pl.DataFrame


@dataclass
class Scanning:
    """The imaging of the country.

    Attributes:
        world: The units.
        draws: Draws of this source.
        days: Days and working hours.
        volume: Files and single documents taken up in a month.
        at_once: Taken up at most in one piece of work.
        rates: How often rules are broken.
    """

    world: World
    draws: Draws
    days: Days
    volume: int
    at_once: int
    rates: LapseRates = USUAL
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

    def month(self, period: Period, directorates: Sequence[str]) -> Imaged:
        """Make a month in some general offices."""
        first, last = period.start.toordinal(), period.end.toordinal()
        falls_in = pl.col("event_date").is_between(first, last)
        made: list[list[pl.DataFrame]] = [[], [], [], []]
        for cohort in (period.shift(-1), period):
            if cohort < LOG_START <= period:
                continue
            laid = self._cohort(cohort, tuple(directorates))
            lapsed = laid.filter(pl.col("lapse").is_not_null())
            made[0] += [self._events(lapsed if step.lapse else laid, step, cohort, falls_in) for step in steps()]
            entry = self.days.day_of_work(pl.col("entry"), cohort).alias("entry_date")
            entered = laid.with_columns(entry).filter(pl.col("entry_date").is_between(first, last))
            made[1].append(documents_of(entered, self.draws.named("documents")))
            items = disposed(laid, self.days, cohort, self.draws.named("papers"))
            made[2].append(acts_of(items, self.days, cohort, self.draws.named("papers")).filter(falls_in))
            made[3].append(planted_of(laid, items, self.days, cohort).filter(falls_in))
        events, documents, acts, planted = (pl.concat(frames) for frames in made)
        return Imaged(
            _identified(events.sort(instant(), maintain_order=True)),
            documents.sort("entry_date", maintain_order=True),
            acts.sort(instant(), maintain_order=True),
            planted,
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
        recount = draws.named("recount").unit(key)
        is_file = pl.col("workflow") == place("CL_SCAN_WORKFLOW", "FILE")
        files = files.with_columns(
            _workflow(draws.named("workflow").unit(key)).alias("workflow"),
            draws.named("start").below(self.days.workdays_of(cohort) * WORKDAY_SECONDS, key).alias("start"),
            (draws.named("requality").unit(key) < _REQUALITY).alias("is_requality"),
            (draws.named("ends").unit(key) < _UNFINISHED).alias("is_unfinished"),
            (draws.named("weeded").unit(key) < _WEEDED).alias("is_weeded"),
            leaves.alias("leaves"),
            pages.alias("pages"),
        ).with_columns(
            is_file.alias("is_file"),
            (is_file & (recount < _MENDED)).alias("is_reimaged"),
            (is_file & recount.is_between(_MENDED, _MENDED + self.rates.leaves, closed="left")).alias("is_miscounted"),
        )
        files = with_types(draw_lapses(files, self.rates, draws.named("lapses")), self.draws.named("documents"))
        sides = pl.col("leaves") + (pl.col("leaves") * draws.named("sides").unit(key)).cast(pl.Int64)
        shift = draws.named("shift").below(3, key) - 2
        miscounted = pl.col("leaves") + pl.when(shift == 0).then(1).otherwise(shift)
        is_other = pl.col("is_reimaged") | has("LEAF_DIFFERENCE")
        files = files.with_columns(
            pl.when("is_file").then(sides).otherwise(pl.col("pages")).alias("images"),
            pl.when(is_other).then(miscounted).otherwise(pl.col("leaves")).alias("recounted"),
            (pl.col("is_reimaged") & ~has("LEAF_DIFFERENCE")).alias("is_reimaged"),
        ).with_columns(pl.when(draws.named("counts sides").unit(key) < _SIDES).then("images").alias("sides"))
        return lay_steps(files, draws.named("steps"))

    def _events(self, laid: pl.DataFrame, step: Step, cohort: Period, wanted: pl.Expr) -> pl.DataFrame:
        """Make the events of a step; lazily, for of the many columns it needs few."""
        nothing = pl.lit(None, dtype=pl.Int64)
        leaves = {"": nothing, "first": pl.col("leaves"), "second": pl.col("recounted"), "third": pl.col("leaves")}
        too_many = pl.when(has("IMAGE_COUNT")).then(2 * pl.col("leaves") + 3).otherwise(pl.col("images"))
        again = (pl.col("images") // 8).clip(1)
        images = {"": nothing, "all": pl.col("images"), "again": again, "approved": too_many}
        events = (
            laid.lazy()
            .filter(step.happens())
            .select(
                "directorate",
                pl.col("unit").alias("unit_code"),
                "workflow",
                "cohort",
                "serial",
                "is_file",
                pl.lit(step.number, dtype=pl.Int64).alias("slot"),
                place("CL_SCAN_STEP", step.code).alias("step"),
                self.days.day_of_work(step.instant(), cohort).alias("event_date"),
                self.days.second_of_day(step.instant()).alias("event_time"),
                leaves[step.leaves].alias("leaf_count"),
                (pl.col("sides") if step.leaves == "first" else nothing).alias("side_count"),
                images[step.images].alias("image_count"),
                self._officer(step).alias("officer"),
                (_role(step) if step.code == "S07" else pl.lit(None, dtype=PLACE)).alias("role"),
            )
        )
        return events.filter(wanted).collect()

    def _officer(self, step: Step) -> pl.Expr:
        """Give who does a step: an approver is never an operator, save where that is the lapse."""
        draws = self.draws.named("officer")
        first, many = step.officers
        officer = first + draws.below(many, pl.col("item") * 32 + step.number)
        if step.code != "S07":
            return officer
        head = pl.when(_is_delegated(step)).then(_DELEGATE).otherwise(_HEAD)
        officer = pl.when(_is_of_brokerage()).then(head).otherwise(officer)
        if step.at != APPROVED:
            return officer
        operator = next(step for step in steps() if step.code == "S05")
        first, many = operator.officers
        imaged_by = first + draws.below(many, pl.col("item") * 32 + operator.number)
        return pl.when(has("APPROVER_IS_OPERATOR")).then(imaged_by).otherwise(officer)


def _is_of_brokerage() -> pl.Expr:
    return pl.col("workflow") == place("CL_SCAN_WORKFLOW", "BROKERAGE")


def _is_delegated(step: Step) -> pl.Expr:
    return has("DELEGATE_APPROVED") if step.at == APPROVED else pl.lit(value=False)


def _role(step: Step) -> pl.Expr:
    """Give the role of who approves: in a brokerage its head, or a delegate where that is the lapse."""
    head, delegate = place("CL_SCAN_ROLE", "BROKERAGE_HEAD"), place("CL_SCAN_ROLE", "BROKERAGE_DELEGATE")
    of_brokerage = pl.when(_is_delegated(step)).then(delegate).otherwise(head)
    return pl.when(_is_of_brokerage()).then(of_brokerage).otherwise(place("CL_SCAN_ROLE", "RESPONSIBLE_OFFICER"))


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
        pl.when(~pl.col("is_file")).then(document_number(unit)).alias("document_id"),
        pl.concat_str(code, padded(pl.col("officer"), 2)).alias("operator_code"),
    ).drop("cohort", "serial", "slot", "officer", "is_file")
