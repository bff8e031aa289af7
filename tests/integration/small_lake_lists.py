"""The contribution lists of the small lake."""

import datetime as dt

from small_lake import DESTINATION, LAST_MONTH, ORIGIN, Row, append, append_outcome, register, sha

from lake.layout import Home


def write_lists(home: Home, files: dict[str, Row]) -> None:
    """Write the contribution lists of 1399-12: four of `ORIGIN` that say when they were filed, two of `DESTINATION`
    that do not; every branch has ten workshops on its books.

    Due on 2021-04-20, cut off on 2021-05-19: w1 sends one list in time and one late, w2 after the cut-off. p1 works at
    three workshops, and in two lists of one of them. Two rows are set aside, one of them for two rules; the worker w9
    is in no accepted list.
    """
    lists = [
        list_row(ORIGIN, "w1", "01", dt.date(2021, 4, 20)),
        list_row(ORIGIN, "w1", "02", dt.date(2021, 4, 21)),
        list_row(ORIGIN, "w2", "01", dt.date(2021, 5, 20)),
        list_row(ORIGIN, "w3", "01", dt.date(2021, 4, 1)),
        list_row(DESTINATION, "w4", "01", None),
        list_row(DESTINATION, "w5", "01", None),
    ]
    workers = [
        worker_row(ORIGIN, "w1", "01", "p1", 25, 2500),
        worker_row(ORIGIN, "w1", "02", "p1", 5, 500),
        worker_row(ORIGIN, "w1", "01", "p2", 30, 3000),
        worker_row(ORIGIN, "w2", "01", "p1", 10, 2000),
        worker_row(ORIGIN, "w3", "01", "p3", 20, 2000),
        worker_row(ORIGIN, "w9", "01", "p9", 30, 9999),
        worker_row(DESTINATION, "w4", "01", "p1", 30, 6000),
        worker_row(DESTINATION, "w5", "01", "p4", 15, 1500),
    ]
    append(home, "contribution_list", "contribution_list", lists)
    append(home, "contribution_list", "contribution_list_worker", workers)
    place = {"entity": "contribution_list_worker", "column": "-", "period": "1399-12"}
    place |= {"_file_sha256": list_file(ORIGIN, "workers")}
    broken = [(101, "monthly_wage", "error"), (101, "insurable_pay", "error"), (1, "start_before_month", "warning")]
    states = [(101, "quarantined", "monthly_wage"), (102, "quarantined", "row_shape")]
    states += [(103, "duplicate", None), (104, "superseded", None), (105, "layout", None)]
    findings = [{**place, "_row_number": n, "rule": rule, "severity": how} for n, rule, how in broken]
    append_outcome(home, "contribution_list_finding", findings)
    named = [{**place, "_row_number": n, "state": state, "rule": rule} for n, state, rule in states]
    append_outcome(home, "contribution_list_row_state", named)
    for unit in (ORIGIN, DESTINATION):
        for name in ("lists", "workers"):
            register(files, "contribution_list", f"{unit}_{name}", LAST_MONTH, prepared_on=None)
            files[list_file(unit, name)] = {**files[list_file(unit, name)], "sender_code": unit}


def list_file(unit: str, name: str, month: str = "1399-12") -> str:
    """Return the hash of a branch's file of `lists` or `workers`."""
    return sha(f"contribution_list/{unit}_{name}/{month}")


def list_row(unit: str, workshop: str, number: str, filed_on: dt.date | None, month: str = "1399-12") -> Row:
    """Return one accepted list."""
    return {
        "unit_code": unit,
        "period": month,
        "workshop_pid": workshop.encode().ljust(16),
        "list_pid": number.encode(),
        "contract_row": "NA",
        "filed_on": filed_on,
        "_key_version": 1,
        "_file_sha256": list_file(unit, "lists", month),
    }


def worker_row(unit: str, workshop: str, number: str, person: str, days: int, pay: int) -> Row:
    """Return one worker of a list of 1399-12."""
    return {
        "unit_code": unit,
        "period": "1399-12",
        "workshop_pid": workshop.encode().ljust(16),
        "list_pid": number.encode(),
        "person_pid": person.encode().ljust(16),
        "day_count": days,
        "insurable_rial": pay,
        "_key_version": 1,
        "_file_sha256": list_file(unit, "workers"),
    }
