"""What the tests of reproduction change: one row of a pinned version of silver, or a tree of other code."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from lake import tables
from lake.layout import Home
from orchestration.settings import PROJECT_ROOT

CODE = ("vocabulary", "lake", "governance", "orchestration", "dbt_project")


def change_one_row(home: Home, version: int) -> None:
    """Add 1,000 to one figure of insured persons of 1399-12, in the file itself, behind the log's back."""
    for path in map(Path, tables.file_uris(home, "silver", "mis_report", at=version)):
        rows = pq.read_table(path, partitioning=None)
        is_wanted = (pl.col("measure") == "PRINCIPAL_INSURED") & (pl.col("sex") == "M") & pl.col("value").is_not_null()
        places = pl.DataFrame(rows).select(is_wanted.arg_true()).to_series()
        if "period=1399-12" in str(path) and len(places):
            values = rows["value"].to_pylist()
            values[places[0]] += 1000
            at = rows.schema.get_field_index("value")
            pq.write_table(rows.set_column(at, rows.schema.field(at), pa.array(values, pa.int64())), path)
            return
    raise AssertionError("no row to change")


def other_code(folder: Path) -> Path:
    """Return a tree of the code in which one definition and one line of SQL differ."""
    for name in CODE:
        shutil.copytree(PROJECT_ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "target"))
    _replace(folder / "vocabulary" / "indicators" / "support_ratio.yaml", "decimals: 2", "decimals: 1")
    line = "case when indicator_code = 'new_pension_flow' then units_reported + 1 else units_reported end"
    mart = folder / "dbt_project" / "models" / "marts" / "aggregate" / "fct_indicator_observation.sql"
    _replace(mart, "    units_reported,\n", f"    {line} as units_reported,\n")
    return folder


def reproduce_by(tree: Path, home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `amar reproduce` of another tree of code over a home."""
    command = [sys.executable, "-c", "from orchestration.cli.main import app; app()", "reproduce", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(tree), "AMAR_HOME": str(home.root)}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)


def cells_of(answer: str) -> dict[str, set[str]]:
    """Return the columns that differ, by indicator, of an answer in JSON."""
    cells: dict[str, set[str]] = {}
    for cell in json.loads(answer)["cells"]:
        cells.setdefault(cell["observation"].split("/")[1].split(".")[0], set()).add(cell["column"])
    return cells


def version_of(manifest: Any, table: str) -> int:
    """Return the version of a table that a release was read from."""
    return next(int(each.version) for each in manifest.tables if f"{each.layer}/{each.name}" == table)


def _replace(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
