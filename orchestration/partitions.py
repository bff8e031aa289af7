"""Jalali months as Dagster partitions: static, 1380-01 … 1430-12."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

import dagster as dg

from vocabulary.periods import PARTITIONS

MONTH_KEYS = tuple(period.code for period in PARTITIONS)
MONTHS = dg.StaticPartitionsDefinition(list(MONTH_KEYS))
ONE_RUN = dg.BackfillPolicy.single_run()
AGAIN: Final = "amar/again"
"""Tag of runs that read months of a database again: the months, separated by commas."""


def contiguous_ranges(periods: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Split months into runs of neighbours: Dagster backfills a range in one run only where it has no gap."""
    places = sorted(MONTH_KEYS.index(period) for period in set(periods))
    if not places:
        return
    start = places[0]
    for place, following in pairwise([*places, -1]):
        if following != place + 1:
            yield MONTH_KEYS[start], MONTH_KEYS[place]
            start = following


def again_tags(months: Iterable[str]) -> dict[str, str]:
    """Return the run tags that ask for months to be read again from a database."""
    listed = ",".join(months)
    return {AGAIN: listed} if listed else {}


def asked_again(tags: Mapping[str, str], periods: Sequence[str] | None) -> list[str | None]:
    """Return the months of a run that its tags ask to be read again; None stands for a source without partitions."""
    asked = [month for month in tags.get(AGAIN, "").split(",") if month]
    if periods is None:
        return [None] if asked else []
    return [month for month in asked if month in periods]


def range_tags(first: str, last: str) -> dict[str, str]:
    """Return the run tags that ask for a range of months."""
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
