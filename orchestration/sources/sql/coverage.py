"""What bronze already holds of a table, told by the names in its register and by nothing else.

A pulled batch has a name like a file's: `sql:<table>.<watermark>@<after>..<to>/<slice>/<part>of<parts>.<plan>`: the
rows of one slice (a month, `all` or `unreadable`) whose watermark is greater than `after` and not greater than `to`.
All batches that were planned together carry one plan; once bronze holds every one of them, the table is known up to
the largest `to` of them. Names sort as the watermark does, so a newer state of a row is in the newer batch.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote

from lake.contracts.database import Query

WHOLE = "whole-"
"""Begins the part of a batch that reads a month again, before the number of the reading: it says nothing about how far
the table is known."""

_NAME = re.compile(
    r"(?P<after>[^/]*?)\.\.(?P<to>[^/]*)/(?P<slice>[^/]+)/"
    r"(?P<whole>whole-(?:(?P<reading>\d+)-)?)?(?P<part>\d+)of(?P<parts>\d+)\.(?P<plan>[0-9a-f]{8})"
)


class Registered(Protocol):
    """What is needed of an entry of bronze's register."""

    @property
    def object(self) -> str:
        """Object of the source."""

    @property
    def file_name(self) -> str:
        """Name of the file or the batch."""


@dataclass(frozen=True)
class Coverage:
    """How far a table is known, in the texts of its watermark.

    Attributes:
        complete: All rows up to here are in bronze; empty where nothing is sure.
        intervals: Slice → the intervals (after, to] that bronze holds of it, sorted.
        readings: Slice → how often it was read again as a whole.
    """

    complete: str
    intervals: Mapping[str, Sequence[tuple[str, str]]]
    readings: Mapping[str, int] = field(default_factory=dict)

    def end(self, slice_: str) -> str:
        """Return the largest watermark held of a slice; empty where nothing is."""
        return max((to for _, to in self.intervals.get(slice_, ())), default="")

    def gaps(self, slice_: str, to: str) -> list[tuple[str, str]]:
        """Return the intervals up to `to` that bronze does not hold of a slice, in order."""
        missing, reached = [], self.complete
        for after, end in self.intervals.get(slice_, ()):
            if reached < after < to:
                missing.append((reached, after))
            reached = max(reached, end)
        return [*missing, (reached, to)] if reached < to else missing


def prefix(query: Query) -> str:
    """Return how the names of a table's batches begin."""
    return f"sql:{quote(query.table, safe='')}.{quote(query.watermark, safe='')}@"


def coverage(records: Iterable[Registered], entity: str, query: Query) -> Coverage:
    """Read how far a table is known.

    Args:
        records: The source's register.
        entity: Name of the object.
        query: Its table.
    """
    begins = prefix(query)
    names = (record.file_name for record in records if record.object == entity)
    found = [_NAME.fullmatch(name.removeprefix(begins)) for name in names if name.startswith(begins)]
    intervals: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    plans: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    readings: dict[str, int] = {}
    for batch in found:
        if batch and batch["whole"]:
            readings[batch["slice"]] = max(readings.get(batch["slice"], 0), int(batch["reading"] or 1))
        elif batch:
            intervals[batch["slice"]].add((batch["after"], batch["to"]))
            plans[batch["plan"], batch["parts"]][batch["part"]] = batch["to"]
    complete = [max(parts.values()) for (_, count), parts in plans.items() if len(parts) == int(count)]
    held = {slice_: tuple(sorted(pairs)) for slice_, pairs in intervals.items()}
    return Coverage(max(complete, default=""), held, readings)
