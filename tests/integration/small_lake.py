"""The words of the small lake that dbt's tests stand on, and how its rows are put into tables.

It is made so that every number in it can be worked out by hand. Province IR-16 reports in full: each insurance unit the
same figures, each centre the same figures, from 1398-11 to 1399-12. Of province IR-17 one branch reports, and the file
for 1399-12 was prepared a day too late. `n` in its rows is the number of months since 1398-11, so 1398-12 has n = 1 and
1399-12 has n = 13.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from lake import silver, tables
from lake.contracts.model import load_source
from lake.dbt_plugin.sources import outcome_tables
from lake.layout import Home
from vocabulary.periods import Period, month_range
from vocabulary.units.load import obliged_units

MONTHS = month_range(Period.parse("1398-11"), Period.parse("1399-12"))
FULL, PARTIAL = "IR-16", "IR-17"
LAST_MONTH = Period.parse("1399-12")
LAST_DAY = LAST_MONTH.end

MIS_UNITS = [unit.code for unit in obliged_units("mis", LAST_DAY) if unit.geo_code == FULL]
CENTRES = [unit.code for unit in obliged_units("smis", LAST_DAY) if unit.geo_code == FULL]
LONE_UNIT = next(unit.code for unit in obliged_units("mis", LAST_DAY) if unit.geo_code == PARTIAL)
ORIGIN, DESTINATION = MIS_UNITS[0], MIS_UNITS[1]
LONE_DRIVERS = 80

Row = Mapping[str, Any]


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


def append_outcome(home: Home, name: str, rows: Sequence[Row]) -> None:
    """Append rows to a silver table of findings or row states; columns that a row leaves out are null."""
    table = next(table for table in outcome_tables() if table.name == name)
    kinds = {"varchar": pl.String(), "bigint": pl.Int64()}
    schema = {column.name: kinds[column.sql_type] for column in table.columns}
    frame = pl.DataFrame([{**dict.fromkeys(schema), **row} for row in rows], schema=schema)
    tables.append(home, "silver", name, frame.to_arrow(compat_level=pl.CompatLevel.oldest()), partition_by=["period"])


def sha(text: str) -> str:
    """Return the SHA-256 that stands for a file."""
    return hashlib.sha256(text.encode()).hexdigest()


def register(files: dict[str, Row], source: str, office: str, month: Period, prepared_on: dt.date | None) -> None:
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


def obliged(geo: str | None = None) -> int:
    """Return how many pairs of unit and source are obliged to report at the end of 1399-12."""
    units = [unit for source in ("mis", "smis") for unit in obliged_units(source, LAST_DAY)]
    return sum(1 for unit in units if geo in (None, unit.geo_code))
