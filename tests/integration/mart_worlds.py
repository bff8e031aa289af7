"""Lakes with every mart built over them, and what each run of dbt left; run as a script in a process of its own."""

import datetime as dt
import json
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import small_lake_reports as reports
from dbt_runner import PROJECT, Dbt
from definition_world import SECOND, WITHOUT_UI, copy_catalogue, revise
from small_lake import LAST_DAY, LAST_MONTH, LONE_UNIT, MONTHS, ORIGIN, PARTIAL, Row, append
from small_lake_lists import list_row, write_lists

from lake import bronze, tables
from lake.contracts.due import due_on
from lake.contracts.model import load_source
from lake.layout import Home
from vocabulary.indicators import load
from vocabulary.periods import Period
from vocabulary.units.load import obliged_units

BREAK = "1399-05"
OVERDUE = due_on(load_source("mis"), LAST_MONTH.shift(1)) + dt.timedelta(1)
"""First day on which the first month without files is overdue."""


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
    broken = Dbt(root, project=_broken_project(root / "project"))
    seen["broken"] = broken.build(Home(root / "broken"), "--select", "dim_geo", "dim_period", *untested)
    return seen


def _write_revised(root: Path, dbt: Dbt, seen: dict[str, Any]) -> None:
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
    append(home, "mis", "mis_report", reports.unit_rows(late, month, MONTHS.index(month), drivers=1, office="GO-17"))
    day = Period.parse("1399-11").start
    append(home, "contribution_list", "contribution_list", [list_row(ORIGIN, "w1", "01", month.end, month.code)])
    events = [reports.transfer_event(name, "ACTIVATED", day + dt.timedelta(days=20)) for name in ("T3", "T4")]
    append(home, "pension_transfer", "pension_transfer_event", events)
    append(home, "scan_index", "scan_step_event", [reports.scan_event("b", "S01", day, None)])


def write_lake(home: Home, months: Iterable[Period] = MONTHS) -> None:
    """Write silver and the register of files."""
    files: dict[str, Row] = {}
    months = list(months)
    append(home, "mis", "mis_report", [row for month in months for row in reports.mis_rows(month, files)])
    append(home, "smis", "smis_report", [row for month in months for row in reports.smis_rows(month, files)])
    append(home, "pension_transfer", "pension_transfer_event", reports.transfer_rows())
    append(home, "scan_index", "scan_step_event", reports.scan_rows())
    append(home, "scan_index", "scan_document", reports.document_rows())
    append(home, "published_figures", "published_figure", reports.figure_rows(), partitioned=False)
    write_lists(home, files)
    schema = bronze.REGISTER_SCHEMA
    register = [{**dict.fromkeys(schema.names), **file} for file in files.values()]
    tables.append(home, "bronze", bronze.REGISTER, pa.Table.from_pylist(register, schema=schema))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "seen.json").write_text(json.dumps(write_worlds(folder)), encoding="utf-8")
