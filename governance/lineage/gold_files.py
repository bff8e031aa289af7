"""The files behind a number in gold, counted from the lake as it is now: of an area, an office or a unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa

from governance.datasets.load import Structure
from governance.lineage.model import SetAsideStep, SourceFile
from governance.proof.steps import load_steps
from governance.releases.beside import note_silver, read_beside
from governance.releases.standing import (
    RECORD_OBJECTS,
    deciding_sources,
    files_table,
    in_area,
    set_aside_table,
    sources_of_cube,
)
from lake.layout import Home
from vocabulary.units.load import load_units, units_by_code

_RECEIVED = ["file_sha256", "file_name", "lines_read", "sender_code", "object"]


@dataclass(frozen=True)
class Behind:
    """What stands behind a number.

    Attributes:
        sources: Files that its rows stand in.
        decided_by: Files that decide which rows count.
        set_aside: What was set aside of them.
        versions: Versions of the silver tables that this was counted from.
    """

    sources: tuple[SourceFile, ...]
    decided_by: tuple[SourceFile, ...]
    set_aside: tuple[SetAsideStep, ...]
    versions: Mapping[str, int]


def behind(home: Home, structure: Structure, definition: Mapping[str, Any], area: str, months: Sequence[str]) -> Behind:
    """Count the files behind a number.

    Args:
        home: The installation.
        structure: Dataset whose words it is counted by.
        definition: Its definition.
        area: Area, office or unit.
        months: Months that it is made of.
    """
    own, deciding = _sources(structure, definition)
    versions: dict[str, int] = {}
    received = load_steps()["gold_trace"].read(home, "bronze", "received_file", columns=_RECEIVED)
    read = read_beside(home, structure, received, None, note=note_silver(home, versions.__setitem__), sources=own)
    standing = {source: _of_units(table, area) for source, table in read.standing.items()}
    files = _kept(pl.DataFrame(files_table(standing, received, withheld=())), area, months)
    named = files["file_sha256"].to_list()
    aside = pl.DataFrame(set_aside_table(read.set_aside, received, withheld=()))
    sent = pl.col("period").is_in(list(months)) & _is_of_area(area)
    keep = pl.col("source").is_in(own) & (sent | pl.col("file_sha256").is_in(named))
    return Behind(
        _files(files.filter(pl.col("source").is_in(own), pl.col("rows_used") > 0), "VALUE"),
        _files(files.filter(pl.col("source").is_in(deciding)), "DECIDES"),
        _set_aside(aside.filter(keep, ~pl.col("object").is_in(RECORD_OBJECTS))),
        versions,
    )


def _sources(structure: Structure, definition: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    if structure.kind != "indicators":
        return list(sources_of_cube(structure.id, definition["code"])), []
    deciding = list(deciding_sources(definition["measures"]))
    measured = {measure["source"] for measure in definition["measures"]} - {"reporting"}
    return sorted({*measured, *deciding}), deciding


def _of_units(table: pa.Table, area: str) -> pa.Table:
    """Keep the rows of a unit, or of all units of an office; an area keeps all, and is told apart later."""
    unit = units_by_code().get(area)
    if unit is None:
        return table
    codes = {each.code for each in load_units() if area in (each.code, each.directorate_code)}
    return pl.DataFrame(table).filter(pl.col("unit_code").is_in(list(codes))).to_arrow().cast(table.schema)


def _is_of_area(area: str) -> pl.Expr:
    """Keep what an area sent; of a unit only what stands in its files is told."""
    return pl.lit(value=False) if area in units_by_code() else in_area(area)


def _kept(files: pl.DataFrame, area: str, months: Sequence[str]) -> pl.DataFrame:
    placed = files if area in units_by_code() else files.filter(in_area(area))
    within = placed.filter(pl.col("period").is_in(list(months)))
    return within.group_by("source", "file_name", "file_sha256").agg(
        pl.col("lines_read").max(), pl.col("rows_used").sum(), pl.col("is_count_withheld").any()
    )


def _files(files: pl.DataFrame, part: str) -> tuple[SourceFile, ...]:
    ordered = files.with_columns(part=pl.lit(part)).sort("source", "file_name")
    return tuple(SourceFile.model_validate(row) for row in ordered.iter_rows(named=True))


def _set_aside(rows: pl.DataFrame) -> tuple[SetAsideStep, ...]:
    summed = rows.group_by("source", "kind", "rule").agg(
        pl.col("file_sha256").n_unique().alias("files"), pl.col("rows").sum()
    )
    return tuple(
        SetAsideStep.model_validate(row) for row in summed.sort("source", "kind", "rule").iter_rows(named=True)
    )
