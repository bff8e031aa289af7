"""Which rows of an extract break which rule of their contract.

A row is judged by the first error in contract order; all that it breaks is listed. Values that were received but could
not be read are found here by comparison with the text; ranges and patterns are checked by Pandera; rules over several
columns come from the contract's `quality` section.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from lake.checks.lists import LIST_CHECKS
from lake.checks.rows import CHECKS
from lake.contracts.model import Check, Column, ContractError, Entity, load_source
from lake.normalise import UNIT, is_blank

RULE_OF_PARSE = {
    "integer": "not_a_number",
    "decimal": "not_a_number",
    "jalali_date": "bad_date",
    "jalali_month": "bad_period",
    "time": "bad_time",
    "code": "required",
    "text": "required",
}
RULE_OF_DERIVATION = {"jalali_instant": "bad_time", "jalali_month_of": "bad_date", "list_period": "bad_period"}
_RULE_OF_CHECK = {"minimum": "below_minimum", "pattern": "bad_format"}


class ValidationFaultError(Exception):
    """The typed rows are not of the form that the schema judges: a fault of the code, not of a row."""


class Breach(NamedTuple):
    """Rows that break a rule.

    Attributes:
        rows: Which of the rows do.
        rule: Name of the rule.
        column: Column that the rule is about.
        severity: `error` or `warning`.
    """

    rows: pl.Series
    rule: str
    column: str
    severity: str = "error"


def breaches(raw: pl.DataFrame, typed: pl.DataFrame, entity: Entity, period: str | None) -> list[Breach]:
    """Return every rule that some row breaks, in contract order.

    Args:
        raw: The received columns, as text.
        typed: The same rows typed, derived columns included.
        entity: Their contract.
        period: Month that the file claims, `1399-12`; None where the source has no partitions.
    """
    every = [
        *_unreadable(raw, typed, entity),
        *_pandera_breaches(typed, entity),
        *_derived_breaches(typed, entity),
        *_foreign_period(typed, period),
        *(
            Breach(rows, rule, column, check.severity)
            for check in entity.checks
            for rows, rule, column in CHECKS.get(check.settings["rule"], _of_lists)(typed, check)
        ),
    ]
    return [breach._replace(rows=breach.rows.fill_null(value=False)) for breach in every if breach.rows.any()]


def first_errors(found: Sequence[Breach], rows: int) -> pl.DataFrame:
    """Return the first error of each of so many rows that has one: `_at` (place), `rule` and `column`."""
    errors = [breach for breach in found if breach.severity == "error"]
    first = pl.zeros(rows, dtype=pl.Int16, eager=True)
    for number, breach in enumerate(errors, start=1):
        first = first.set(breach.rows & (first == 0), number)
    words = pl.DataFrame({"rule": [breach.rule for breach in errors], "column": [breach.column for breach in errors]})
    at = (first > 0).arg_true()
    named = words.cast(pl.String)[(first.gather(at) - 1).cast(pl.Int64)] if errors else words.cast(pl.String).clear()
    return named.insert_column(0, at.alias("_at"))


def _of_lists(_: pl.DataFrame, check: Check) -> list[tuple[pl.Series, str, str]]:
    """Leave rules over the rows of a list to `lake.settle`, which sees all of them."""
    if check.settings["rule"] not in LIST_CHECKS:
        raise ContractError(f"rule {check.name}: no kind of check is called {check.settings['rule']}")
    return []


def _unreadable(raw: pl.DataFrame, typed: pl.DataFrame, entity: Entity) -> list[Breach]:
    found = []
    for column in entity.judged:
        unread = typed[column.name].is_null()
        if not unread.any() or (not column.required and _only_blank(raw[column.name], unread)):
            continue
        at = unread.arg_true()
        blank = is_blank(raw[column.name].gather(at))
        if column.required:
            found.append(Breach(_where(len(unread), at, blank), "required", column.name))
        found.append(Breach(_where(len(unread), at, ~blank), _rule_of(column), column.name))
    return found


def _only_blank(received: pl.Series, unread: pl.Series) -> bool:
    """Tell quickly, where possible, that all that was not read is blank."""
    if not isinstance(received.dtype, pl.Enum):
        return bool(received.is_null().all())
    blank = is_blank(received.dtype.categories)
    codes = pl.Series(blank.arg_true(), dtype=received.to_physical().dtype)
    blanks = received.null_count() + (received.to_physical().is_in(codes.implode())).sum()
    return int(blanks) == int(unread.sum())


def _where(rows: int, at: pl.Series, hit: pl.Series) -> pl.Series:
    """Return a mask over so many rows from one over some of them."""
    return pl.repeat(value=False, n=rows, dtype=pl.Boolean, eager=True).scatter(at, hit)


def _rule_of(column: Column) -> str:
    if column.codelist:
        return "unknown_unit" if column.codelist == UNIT else "unknown_code"
    return RULE_OF_PARSE[column.parse]


def _pandera_breaches(typed: pl.DataFrame, entity: Entity) -> list[Breach]:
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
            rows = pl.zeros(len(typed), dtype=pl.Boolean, eager=True).scatter(group["index"].cast(pl.UInt32), True)
            found.append(Breach(rows, _RULE_OF_CHECK[str(check)], str(about)))
        return found
    return []


@cache
def _schema(source: str, name: str) -> pa.DataFrameSchema:
    entity = next(entity for entity in load_source(source).entities if entity.name == name)
    columns = {column.name: _pandera_column(column) for column in entity.judged}
    return pa.DataFrameSchema(columns, strict=False)


def _pandera_column(column: Column) -> pa.Column:
    checks = []
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum, name="minimum", error="minimum"))
    if column.pattern is not None:
        checks.append(pa.Check.str_matches(column.pattern, name="pattern", error="pattern"))
    return pa.Column(nullable=True, checks=checks, required=True)


def _derived_breaches(typed: pl.DataFrame, entity: Entity) -> list[Breach]:
    return [
        Breach(typed[column.name].is_null(), RULE_OF_DERIVATION[column.rule], column.inputs[-1])
        for column in entity.columns
        if column.rule in RULE_OF_DERIVATION
    ]


def _foreign_period(typed: pl.DataFrame, period: str | None) -> list[Breach]:
    if period is None or "period" not in typed.columns:
        return []
    return [Breach(typed["period"] != period, "period_mismatch", "period")]
