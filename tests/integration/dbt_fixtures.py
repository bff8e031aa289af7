"""A small lake for dbt's tests, made so that every number in it can be worked out by hand, and the runs over it.

Province IR-16 reports in full: each insurance unit the same figures, each centre the same figures, from 1398-11 to
1399-12. Of province IR-17 one branch reports, and the file for 1399-12 was prepared a day too late. `n` below is the
number of months since 1398-11, so 1398-12 has n = 1 and 1399-12 has n = 13.
"""

import csv
import datetime as dt
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import generated_transfers
import polars as pl
import pyarrow as pa
import transfer_logs
from dbt.cli.main import dbtRunner
from dbt_common.events.base_types import EventMsg
from definition_world import SECOND, WITHOUT_UI, copy_catalogue, revise

from lake import bronze, silver, tables
from lake.contracts.due import due_on
from lake.contracts.model import load_source
from lake.dbt_plugin.sources import outcome_tables
from lake.layout import Home
from vocabulary.indicators import load
from vocabulary.periods import Period, month_range
from vocabulary.units.load import obliged_units

PROJECT = Path(__file__).parents[2] / "dbt_project"
FIGURES = Path(__file__).parents[2] / "orchestration" / "generator" / "data" / "sso_published_figures.csv"

MONTHS = month_range(Period.parse("1398-11"), Period.parse("1399-12"))
FULL, PARTIAL = "IR-16", "IR-17"
LAST_MONTH = Period.parse("1399-12")
LAST_DAY = LAST_MONTH.end
OVERDUE = due_on(load_source("mis"), LAST_MONTH.shift(1)) + dt.timedelta(1)
"""First day on which the first month without files is overdue."""

MIS_UNITS = [unit.code for unit in obliged_units("mis", LAST_DAY) if unit.geo_code == FULL]
CENTRES = [unit.code for unit in obliged_units("smis", LAST_DAY) if unit.geo_code == FULL]
LONE_UNIT = next(unit.code for unit in obliged_units("mis", LAST_DAY) if unit.geo_code == PARTIAL)
ORIGIN, DESTINATION = MIS_UNITS[0], MIS_UNITS[1]
LONE_DRIVERS = 80
BREAK = "1399-05"

Row = Mapping[str, Any]


def write_worlds(root: Path) -> dict[str, Any]:
    """Run dbt over some lakes and say what each run left.

    `first` is built in full with two threads, then gets late rows and is built again for their months only. `second`
    has the late rows from the start; it is built in full with one thread, twice. `empty` has no table at all. `broken`
    is a copy of the project whose models break their contracts. `revised` is `second` with a definition changed.
    """
    first, second = Home(root / "first"), Home(root / "second")
    dbt = Dbt(root)
    untested = ("--exclude-resource-type", "unit_test", "test")
    write_lake(first)
    seen = {"first": dbt.build(first)}
    write_late_rows(first)
    months = json.dumps({"periods": ["1399-11", "1399-05"]})
    seen["slice"] = dbt.build(first, "--vars", months, "--exclude-resource-type", "unit_test")
    seen["unchanged"] = dbt.build(first, "--vars", json.dumps({"periods": ["1398-12"]}), *untested)
    write_lake(second)
    write_late_rows(second)
    seen["second"] = dbt.build(second, *untested, threads=1)
    seen["again"] = dbt.build(second, *untested, threads=1)
    seen["freshness"] = dbt.freshness(second, (OVERDUE - dt.timedelta(1), OVERDUE, OVERDUE + dt.timedelta(10)))
    seen["empty"] = dbt.build(Home(root / "empty"), *untested)
    _write_revised(root, dbt, seen)
    _write_transfers(root, dbt, seen)
    broken = Dbt(root, project=_broken_project(root / "project"))
    seen["broken"] = broken.build(Home(root / "broken"), "--select", "dim_geo", "dim_period", *untested)
    return seen


def _write_revised(root: Path, dbt: "Dbt", seen: dict[str, Any]) -> None:
    """Build the figures of `second` again under a catalogue in which the support ratio has a second version."""
    revised = Home(root / "revised")
    for folder in (root, root / "scratch"):
        shutil.copytree(folder / "second", folder / "revised", ignore=shutil.ignore_patterns("target", "logs"))
    catalogue = copy_catalogue(root / "catalogue")
    revise(catalogue, **{**SECOND, "valid_from": BREAK}, **WITHOUT_UI)
    product, load._FOLDER = load._FOLDER, catalogue
    names = [f"int_indicator__{name}" for name in ("period", "part", "by_area")]
    marts = ["fct_indicator_observation", "fct_definition_comparison", "fct_unit_indicator"]
    seen["revised"] = dbt.build(revised, "--select", *names, *marts, "--exclude-resource-type", "unit_test")
    load._FOLDER = product


def _write_transfers(root: Path, dbt: "Dbt", seen: dict[str, Any]) -> None:
    """Run conformance over the logs of `transfer_logs`: at once, and month by month with some rows late."""
    models = ("--select", "+mart_transfer_finding", "+mart_unit_transfer_finding")
    models += ("+mart_unit_transfer_stock", "+mart_unit_transfer_flow", "int_transfer__cohort")
    models += ("int_transfer__duration", "int_transfer__measure")
    models += ("--exclude-resource-type", "unit_test", "test")
    whole, sliced = Home(root / "transfers"), Home(root / "transfers_sliced")
    events, paid = transfer_logs.event_rows(), transfer_logs.paid_rows()
    _append_transfers(whole, events, paid)
    seen["transfers"] = dbt.build(whole, *models)
    months = sorted({row["period"] for row in (*events, *paid)})
    late = [row for row in events if row["period"] == months[1] and int(row["event_pid"][-2:]) % 2]
    late_ids = {row["event_pid"] for row in late}
    early = [row for row in events if row["event_pid"] not in late_ids]
    first = months[:5]
    _append_transfers(sliced, *([row for row in rows if row["period"] in first] for rows in (early, paid)))
    dbt.build(sliced, *models)
    _append_transfers(sliced, *([row for row in rows if row["period"] not in first] for rows in (early, paid)))
    dbt.build(sliced, "--vars", json.dumps({"periods": months[5:]}), *models)
    _append_transfers(sliced, late, [])
    seen["transfers_sliced"] = dbt.build(sliced, "--vars", json.dumps({"periods": [months[1]]}), *models)
    for name, rates in (("generated", generated_transfers.BROKEN), ("generated_clean", generated_transfers.CLEAN)):
        made, rosters, planted = generated_transfers.make(rates)
        home = Home(root / name)
        append_frame(home, "pension_transfer", "pension_transfer_event", made)
        append_frame(home, "pension_payroll", "pension_payroll_file", rosters)
        planted.write_parquet(root / f"{name}.parquet")
        seen[name] = dbt.build(home, *models)


def _append_transfers(home: Home, events: Sequence[Row], paid: Sequence[Row]) -> None:
    append(home, "pension_transfer", "pension_transfer_event", events)
    if paid:
        append(home, "pension_payroll", "pension_payroll_file", paid)


class Dbt:
    """The real dbt, run in this process; what it writes goes under `root`, and the project is parsed once."""

    def __init__(self, root: Path, project: Path = PROJECT) -> None:
        self._root = root
        self._project = project
        self._manifest: Any = None
        self._warnings: list[str] = []

    def build(self, home: Home, *arguments: str, threads: int = 2) -> dict[str, Any]:
        """Run `dbt build` over a lake and return what it left."""
        scratch = self._root / "scratch" / home.root.name
        settings = {"AMAR_HOME": str(home.root), "AMAR_DBT_SCRATCH": str(scratch), "AMAR_THREADS": str(threads)}
        os.environ.update(settings)
        places = {"--project-dir": self._project, "--profiles-dir": self._project}
        places |= {"--target-path": scratch / "target", "--log-path": scratch / "logs"}
        options = [str(item) for pair in places.items() for item in pair]
        if self._manifest is None:
            self._manifest = dbtRunner(callbacks=[self._listen]).invoke(["--quiet", "parse", *options]).result
        run = ["--quiet", "--no-write-json", "build", *options, *arguments]
        done = dbtRunner(manifest=self._manifest, callbacks=[self._listen]).invoke(run)
        results = [] if done.result is None else done.result.results
        return {
            "success": done.success,
            "error": str(done.exception),
            "failures": {item.node.name: item.message for item in results if item.status in ("error", "fail")},
            "messages": {item.node.name: item.message for item in results},
            "versions": tables.versions(home, "gold"),
            "warnings": self._warnings,
        }

    def freshness(self, home: Home, days: Sequence[dt.date]) -> list[dict[str, str]]:
        """Ask as of some days how fresh the sources of a lake are, which was built before: a status a table."""
        scratch = self._root / "scratch" / home.root.name
        os.environ |= {"AMAR_HOME": str(home.root), "AMAR_DBT_SCRATCH": str(scratch)}
        places = ["--project-dir", str(self._project), "--profiles-dir", str(self._project)]
        places += ["--target-path", str(scratch / "target"), "--log-path", str(scratch / "logs")]
        answers = []
        for day in days:
            asked = ["--vars", json.dumps({"today": str(day)})]
            done = dbtRunner(manifest=self._manifest).invoke(["--quiet", "source", "freshness", *places, *asked])
            answers.append({result.node.name: str(result.status) for result in done.result.results})
        return answers

    def _listen(self, event: EventMsg) -> None:
        if event.info.level == "warn":
            self._warnings.append(f"{event.info.name}: {event.info.msg}")


def _broken_project(folder: Path) -> Path:
    """Copy the project, with another type in one contract and a null where another demands a value."""
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("target", "logs"))
    marts = folder / "models" / "marts" / "aggregate"
    contract = marts / "_facts.yml"
    text = contract.read_text(encoding="utf-8")
    contract.write_text(text.replace("data_type: integer", "data_type: bigint"), encoding="utf-8")
    model = marts / "dim_geo.sql"
    text = model.read_text(encoding="utf-8")
    model.write_text(text.replace("'Iran' as name_en", "cast(null as varchar) as name_en"), encoding="utf-8")
    return folder


def write_late_rows(home: Home) -> None:
    """Write what arrives late: a second branch of IR-17 for 1399-05; in 1399-11 the activation of T3 and T4, and the
    beginning of an imaging, without which its order in 1399-12 cannot be judged.
    """
    month = Period.parse("1399-05")
    late = next(
        unit.code for unit in obliged_units("mis", LAST_DAY) if unit.geo_code == PARTIAL and unit.code != LONE_UNIT
    )
    append(home, "mis", "mis_report", _mis_unit(late, month, MONTHS.index(month), drivers=1, office="GO-17"))
    day = Period.parse("1399-11").start
    append(home, "contribution_list", "contribution_list", [list_row(ORIGIN, "w1", "01", month.end, month.code)])
    events = [transfer_event(name, "ACTIVATED", day + dt.timedelta(days=20)) for name in ("T3", "T4")]
    append(home, "pension_transfer", "pension_transfer_event", events)
    append(home, "scan_index", "scan_step_event", [scan_event("b", "S01", day, None)])


def write_lake(home: Home, months: Iterable[Period] = MONTHS) -> None:
    """Write silver and the register of files."""
    files: dict[str, Row] = {}
    months = list(months)
    append(home, "mis", "mis_report", [row for month in months for row in mis_rows(month, files)])
    append(home, "smis", "smis_report", [row for month in months for row in smis_rows(month, files)])
    append(home, "pension_transfer", "pension_transfer_event", transfer_rows())
    append(home, "scan_index", "scan_step_event", scan_rows())
    append(home, "scan_index", "scan_document", document_rows())
    append(home, "published_figures", "published_figure", figure_rows(), partitioned=False)
    write_lists(home, files)
    schema = bronze.REGISTER_SCHEMA
    register = [{**dict.fromkeys(schema.names), **file} for file in files.values()]
    tables.append(home, "bronze", bronze.REGISTER, pa.Table.from_pylist(register, schema=schema))


def append(home: Home, source: str, entity: str, rows: Sequence[Row], *, partitioned: bool = True) -> None:
    """Append rows to a silver table; columns that a row leaves out are null."""
    contract = next(item for item in load_source(source).entities if item.name == entity)
    schema = silver.silver_schema(contract)
    filled = [{**dict.fromkeys(schema), "provenance": "reported", "_row_number": 1, **row} for row in rows]
    frame = pl.DataFrame(filled, schema=schema)
    arrow = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    tables.append(home, "silver", entity, arrow, partition_by=["period"] if partitioned else ())


def append_frame(home: Home, source: str, entity: str, frame: pl.DataFrame) -> None:
    """Append rows to a silver table; columns that the frame lacks are null, those silver lacks are left out."""
    contract = next(item for item in load_source(source).entities if item.name == entity)
    schema = silver.silver_schema(contract)
    frame = frame.with_columns(pl.lit("synthetic").alias("provenance"))
    lacking = [pl.lit(None).alias(name) for name in schema if name not in frame.columns]
    arrow = frame.with_columns(lacking).select(list(schema)).cast(dict(schema))
    tables.append(home, "silver", entity, arrow.to_arrow(compat_level=pl.CompatLevel.oldest()), partition_by=["period"])


def sha(text: str) -> str:
    """Return the SHA-256 that stands for a file."""
    return hashlib.sha256(text.encode()).hexdigest()


def mis_rows(month: Period, files: dict[str, Row]) -> list[Row]:
    """Return the insurance side's rows of a month: one file a general office."""
    n = MONTHS.index(month)
    rows = [row for unit in MIS_UNITS for row in _mis_unit(unit, month, n, drivers=30 + n, office="GO-16")]
    rows += _mis_unit(LONE_UNIT, month, n, drivers=30 + n + LONE_DRIVERS, office="GO-17")
    late = 21 if month.code == "1399-12" else 20
    _register(files, "mis", "GO-16", month, prepared_on=month.end + dt.timedelta(days=10))
    _register(files, "mis", "GO-17", month, prepared_on=month.end + dt.timedelta(days=late))
    return rows


def _mis_unit(unit: str, month: Period, n: int, *, drivers: int, office: str) -> list[Row]:
    def row(measure: str, value: int, **codes: str) -> Row:
        empty = dict.fromkeys(("insurance_type", "sex", "age_group", "pension_kind", "payer_type"), "NA")
        file = {"_file_sha256": sha(f"mis/{office}/{month.code}")}
        place = {"unit_code": unit, "period": month.code, "report_code": "M01"}
        return {**empty, **file, **place, "measure": measure, "value": value, **codes}

    return [
        row("PRINCIPAL_INSURED", 100, insurance_type="COMPULSORY", sex="M", age_group="Y25T34"),
        row("PRINCIPAL_INSURED", 20, insurance_type="COMPULSORY", sex="F", age_group="Y25T34"),
        row("PRINCIPAL_INSURED", 10, insurance_type="UI_RECIPIENT", sex="M", age_group="Y25T34"),
        row("PRINCIPAL_INSURED", drivers, insurance_type="DRIVER", sex="M", age_group="Y35T44"),
        row("DEPENDENT_INSURED", 100, sex="M"),
        row("DEPENDENT_INSURED", 140, sex="F"),
        row("PRINCIPAL_PENSIONER", 30, pension_kind="RETIREMENT", sex="M"),
        row("PRINCIPAL_PENSIONER", 10, pension_kind="SURVIVORS", sex="F"),
        row("DEPENDENT_PENSIONER", 15, sex="F"),
        row("PENSION_CASE", 32, pension_kind="RETIREMENT"),
        row("NEW_PENSION", 2, pension_kind="RETIREMENT", sex="M"),
        row("NEW_PENSION", 1, pension_kind="LUMP_SUM_IMPAIRMENT", sex="M"),
        row("PENSION_FILE_PAID", 32, pension_kind="RETIREMENT"),
        row("PENSION_AMOUNT_REGULAR", 3200 + n, pension_kind="RETIREMENT"),
        row("CONTRIBUTION_ASSESSED", 1000, payer_type="PRIVATE_EMPLOYER"),
        row("CONTRIBUTION_RECEIVED", 800, payer_type="PRIVATE_EMPLOYER"),
        row("CONTRIBUTION_PAYER", 12, payer_type="PRIVATE_EMPLOYER"),
        row("CONTRIBUTION_ASSESSED", 500, payer_type="STATE"),
        row("CONTRIBUTION_RECEIVED", 5, payer_type="STATE"),
        row("OBLIGED_WORKSHOPS", 10),
    ]


def smis_rows(month: Period, files: dict[str, Row]) -> list[Row]:
    """Return the treatment side's rows of a month: one file without a date of preparation, synthetic."""

    def row(centre: str, measure: str, value: int, **codes: str) -> Row:
        return {
            "unit_code": centre,
            "period": month.code,
            "report_code": "S01",
            "patient_insurer": "NA",
            "treatment_kind": "NA",
            "measure": measure,
            "value": value,
            "provenance": "synthetic",
            "_file_sha256": sha(f"smis/TM-16/{month.code}"),
            **codes,
        }

    _register(files, "smis", "TM-16", month, prepared_on=None)
    figures = [
        ("ACTIVE_BED", 50, {}),
        ("AVAILABLE_BED_DAY", 1500, {}),
        ("OCCUPIED_BED_DAY", 1200, {}),
        ("INPATIENT", 90, {"patient_insurer": "SSO"}),
        ("INPATIENT", 10, {"patient_insurer": "UNINSURED"}),
        ("SURGERY", 5, {"treatment_kind": "SURGERY_MAJOR"}),
        ("SURGERY", 6, {"treatment_kind": "SURGERY_MINOR"}),
        ("OUTPATIENT_CONTACT", 300, {"treatment_kind": "VISIT_GENERAL"}),
    ]
    return [row(centre, measure, value, **codes) for centre in CENTRES for measure, value, codes in figures]


def transfer_rows() -> list[Row]:
    """Return three transfers of 1399-10 (after 10 and 30 days, and open), one open of 1399-11, one cancelled.

    A sixth is referred in 1398-12 and again in 1399-10: it belongs to the first of its months only.
    """
    day = Period.parse("1399-10").start
    return [
        transfer_event("T6", "REFERRED", Period.parse("1398-12").start),
        {**transfer_event("T6", "REFERRED", day), "event_pid": b"T6-REFERRED-AGAIN"},
        transfer_event("T1", "REFERRED", day),
        transfer_event("T1", "ACTIVATED", day + dt.timedelta(days=10)),
        transfer_event("T2", "REFERRED", day),
        transfer_event("T2", "ACTIVATED", day + dt.timedelta(days=30)),
        transfer_event("T3", "REFERRED", day),
        transfer_event("T4", "REFERRED", day + dt.timedelta(days=35)),
        transfer_event("T5", "REFERRED", day + dt.timedelta(days=35)),
        transfer_event("T5", "CANCELLED", day + dt.timedelta(days=36)),
    ]


def transfer_event(transfer: str, event: str, day: dt.date) -> Row:
    """Return one event of a transfer from `ORIGIN` to `DESTINATION`."""
    month = Period.month_of(day).code
    return {
        "event_pid": f"{transfer}-{event}".encode(),
        "transfer_pid": transfer.encode(),
        "file_pid": transfer.encode().ljust(16),
        "person_pid": transfer.encode().rjust(16),
        "event_type": event,
        "event_date": day,
        "unit_code": ORIGIN,
        "origin_unit_code": ORIGIN,
        "destination_unit_code": DESTINATION,
        "operator_pid": b"operator".ljust(16),
        "role": "OTHER",
        "event_at": dt.datetime.combine(day, dt.time(8), dt.UTC),
        "period": month,
        "_key_version": 1,
        "_file_sha256": sha(f"pension_transfer/{month}"),
    }


def scan_rows() -> list[Row]:
    """Return two files counted again in 1399-12, one with as many leaves as before."""
    first, second = Period.parse("1399-11").start, Period.parse("1399-12").start
    return [
        scan_event("a", "S02", first, 50),
        scan_event("a", "S03", first, None),
        scan_event("a", "S09", second, 50),
        scan_event("b", "S02", first, 70),
        scan_event("b", "S03", second, None),
        scan_event("b", "S09", second, 69),
        {**scan_event("c", "S05", second, None), "workflow": "CORRESPONDENCE"},
    ]


def scan_event(file: str, step: str, day: dt.date, leaves: int | None) -> Row:
    """Return one step of imaging at `ORIGIN`."""
    return {
        "event_pid": f"{file}-{step}-{day}".encode(),
        "file_pid": file.encode().ljust(16),
        "workflow": "FILE",
        "step": step,
        "event_date": day,
        "unit_code": ORIGIN,
        "operator_pid": b"operator".ljust(16),
        "leaf_count": leaves,
        "event_at": dt.datetime.combine(day, dt.time(8), dt.UTC),
        "period": Period.month_of(day).code,
        "_key_version": 1,
        "_file_sha256": sha(f"scan_index/{Period.month_of(day).code}"),
    }


def document_rows() -> list[Row]:
    """Return two documents of one file, of 3 and 4 images."""
    day = Period.parse("1399-12").start
    return [
        {
            "document_pid": f"D{images}".encode(),
            "file_pid": b"a".ljust(16),
            "workflow": "FILE",
            "person_pid": b"p".ljust(16),
            "document_type": "OTHER",
            "document_group": "OTHER",
            "entry_date": day,
            "unit_code": ORIGIN,
            "image_count": images,
            "period": "1399-12",
            "_key_version": 1,
            "_file_sha256": sha("scan_index/documents/1399-12"),
        }
        for images in (3, 4)
    ]


def write_lists(home: Home, files: dict[str, Row]) -> None:
    """Write the contribution lists of 1399-12: four of `ORIGIN` that say when they were filed, two of `DESTINATION`
    that do not; every branch has ten workshops on its books.

    Due on 2021-04-20, cut off on 2021-05-19: w1 sends one list in time and one late, w2 after the cut-off. p1 works at
    three workshops, and in two lists of one of them. Two rows are set aside, one of them for two rules; the worker w9
    is in no accepted list.
    """
    lists = [
        list_row(ORIGIN, "w1", "01", dt.date(2021, 4, 20)),
        list_row(ORIGIN, "w1", "02", dt.date(2021, 4, 21)),
        list_row(ORIGIN, "w2", "01", dt.date(2021, 5, 20)),
        list_row(ORIGIN, "w3", "01", dt.date(2021, 4, 1)),
        list_row(DESTINATION, "w4", "01", None),
        list_row(DESTINATION, "w5", "01", None),
    ]
    workers = [
        worker_row(ORIGIN, "w1", "01", "p1", 25, 2500),
        worker_row(ORIGIN, "w1", "02", "p1", 5, 500),
        worker_row(ORIGIN, "w1", "01", "p2", 30, 3000),
        worker_row(ORIGIN, "w2", "01", "p1", 10, 2000),
        worker_row(ORIGIN, "w3", "01", "p3", 20, 2000),
        worker_row(ORIGIN, "w9", "01", "p9", 30, 9999),
        worker_row(DESTINATION, "w4", "01", "p1", 30, 6000),
        worker_row(DESTINATION, "w5", "01", "p4", 15, 1500),
    ]
    append(home, "contribution_list", "contribution_list", lists)
    append(home, "contribution_list", "contribution_list_worker", workers)
    place = {"entity": "contribution_list_worker", "column": "-", "period": "1399-12"}
    place |= {"_file_sha256": list_file(ORIGIN, "workers")}
    broken = [(101, "monthly_wage", "error"), (101, "insurable_pay", "error"), (1, "start_before_month", "warning")]
    states = [(101, "quarantined", "monthly_wage"), (102, "quarantined", "row_shape")]
    states += [(103, "duplicate", None), (104, "superseded", None), (105, "layout", None)]
    findings = [{**place, "_row_number": n, "rule": rule, "severity": how} for n, rule, how in broken]
    append_outcome(home, "contribution_list_finding", findings)
    named = [{**place, "_row_number": n, "state": state, "rule": rule} for n, state, rule in states]
    append_outcome(home, "contribution_list_row_state", named)
    for unit in (ORIGIN, DESTINATION):
        for name in ("lists", "workers"):
            _register(files, "contribution_list", f"{unit}_{name}", LAST_MONTH, prepared_on=None)
            files[list_file(unit, name)] = {**files[list_file(unit, name)], "sender_code": unit}


def list_file(unit: str, name: str, month: str = "1399-12") -> str:
    """Return the hash of a branch's file of `lists` or `workers`."""
    return sha(f"contribution_list/{unit}_{name}/{month}")


def list_row(unit: str, workshop: str, number: str, filed_on: dt.date | None, month: str = "1399-12") -> Row:
    """Return one accepted list."""
    return {
        "unit_code": unit,
        "period": month,
        "workshop_pid": workshop.encode().ljust(16),
        "list_pid": number.encode(),
        "contract_row": "NA",
        "filed_on": filed_on,
        "_key_version": 1,
        "_file_sha256": list_file(unit, "lists", month),
    }


def worker_row(unit: str, workshop: str, number: str, person: str, days: int, pay: int) -> Row:
    """Return one worker of a list of 1399-12."""
    return {
        "unit_code": unit,
        "period": "1399-12",
        "workshop_pid": workshop.encode().ljust(16),
        "list_pid": number.encode(),
        "person_pid": person.encode().ljust(16),
        "day_count": days,
        "insurable_rial": pay,
        "_key_version": 1,
        "_file_sha256": list_file(unit, "workers"),
    }


def append_outcome(home: Home, name: str, rows: Sequence[Row]) -> None:
    """Append rows to a silver table of findings or row states; columns that a row leaves out are null."""
    table = next(table for table in outcome_tables() if table.name == name)
    kinds = {"varchar": pl.String(), "bigint": pl.Int64()}
    schema = {column.name: kinds[column.sql_type] for column in table.columns}
    frame = pl.DataFrame([{**dict.fromkeys(schema), **row} for row in rows], schema=schema)
    tables.append(home, "silver", name, frame.to_arrow(compat_level=pl.CompatLevel.oldest()), partition_by=["period"])


def figure_rows() -> list[Row]:
    """Return the 250 printed figures, typed as silver types them."""
    with FIGURES.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [
        {
            **{name: value or None for name, value in row.items()},
            "fact_no": int(row["fact_no"]),
            "value": Decimal(row["value"]),
            "role": row["role"].upper(),
            "period": None,
            "period_certainty": "EXACT",
            "provenance": "published_elsewhere",
            "_file_sha256": sha("published_figures"),
        }
        for row in rows
    ]


def obliged(geo: str | None = None) -> int:
    """Return how many pairs of unit and source are obliged to report at the end of 1399-12."""
    units = [unit for source in ("mis", "smis") for unit in obliged_units(source, LAST_DAY)]
    return sum(1 for unit in units if geo in (None, unit.geo_code))


def _register(files: dict[str, Row], source: str, office: str, month: Period, prepared_on: dt.date | None) -> None:
    key = sha(f"{source}/{office}/{month.code}")
    files[key] = {
        "source": source,
        "object": f"{source}_report",
        "file_name": f"{source}_{office}_{month.code.replace('-', '')}.csv",
        "file_sha256": key,
        "size_bytes": 1,
        "encoding": "utf-8",
        "delimiter": ",",
        "period": month.code,
        "sender_code": office,
        "prepared_on": prepared_on,
        "provenance": "reported",
        "lines_read": 1,
        "ingest_id": "test",
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "seen.json").write_text(json.dumps(write_worlds(folder)), encoding="utf-8")
