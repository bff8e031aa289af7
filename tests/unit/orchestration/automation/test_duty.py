"""Due days by the Jalali calendar and the holidays, and who is missing, by truth tables."""

import dataclasses
import datetime as dt

import pytest

from lake.bronze import FileRecord
from lake.contracts.due import due_on
from lake.contracts.model import END_OF_NEXT_MONTH, Source, load_source
from orchestration.duty import arrivals, due_today, is_overdue
from vocabulary.holidays.load import is_working_day
from vocabulary.jalali import from_gregorian, to_gregorian
from vocabulary.periods import Period
from vocabulary.units.load import directorate_of, obliged_units

MONTH = "1399-10"
DAY = dt.timedelta(days=1)


def source(latency: int | None = 20, due: str | None = None, source_id: str = "mis") -> Source:
    return dataclasses.replace(load_source("mis"), id=source_id, latency_days=latency, due=due)


def received(sender: str, period: str = MONTH) -> FileRecord:
    return FileRecord(
        "mis", "mis_report", f"{sender}.csv", sender, 1, "utf-8", ",", period, sender, None, "synthetic", 1, "test"
    )


@pytest.mark.parametrize(
    ("latency", "due", "month", "day"),
    [
        (20, None, "1399-10", (1399, 11, 20)),
        (22, None, "1399-10", (1399, 11, 23)),  # 22 Bahman is a holiday
        (20, None, "1399-11", (1399, 12, 20)),
        (20, None, "1398-12", (1399, 1, 20)),
        (60, END_OF_NEXT_MONTH, "1399-04", (1399, 6, 1)),  # 31 Mordad is a Friday
        (60, None, "1399-04", (1399, 6, 29)),
    ],
)
def test_due_days(latency: int, due: str | None, month: str, day: tuple[int, int, int]) -> None:
    found = due_on(source(latency, due), Period.parse(month))
    assert found is not None
    assert from_gregorian(found) == day


def test_a_source_without_latency_is_never_due() -> None:
    free = source(latency=None)
    assert due_on(free, Period.parse(MONTH)) is None
    assert not is_overdue(free, Period.parse(MONTH), dt.date(2100, 1, 1))
    assert due_today(free, dt.date(2021, 2, 9)) == ()


@pytest.mark.parametrize("due", [None, END_OF_NEXT_MONTH])
@pytest.mark.parametrize("latency", [1, 20, 60, 200])
def test_in_three_years_every_month_is_due_on_exactly_one_day_after_a_working_day(
    latency: int, due: str | None
) -> None:
    owed = source(latency, due)
    start, end = to_gregorian(1398, 1, 1), to_gregorian(1401, 1, 1)
    days = [start + n * DAY for n in range((end - start).days)]
    found = [period for day in days for period in due_today(owed, day)]
    assert found == sorted(set(found))
    assert [period.shift(1) for period in found[:-1]] == found[1:]
    assert len(found) >= 35
    assert all(is_working_day(day - DAY) for day in days if due_today(owed, day))


def test_a_month_is_overdue_only_after_its_due_day() -> None:
    period = Period.parse(MONTH)
    due = due_on(source(), period)
    assert due is not None
    assert [is_overdue(source(), period, day) for day in (due - DAY, due, due + DAY)] == [False, False, True]
    assert arrivals(source(), [MONTH], [], due) == ()


UNITS = obliged_units("mis", Period.parse(MONTH).end)
OFFICES = sorted({directorate_of(unit.code).code for unit in UNITS})
LATER = dt.date(2022, 1, 1)


def test_nothing_that_arrives_is_no_pass() -> None:
    (arrival,) = arrivals(source(), [MONTH], [], LATER)
    assert not arrival.complete
    assert (arrival.files, arrival.expected, len(arrival.missing)) == (0, len(UNITS), len(UNITS))
    assert list(arrival.silent) == OFFICES


def test_a_file_of_an_office_stands_for_the_units_below_it() -> None:
    everyone = [received(office) for office in OFFICES]
    (arrival,) = arrivals(source(), [MONTH], everyone, LATER)
    assert arrival.complete
    (arrival,) = arrivals(source(), [MONTH], everyone[1:], LATER)
    assert not arrival.complete
    assert arrival.silent == (OFFICES[0],)
    assert set(arrival.missing) == {unit.code for unit in UNITS if unit.directorate_code == OFFICES[0]}


def test_an_office_of_which_one_unit_reported_is_not_silent() -> None:
    (arrival,) = arrivals(source(), [MONTH], [received(UNITS[0].code)], LATER)
    assert UNITS[0].code not in arrival.missing
    assert UNITS[0].directorate_code not in arrival.silent
    assert len(arrival.missing) < arrival.expected


def test_files_of_another_month_do_not_count() -> None:
    (arrival,) = arrivals(source(), [MONTH], [received(office, "1399-09") for office in OFFICES], LATER)
    assert arrival.files == 0


@pytest.mark.parametrize(("files", "complete"), [([], False), ([received("HQ-00")], True)])
def test_where_nobody_is_obliged_something_must_arrive(files: list[FileRecord], *, complete: bool) -> None:
    (arrival,) = arrivals(source(source_id="pension_transfer"), [MONTH], files, LATER)
    assert (arrival.expected, arrival.complete) == (0, complete)
