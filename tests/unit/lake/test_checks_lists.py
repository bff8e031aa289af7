"""Rules between the headers of lists and their workers."""

from typing import Any

import polars as pl
import pytest

from lake.checks.lists import LIST_CHECKS, ListCheckError, needed_sums
from lake.contracts.model import Check, load_source

KEYS = ["unit_code", "list_no"]
TOTALS = {"worker_count": "count", "day_count": "day_count"}
TOTALS_OF = Check(
    "totals", "", {"rule": "totals_of", "object": "worker", "keys": KEYS, "distinct": ["row"], "totals": TOTALS}
)
ORPHAN = Check("orphan", "", {"rule": "orphan", "object": "worker", "keys": KEYS})
HEADER = {"unit_code": "001001", "list_no": "1", "row": None, "worker_count": 2, "day_count": 50}
SCHEMA = {
    "unit_code": pl.String,
    "list_no": pl.String,
    "row": pl.String,
    "worker_count": pl.Int64,
    "day_count": pl.Int64,
}


def sums(*rows: tuple[str, str, int | None]) -> dict[str, pl.DataFrame]:
    """Return the sums over workers: branch, list, days."""
    schema = {"unit_code": pl.String, "list_no": pl.String, "day_count": pl.Int64}
    workers = pl.DataFrame(rows, schema=schema, orient="row")
    return {"worker": workers.group_by(KEYS).agg(pl.len().cast(pl.Int64).alias("count"), pl.col("day_count").sum())}


WORKERS = sums(("001001", "1", 20), ("001001", "1", 30))


def broken(check: Check, workers: dict[str, pl.DataFrame], *headers: dict[str, Any]) -> list[list[str]]:
    """Return, for each header, the columns that a rule finds fault with."""
    rows = pl.DataFrame([{**HEADER, **header} for header in headers], schema=SCHEMA)
    found = LIST_CHECKS[check.settings["rule"]](rows, workers, check)
    assert {name for _, name, _ in found} == {check.name}
    assert all(len(mask) == len(rows) for mask, _, _ in found)
    return [[column for mask, _, column in found if mask[place]] for place in range(len(rows))]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({}, []),
        ({"worker_count": 3}, ["worker_count"]),
        ({"day_count": 49}, ["day_count"]),
        ({"worker_count": 1, "day_count": 0}, ["worker_count", "day_count"]),
        ({"day_count": None}, []),
        ({"list_no": "2", "worker_count": 0, "day_count": 0}, []),  # no workers at all: `orphan`
    ],
)
def test_totals_are_those_of_the_workers(header: dict[str, Any], expected: list[str]) -> None:
    assert broken(TOTALS_OF, WORKERS, header) == [expected]


def test_each_header_is_judged_by_its_own_workers() -> None:
    workers = sums(("001001", "1", 20), ("001001", "1", 30), ("001001", "2", 7), ("001002", "1", 9))
    headers = [
        {},
        {"list_no": "2", "worker_count": 1, "day_count": 8},
        {"unit_code": "001002", "worker_count": 1, "day_count": 9},
    ]
    assert broken(TOTALS_OF, workers, *headers) == [[], ["day_count"], []]


def test_headers_with_several_contract_rows_count_together() -> None:
    one, two = {"row": "001", "worker_count": 1, "day_count": 20}, {"row": "002", "worker_count": 1, "day_count": 30}
    assert broken(TOTALS_OF, WORKERS, one, two) == [[], []]
    assert broken(TOTALS_OF, WORKERS, one, {**two, "day_count": 31}) == [["day_count"], ["day_count"]]
    assert broken(TOTALS_OF, WORKERS, one) == [["worker_count", "day_count"]]


def test_a_header_that_is_repeated_counts_once() -> None:
    assert broken(TOTALS_OF, WORKERS, {}, {}) == [[], []]


def test_an_unreadable_number_counts_as_nought() -> None:
    workers = sums(("001001", "1", 50), ("001001", "1", None))
    assert broken(TOTALS_OF, workers, {}) == [[]]


def test_an_orphan_has_a_key_that_the_other_object_lacks() -> None:
    assert broken(ORPHAN, WORKERS, {}, {"list_no": "2"}, {"unit_code": "001002"}) == [[], ["list_no"], ["list_no"]]
    assert broken(ORPHAN, sums(), {}) == [["list_no"]]


def test_blank_keys_are_alike() -> None:
    workers = {
        "worker": pl.DataFrame(
            {"unit_code": ["001001"], "list_no": [None], "count": [1]}, schema_overrides={"list_no": pl.String}
        )
    }
    assert broken(ORPHAN, workers, {"list_no": None}) == [[]]


def test_what_a_contract_asks_of_other_objects() -> None:
    header, worker = load_source("contribution_list").entities
    keys = ("unit_code", "workshop_pid", "list_pid")
    ((name, (asked, measures)),) = needed_sums(header.checks).items()
    assert (name, asked) == (worker.name, keys)
    assert set(measures) <= {column.silver_name for column in worker.kept}
    assert needed_sums(worker.checks) == {header.name: (keys, ())}


def test_one_object_is_grouped_in_one_way() -> None:
    other = Check("other", "", {**ORPHAN.settings, "keys": ["list_no"]})
    with pytest.raises(ListCheckError, match="other: worker is grouped by other keys elsewhere: unit_code, list_no"):
        needed_sums([TOTALS_OF, other])
