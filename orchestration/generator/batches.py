"""The files of a source and month as work to do: coded rows, remarks, defects and a style for each.

Writing them is `extract`'s; running the work, and what is kept of it, is `generate`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import polars as pl
import pyarrow as pa

from lake.contracts.model import Entity, load_source
from orchestration.generator.awards import Awards
from orchestration.generator.breaches import NO_BREACHES, USUAL_BREACHES
from orchestration.generator.days import Days, build_days
from orchestration.generator.defects import Spoiling, plant, spoilings
from orchestration.generator.draws import Draws
from orchestration.generator.extract import Extract, Layout, write_extract
from orchestration.generator.lapses import CLEAN, USUAL
from orchestration.generator.list_defects import plant_lists
from orchestration.generator.list_files import Form, form_of, with_lines, write_lists
from orchestration.generator.lists import Lists
from orchestration.generator.mis import Mis, build_mis
from orchestration.generator.payroll import Payroll
from orchestration.generator.printing import Printer
from orchestration.generator.registers import destruction_of, register_of
from orchestration.generator.remarks import with_remarks
from orchestration.generator.scales import Scale, volume_of
from orchestration.generator.scanning import Scanning
from orchestration.generator.smis import Smis, build_smis
from orchestration.generator.styles import MONTH_NAMES, Titles, draw_style
from orchestration.generator.transfers import LOOKBACK, ROSTER_MONTHS, Transfers
from orchestration.generator.world import build_world
from vocabulary.periods import Period, month_range
from vocabulary.units.load import get_unit, load_units

OPERATIONAL = ("mis", "smis", "pension_transfer", "pension_payroll", "scan_index", "contribution_list")

PLANTED_FINDINGS = "planted_findings"
"""Folder beside the list of defects: Parquet files of the rules that planted lapses break, by source and month."""

_LATE = 0.035


@dataclass(frozen=True)
class Batch:
    """Files to write, and the identifiers that will stand in free text and in spoilt cells of them."""

    work: Sequence[Callable[[], tuple[Extract, ...]]]
    secrets: frozenset[str]

    def with_more(self, other: Batch) -> Batch:
        """Put two batches together."""
        return Batch((*self.work, *other.work), self.secrets | other.secrets)


@dataclass(frozen=True)
class Plan:
    """All that writing a month needs.

    Attributes:
        out: The landing folder.
        seed: Seed of all draws.
        defects: Defective rows as a share of the good ones.
        days: The days that files may speak of.
        printer: Writes cells.
        senders: Directorates that are in: general offices and treatment managements, by the prefix of their codes.
        mis: The insurance side's reports.
        awards: Its award orders one by one.
        smis: The treatment side's reports.
        transfers: Transfers of pension files.
        payroll: Rosters of the pension files paid.
        scanning: Imaging of technical files.
        lists: Contribution lists.
        spoilings: How rows can be spoilt, by object.
        findings: Folder of the lists of broken rules, a file a source, month and piece of work.
        first: First month that is written.
        list_form: How every branch writes its lists; each draws its own by default.
    """

    out: Path
    seed: int
    defects: float
    days: Days
    printer: Printer
    senders: Mapping[str, Sequence[str]]
    mis: Mis
    awards: Awards
    smis: Smis
    transfers: Transfers
    payroll: Payroll
    scanning: Scanning
    lists: Lists
    spoilings: Mapping[str, Spoiling]
    findings: Path
    first: Period
    list_form: Form | None = None

    def batches(self, source: str, period: Period) -> Iterator[Batch]:
        """Give the files of an operational source and month as work to do, in batches that fit in memory."""
        offices = self.senders["GO"]
        if source == "mis":
            reports = self.mis.month(period)
            batch = self._batch(source, 0, "", reports, period, offices)
            orders = self.awards.orders(reports, period)
            yield batch.with_more(self._batch(source, 1, "", orders, period, offices, stem="mis_awards"))
        elif source == "smis":
            yield self._batch(source, 0, "", self.smis.month(period), period, self.senders["TM"])
        elif source == "pension_transfer":
            batch = self._batch(source, 0, "", self.transfers.month(period), period, offices)
            yield batch.with_more(self._listing(source, period, self.transfers.planted(period)))
        elif source == "pension_payroll":
            batch = self._batch(source, 0, "", self.payroll.month(period), period, offices)
            yield batch.with_more(self._listing(source, period, self.payroll.planted(period)))
        elif source == "contribution_list":
            for units in self.lists.pieces(period):
                yield self._lists_of(units, period)
        else:
            yield from self._imaging(period)

    def _imaging(self, period: Period) -> Iterator[Batch]:
        source, offices = "scan_index", self.senders["GO"]
        for number, piece in enumerate(self.scanning.pieces(period)):
            made = self.scanning.month(period, piece)
            batch = self._batch(source, 0, "_events", made.events, period, piece)
            batch = batch.with_more(self._batch(source, 1, "_documents", made.documents, period, piece))
            batch = batch.with_more(self._batch(source, 2, "_papers", made.acts, period, piece))
            yield batch.with_more(self._listing(source, period, made.planted, number))
        draws = Draws.of(self.seed, "scan_register")
        registers = register_of(self.scanning.world, period, draws)
        batch = self._batch(source, 3, "_register", registers, period, offices)
        campaigns = destruction_of(self.scanning.world, period, self.days, draws)
        if len(campaigns):
            batch = batch.with_more(self._batch(source, 4, "_destruction", campaigns, period, offices))
        yield batch

    def _listing(self, source: str, period: Period, planted: pl.DataFrame, number: int = 0) -> Batch:
        return Batch((partial(self._list_findings, f"{source}_{period.code}_{number:02d}", planted),), frozenset())

    def _list_findings(self, name: str, found: pl.DataFrame) -> tuple[()]:
        """List the rules that planted lapses break, without those that began before the first month written."""
        self.findings.mkdir(parents=True, exist_ok=True)
        begun = self.first.year * 100 + self.first.first_month
        found.filter(pl.col("cohort") >= begun).write_parquet(self.findings / f"{name}.parquet")
        return ()

    def _batch(
        self,
        source: str,
        place: int,
        suffix: str,
        rows: pl.DataFrame,
        period: Period,
        senders: Sequence[str],
        stem: str = "",
    ) -> Batch:
        entity = load_source(source).entities[place]
        spoiling = self.spoilings[entity.name]
        draws = Draws.of(self.seed, "rows", entity.name, period.code)
        spoilt = plant(
            with_remarks(_numbered(rows), draws),
            spoiling,
            rate=self.defects,
            draws=draws.named("defects"),
            period=period,
        )
        month = f"{period.year}{period.first_month:02d}"
        lengths = dict(spoilt.group_by("directorate").len().iter_rows())
        table = spoilt.drop("_sender", "_row", "_place", "_secret", "directorate").rechunk()
        rows = table.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks()
        work, start = [], 0
        for sender in senders:
            name = f"{stem or source}_{sender}_{month}{suffix}.csv"
            part = _record_batch(rows.slice(start, lengths.get(sender, 0)))
            work.append(partial(self._write, name, part, entity, spoiling, period, sender))
            start += part.num_rows
        return Batch(work, _secrets(spoilt, spoiling, entity))

    def _lists_of(self, units: pl.DataFrame, period: Period) -> Batch:
        """Give the lists of some branches; a branch whose workshops all keep silent sends nothing."""
        forms = {code: self.list_form or form_of(code, self.seed) for code in units["code"]}
        pair = plant_lists(
            *self.lists.month(period, units),
            {code: form.carried for code, form in forms.items()},
            rate=self.defects,
            period=period,
            draws=Draws.of(self.seed, "list defects", period.code),
        )
        entities = load_source("contribution_list").entities
        lists, workers = (
            with_lines(rows, entity, forms).partition_by("code", as_dict=True)
            for entity, rows in zip(entities, pair, strict=True)
        )
        folder = self.out / "contribution_list"
        work = [
            partial(write_lists, folder, str(code), period, (lists[code,], workers[code,]), forms[code])
            for code in sorted(code for (code,) in lists)
        ]
        return Batch(work, frozenset())

    def _write(
        self, name: str, rows: pa.RecordBatch, entity: Entity, spoiling: Spoiling, period: Period, sender: str
    ) -> tuple[Extract]:
        draws = Draws.of(self.seed, "file", name)
        style = draw_style(entity, self._titles(entity, period, sender, draws), draws.named("style"))
        return (write_extract(self.out / entity.source / name, rows, Layout(entity, style, spoiling, self.printer)),)

    def _titles(self, entity: Entity, period: Period, sender: str, draws: Draws) -> Titles:
        """Date the file: within the contract's delay after the month, save a few that come late."""
        allowed = load_source(entity.source).latency_days or 0
        delay = 2 + draws.whole(allowed - 2, "delay")
        if draws.number("late") < _LATE:
            delay = allowed + 1 + draws.whole(25, "late by")
        day = int(self.days.jalali[period.end.toordinal() + delay - self.days.base])
        subject = f"{entity.label} - {MONTH_NAMES[period.first_month - 1]} ماه {period.year}"
        return Titles(get_unit(sender).name_fa, subject, (day // 10_000, day // 100 % 100, day % 100))


def make_plan(
    out: Path,
    *,
    scale: Scale,
    seed: int,
    months: Sequence[Period],
    defects: float,
    findings: Path | None = None,
    is_clean: bool = False,
) -> Plan:
    """Prepare what stays the same from month to month; a clean plan breaks no rule of imaging or transfer."""
    volume = volume_of(scale)
    world = build_world(seed, volume)
    days = build_days(months[0], months[-1], before=LOOKBACK + ROSTER_MONTHS + 1, after=LOOKBACK + 1)
    rates = NO_BREACHES if is_clean else USUAL_BREACHES
    transfers = Transfers(world, Draws.of(seed, "pension_transfer"), days, volume.transfers, rates)
    directorates = sorted(set(world.units["directorate"]))
    return Plan(
        out=out,
        seed=seed,
        defects=defects,
        days=days,
        printer=Printer(days, tuple(month_range(months[0].shift(-1), months[-1]))),
        senders={kind: [code for code in directorates if code.startswith(kind)] for kind in ("GO", "TM")},
        mis=build_mis(seed, world, scale),
        awards=Awards(Draws.of(seed, "mis_award"), days, volume.award_step),
        smis=build_smis(seed, world),
        transfers=transfers,
        payroll=Payroll(transfers, Draws.of(seed, "pension_payroll")),
        scanning=Scanning(
            world,
            Draws.of(seed, "scan_index"),
            days,
            volume.imaged,
            volume.imaged_at_once,
            CLEAN if is_clean else USUAL,
        ),
        lists=Lists(world, Draws.of(seed, "contribution_list"), days, scale),
        spoilings=spoilings(),
        findings=findings or out.with_name(PLANTED_FINDINGS),
        first=months[0],
    )


def _record_batch(rows: pa.Table) -> pa.RecordBatch:
    batches = rows.to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=rows.schema)


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """Number the senders, the rows of each file, and the rows of the month whatever offices are in the batch."""
    sender = pl.col("directorate").replace_strict(_sender_numbers(), return_dtype=pl.Int64)
    numbered = rows.with_columns(
        sender.alias("_sender"),
        (pl.col("directorate").cum_count().over("directorate").cast(pl.Int64) - 1).alias("_row"),
    )
    return numbered.with_columns((pl.col("_sender") * 2**32 + pl.col("_row")).alias("_place"))


def _secrets(rows: pl.DataFrame, spoiling: Spoiling, entity: Entity) -> frozenset[str]:
    has_remarks = any(column.name == "remark" for column in entity.received)
    found = set(rows["_secret"].drop_nulls()) if has_remarks else set[str]()
    if spoiling.formats:
        column, length = spoiling.formats
        found.update(rows.filter(pl.col("_rule") == "bad_format")[column].str.slice(0, length))
    return frozenset(found)


@cache
def _sender_numbers() -> Mapping[str, int]:
    directorates = sorted({unit.directorate_code for unit in load_units() if unit.directorate_code})
    return {code: number for number, code in enumerate(directorates)}
