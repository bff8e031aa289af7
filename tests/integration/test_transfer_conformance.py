"""Conformance of transfers: every finding by itself and with every other, lawful logs, slices, and random sequences.

The lakes are built once (`transfer_worlds.py`).
"""

import datetime as dt
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest
import transfer_logs as logs
from dbt_runner import rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transfer_automaton import SKEW, Step, findings

from lake.content_hash import table_hash
from lake.layout import Home
from vocabulary.codelists.load import load_codelist

pytestmark = pytest.mark.heavy
MARTS = (
    *("mart_transfer_finding", "mart_unit_transfer_finding"),
    *("mart_unit_transfer_stock", "mart_unit_transfer_flow"),
)
KINDS = (
    *("REFERRED", "FORM_SAVED", "HEAD_APPROVED", "SENT_TO_CENTRE", "PAPER_SENT", "RECEIVED_FROM_CENTRE"),
    *("PAPER_RECEIVED", "ORDERS_VIEWED", "COMPARED", "ENROLLED", "REGISTRATION_CONFIRMED", "ACTIVATED"),
    *("RETURNED", "CORRECTED", "CANCELLED", "ORIGIN_CLOSED"),
)
ORIGIN, ADDRESSED, ANOTHER = "011001", "011002", "011003"


@pytest.fixture(scope="module")
def cases(transfer_world: Path) -> list[dict[str, Any]]:
    return rows(Home(transfer_world / "transfers"), "mart_transfer_finding")


@pytest.fixture(scope="module")
def found(cases: list[dict[str, Any]]) -> dict[bytes, set[str]]:
    """Rules that found something, by file."""
    by_file: dict[bytes, set[str]] = defaultdict(set)
    for case in cases:
        by_file[case["file_pid"]].add(case["rule_code"])
    return by_file


def test_the_plants_cover_every_rule_of_the_codelist() -> None:
    assert set(logs.RULES) == set(load_codelist("CL_TRANSFER_FINDING").codes)


def test_each_rule_alone_and_in_every_pair_is_found_and_nothing_else(found: dict[bytes, set[str]]) -> None:
    planted = logs.singles_and_pairs()
    assert len(planted) == len(logs.RULES) * (len(logs.RULES) + 1) // 2
    wrong = {name: rules ^ found[logs.pid(name)] for name, (_, rules) in planted.items()}
    assert {name: rules for name, rules in wrong.items() if rules} == {}


@pytest.mark.parametrize("log", logs.lawful(), ids=lambda log: log.name)
def test_a_lawful_log_yields_nothing(found: dict[bytes, set[str]], log: logs.Log) -> None:
    assert logs.pid(log.name) not in found


def test_a_clock_beyond_the_tolerance_is_out_of_order(found: dict[bytes, set[str]]) -> None:
    assert found[logs.pid("beyond")] == {"RECEIVED_BEFORE_SENDING"}


def test_what_does_not_apply_or_cannot_be_seen_is_no_finding_and_no_zero(
    transfer_world: Path, found: dict[bytes, set[str]]
) -> None:
    assert not {logs.pid(log.name) for log in logs.undecided().values()} & set(found)
    units = rows(Home(transfer_world / "transfers"), "mart_unit_transfer_finding")
    unwatched = [row for row in units if row["rule_code"] == "PAID_BY_NONE" and row["unit_code"] == logs.UNWATCHED]
    assert {(row["findings"], row["observation_status"]) for row in unwatched} == {(None, "NOT_OBSERVABLE")}
    assert any(row["transfers_not_observable"] for row in units if row["rule_code"] == "MANUAL_ENROLMENT")
    at_late = [row for row in units if row["unit_code"] == logs.LATE]
    assert at_late
    assert {(row["findings"], row["observation_status"]) for row in at_late} == {(None, "NOT_APPLICABLE")}


def test_counts_by_unit_are_those_of_the_case_list(transfer_world: Path, cases: list[dict[str, Any]]) -> None:
    counted: dict[tuple[str, str, str], int] = defaultdict(int)
    for case in cases:
        counted[case["rule_code"], case["unit_code"], case["period"]] += 1
    units = rows(Home(transfer_world / "transfers"), "mart_unit_transfer_finding")
    shown = {(row["rule_code"], row["unit_code"], row["period"]): row["findings"] for row in units if row["findings"]}
    assert shown == counted
    assert all(row["transfers_with_finding"] <= row["transfers_observable"] for row in units if row["findings"])


def test_only_what_the_text_says_is_a_breach(cases: list[dict[str, Any]]) -> None:
    assert {case["basis"] for case in cases} == {"text", "inference", "house"}
    assert all(case["is_breach"] == (case["basis"] == "text") for case in cases)
    assert all(case["clause"].startswith("XFER-") for case in cases)


def test_a_finding_stands_at_the_branch_at_fault_in_the_month_that_completes_it(cases: list[dict[str, Any]]) -> None:
    alone = {logs.pid(logs.planted(rule).name) for rule in logs.RULES}
    by_rule = {case["rule_code"]: case for case in cases if case["file_pid"] in alone}
    at_origin = {"SENT_WITHOUT_APPROVAL", "WRONG_ROLE_APPROVAL", "EDITED_AFTER_SENDING", "SENDER_IS_APPROVER"}
    assert {by_rule[rule]["unit_code"] for rule in at_origin} == {logs.ORIGIN}
    assert by_rule["RECEIVED_BY_ANOTHER"]["unit_code"] == logs.THIRD
    assert by_rule["PAID_BY_TWO"]["unit_code"] == logs.ORIGIN
    assert by_rule["PAID_BY_NONE"]["unit_code"] == logs.DESTINATION
    assert by_rule["RECEIPT_OVERDUE"]["found_on"] == (logs.START + 33 * logs.DAY).date()
    assert by_rule["WRONG_ROLE_SENDING"]["round_number"] == 2


def test_months_built_as_they_arrive_and_late_rows_give_what_a_full_build_gives(
    transfer_world: Path,
) -> None:
    seen = json.loads((transfer_world / "seen.json").read_text(encoding="utf-8"))
    assert seen["transfers_sliced"]["failures"] == {}
    whole, sliced = Home(transfer_world / "transfers"), Home(transfer_world / "transfers_sliced")
    for name in MARTS:
        assert table_hash(sliced, "gold", name) == table_hash(whole, "gold", name), name


def test_the_stock_of_a_month_without_events_is_told_with_the_next_that_has_some(transfer_world: Path) -> None:
    seen = json.loads((transfer_world / "seen.json").read_text(encoding="utf-8"))
    assert seen["stock_months"] == [f"1399-{month:02d}" for month in range(1, 9)]


def test_what_the_generator_planted_is_found_and_nothing_else(transfer_world: Path) -> None:
    listed = pl.read_parquet(transfer_world / "generated.parquet")
    assert set(listed["rule"]) == set(logs.RULES)
    planted = {(row["rule"], row["file_no"].encode(), day(row["event_date"])) for row in listed.to_dicts()}
    found = {(row["rule_code"], row["file_pid"], row["found_on"]) for row in cases_of(transfer_world / "generated")}
    assert found == planted


def test_a_clean_generator_breaks_no_rule(transfer_world: Path) -> None:
    assert len(pl.read_parquet(transfer_world / "generated_clean.parquet")) == 0
    assert cases_of(transfer_world / "generated_clean") == []


def cases_of(home: Path) -> list[dict[str, Any]]:
    return rows(Home(home), "mart_transfer_finding")


def day(ordinal: int) -> dt.date:
    return dt.date.fromordinal(ordinal)


def test_open_transfers_stand_in_their_stage_by_age_at_the_end_of_each_month(transfer_world: Path) -> None:
    stock = rows(Home(transfer_world / "transfers"), "mart_unit_transfer_stock")
    sent = {row["age_band"]: row["transfers"] for row in stock if (row["period"], row["stage"]) == ("1399-08", "SENT")}
    assert sent == {"D0T30": 1}
    first = [row for row in stock if row["period"] == "1399-01"]
    assert {row["age_band"] for row in first} == {"D0T30"}
    assert {"SENT", "RECEIVED"} <= {row["stage"] for row in first}


def test_flows_count_each_transfer_once_between_its_two_branches(transfer_world: Path) -> None:
    flows = rows(Home(transfer_world / "transfers"), "mart_unit_transfer_flow")
    main = [row for row in flows if row["destination_unit_code"] == logs.DESTINATION]
    referred = {row["transfer_pid"] for row in logs.event_rows() if row["event_type"] == "REFERRED"}
    assert sum(row["transfers"] for row in flows) == len(referred)
    assert {row["unit_code"] for row in main} == {logs.ORIGIN}


class Judge:
    """The compiled SQL of some models over tables made here."""

    def __init__(self, compiled: Path) -> None:
        models = ("int_transfer__event", "int_transfer__disordered", "int_transfer__ordered", "int_transfer__marked")
        self._sql = {name: (compiled / f"{name}.sql").read_text(encoding="utf-8") for name in models}
        self._connection = duckdb.connect(config={"threads": 1})
        self._connection.execute("set timezone = 'UTC'; attach ':memory:' as amar")
        for schema in ("staging", "intermediate", "vocabulary"):
            self._connection.execute(f"create schema amar.{schema}")
        self._connection.execute(
            "create table amar.vocabulary.conformance_limit as select 'XFER_CLOCK_SKEW' as limit_code, "
            f"{SKEW} as limit_value, date '2001-03-21' as valid_from, cast(null as date) as valid_to"
        )

    def findings(self, sequences: Sequence[Sequence[Step]], *, shuffled: random.Random) -> list[set[tuple[str, int]]]:
        """Judge each sequence as a transfer of its own."""
        events = [
            _row(number, place, step) for number, steps in enumerate(sequences) for place, step in enumerate(steps)
        ]
        shuffled.shuffle(events)
        self._connection.register("events", pa.Table.from_pylist(events, schema=_SCHEMA))
        self._connection.execute(
            "create or replace table amar.staging.stg_pension_transfer__event as "
            "select * replace (cast(event_at as timestamptz) as event_at) from events"
        )
        for name, sql in self._sql.items():
            self._connection.execute(f"create or replace table amar.intermediate.{name} as {sql}")
        judged = self._connection.execute(
            "select rule_code, decode(event_pid) from amar.intermediate.int_transfer__ordered where is_finding "
            "union all "
            "select rule_code, decode(event_pid) from amar.intermediate.int_transfer__marked where is_finding"
        )
        found: list[set[tuple[str, int]]] = [set() for _ in sequences]
        for rule, event in judged.fetchall():
            number, place = event.split("-")
            found[int(number)].add((rule, int(place)))
        return found


_TEXTS = ("event_type", "unit_code", "origin_unit_code", "destination_unit_code", "role")
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in (*_TEXTS, "compare_result", "enrolment_mode", "period", "provenance")),
        *((name, pa.binary()) for name in ("event_pid", "transfer_pid", "file_pid", "operator_pid")),
        *(("event_date", pa.date32()), ("event_at", pa.timestamp("us", "UTC")), ("dependant_count", pa.int64())),
        *(("file_sha256", pa.string()), ("line_number", pa.int64())),
    ]
)


def _row(number: int, place: int, step: Step) -> dict[str, Any]:
    at = logs.START + dt.timedelta(seconds=step.second)
    return {
        "event_pid": f"{number}-{place}".encode(),
        "transfer_pid": f"T{number}".encode(),
        "event_type": step.kind,
        "unit_code": step.unit,
        "origin_unit_code": ORIGIN,
        "destination_unit_code": ADDRESSED,
        "role": step.role,
        "compare_result": step.result,
        "enrolment_mode": step.mode,
        "period": "1399-01",
        "provenance": "reported",
        "file_pid": b"f",
        "operator_pid": step.who.encode(),
        "event_date": at.date(),
        "event_at": at,
        "dependant_count": step.count,
        "file_sha256": "0",
        "line_number": place,
    }


steps = st.builds(
    Step,
    kind=st.sampled_from(KINDS),
    second=st.sampled_from([0, 60, 600, SKEW, SKEW + 1, 1500, 3000, 4000]),
    unit=st.sampled_from([ORIGIN, ADDRESSED, ORIGIN, ADDRESSED, ANOTHER]),
    who=st.sampled_from("ab"),
    role=st.sampled_from(["PENSIONS_TECHNICAL_HEAD", "BRANCH_HEAD", "INSURANCE_DEPUTY", "OTHER"]),
    result=st.sampled_from(["MATCH", "MISMATCH", None]),
    mode=st.sampled_from(["SYSTEM", "MANUAL", None]),
    count=st.sampled_from([2, 3, None]),
)


@pytest.fixture(scope="module")
def judge(transfer_world: Path) -> Judge:
    return Judge(transfer_world / "scratch" / "transfers" / "target" / "compiled" / "amar" / "models" / "intermediate")


@settings(deadline=None, derandomize=True, max_examples=30, suppress_health_check=list(HealthCheck))
@given(sequences=st.lists(st.lists(steps, min_size=2, max_size=6, unique=True), min_size=8, max_size=16))
def test_random_sequences_are_judged_as_by_the_automaton(judge: Judge, sequences: list[list[Step]]) -> None:
    found = judge.findings(sequences, shuffled=random.Random(len(sequences)))
    assert found == [findings(sequence, ORIGIN, ADDRESSED) for sequence in sequences]
