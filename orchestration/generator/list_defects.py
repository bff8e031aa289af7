"""Lists that are spoilt on purpose: small extra ones, each a copy of a good list that breaks exactly one rule.

The good lists stay as they are. A spoilt list has a number of its own, two workers, and totals that fit its
rows as they are written, so that only the rule it is listed for can find it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from orchestration.generator.defects import DUPLICATE, KEY_CONFLICT, ROW_SHAPE
from orchestration.generator.draws import Draws
from orchestration.generator.lists import ORDINARY, SUMMED, insured_share, with_totals
from vocabulary.periods import Period

LIST, WORKER = "contribution_list", "contribution_list_worker"
COPIES: Final = (DUPLICATE, KEY_CONFLICT, ROW_SHAPE)
"""Defects of a row that stands beside the good one that it is a copy of."""

_WORKERS = 2
_OFF = 1_000
_NO_NUMBER, _NO_COUNT, _NO_WORD, _NO_DATE, _NO_CODE = "12A", "-7", "زرف", "13991345", "0001234561"
_COMMON = ("required", "not_a_number", "below_minimum", "unknown_code", "bad_period", "period_mismatch", "bad_format")
_OF_LISTS = (
    "list_kind_specified",
    "known_rate",
    "insured_share",
    "employer_share",
    "unemployment_share",
    "list_without_workers",
)
_OF_WORKERS = (
    "bad_date",
    "national_id",
    "born_later",
    "born_after_start",
    "leave_before_start",
    "start_after_month",
    "start_before_month",
    "leave_outside_month",
    "days_of_month",
    "monthly_wage",
    "insurable_pay",
    "total_pay",
    "insured_share",
    "worker_without_list",
)
_TOTALS = ("worker_count", *SUMMED)
_ALLOWANCES = ("seniority_rial", "spouse_rial")


@dataclass(frozen=True)
class Defect:
    """A way to spoil a list.

    Attributes:
        entity: Object whose row breaks the rule.
        rule: The rule.
        column: What is spoilt, where several columns can break the rule; empty elsewhere.
    """

    entity: str
    rule: str
    column: str = ""


DEFECTS: Final = (
    *(Defect(LIST, rule) for rule in (*_COMMON, *_OF_LISTS)),
    Defect(LIST, "bad_date", "filed_on"),
    *(Defect(LIST, "totals_of_workers", column) for column in _TOTALS),
    *(Defect(WORKER, rule) for rule in (*_COMMON, *_OF_WORKERS)),
    *(Defect(entity, rule) for rule in COPIES for entity in (LIST, WORKER)),
)
"""Every way to spoil a list."""


@dataclass(frozen=True)
class Carried:
    """What the file that a list goes into can carry: records of any width and the day of filing; the allowances."""

    text: bool
    allowances: bool

    def defects(self) -> tuple[Defect, ...]:
        """Give the ways in which a list of such a file can be spoilt."""
        return tuple(
            defect
            for defect in DEFECTS
            if (self.text or (defect.rule != ROW_SHAPE and defect.column != "filed_on"))
            and (self.allowances or defect.column not in _ALLOWANCES)
        )


def plant_lists(
    lists: pl.DataFrame,
    workers: pl.DataFrame,
    carried: Mapping[str, Carried],
    *,
    rate: float,
    period: Period,
    draws: Draws,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add spoilt lists to the good ones of a month.

    Args:
        lists: Good lists, as `Lists.month` gives them.
        workers: Their workers.
        carried: What the files of each branch can carry.
        rate: Spoilt lists as a share of a branch's workers; at most one for each good list of two workers or more.
        period: The month.
        draws: Draws of the month.

    Returns:
        Lists and workers as text, the spoilt ones last in each branch, with `_rule` (null for a good row).
    """
    good = [_printed(frame).with_columns(pl.lit(None, pl.String).alias("_rule")) for frame in (lists, workers)]
    chosen = _chosen(lists, rate, draws)
    defects = [_turn(carried[code], number) for code, number in chosen.select("code", "_number").iter_rows()]
    spoilt = spoil(chosen.drop("_number"), workers, defects, period)
    every = [pl.concat([old, new.select(old.columns)]) for old, new in zip(good, spoilt, strict=True)]
    return every[0].sort("code", maintain_order=True), every[1].sort("code", maintain_order=True)


def spoil(
    lists: pl.DataFrame, workers: pl.DataFrame, defects: Sequence[Defect], period: Period
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Copy lists, each with its first workers, and spoil each copy in its own way.

    Args:
        lists: Good lists of two workers at least, one for each defect.
        workers: Workers of these lists, and perhaps of others.
        defects: What to do to each.
        period: The month.

    Returns:
        The copies and their workers as text, with `_rule` (null for a row that is good all the same).
    """
    copies = _copies(lists, defects)
    hired = _doubled(_worked(_hired(copies, workers), period), WORKER)
    summed = hired.filter(~(pl.col("_copy") & (pl.col("_kind") == ROW_SHAPE)))
    headers = _doubled(_declared(with_totals(copies, summed)), LIST)
    told = _told(headers, LIST, _list_texts(period)), _told(hired, WORKER, _worker_texts(period))
    return (
        told[0].filter(~_is(WORKER, "worker_without_list")),
        told[1].filter(~_is(LIST, "list_without_workers")),
    )


def _turn(carried: Carried, number: int) -> Defect:
    known = carried.defects()
    return known[number % len(known)]


def _chosen(lists: pl.DataFrame, rate: float, draws: Draws) -> pl.DataFrame:
    """Choose the lists to copy in each branch; `_number` counts them."""
    branch = pl.col("workshop").first().over("code")
    many = (rate * pl.col("worker_count").sum().over("code") + draws.named("many").unit(branch)).floor()
    able = lists.filter(pl.col("worker_count") >= _WORKERS)
    drawn = draws.named("chosen").bits(pl.col("list")).rank("ordinal").over("code") <= many
    chosen = able.filter(drawn & pl.lit(rate > 0))
    return chosen.with_columns((draws.whole(len(DEFECTS), "first") + pl.int_range(pl.len())).alias("_number"))


def _is(entity: str, kind: str) -> pl.Expr:
    return (pl.col("_entity") == entity) & (pl.col("_kind") == kind)


def _set(name: str, hit: pl.Expr, value: int | pl.Expr | None) -> pl.Expr:
    return pl.when(hit).then(value).otherwise(pl.col(name)).alias(name)


def _copies(lists: pl.DataFrame, defects: Sequence[Defect]) -> pl.DataFrame:
    """Copy headers: each with its defect, a list number of its own and an ordinary rate."""
    told = {
        "_entity": [defect.entity for defect in defects],
        "_kind": [defect.rule for defect in defects],
        "_column": [defect.column for defect in defects],
    }
    marks = pl.DataFrame(told, schema=dict.fromkeys(told, pl.String()))
    own = pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    rate = pl.when(_is(WORKER, "insured_share")).then(23).otherwise(ORDINARY).cast(pl.Int64)
    return pl.concat([lists, marks], how="horizontal").with_columns(
        pl.col("list").alias("_of"),
        (-own).alias("list"),
        pl.concat_str(pl.lit("9"), own.cast(pl.String)).alias("list_no"),
        rate.alias("contribution_rate"),
        _set("workshop_code", _is(LIST, "bad_format"), pl.col("workshop_code").str.slice(1)),
    )


def _hired(copies: pl.DataFrame, workers: pl.DataFrame) -> pl.DataFrame:
    """Give each copy the first workers of its list; `_slot` numbers them."""
    own = ["list", "_of", "workshop_code", "list_no", "contribution_rate", "_entity", "_kind", "_column"]
    first = workers.with_columns(pl.int_range(pl.len()).over("list").alias("_slot")).filter(pl.col("_slot") < _WORKERS)
    first = first.drop("workshop_code", "list_no", "contribution_rate").rename({"list": "_of"})
    return copies.select(own).join(first, on="_of", how="inner", maintain_order="left_right")


def _worked(hired: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Spoil what is worked and paid; what follows from it follows the spoilt figure."""

    def first(kind: str) -> pl.Expr:
        return _is(WORKER, kind) & (pl.col("_slot") == 0)

    def off(kind: str) -> pl.Expr:
        return first(kind).cast(pl.Int64) * _OFF

    insurable = pl.col("insurable_rial")
    return (
        hired.with_columns(
            pl.when(first("days_of_month")).then(period.days + 1).otherwise("day_count").alias("day_count"),
            _set("daily_wage_rial", first("below_minimum"), int(_NO_COUNT)),
            *(pl.lit(None, pl.String).alias(name) for name in ("start_date", "leave_date")),
        )
        .with_columns(_set("day_count", first("below_minimum"), 0))
        .with_columns(
            (pl.col("daily_wage_rial") * pl.col("day_count") + off("monthly_wage")).alias("monthly_wage_rial")
        )
        .with_columns(
            (pl.col("monthly_wage_rial") + pl.col("benefit_rial") + off("insurable_pay")).alias("insurable_rial"),
            _set("daily_wage_rial", first("not_a_number"), None),
        )
        .with_columns((insurable - off("total_pay")).alias("total_pay_rial"), insured_share())
        .with_columns(_set("insured_share_rial", first("insured_share"), insurable * 7 // 100 + _OFF))
        .with_columns(_set("insured_share_rial", _is(LIST, "insured_share"), 0))
    )


def _declared(headers: pl.DataFrame) -> pl.DataFrame:
    """Spoil what a header declares."""
    insurable = pl.col("insurable_rial")
    off = {name: _is(LIST, "totals_of_workers") & (pl.col("_column") == name) for name in _TOTALS}
    step = {name: -1 if name == "insurable_rial" else 1 for name in _TOTALS}  # within the tolerance of the shares
    return headers.with_columns(
        *(_set(name, hit, pl.col(name) + step[name]) for name, hit in off.items() if name != "worker_count"),
        pl.when(_is(LIST, "required"))
        .then(None)
        .otherwise(pl.col("worker_count") + off["worker_count"].cast(pl.Int64))
        .alias("worker_count"),
        _set("contribution_rate", _is(LIST, "known_rate"), 25),
        _set("employer_share_rial", _is(LIST, "employer_share"), insurable * 21 // 100),
        _set("unemployment_share_rial", _is(LIST, "unemployment_share"), insurable * 5 // 100),
    )


def _doubled(rows: pl.DataFrame, entity: str) -> pl.DataFrame:
    """Put beside the first row of a list the copy that its defect asks for; mark what breaks a rule as `_hit`."""
    own = pl.col("_entity") == entity
    everyone = pl.lit(value=False)
    if entity == WORKER:
        own = own & (pl.col("_slot") == 0)
        everyone = _is(LIST, "bad_format") | _is(WORKER, "worker_without_list")
    is_copy = pl.col("_kind").is_in(COPIES)
    both = pl.concat(
        [
            rows.with_columns(pl.lit(value=False).alias("_copy")),
            rows.filter(own & is_copy).with_columns(pl.lit(value=True).alias("_copy")),
        ]
    )
    return both.with_columns((everyone | (own & (is_copy == pl.col("_copy")))).alias("_hit"))


def _told(rows: pl.DataFrame, entity: str, texts: Mapping[str, Mapping[str, str | pl.Expr]]) -> pl.DataFrame:
    """Write rows as text, spoil the texts of those that break a rule, and name the rule."""
    own = pl.col("_hit") & (pl.col("_entity") == entity)
    changes = []
    for name, by_kind in texts.items():
        cell = pl.col(name)
        for kind, text in by_kind.items():
            wrong = pl.lit(text) if isinstance(text, str) else text
            cell = pl.when(own & (pl.col("_kind") == kind)).then(wrong).otherwise(cell)
        changes.append(cell.alias(name))
    return _printed(rows).with_columns(*changes, pl.when("_hit").then("_kind").alias("_rule"))


def _printed(rows: pl.DataFrame) -> pl.DataFrame:
    """Write numbers as text, all but the number of the list and the marks."""
    return rows.with_columns(pl.exclude("list", "workshop", "person", "^_.*$").cast(pl.String))


def _list_texts(period: Period) -> dict[str, dict[str, str | pl.Expr]]:
    return {
        "list_kind": {"unknown_code": "7", "list_kind_specified": "1"},
        "hard_job_rate": {"not_a_number": _NO_NUMBER, "below_minimum": _NO_COUNT, KEY_CONFLICT: "8"},
        "filed_on": {"bad_date": "1399/13/45"},
        "list_month": _wrong_months(period),
    }


def _worker_texts(period: Period) -> dict[str, dict[str, str | pl.Expr]]:
    before, after = period.shift(-1), period.shift(1)
    return {
        "sex": {"required": "", "unknown_code": _NO_WORD},
        "birth_date": {
            "bad_date": _NO_DATE,
            "born_later": _day(after, 1),
            "born_after_start": _day(period, 10),
        },
        "start_date": {
            "born_after_start": _day(period, 5),
            "leave_before_start": _day(period, 20),
            "start_after_month": _day(after, 1),
            "start_before_month": _day(before, 1),
        },
        "leave_date": {"leave_before_start": _day(period, 10), "leave_outside_month": _day(before, 1)},
        "national_code": {"national_id": _NO_CODE},
        "nationality": {"national_id": "ایرانی"},
        "insurance_no": {"bad_format": pl.col("insurance_no").str.slice(1)},
        "daily_wage_rial": {"not_a_number": _NO_NUMBER},
        "job_code": {KEY_CONFLICT: "999999"},
        "list_month": _wrong_months(period),
    }


def _wrong_months(period: Period) -> dict[str, str | pl.Expr]:
    other = period.first_month - 1 or period.first_month + 1
    return {"bad_period": "13", "period_mismatch": str(other)}


def _day(period: Period, day: int) -> str:
    return f"{period.year}{period.first_month:02d}{day:02d}"
