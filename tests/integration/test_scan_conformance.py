"""Conformance of imaging: every rule by itself and with every other, clean logs, shuffled, doubled, tied or skewed.

The models are those that dbt compiled for the shared lakes (`dbt_fixtures.py`, fixture `world`), run over many cases at
once (`scan_sql.py`), and compared with a reference automaton in plain Python (`scan_automaton.py`).
"""

import datetime as dt
import random
from collections import Counter
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scan_automaton import SKEW, Case, Event, findings
from scan_sql import Judge, compiled, silver_of

from orchestration.generator.days import build_days
from orchestration.generator.draws import Draws
from orchestration.generator.lapses import CLEAN, LapseRates, may_meet, rules_of
from orchestration.generator.scales import Scale, volume_of
from orchestration.generator.scanning import Imaged, Scanning
from orchestration.generator.world import build_world
from vocabulary.codelists.load import load_codelist
from vocabulary.periods import Period

MONTH = Period.month(1398, 6)
WORKFLOWS = load_codelist("CL_SCAN_WORKFLOW").codes
Found = set[tuple[str, str, str, str, str]]


@pytest.fixture(scope="module")
def judge(world: Path) -> Judge:
    return Judge(compiled(world))


@pytest.fixture(scope="module")
def clean() -> Imaged:
    return _made(CLEAN, 1_200)


@pytest.fixture(scope="module")
def lapsed() -> Imaged:
    """Return items of which each breaks a rule or two; of the files, by far the most, one in ten."""
    made = _made(LapseRates(0.25, 0.75, 0.0), 18_000)
    files = set(made.events.filter(pl.col("document_id").is_null())["file_no"].unique())
    dropped = [name for name in files if not name.endswith("0")]
    frames = (made.events, made.documents, made.acts, made.planted)
    return Imaged(*(frame.filter(~pl.col("file_no").is_in(dropped)) for frame in frames))


def _made(rates: LapseRates, volume: int) -> Imaged:
    """Make a month, the last of a half-year, and what of it falls into the next one."""
    days = build_days(MONTH, MONTH.shift(1), before=3, after=3)
    scanning = Scanning(build_world(3, volume_of(Scale.TINY)), Draws.of(5, "scan_index"), days, volume, 10**6, rates)
    begun = MONTH.year * 100 + MONTH.first_month
    months = [scanning.month(month, piece) for month in (MONTH, MONTH.shift(1)) for piece in scanning.pieces(month)]
    events, documents, acts, planted = (
        pl.concat([getattr(made, name) for made in months]) for name in ("events", "documents", "acts", "planted")
    )
    return Imaged(events, documents, acts, planted.filter(pl.col("cohort") == begun))


def _own(made: Imaged) -> set[str]:
    """Give the files that were taken up in the month, so that their beginning is held."""
    begun = f"{MONTH.year % 100}{MONTH.first_month:02d}"
    return {name for name in made.events["file_no"].unique() if name[6:10] == begun}


def _planted(made: Imaged) -> Found:
    listed = made.planted.select("rule", "workflow", "unit_code", "file_no", pl.col("document_id").fill_null("NA"))
    return set(listed.iter_rows())


def _found(judge: Judge, made: Imaged, *frames: pl.DataFrame) -> Found:
    own = _own(made)
    found = judge.findings(*(frames or silver_of(made)))
    rows = [
        (row["rule_code"], row["workflow"], row["unit_code"], row["file_pid"].decode(), row["document_id"])
        for row in found
    ]
    assert len(set(rows)) == len(rows)
    return {row for row in rows if row[3] in own}


def test_every_rule_and_every_pair_that_can_meet_is_planted(lapsed: Imaged) -> None:
    planted = lapsed.planted.group_by("workflow", "unit_code", "file_no").agg(pl.col("rule").sort())
    seen = Counter((workflow, *rules) for workflow, rules in planted.select("workflow", "rule").iter_rows())
    for workflow in WORKFLOWS:
        rules = rules_of(workflow)
        assert {(workflow, rule) for rule in rules} <= set(seen)
        pairs = {(workflow, *sorted(pair)) for pair in combinations(rules, 2) if may_meet(workflow, *pair)}
        missing = pairs - set(seen)
        assert len(missing) <= len(pairs) // 20, sorted(missing)


@pytest.mark.parametrize("has_seconds", [True, False])
def test_what_is_planted_is_found_and_nothing_else(judge: Judge, lapsed: Imaged, has_seconds: bool) -> None:
    found, planted = _found(judge, lapsed, *silver_of(lapsed, has_seconds=has_seconds)), _planted(lapsed)
    assert Counter(row[:2] for row in planted - found) == {}
    assert Counter(row[:2] for row in found - planted) == {}
    counted = judge.rows("gold.mart_unit_scan_finding")
    listed = Counter((row["rule_code"], row["unit_code"]) for row in judge.rows("gold.mart_scan_finding"))
    by_unit: Counter[tuple[str, str]] = Counter()
    for row in counted:
        by_unit[row["rule_code"], row["unit_code"]] += row["cases_found"] or 0
    assert +by_unit == listed
    unseen = {item.code for item in load_codelist("CL_SCAN_FINDING").items if not item.attributes["acts"]}
    assert {row["rule_code"] for row in counted if row["cases_found"] is None} == unseen
    assert {row["is_breach"] for row in counted if row["basis"] != "text"} == {False}


def test_a_clean_log_with_loops_yields_nothing_however_it_arrives(judge: Judge, clean: Imaged) -> None:
    assert clean.planted.is_empty()
    again = clean.events.group_by("file_no", "step").len().filter(pl.col("len") > 1)
    assert len(again)
    events, acts, documents = silver_of(clean)
    renamed = events.with_columns(pl.concat_str("event_id", pl.lit("9")).alias("event_id"))
    doubled = pl.concat([events, renamed]).sample(fraction=1.0, shuffle=True, seed=3)
    acts = acts.sample(fraction=1.0, shuffle=True, seed=4)
    assert _found(judge, clean, doubled, acts, documents) == set()
    tied = doubled.with_columns(pl.col("event_at").min().over("file_no"), pl.col("period").min().over("file_no"))
    assert {row[0] for row in _found(judge, clean, tied, acts, documents)} <= {"IMAGED_UNSTAMPED", "LEAF_DIFFERENCE"}


@pytest.mark.parametrize(("seconds", "rules"), [(SKEW, set()), (SKEW + 1, {"UPLOADED_UNAPPROVED"})])
def test_clocks_of_two_units_may_differ_as_far_as_the_tolerance_goes(
    judge: Judge, seconds: int, rules: set[str]
) -> None:
    log = (
        Event("S01", 0),
        Event("S03", 60),
        Event("S05", 120),
        Event("S06", 180),
        Event("S07", 5_000, officer="b", unit="011002"),
        Event("S11", 5_000 - seconds),
    )
    case = Case("FILE", log)
    assert {rule for rule, _, _ in findings(case)} == rules
    assert _judged(judge, [case]) == [findings(case)]


@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_random_sequences_are_judged_as_by_the_automaton(judge: Judge, seed: int) -> None:
    draw = random.Random(seed)
    cases = [_random_case(draw) for _ in range(500)]
    expected = [findings(case) for case in cases]
    assert len({rule for found in expected for rule, _, _ in found}) > 15
    for case, one, other in zip(cases, expected, _judged(judge, cases), strict=True):
        assert one == other, case


def _random_case(draw: random.Random) -> Case:
    workflow = draw.choice(WORKFLOWS)
    steps = list(load_codelist("CL_SCAN_STEP").codes)
    acts = ["STAMPED", "GIVEN_BACK", "DESTROYED", "MOVED"] if workflow != "BROKERAGE" else []
    events = []
    for _ in range(draw.randint(1, 14)):
        act, month = draw.choice([*steps, *acts]), draw.choice([0, 0, 0, 1, 13])
        events.append(
            Event(
                act,
                at=month * 2_678_400 + draw.randint(0, 12) * draw.choice([60, 400, 900]),
                month=month,
                unit=draw.choice(["011001", "011001", "011001", "011002"]),
                officer=draw.choice("abcd"),
                leaves=draw.choice([None, 10, 11]) if act in ("S02", "S09") else None,
                images=draw.choice([None, 9, 15, 21, 23]) if act == "S07" else None,
                role=draw.choice([None, "BROKERAGE_HEAD", "BROKERAGE_DELEGATE"]) if act == "S07" else None,
                imaged=draw.choice([None, "YES", "NO"]) if act == "MOVED" else None,
            )
        )
    return Case(workflow, tuple(events), entered=draw.choice([None, 0, 0, 0, 1]))


def _judged(judge: Judge, cases: list[Case]) -> list[set[tuple[str, str, int]]]:
    """Run the models over cases and give what they find in each."""
    start = Period.month(1398, 1)
    first = dt.datetime.combine(start.start, dt.time(6), dt.UTC)
    rows: dict[bool, list[dict[str, object]]] = {True: [], False: []}
    entries = []
    for number, case in enumerate(cases):
        whole = {"file_pid": str(number).encode(), "workflow": case.workflow, "provenance": "synthetic"}
        whole["document_id"] = "NA" if case.workflow == "FILE" else f"D{number}"
        if case.workflow != "FILE" and case.entered is not None:
            entries.append({**whole, "unit_code": "011001", "period": start.shift(case.entered).code})
        for place, event in enumerate(case.events):
            at = first + dt.timedelta(seconds=event.at)
            row = {**whole, "event_id": f"{number}-{place}", "unit_code": event.unit, "event_at": at}
            row |= {"event_date": at.date(), "period": start.shift(event.month).code, "role": event.role}
            row |= {"operator_pid": event.officer.encode(), "leaf_count": event.leaves, "image_count": event.images}
            is_step = event.act.startswith("S0") or event.act.startswith("S1") or event.act == "WEEDED"
            rows[is_step].append({**row, ("step" if is_step else "act"): event.act, "is_imaged": event.imaged})
    frames = [pl.DataFrame(part, infer_schema_length=None) for part in (rows[True], rows[False], entries)]
    found: list[set[tuple[str, str, int]]] = [set() for _ in cases]
    months = {start.shift(month).code: month for month in range(14)}
    for row in judge.findings(*frames):
        found[int(row["file_pid"])].add((row["rule_code"], row["unit_code"], months[row["period"]]))
    return found
