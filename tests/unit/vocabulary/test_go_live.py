"""Days on which directives begin to apply, and the limits that no text gives."""

from datetime import date

import pytest

from vocabulary.conformance.load import limit_on, load_limits
from vocabulary.units.go_live import PROCESSES, go_live_dates, load_go_live
from vocabulary.units.load import load_units

DIRECTIVES = {"XFER": date(2015, 1, 17), "SCAN": date(2016, 8, 31)}


def test_a_process_starts_once_at_a_unit_and_never_before_its_directive() -> None:
    starts = load_go_live()
    assert len({(item.unit_code, item.process) for item in starts}) == len(starts)
    assert {item.process for item in starts} == set(PROCESSES)
    assert all(item.date >= DIRECTIVES[item.process] for item in starts)
    assert all(item.is_invented and item.decision.startswith("HOUSE-") for item in starts)


@pytest.mark.parametrize(
    ("process", "kinds"), [("XFER", {"BRANCH"}), ("SCAN", {"BRANCH", "SATELLITE_BRANCH", "BROKERAGE"})]
)
def test_every_unit_in_force_has_its_start(process: str, kinds: set[str]) -> None:
    today = date(2021, 3, 20)
    units = {unit.code for unit in load_units() if unit.kind in kinds and unit.is_valid_on(today)}
    assert units <= set(go_live_dates(process))


def test_some_branches_start_late_so_that_not_applicable_occurs() -> None:
    assert any(day > date(2020, 3, 20) for day in go_live_dates("XFER").values())


def test_limits_do_not_overlap_and_are_our_own() -> None:
    limits = load_limits()
    assert {limit.basis for limit in limits} == {"house"}
    for one in limits:
        others = [limit for limit in limits if limit.code == one.code and limit != one]
        assert all(
            one.valid_to is not None and one.valid_to < other.valid_from
            for other in others
            if other.valid_from > one.valid_from
        )
    assert limit_on("XFER_CLOCK_SKEW", date(2020, 1, 1)).value == 900
    with pytest.raises(LookupError):
        limit_on("XFER_CLOCK_SKEW", date(1990, 1, 1))
