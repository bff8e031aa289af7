"""Bronze rows made ready for typing: sentinels blanked, wide rows judged by their sums and turned into long ones.

Bronze keeps every row as received; a wide row is one bronze row and ends in one state, whatever number of silver rows
it makes. What does not belong here: reading the `wide` section (`lake.contracts.wide`), typing (`lake.normalise`).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Any

import polars as pl

from lake import coded
from lake.contracts.model import Check, Entity
from lake.contracts.wide import Cell, Wide
from lake.normalise import is_blank, type_columns

PLACE = "_place"
"""Column of long rows: the wide column, `c07`, that the row was."""

BREACH_SCHEMA = {
    "_file_sha256": pl.String(),
    "_row_number": pl.Int64(),
    "rule": pl.String(),
    "column": pl.String(),
    "severity": pl.String(),
}


_SETTINGS = frozenset({"rule", "dimension", "total", "parts", "tolerance"})


class AdditiveError(ValueError):
    """An additive rule names no columns that could be added up."""


@dataclass(frozen=True)
class Sum:
    """One equation of an additive rule: the total must be the sum of the parts."""

    total: str
    parts: tuple[str, ...]


def blank_sentinels(rows: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Return bronze rows with the texts that mean "no value" as null, in the columns that the contract says so of.

    Blanks around a sentinel do not matter, letter case does.

    Args:
        rows: Bronze rows, wide ones still wide; what is coded stays coded.
        entity: Their contract.
    """
    columns = [column for column in entity.received if column.sentinels and column.name in rows.columns]
    return rows.with_columns(_without_sentinels(rows[column.name], column.sentinels) for column in columns)


def rows_made(entity: Entity) -> int:
    """Return how many long rows a bronze row makes: 1 where the object is not wide."""
    return len(entity.wide.in_silver) if entity.wide else 1


def to_long(rows: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Turn wide bronze rows into long ones, all as text: one a cell, in the order of rows, then of the contract.

    Args:
        rows: Bronze data rows of a wide object.
        entity: Its contract.

    Returns:
        `entity.texts`, then the columns of `rows` that Amar added (`_row_number`, …), then `_place`.
    """
    wide = _wide(entity)
    cells = wide.in_silver
    names = [cell.name for cell in cells]
    added = [name for name in rows.columns if name.startswith("_")]
    plain = [column.name for column in entity.received if column.name not in {cell.name for cell in wide.cells}]
    value = pl.concat_list(pl.col(names)).alias(wide.value)
    long = rows.select(*plain, value, *added).explode(wide.value)
    codes = pl.DataFrame({dimension: [cell.codes[dimension] for cell in cells] for dimension in wide.dimensions})
    codes = codes.with_columns(pl.Series(PLACE, names))
    place = pl.int_range(len(long), eager=True) % len(cells)
    tiled = codes.select(pl.all().gather(place))
    return long.hstack(tiled).select(*(column.name for column in entity.texts), *added, PLACE)


def wide_breaches(rows: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Find what is wrong with wide rows as such: sums that do not add up, and unreadable cells that only rules use.

    An equation with a cell that is blank is not judged: what is unknown cannot be added.

    Args:
        rows: Bronze data rows of a wide object, sentinels blanked.
        entity: Its contract.

    Returns:
        `BREACH_SCHEMA` rows, one a broken equation or cell: `rule` is the check's name, `column` the total's.
    """
    wide = _wide(entity)
    numbers = _numbers(rows, entity, wide)
    unread = {
        cell.name: numbers[cell.name].is_null() & ~is_blank(rows[cell.name])
        for cell in wide.cells
        if not cell.in_silver
    }
    found = [_breach(rows, mask, "not_a_number", name, "error") for name, mask in unread.items()]
    for check in entity.wide_checks:
        tolerance = Decimal(str(check.settings.get("tolerance", 0)))
        for equation in equations(wide, check):
            added = reduce(add, (numbers[part] for part in equation.parts))
            wrong = ((numbers[equation.total] - added).abs() > tolerance).fill_null(value=False)
            found.append(_breach(rows, wrong, check.name, equation.total, check.severity))
    return pl.concat([pl.DataFrame(schema=BREACH_SCHEMA), *found])


def equations(wide: Wide, check: Check) -> tuple[Sum, ...]:
    """Return the equations of an additive rule over a wide row.

    `total` and `parts` name wide columns. `dimension` and `total` stand for one equation for each combination of the
    other breakdowns that has a column for the total: it is the sum over all other codes of the dimension.

    Raises:
        AdditiveError: the rule names columns or codes that the wide section lacks.
    """
    settings = check.settings
    unread = sorted(settings.keys() - _SETTINGS)
    if unread:
        raise AdditiveError(f"rule {check.name}: unknown setting {', '.join(unread)} in a wide object")
    if "dimension" in settings:
        return _over_dimension(wide, str(settings["dimension"]), str(settings.get("total")), check.name)
    equation = Sum(str(settings.get("total")), tuple(settings.get("parts", ())))
    unknown = {equation.total, *equation.parts} - {cell.name for cell in wide.cells}
    if unknown or not equation.parts:
        raise AdditiveError(f"rule {check.name}: no wide column {', '.join(sorted(unknown)) or 'among its parts'}")
    return (equation,)


def _over_dimension(wide: Wide, dimension: str, total: str, rule: str) -> tuple[Sum, ...]:
    if dimension not in wide.dimensions:
        raise AdditiveError(f"rule {rule}: {dimension} is no breakdown of the wide section")
    groups: dict[tuple[str, ...], dict[str, Cell]] = {}
    for cell in wide.cells:
        others = tuple(code for name, code in cell.codes.items() if name != dimension)
        groups.setdefault(others, {})[cell.codes[dimension]] = cell
    found = [
        Sum(group[total].name, tuple(cell.name for code, cell in group.items() if code != total))
        for group in groups.values()
        if total in group and len(group) > 1
    ]
    if not found:
        raise AdditiveError(f"rule {rule}: no column has the code {total} of {dimension} beside others")
    return tuple(found)


def _wide(entity: Entity) -> Wide:
    if entity.wide is None:
        raise AdditiveError(f"{entity.name} is not wide")
    return entity.wide


def _numbers(rows: pl.DataFrame, entity: Entity, wide: Wide) -> pl.DataFrame:
    """Type the wide columns as silver types them, as exact numbers that can be added."""
    names = {cell.name for cell in wide.cells}
    columns = tuple(column for column in entity.received if column.name in names)
    typed = type_columns(rows, replace(entity, columns=columns, wide=None))
    return typed.cast(pl.Decimal(38, 3)) if columns and columns[0].parse == "decimal" else typed


def _without_sentinels(values: pl.Series, sentinels: Collection[str]) -> pl.Series:
    def blanked(texts: pl.Series) -> pl.Series:
        means_something = ~texts.str.strip_chars().is_in(sorted(sentinels))
        return pl.select(pl.when(means_something).then(texts).alias(texts.name)).to_series()

    return coded.translated(values, blanked, blank=None) if isinstance(values.dtype, pl.Enum) else blanked(values)


def _breach(rows: pl.DataFrame, mask: pl.Series, rule: str, column: str, severity: str) -> pl.DataFrame:
    place = rows.select("_file_sha256", "_row_number").filter(mask)
    constants: Mapping[str, Any] = {"rule": rule, "column": column, "severity": severity}
    named: Iterable[pl.Expr] = (pl.lit(value, dtype=pl.String).alias(name) for name, value in constants.items())
    return place.with_columns(named)
