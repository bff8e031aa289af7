"""The day by which a source's files of a month must be there, as its contract says.

The one definition of due: the marts, dbt's source freshness and the duty checks of the pipeline all read it.
"""

import datetime as dt

from lake.contracts.model import END_OF_NEXT_MONTH, Source
from vocabulary.holidays.load import due_date, next_working_day
from vocabulary.periods import Period


def due_on(source: Source, period: Period) -> dt.date | None:
    """Give the last day in time for a source's files of a month; None where the contract sets none.

    Days of latency count from the month's end. A contract that says `due: end_of_next_month` (contribution lists) has
    the month after. A day on which offices do not work moves to the next one on which they do.
    """
    if source.due == END_OF_NEXT_MONTH:
        return due_date(period)
    if source.latency_days is None:
        return None
    return next_working_day(period.end + dt.timedelta(days=source.latency_days))
