"""Imaging judged by the project's own SQL, as dbt compiled it, over rows that a test makes.

A run over the whole lake is compiled once with the shared lakes (`mart_worlds.py`); its text runs here in a DuckDB
of its own, over thousands of cases at once.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from lake import silver
from lake.contracts.model import load_source
from lake.dbt_plugin import words
from orchestration.generator.coding import places
from orchestration.generator.scanning import Imaged
from orchestration.generator.world import unit_codes
from vocabulary.periods import Period

PARTS = ("order", "image", "leaf", "count", "file", "paper", "binder")
STAGED = ("step_event", "paper_act", "document")
_CODES = {
    "workflow": "CL_SCAN_WORKFLOW",
    "step": "CL_SCAN_STEP",
    "act": "CL_SCAN_ACT",
    "role": "CL_SCAN_ROLE",
    "document_type": "CL_DOCUMENT_TYPE",
    "document_group": "CL_DOCUMENT_GROUP",
    "quality_checked": "CL_YES_NO",
    "out_of_reach": "CL_YES_NO",
    "has_come": "CL_YES_NO",
    "is_imaged": "CL_YES_NO",
}
_TEHRAN = dt.timedelta(hours=3, minutes=30)


def compiled(world: Path) -> Path:
    """Give the folder of the models that dbt compiled last for `second`, which no run builds by months."""
    return world / "scratch" / "second" / "target" / "compiled" / "amar" / "models"


class Judge:
    """Runs the models of imaging over rows of silver."""

    def __init__(self, models: Path) -> None:
        """Lay out empty silver tables and every model over them."""
        self._models = models
        self._connection = duckdb.connect()
        self._run("attach ':memory:' as amar", "use amar", "set timezone = 'UTC'")
        self._run(*(f"create schema if not exists {name}" for name in ("silver", "staging", "intermediate", "gold")))
        words.register(self._connection)
        for entity in load_source("scan_index").entities:
            self.fill(entity.name, pl.DataFrame())
        for name in STAGED:
            self._model("view", "staging", f"stg_scan_index__{name}")
        self._model("view", "intermediate", "int_scan__rule")

    def fill(self, entity: str, rows: pl.DataFrame) -> None:
        """Make the silver table of an object; columns that the rows leave out are null."""
        contract = next(item for item in load_source("scan_index").entities if item.name == entity)
        schema = silver.silver_schema(contract)
        filled = rows.select(
            (pl.col(name) if name in rows.columns else pl.lit(None)).cast(kind).alias(name)
            for name, kind in schema.items()
        )
        self._connection.register("_rows", filled.to_arrow(compat_level=pl.CompatLevel.oldest()))
        self._run(f"create or replace table silver.{entity} as select * from _rows")
        self._connection.unregister("_rows")

    def findings(
        self, events: pl.DataFrame, acts: pl.DataFrame, documents: pl.DataFrame, *, every_case_closely: bool = False
    ) -> list[dict[str, Any]]:
        """Give the case list of some rows.

        Args:
            events: Steps.
            acts: Acts on papers.
            documents: Documents entered.
            every_case_closely: Whether no case is taken for plainly kept.
        """
        self.fill("scan_step_event", events)
        self.fill("scan_paper_act", acts)
        self.fill("scan_document", documents)
        for name in ("event", "visit", "close"):
            self._model("table", "intermediate", f"int_scan__{name}")
        if every_case_closely:
            cases = "select distinct workflow, file_pid, document_pid from intermediate.int_scan__visit"
            self._run(f"create or replace table intermediate.int_scan__close as {cases}")
        self._model("table", "intermediate", "int_scan__close_event")
        self._model("view", "intermediate", "int_scan__plain")
        for part in PARTS:
            self._model("view", "intermediate", f"int_scan__{part}_judgement")
        self._model("table", "intermediate", "int_scan__judgement")
        self._model("view", "gold", "mart_unit_scan_finding", "marts/unit")
        self._model("table", "gold", "mart_scan_finding", "marts/case")
        return self.rows("gold.mart_scan_finding")

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Give the rows of a relation."""
        found: list[dict[str, Any]] = self._connection.sql(f"select * from {name}").to_arrow_table().to_pylist()
        return found

    def _model(self, kind: str, schema: str, name: str, folder: str = "") -> None:
        text = (self._models / (folder or schema) / f"{name}.sql").read_text(encoding="utf-8")
        self._run(f"create or replace {kind} {schema}.{name} as {text}")

    def _run(self, *statements: str) -> None:
        for statement in statements:
            self._connection.execute(statement)


def silver_of(made: Imaged, *, has_seconds: bool = True) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Give the step events, the acts on papers and the documents of generated imaging as silver has them.

    Args:
        made: Generated imaging.
        has_seconds: Whether the files print the seconds of times.
    """
    timed = (_timed(_coded(frame), has_seconds=has_seconds) for frame in (made.events, made.acts))
    events, acts = timed
    return events, acts, _coded(made.documents)


def _coded(frame: pl.DataFrame) -> pl.DataFrame:
    codes = [
        pl.col(name).replace_strict({place: code for code, place in places(codelist).items()}, return_dtype=pl.String)
        for name, codelist in _CODES.items()
        if name in frame.columns
    ]
    known = pl.lit(unit_codes())
    dated = "event_date" if "event_date" in frame.columns else "entry_date"
    return frame.with_columns(
        *codes,
        *(known.gather(pl.col(name)).alias(name) for name in ("unit_code", "to_unit_code") if name in frame.columns),
        pl.col("file_no").cast(pl.Binary).alias("file_pid"),
        *(
            pl.col(name).cast(pl.Binary).alias(f"{name.partition('_')[0]}_pid")
            for name in ("event_id", "document_id", "binder_no")
            if name in frame.columns
        ),
        *(_day(name).alias(name) for name in ("event_date", "entry_date") if name in frame.columns),
        pl.lit("synthetic").alias("provenance"),
        period=pl.Series(_months(frame[dated]), dtype=pl.String),
    )


def _timed(frame: pl.DataFrame, *, has_seconds: bool) -> pl.DataFrame:
    second = pl.col("event_time") if has_seconds else pl.col("event_time") // 60 * 60
    at = pl.col("event_date").cast(pl.Datetime("us")) + pl.duration(seconds=second) - _TEHRAN
    return frame.with_columns(
        at.dt.replace_time_zone("UTC").alias("event_at"), pl.col("operator_code").cast(pl.Binary).alias("operator_pid")
    )


def _day(name: str) -> pl.Expr:
    return (pl.col(name).cast(pl.Int32) - dt.date(1970, 1, 1).toordinal()).cast(pl.Date)


def _months(days: pl.Series) -> list[str]:
    known = {day: Period.month_of(dt.date.fromordinal(day)).code for day in days.unique()}
    return [known[day] for day in days]
