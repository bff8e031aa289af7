"""Pensions paid and contributions of a month, in rial: they follow from a unit's counts. All rates are invented."""

from __future__ import annotations

import polars as pl

from orchestration.generator.coding import PLACE, place, places
from orchestration.generator.draws import Draws
from orchestration.generator.profile import average_pension, average_wage, month_number
from vocabulary.periods import Period

_DIMENSIONS = ("insurance_type", "sex", "age_group", "pension_kind", "payer_type")
_LEVELS = {"RETIREMENT": 1.07, "TOTAL_DISABILITY": 0.83, "PARTIAL_DISABILITY": 0.71, "SURVIVORS": 0.86}
_UNPAID = 0.006
_PUBLIC = 0.21
_RATE, _STATE_RATE, _OWN_RATE, _STATE_PART = 0.30, 0.03, 0.14, 0.05
_OWN_BASE = 0.72
_PER_PRIVATE_PAYER, _PER_PUBLIC_PAYER = 8.5, 60.0
_COLLECTED = {"PRIVATE_EMPLOYER": 0.87, "PUBLIC_EMPLOYER": 0.93, "SELF_INSURED": 0.955, "STATE": 0.36}
_DEBT_MONTHS, _DEBTORS = 4.6, 0.17
_SEASON = (-0.05, -0.02, 0.0, 0.0, 0.01, 0.0, 0.01, 0.0, 0.0, 0.0, 0.01, 0.03)


def pensions(counts: pl.DataFrame, draws: Draws, period: Period) -> pl.DataFrame:
    """Make files paid and regular amounts, by unit and pension kind.

    Args:
        counts: Shared-out figures, `PENSION_CASE` among them.
        draws: Draws of the source.
        period: The month.

    Returns:
        `unit`, `measure`, the dimensions, `value` (files; rial).
    """
    kinds = places("CL_PENSION_KIND")
    cases = counts.filter(pl.col("measure") == place("CL_MIS_MEASURE", "PENSION_CASE"))
    cell, monthly = pl.col("cell"), draws.named("paid", month_number(period))
    unpaid = (pl.col("value") * _UNPAID * 2 * monthly.unit(cell)).floor().cast(pl.Int64)
    level = pl.col("pension_kind").replace_strict(
        {kinds[kind]: level for kind, level in _LEVELS.items()}, return_dtype=pl.Float64
    )
    each = average_pension(period.year) * level * draws.named("level").lognormal(1.0, 0.08, pl.col("unit"))
    paid = cases.with_columns((pl.col("value") - unpaid).alias("value"))
    amount = paid.with_columns(
        (pl.col("value") * each * monthly.named("amount").lognormal(1.0, 0.004, cell))
        .round()
        .cast(pl.Int64)
        .alias("value")
    )
    return pl.concat([_rows(paid, "PENSION_FILE_PAID"), _rows(amount, "PENSION_AMOUNT_REGULAR")])


def contributions(counts: pl.DataFrame, draws: Draws, period: Period) -> pl.DataFrame:
    """Make contributions assessed and received (by the end of the next month) and payers, by unit and payer.

    Beside them, by unit alone, the employers' insurable pay, their debts past due and how many of them owe.

    Returns:
        `unit`, `measure`, the dimensions, `value` (rial; payers).
    """
    types = places("CL_INSURANCE_TYPE")
    insured = counts.filter(pl.col("measure") == place("CL_MIS_MEASURE", "PRINCIPAL_INSURED"))
    kind = pl.col("insurance_type")
    persons = insured.group_by("unit", maintain_order=True).agg(
        pl.col("value").filter(kind == types["COMPULSORY"]).sum().alias("employed"),
        pl.col("value").filter(~kind.is_in([types["COMPULSORY"], types["UI_RECIPIENT"]])).sum().alias("own"),
    )
    coded = persons.with_columns(
        *(pl.lit(None, dtype=PLACE).alias(name) for name in _DIMENSIONS[:-1]),
        *(amount for payer in _COLLECTED for amount in _of_payer(payer, draws, period)),
        pl.lit(None, dtype=PLACE).alias("payer_type"),
    )
    frames = [
        coded.select(
            "unit",
            place("CL_MIS_MEASURE", measure).alias("measure"),
            *_DIMENSIONS[:-1],
            place("CL_PAYER_TYPE", payer).alias("payer_type"),
            value.alias("value"),
        )
        for payer in _COLLECTED
        for measure, value in _figures(payer)
    ]
    debts = [_rows(coded.with_columns(value=value), measure) for measure, value in _of_employers(draws, period)]
    return pl.concat([*frames, *debts])


def _of_employers(draws: Draws, period: Period) -> tuple[tuple[str, pl.Expr], ...]:
    """Give the pay that contributions were assessed on, what employers owe past due, and how many of them owe.

    A debt is of the last twelve months' contributions, so the pay of the year before counts in it until it is past.
    """
    unit, monthly = pl.col("unit"), draws.named("debt", month_number(period))
    assessed = pl.col("assessed PRIVATE_EMPLOYER") + pl.col("assessed PUBLIC_EMPLOYER")
    payers = pl.col("payers PRIVATE_EMPLOYER") + pl.col("payers PUBLIC_EMPLOYER")
    now, before = average_wage(period.year), average_wage(period.year - 1)
    level = (period.first_month * now + (12 - period.first_month) * before) / (12 * now)
    months = draws.named("debt").lognormal(_DEBT_MONTHS * level, 0.3, unit) * monthly.lognormal(1.0, 0.01, unit)
    owing = draws.named("debtors").lognormal(_DEBTORS, 0.2, unit).clip(0, 1)
    return (
        ("INSURABLE_PAY", (assessed / _RATE).round().cast(pl.Int64)),
        ("EMPLOYER_DEBT", (assessed * months).round().cast(pl.Int64)),
        ("DEBTOR_EMPLOYER", (payers * owing).ceil().cast(pl.Int64)),
    )


def _figures(payer: str) -> tuple[tuple[str, pl.Expr], ...]:
    assessed = pl.col(f"assessed {payer}")
    return (
        ("CONTRIBUTION_ASSESSED", assessed),
        ("CONTRIBUTION_RECEIVED", (assessed * pl.col(f"rate {payer}")).round().cast(pl.Int64)),
        ("CONTRIBUTION_PAYER", pl.col(f"payers {payer}")),
    )


def _of_payer(payer: str, draws: Draws, period: Period) -> tuple[pl.Expr, ...]:
    """Give what is assessed, the part of it that is received, and the number of payers, by unit."""
    unit, wage = pl.col("unit"), average_wage(period.year)
    pay = wage * draws.named("wage", payer).lognormal(1.0, 0.1, unit)
    public = _PUBLIC * draws.named("public").lognormal(1.0, 0.2, unit)
    employed, own = pl.col("employed"), pl.col("own")
    amounts = {
        "PRIVATE_EMPLOYER": employed * (1 - public) * pay * _RATE,
        "PUBLIC_EMPLOYER": employed * public * pay * 1.2 * _RATE,
        "SELF_INSURED": own * pay * _OWN_BASE * _OWN_RATE,
        "STATE": employed * pay * _STATE_RATE + own * pay * _OWN_BASE * _STATE_PART,
    }
    payers = {
        "PRIVATE_EMPLOYER": (employed * (1 - public) / _PER_PRIVATE_PAYER).ceil(),
        "PUBLIC_EMPLOYER": (employed * public / _PER_PUBLIC_PAYER).ceil(),
        "SELF_INSURED": own.cast(pl.Float64),
        "STATE": pl.lit(1.0),
    }
    noise = 0.025 * draws.named("rate", payer).normal(unit)
    noise = noise + 0.012 * draws.named("rate", payer, month_number(period)).normal(unit)
    rate = (_COLLECTED[payer] + _SEASON[period.first_month - 1] + noise).clip(0.05, 0.995)
    return (
        amounts[payer].round().cast(pl.Int64).alias(f"assessed {payer}"),
        payers[payer].cast(pl.Int64).alias(f"payers {payer}"),
        rate.alias(f"rate {payer}"),
    )


def _rows(frame: pl.DataFrame, measure: str) -> pl.DataFrame:
    return frame.select("unit", place("CL_MIS_MEASURE", measure).alias("measure"), *_DIMENSIONS, "value")
