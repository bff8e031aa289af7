"""Which files stand behind an area's month in each source, and what of them was set aside. Pure: tables in, tables out.

These tables go into a release, so that its figures are followed to their files without the lake. What is read of the
lake for them is `governance.releases.beside`.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from governance.releases.columns import FILE_COLUMNS, PERIOD, SET_ASIDE_COLUMNS, schema_of
from vocabulary.periods import Period
from vocabulary.units.load import COUNTRY_GEO, load_units
from vocabulary.yaml_text import read_yaml

_STANDING = Path(__file__).with_name("standing.yaml")
RECORD_OBJECTS = ("mis_award",)
"""Objects of single records in a source of reports."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceStanding(_Model):
    """How the rows of one source stand behind an area's month; see `standing.yaml`."""

    tables: tuple[str, ...]
    unit: str = "unit_code"
    case: str | None = None
    placed_by: str | None = None
    records: bool = False


class _Standing(_Model):
    sources: Mapping[str, SourceStanding]
    decided_by: Mapping[str, tuple[str, ...]]
    decided_by_too: Mapping[str, tuple[str, ...]]
    cubes: Mapping[str, Mapping[str, Literal["all"] | tuple[str, ...]]]


@cache
def load_standing() -> _Standing:
    """Read `standing.yaml`."""
    return _Standing.model_validate(read_yaml(_STANDING.read_text(encoding="utf-8")))


def sources_of_cube(dataset: str, measure: str | None = None) -> tuple[str, ...]:
    """Return the sources that a cube is counted from, or one of its measures."""
    found = load_standing().cubes.get(dataset, {})
    return tuple(source for source, only in found.items() if measure is None or only == "all" or measure in only)


def deciding_sources(measures: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the sources whose files decide which rows of an indicator count.

    Args:
        measures: Measures of the indicator, as its definition is published.
    """
    standing = load_standing()
    found: dict[str, None] = {}
    for measure in measures:
        for source in standing.decided_by.get(measure["source"], ()):
            found[source] = None
        for source in standing.decided_by_too.get(measure["code"], ()):
            found[source] = None
    return tuple(found)


def places(units: Collection[str], periods: Collection[str]) -> pl.DataFrame:
    """Give the province of units in months: `unit_code`, `period`, `geo_code`.

    A unit that is not in force at the end of the month stands where its latest entry says, as in the marts.
    """
    entries: dict[str, list[Any]] = {}
    for unit in load_units():
        entries.setdefault(unit.code, []).append(unit)
    rows = []
    for period in periods:
        end = Period.parse(period).end
        for code in units:
            held = entries.get(code)
            if held:
                chosen = max(held, key=lambda unit: (unit.is_valid_on(end), unit.valid_from))
                rows.append((code, period, chosen.geo_code))
    return pl.DataFrame(rows, schema=["unit_code", "period", "geo_code"], orient="row", schema_overrides=_PLACED)


_PLACED = {"unit_code": pl.String, "period": pl.String, "geo_code": pl.String}


def withheld_periods(data: pa.Table) -> frozenset[str]:
    """Return the periods in which the gate withheld any observation."""
    frame = pl.DataFrame(data.select([PERIOD, "CONF_STATUS"]))
    return frozenset(frame.filter(pl.col("CONF_STATUS") != "F")[PERIOD].to_list())


def files_table(standing: Mapping[str, pa.Table], received: pa.Table, *, withheld: Collection[str]) -> pa.Table:
    """Return one row an area, month, source and file; the country has none of its own: all areas are its.

    Args:
        standing: Files by unit and month (`lake.standing`), by source.
        received: Files as received, with names and lines.
        withheld: Periods in which the gate withheld something: no counts of single records then.
    """
    files = pl.DataFrame(received.select(["file_sha256", "file_name", "lines_read"]))
    files = files.sort("file_name").unique("file_sha256", keep="first", maintain_order=True)
    parts = []
    for source, table in standing.items():
        rows = pl.DataFrame(table)
        placed = rows.join(places(set(rows["unit_code"]), set(rows["period"])), on=["unit_code", "period"])
        by_area = placed.group_by("geo_code", "period", "file_sha256").agg(pl.col("rows_used").sum())
        is_withheld = pl.lit(load_standing().sources[source].records) & pl.col("period").is_in(list(withheld))
        parts.append(by_area.with_columns(source=pl.lit(source), is_count_withheld=is_withheld))
    if not parts:
        return schema_of(FILE_COLUMNS).empty_table()
    joined = _counted(pl.concat(parts).join(files, on="file_sha256"), "lines_read", "rows_used")
    ordered = joined.select(list(FILE_COLUMNS)).sort("geo_code", "period", "source", "file_name")
    return ordered.to_arrow().cast(schema_of(FILE_COLUMNS))


def set_aside_table(set_aside: Mapping[str, pa.Table], received: pa.Table, *, withheld: Collection[str]) -> pa.Table:
    """Return one row a file, month and rule, with the area of the file's sender.

    Args:
        set_aside: Counts by file and rule (`lake.set_aside`), by source.
        received: Files as received, with their senders and objects.
        withheld: Periods in which the gate withheld something: no counts of single records then.
    """
    senders = pl.DataFrame(received.select(["file_sha256", "sender_code", "object"])).unique(
        "file_sha256", keep="first"
    )
    parts = []
    for source, table in set_aside.items():
        rows = pl.DataFrame(table).join(senders, on="file_sha256").rename({"sender_code": "unit_code"})
        rows = rows.filter(pl.col("period").is_not_null())
        placed = rows.join(places(set(rows["unit_code"].drop_nulls()), set(rows["period"])), on=["unit_code", "period"])
        is_of_records = pl.lit(load_standing().sources[source].records) | pl.col("object").is_in(RECORD_OBJECTS)
        is_withheld = is_of_records & pl.col("period").is_in(list(withheld))
        parts.append(placed.with_columns(source=pl.lit(source), is_count_withheld=is_withheld))
    if not parts:
        return schema_of(SET_ASIDE_COLUMNS).empty_table()
    counted = _counted(pl.concat(parts), "rows").select(list(SET_ASIDE_COLUMNS))
    ordered = counted.sort("geo_code", "period", "source", "file_sha256", "kind", "rule", "rows")
    return ordered.to_arrow().cast(schema_of(SET_ASIDE_COLUMNS))


def _counted(rows: pl.DataFrame, *counts: str) -> pl.DataFrame:
    return rows.with_columns(
        pl.when("is_count_withheld").then(None).otherwise(pl.col(name)).alias(name) for name in counts
    )


def in_area(geo: str) -> pl.Expr:
    """Keep the rows of an area: of the country those of every province."""
    return pl.lit(value=True) if geo == COUNTRY_GEO else pl.col("geo_code") == geo
