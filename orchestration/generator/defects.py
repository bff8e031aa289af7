"""Planted defects: extra rows, each a spoilt copy of a good one that breaks exactly one rule, and exact repeats.

The good rows stay as they are, so totals are the same at every rate. No two defects are copies of the same row; a
repeat, or a row with the same key and another payload, comes after its original.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.generator.coding import place
from orchestration.generator.draws import Draws
from vocabulary.periods import Period

DUPLICATE, KEY_CONFLICT, ROW_SHAPE = "duplicate", "key_conflict", "row_shape"
REPEATS = (DUPLICATE, KEY_CONFLICT)
"""Defects that keep the key of their original."""

_NO_WORD, _NO_UNIT, _NO_NUMBER, _NO_PERIOD = "زرافه", "999999", "12الف", "1399/13"
_NO_DATE, _NO_TIME, _NO_COUNT = "1399/13/45", "25:75", "-7"
_STEP = 2**20
_OFFICE = 2**50  # above any place in a file


@dataclass(frozen=True)
class Spoiling:
    """How the rows of an object can be spoilt.

    Attributes:
        required: Two required columns that are left empty in turn.
        words: Two coded columns that get a word of no codelist in turn; the first always holds one, the second where
            the row has one. Empty where there are none.
        number: Columns for what is no number, and for a negative one.
        formats: Columns with a pattern, and the length they are cut to; none where there is no pattern.
        time: Column of a time; empty where there is none.
        period: Column of the month, or of the date that gives it.
        fresh: Column with an identifier of the row's own; empty where the key is a breakdown.
        payload: Column that a conflicting row has differently.
        moved: Further date columns that move with the one that gives the month.
        breakdowns: A breakdown and the code put where it does not belong, and another for rows that have the first;
            none where there are no breakdowns.
    """

    required: tuple[str, str]
    words: tuple[str, str]
    number: str
    period: str
    payload: str
    formats: tuple[str, int] | None = None
    time: str = ""
    fresh: str = ""
    moved: tuple[str, ...] = ()
    breakdowns: tuple[tuple[str, pl.Expr], tuple[str, pl.Expr]] | None = None

    @property
    def has_date(self) -> bool:
        """Whether the month comes from a date."""
        return self.period != "period"

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that can be broken, and `duplicate`."""
        always = ("required", "not_a_number", "below_minimum", "unknown_unit", "period_mismatch")
        return (
            *always,
            *(("unknown_code",) if self.words[0] else ()),
            *(("bad_date",) if self.has_date else ("bad_period",)),
            *(("bad_time",) if self.time else ()),
            *(("bad_format",) if self.formats else ()),
            *(("dimensions_by_measure",) if self.breakdowns else ()),
            KEY_CONFLICT,
            ROW_SHAPE,
            DUPLICATE,
        )


def spoilings() -> Mapping[str, Spoiling]:
    """Give how the rows of each object can be spoilt."""
    sex, insurer = place("CL_SEX", "M"), place("CL_PATIENT_INSURER", "SSO")
    payer, kind = place("CL_PAYER_TYPE", "STATE"), place("CL_TREATMENT_KIND", "VISIT_GENERAL")
    return {
        "mis_report": _of_report("sex", (("payer_type", payer), ("sex", sex))),
        "smis_report": _of_report("treatment_kind", (("patient_insurer", insurer), ("treatment_kind", kind))),
        "mis_award": Spoiling(
            required=("claim_date", "order_no"),
            words=("pension_kind", "pension_kind"),
            number="sample_step",
            period="order_date",
            payload="sample_step",
            formats=("file_no", 9),
            fresh="order_no",
            moved=("claim_date",),
        ),
        "pension_transfer_event": Spoiling(
            required=("role", "operator_code"),
            words=("event_type", "compare_result"),
            number="dependant_count",
            period="event_date",
            payload="operator_code",
            formats=("national_id", 9),
            time="event_time",
            fresh="event_id",
        ),
        "pension_payroll_file": Spoiling(
            required=("paid_rial", "unit_code"),
            words=("", ""),
            number="paid_rial",
            period="period",
            payload="paid_rial",
        ),
        "scan_step_event": Spoiling(
            required=("step", "operator_code"),
            words=("step", "workflow"),
            number="image_count",
            period="event_date",
            payload="operator_code",
            time="event_time",
            fresh="event_id",
        ),
        "scan_paper_act": Spoiling(
            required=("act", "operator_code"),
            words=("act", "document_type"),
            number="binder_position",
            period="event_date",
            payload="operator_code",
            time="event_time",
            fresh="event_id",
        ),
        "scan_register": _of_statement("register_part", "complete_count"),
        "scan_destruction": _of_statement("has_minutes", "document_count"),
        "scan_document": Spoiling(
            required=("document_type", "insurance_no"),
            words=("document_type", "document_group"),
            number="image_count",
            period="entry_date",
            payload="image_count",
            formats=("insurance_no", 7),
            fresh="document_id",
        ),
    }


def _of_statement(word: str, count: str) -> Spoiling:
    return Spoiling(required=(count, "unit_code"), words=(word, word), number=count, period="period", payload=count)


def _of_report(word: str, breakdowns: tuple[tuple[str, pl.Expr], tuple[str, pl.Expr]]) -> Spoiling:
    return Spoiling(
        required=("value", "unit_code"),
        words=("report_code", word),
        number="value",
        period="period",
        payload="value",
        breakdowns=breakdowns,
    )


def plant(good: pl.DataFrame, spoiling: Spoiling, *, rate: float, draws: Draws, period: Period) -> pl.DataFrame:
    """Insert defects among good rows; what concerns only the printed text is left to `spoil_text`.

    Args:
        good: Rows of the files of a month, each with `_sender` (number of the sending office), `_row` (from 0 in each
            file) and `_place` (a number that no other row of the month has).
        spoiling: How the rows can be spoilt.
        rate: Defects as a share of a file's good rows, at most 1.
        draws: Draws of the object and month.
        period: The month.

    Returns:
        Good and spoilt rows in the files' order, with `_rule` (null for good rows) and `_turn` (0 or 1).
    """
    marked = good.with_columns(
        (pl.col("_sender") * _OFFICE + pl.col("_row") * _STEP).alias("_order"),
        pl.lit(None, dtype=pl.String).alias("_rule"),
        pl.lit(0, dtype=pl.Int64).alias("_turn"),
    )
    if rate > 0 and len(good):
        spoilt = _placed(_chosen(marked, spoiling.rules, rate, draws), draws)
        spoilt = _spoil_codes(spoilt, spoiling, period, draws).select(marked.columns).cast(marked.schema)
        marked = pl.concat([marked, spoilt])
    return marked.sort("_order", maintain_order=True).drop("_order")


def spoil_text(cells: Mapping[str, pa.Array], rows: pa.RecordBatch, spoiling: Spoiling) -> dict[str, pa.Array]:
    """Spoil the printed text of the rows that are to break a rule there.

    Args:
        cells: The text of each column of a file.
        rows: Its coded rows, with `_rule` and `_turn`.
        spoiling: How the rows can be spoilt.
    """
    spoilt = dict(cells)
    rule = rows.column("_rule")
    for name in pc.unique(rule).to_pylist():
        for column, hit, wrong in _wrong_texts(name, rows, spoiling) if name else ():
            text = pc.utf8_slice_codeunits(cells[column], 0, wrong) if isinstance(wrong, int) else wrong
            spoilt[column] = pc.if_else(hit, text, spoilt[column])
    return spoilt


def rows_of(rule: pa.Array, name: str) -> pa.Array:
    """Tell which rows are to break a rule."""
    return pc.fill_null(pc.equal(rule, name), fill_value=False)


def _wrong_texts(name: str, rows: pa.RecordBatch, spoiling: Spoiling) -> list[tuple[str, pa.Array, str | int]]:
    """Give column, rows and what is written there (or the length that is left) for the rows that break a rule."""
    hit = rows_of(rows.column("_rule"), name)
    is_second = pc.equal(rows.column("_turn"), 1)
    if name == "required":
        first, second = spoiling.required
        return [(first, pc.and_not(hit, is_second), ""), (second, pc.and_(hit, is_second), "")]
    if name == "unknown_code":
        first, second = spoiling.words
        is_second = pc.and_(is_second, pc.is_valid(rows.column(second)))
        return [(first, pc.and_not(hit, is_second), _NO_WORD), (second, pc.and_(hit, is_second), _NO_WORD)]
    if name == "bad_format" and spoiling.formats:
        return [(spoiling.formats[0], hit, spoiling.formats[1])]
    wrong = {
        "not_a_number": (spoiling.number, _NO_NUMBER),
        "below_minimum": (spoiling.number, _NO_COUNT),
        "unknown_unit": ("unit_code", _NO_UNIT),
        "bad_time": (spoiling.time, _NO_TIME),
        "bad_date": (spoiling.period, _NO_DATE),
        "bad_period": (spoiling.period, _NO_PERIOD),
    }
    return [(wrong[name][0], hit, wrong[name][1])] if name in wrong else []


def _chosen(marked: pl.DataFrame, rules: Sequence[str], rate: float, draws: Draws) -> pl.DataFrame:
    """Choose the rows to copy in each file, and the rules in turn; `_rank` numbers them from 0."""
    sender = pl.col("_sender")
    drawn = marked.with_columns(
        draws.named("chosen").bits(pl.col("_place")).alias("_draw"), pl.len().over("_sender").alias("_length")
    )
    many = (rate * pl.col("_length") + draws.named("many").unit(sender)).floor().clip(0, pl.col("_length"))
    drawn = drawn.with_columns((pl.col("_draw").rank("ordinal").over("_sender").cast(pl.Int64) - 1).alias("_rank"))
    first = draws.named("first rule").below(len(rules), sender)
    return drawn.filter(pl.col("_rank") < many).with_columns(
        pl.lit(pl.Series(rules)).gather((first + pl.col("_rank")) % len(rules)).alias("_rule"),
        draws.named("turn").below(2, pl.col("_place")).alias("_turn"),
    )


def _placed(spoilt: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    row, length, place = pl.col("_row"), pl.col("_length"), pl.col("_place")
    after = row + draws.named("after").below(length - row, place)
    anywhere = draws.named("anywhere").below(length + 1, place) - 1
    spot = pl.when(pl.col("_rule").is_in(REPEATS)).then(after).otherwise(anywhere)
    between = 1 + draws.named("spot").below(_STEP - 1, place)
    return spoilt.with_columns((pl.col("_sender") * _OFFICE + spot * _STEP + between).alias("_order"))


def _spoil_codes(spoilt: pl.DataFrame, spoiling: Spoiling, period: Period, draws: Draws) -> pl.DataFrame:
    rule = pl.col("_rule")
    changed = [*_other_period(spoiling, period, draws), _other_payload(spoiling)]
    if spoiling.breakdowns:
        (first, code), (second, instead) = spoiling.breakdowns
        hit, is_free = rule == "dimensions_by_measure", pl.col(first).is_null()
        changed += [
            pl.when(hit & is_free).then(code).otherwise(pl.col(first)).alias(first),
            pl.when(hit & ~is_free).then(instead).otherwise(pl.col(second)).alias(second),
        ]
    if spoiling.fresh:
        stem = (period.year * 100 + period.first_month) * 10**10 + 9 * 10**9
        own = (pl.col("_sender") * 10**7 + pl.col("_rank") + stem).cast(pl.String)
        changed.append(pl.when(rule.is_in(REPEATS)).then(pl.col(spoiling.fresh)).otherwise(own).alias(spoiling.fresh))
    return spoilt.with_columns(changed)


def _other_period(spoiling: Spoiling, period: Period, draws: Draws) -> list[pl.Expr]:
    hit, column = pl.col("_rule") == "period_mismatch", pl.col(spoiling.period)
    other = column - 1
    if spoiling.has_date:
        other = period.start.toordinal() - 1 - draws.named("earlier").below(25, pl.col("_place"))
    return [
        pl.when(hit).then(pl.col(name) + (other - column)).otherwise(pl.col(name)).alias(name)
        for name in (spoiling.period, *spoiling.moved)
    ]


def _other_payload(spoiling: Spoiling) -> pl.Expr:
    column = pl.col(spoiling.payload)
    is_text = spoiling.payload == "operator_code"
    other = pl.concat_str(column.str.slice(0, 6), pl.lit("99")) if is_text else column + 7
    return pl.when(pl.col("_rule") == KEY_CONFLICT).then(other).otherwise(column).alias(spoiling.payload)
