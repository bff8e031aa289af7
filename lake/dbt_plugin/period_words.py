"""Periods of every length as tables for dbt: month, quarter, half, nine months, year, and the months of each."""

from lake.dbt_plugin.word import Word, typed_rows
from vocabulary.periods import PARTITIONS, Period, PeriodError, PeriodKind

_LONGER = (
    *((1 + 3 * number, 3 + 3 * number) for number in range(4)),
    (1, 6),
    (7, 12),
    (1, 9),
    (1, 12),
)
"""First and last month of the periods of a year that are longer than a month."""


def period_words() -> tuple[Word, ...]:
    """Give the tables of periods."""
    return (_spans(), _months())


def spans() -> list[Period]:
    """Give every period of the calendar that figures are made for."""
    years = dict.fromkeys(month.year for month in PARTITIONS)
    return [*PARTITIONS, *(Period(year, first, last) for year in years for first, last in _LONGER)]


def _spans() -> Word:
    columns = {
        "period": (
            "varchar",
            "Jalali month, quarter, half, nine months or year: 1399-12, 1399-Q4, 1399-H2, 1399-M9, 1399.",
        ),
        "kind": ("varchar", "Code of CL_PERIOD_KIND."),
        "months": ("integer", "Number of months."),
        "days": ("integer", "Number of days."),
        "first_month": ("varchar", "First month."),
        "last_month": ("varchar", "Last month."),
        "since_month": ("varchar", "Month after the end of the period of its kind before."),
        "period_start": ("date", "First day (Gregorian)."),
        "period_end": ("date", "Last day (Gregorian)."),
        "previous_year_period": ("varchar", "Same period of the year before."),
        "next_year_period": ("varchar", "Same period of the year after."),
    }
    rows = [
        {
            "period": span.code,
            "kind": span.kind.name,
            "months": len(span.months()),
            "days": span.days,
            "first_month": span.months()[0].code,
            "last_month": span.months()[-1].code,
            "since_month": _since(span).code,
            "period_start": span.start,
            "period_end": span.end,
            "previous_year_period": _in_year(span, span.year - 1),
            "next_year_period": _in_year(span, span.year + 1),
        }
        for span in spans()
    ]
    about = "One row a Jalali month, quarter, half, nine months or year, 1380 to 1430."
    return Word("period_span", about, columns, typed_rows(columns, rows))


def _months() -> Word:
    columns = {
        "period": ("varchar", "Jalali period of any length."),
        "month": ("varchar", "Month of it."),
        "is_last": ("boolean", "Whether the month is its last."),
    }
    rows = [
        {"period": span.code, "month": month.code, "is_last": month == span.months()[-1]}
        for span in spans()
        for month in span.months()
    ]
    return Word("period_month", "One row a Jalali period and month of it.", columns, typed_rows(columns, rows))


def _since(span: Period) -> Period:
    """Give the month after the period of the same kind before; nine months go by the year."""
    if span.kind is PeriodKind.NINE_MONTHS:
        return Period.month(span.year - 1, span.last_month + 1)
    return span.months()[0]


def _in_year(span: Period, year: int) -> str | None:
    try:
        return Period(year, span.first_month, span.last_month).code
    except PeriodError:
        return None
