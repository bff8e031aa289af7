"""Which rows of an extract break which rule of their contract.

A row is judged by the first rule it breaks, in contract order. Values that were received but could not be read are
found here by comparison with the text; ranges, patterns and presence are checked by Pandera; rules over several
columns come from the contract's `quality` section.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from lake.contracts.model import Check, Column, Entity, load_source
from lake.normalise import UNIT, is_blank
from vocabulary.codelists.load import load_codelist

RULE_OF_PARSE = {
    "integer": "not_a_number",
    "decimal": "not_a_number",
    "jalali_date": "bad_date",
    "jalali_month": "bad_period",
    "time": "bad_time",
    "code": "required",
    "text": "required",
}
RULE_OF_DERIVATION = {"jalali_instant": "bad_time", "jalali_month_of": "bad_date"}
_RULE_OF_CHECK = {"not_nullable": "required", "minimum": "below_minimum", "pattern": "bad_format"}


class ValidationFaultError(Exception):
    """The typed rows are not of the form that the schema judges: a fault of the code, not of a row."""


def first_breaches(raw: pl.DataFrame, typed: pl.DataFrame, entity: Entity, period: str | None) -> pl.DataFrame:
    """Return the first rule that each row breaks.

    Args:
        raw: The received columns, as text.
        typed: The same rows typed, derived columns included.
        entity: Their contract.
        period: Month that the file claims, `1399-12`; None where the source has no partitions.

    Returns:
        As many rows as `raw`: `rule` and `column`, both null where no rule is broken.
    """
    breaches = [
        *_unreadable(raw, typed, entity),
        *_pandera_breaches(typed, entity),
        *_derived_breaches(typed, entity),
        *_foreign_period(typed, period),
        *(breach for check in entity.checks for breach in _CHECKS[check.settings["rule"]](typed, check)),
    ]
    rule = pl.Series("rule", [None] * len(raw), dtype=pl.String)
    column = pl.Series("column", [None] * len(raw), dtype=pl.String)
    for mask, name, about in breaches:
        hit = pl.DataFrame({"hit": mask})["hit"].fill_null(value=False) & rule.is_null()
        if hit.any():
            rule = rule.set(hit, name)
            column = column.set(hit, about)
    return pl.DataFrame([rule, column])


def _unreadable(raw: pl.DataFrame, typed: pl.DataFrame, entity: Entity) -> list[tuple[pl.Series, str, str]]:
    found = []
    for column in entity.received:
        if column.name not in typed.columns:
            continue
        blank = is_blank(raw[column.name])
        if column.required:
            found.append((blank, "required", column.name))
        found.append((~blank & typed[column.name].is_null(), _rule_of(column), column.name))
    return found


def _rule_of(column: Column) -> str:
    if column.codelist:
        return "unknown_unit" if column.codelist == UNIT else "unknown_code"
    return RULE_OF_PARSE[column.parse]


def _pandera_breaches(typed: pl.DataFrame, entity: Entity) -> list[tuple[pl.Series, str, str]]:
    schema = _schema(entity.source, entity.name)
    try:
        schema.validate(typed, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        if cases["index"].null_count():
            checks = ", ".join(sorted({f"{column}: {check}" for column, check in cases["column", "check"].iter_rows()}))
            raise ValidationFaultError(
                f"{entity.name} cannot be judged: {checks}"
            ) from None  # the cases hold row values
        found = []
        for (about, check), group in cases.group_by("column", "check", maintain_order=True):
            rows = pl.Series(range(len(typed))).is_in(group["index"].cast(pl.Int64).to_list())
            found.append((rows, _RULE_OF_CHECK[str(check)], str(about)))
        return found
    return []


@cache
def _schema(source: str, name: str) -> pa.DataFrameSchema:
    entity = next(entity for entity in load_source(source).entities if entity.name == name)
    columns = {column.name: _pandera_column(column) for column in entity.received if not column.transient}
    return pa.DataFrameSchema(columns, strict=False)


def _pandera_column(column: Column) -> pa.Column:
    checks = []
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum, name="minimum", error="minimum"))
    if column.pattern is not None:
        checks.append(pa.Check.str_matches(column.pattern, name="pattern", error="pattern"))
    return pa.Column(nullable=not column.required, checks=checks, required=True)


def _derived_breaches(typed: pl.DataFrame, entity: Entity) -> list[tuple[pl.Series, str, str]]:
    return [
        (typed[column.name].is_null(), RULE_OF_DERIVATION[column.rule], column.inputs[-1])
        for column in entity.columns
        if column.rule in RULE_OF_DERIVATION
    ]


def _foreign_period(typed: pl.DataFrame, period: str | None) -> list[tuple[pl.Series, str, str]]:
    if period is None or "period" not in typed.columns:
        return []
    return [(typed["period"] != period, "period_mismatch", "period")]


def _dimensions_by_code(typed: pl.DataFrame, check: Check) -> list[tuple[pl.Series, str, str]]:
    """Find breakdowns that are filled though the code has none, missing though it has one, or not lawful for it."""
    settings: Mapping[str, Any] = check.settings
    codes = typed[settings["column"]]
    found = []
    for dimension in settings["dimensions"]:
        lawful = _lawful_values(settings["codelist"], dimension)
        wrong = codes.is_in(sorted(lawful)) != typed[dimension].is_not_null()
        for code, values in lawful.items():
            if values:
                wrong = wrong | ((codes == code) & ~typed[dimension].is_in(sorted(values)))
        found.append((wrong, check.name, dimension))
    return found


@cache
def _lawful_values(codelist: str, dimension: str) -> dict[str, frozenset[str]]:
    """Return the codes that have a dimension, each with its lawful values; no values means any."""
    lawful = {}
    for item in load_codelist(codelist).items:
        if dimension in item.attributes.get("dimensions", "").split("|"):
            listed = dict(part.split(":", 1) for part in item.attributes.get("dimension_values", "").split("|") if part)
            lawful[item.code] = frozenset(listed.get(dimension, "").split(",")) - {""}
    return lawful


_CHECKS: dict[str, Callable[[pl.DataFrame, Check], list[tuple[pl.Series, str, str]]]] = {
    "dimensions_by_code": _dimensions_by_code,
}
