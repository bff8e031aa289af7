"""What each measure of a part amounts to, where a part is made of several. Pure: tables in, table out.

The value of a part that is one measure is the part itself. Of others the measures are added up from units and months,
as far as they give the published part again; what does not is left out rather than told wrong.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl
import pyarrow as pa

from governance.releases.columns import MEASURE_COLUMNS, OBSERVATION_ID, PERIOD, schema_of
from vocabulary.indicators.load import load_versions
from vocabulary.indicators.model import Definition, Part
from vocabulary.measures.load import load_measures
from vocabulary.periods import Period
from vocabulary.units.load import COUNTRY_GEO

PARTS = ("NUMERATOR", "DENOMINATOR")
_THOUSANDTH = Decimal("0.001")
Values = Mapping[tuple[str, str, str], int]
"""Measure, area and month → value."""


def measures_table(data: pa.Table, measures: pa.Table | None) -> pa.Table:
    """Return observation, part, measure and value of the parts whose value is published.

    Args:
        data: The release's observations, with their ids.
        measures: `measure_code`, `geo_code`, `period`, `value` by unit; none where the lake holds none.
    """
    many = {(each.code, each.version): each for each in load_versions() if any(map(_is_of_many, _parts(each)))}
    if measures is None or not many:
        return schema_of(MEASURE_COLUMNS).empty_table()
    values = _by_area(measures, {code for each in many.values() for code in each.measures})
    columns = ["INDICATOR", "GEO", PERIOD, "DEFINITION_VERSION", *PARTS, OBSERVATION_ID]
    rows: list[tuple[str, str, str, Decimal]] = []
    for row in pl.DataFrame(data.select(columns)).iter_rows(named=True):
        definition = many.get((row["INDICATOR"], row["DEFINITION_VERSION"]))
        if definition:
            rows += _of_row(row, definition, values)
    found = pl.DataFrame(
        rows, schema=list(MEASURE_COLUMNS), orient="row", schema_overrides={"value": pl.Decimal(38, 3)}
    )
    return found.sort(OBSERVATION_ID, "part", "measure_code").to_arrow().cast(schema_of(MEASURE_COLUMNS))


def _of_row(row: Mapping[str, Any], definition: Definition, values: Values) -> list[tuple[str, str, str, Decimal]]:
    found = []
    for name, part in zip(PARTS, _parts(definition), strict=True):
        if part is None or row[name] is None or not _is_of_many(part):
            continue
        told = {code: over_time(code, row["GEO"], row[PERIOD], values) for code in (*part.measures, *part.per)}
        known = {code: value for code, value in told.items() if value is not None}
        if len(known) == len(told) and _combined(part, known) == row[name]:
            found += [(row[OBSERVATION_ID], name, code, value) for code, value in known.items()]
    return found


def _parts(definition: Definition) -> tuple[Part, Part | None]:
    return definition.numerator, definition.denominator


def _is_of_many(part: Part | None) -> bool:
    return part is not None and len(part.measures) + len(part.per) > 1


def _combined(part: Part, known: Mapping[str, Decimal]) -> Decimal | None:
    total = sum((known[code] for code in part.measures), Decimal(0))
    if not part.per:
        return total
    below = sum((known[code] for code in part.per), Decimal(0))
    return (total / below).quantize(_THOUSANDTH, ROUND_HALF_UP) if below else None


def over_time(code: str, geo: str, period: str, values: Values) -> Decimal | None:
    """Give a measure of an area over a period from its months: their sum, their average or the last of them."""
    how = load_measures()[code].over_time.value
    months: Sequence[str] = [month.code for month in Period.parse(period).months()]
    told = [values.get((code, geo, month)) for month in (months[-1:] if how == "end" else months)]
    known = [value for value in told if value is not None]
    if not known or (how == "end" and len(known) != len(told)):
        return None
    total = Decimal(sum(known))
    return (total / len(known)).quantize(_THOUSANDTH, ROUND_HALF_UP) if how == "average" else total


def _by_area(measures: pa.Table, codes: set[str]) -> Values:
    rows = pl.DataFrame(measures).filter(pl.col("measure_code").is_in(list(codes)))
    key = ["measure_code", "geo_code", "period"]
    areas = rows.group_by(key).agg(pl.col("value").sum())
    whole = rows.group_by("measure_code", "period").agg(pl.col("value").sum())
    both = pl.concat([areas, whole.with_columns(geo_code=pl.lit(COUNTRY_GEO)).select(areas.columns)])
    return {(code, geo, period): value for code, geo, period, value in both.select(*key, "value").iter_rows()}
