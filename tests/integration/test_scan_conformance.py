"""Conformance of imaging: every rule by itself and with every other, clean logs, shuffled, doubled, tied or skewed.

The models are those that dbt compiled for the shared lakes (`mart_worlds.py`), run over many cases at
once (`scan_sql.py`), and compared with a reference automaton in plain Python (`scan_automaton.py`).
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scan_automaton import SKEW, Case, Event, Finding, findings
from scan_cases import cases_of
from scan_sql import Judge, compiled, silver_of

from orchestration.generator.days import build_days
from orchestration.generator.draws import Draws
from orchestration.generator.lapses import CLEAN, LapseRates
from orchestration.generator.scales import Scale, volume_of
from orchestration.generator.scanning import Imaged, Scanning
from orchestration.generator.world import build_world
from vocabulary.codelists.load import load_codelist
from vocabulary.periods import Period

MONTH = Period.month(1398, 6)
WORKFLOWS = load_codelist("CL_SCAN_WORKFLOW").codes
STEPS = load_codelist("CL_SCAN_STEP").codes
RULES = load_codelist("CL_SCAN_FINDING").items
Found = set[tuple[str, str, str, str, str]]
Silver = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]

KEPT, RULING = ("KEPT_ORIGINAL_RETURNED", "KEPT_ORIGINAL_DESTROYED"), ("OTHER_RULING_RETURNED", "OTHER_RULING_KEPT")
ELSEWHERE = ("KEPT_ORIGINAL_DESTROYED", "OTHER_RULING_KEPT", "BINDER_OUT_OF_ORDER", "DESTROYED_UNIMAGED")
NEVER_ALONE_TOGETHER = {
    "a document is of one type: to be given back, to be kept, or another ruling": [
        *(("NOT_RETURNED", rule) for rule in (*KEPT, *RULING)),
        *((kept, ruling) for kept in KEPT for ruling in RULING),
    ],
    "what is kept, bound or destroyed as well as given back breaks NOT_RETURNED or a rule of its type too": [
        *(("RETURNED_UNSTAMPED", rule) for rule in ELSEWHERE),
        *(("RETURNED_UNIMAGED", rule) for rule in ELSEWHERE),
    ],
    "an original to be kept that is destroyed breaks KEPT_ORIGINAL_DESTROYED too": [
        ("DESTROYED_UNIMAGED", "KEPT_ORIGINAL_RETURNED"),
    ],
    "what is destroyed and bound breaks KEPT_ORIGINAL_DESTROYED, NOT_RETURNED or OTHER_RULING_KEPT too": [
        ("DESTROYED_UNIMAGED", "BINDER_OUT_OF_ORDER"),
    ],
    "another ruling that is bound breaks OTHER_RULING_KEPT too": [("BINDER_OUT_OF_ORDER", "OTHER_RULING_RETURNED")],
}
"""Pairs of rules for new documents that no document breaks without a third, by the reason; in other workflows none."""


@pytest.fixture(scope="module")
def judge(world: Path) -> Judge:
    return Judge(compiled(world))


@pytest.fixture(scope="module")
def clean() -> Imaged:
    return _made(CLEAN, 1_200)


@pytest.fixture(scope="module")
def lapsed() -> Imaged:
    """Return items of which each breaks a rule or two; of the files, by far the most, one in twenty."""
    made = _made(LapseRates(0.15, 0.85, 0.0), 36_000)
    files = set(made.events.filter(pl.col("document_id").is_null())["file_no"].unique())
    dropped = [name for name in files if not name.endswith(("00", "20", "40", "60", "80"))]
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


def _found(judge: Judge, made: Imaged, frames: Silver) -> Found:
    own = _own(made)
    rows = [
        (row["rule_code"], row["workflow"], row["unit_code"], row["file_pid"].decode(), row["document_pid"].decode())
        for row in judge.findings(*frames)
    ]
    assert len(set(rows)) == len(rows)
    return {row for row in rows if row[3].partition("/")[0] in own}


def _arriving(frames: Silver) -> Silver:
    """Give every event twice, the second under another identifier, and all in no order."""
    events, acts, documents = frames
    twice = (
        pl.concat([rows, rows.with_columns((pl.col("event_pid").cast(pl.String) + "9").cast(pl.Binary))])
        for rows in (events, acts)
    )
    events, acts = (rows.sample(fraction=1.0, shuffle=True, seed=3) for rows in twice)
    return events, acts, documents.sample(fraction=1.0, shuffle=True, seed=4)


def test_every_rule_and_every_pair_that_can_meet_is_planted(lapsed: Imaged) -> None:
    planted = lapsed.planted.group_by("workflow", "unit_code", "file_no").agg(pl.col("rule").sort())
    seen = {(workflow, *rules) for workflow, rules in planted.select("workflow", "rule").iter_rows()}
    never = {tuple(sorted(pair)) for pairs in NEVER_ALONE_TOGETHER.values() for pair in pairs}
    wanted: set[tuple[str, ...]] = set()
    for workflow in WORKFLOWS:
        rules = sorted(rule.code for rule in RULES if rule.attributes["acts"] and _applies(rule.attributes, workflow))
        wanted |= {(workflow, rule) for rule in rules}
        wanted |= {(workflow, *pair) for pair in combinations(rules, 2) if pair not in never}
    assert seen == wanted


def _applies(attributes: Mapping[str, str], workflow: str) -> bool:
    return workflow in attributes["workflows"].split("|")


@pytest.mark.parametrize("is_plain", [True, False])
def test_what_is_planted_is_found_and_nothing_else(judge: Judge, lapsed: Imaged, is_plain: bool) -> None:
    frames = silver_of(lapsed, has_seconds=is_plain)
    found, planted = _found(judge, lapsed, frames if is_plain else _arriving(frames)), _planted(lapsed)
    assert Counter(row[:2] for row in planted - found) == {}
    assert Counter(row[:2] for row in found - planted) == {}


def test_each_unit_is_told_what_was_found_and_what_nobody_can_know(judge: Judge, lapsed: Imaged) -> None:
    listed = Counter((row["rule_code"], row["unit_code"]) for row in judge.findings(*silver_of(lapsed)))
    counted = judge.rows("gold.mart_unit_scan_finding")
    by_unit: Counter[tuple[str, str]] = Counter()
    for row in counted:
        by_unit[row["rule_code"], row["unit_code"]] += row["cases_found"] or 0
    assert +by_unit == listed
    unseen = {rule.code for rule in RULES if not rule.attributes["acts"]}
    for column in ("cases_found", "cases_observed"):
        assert {row["rule_code"] for row in counted if row[column] is None} == unseen
    assert {row["rule_code"] for row in counted if row["observability"] == "NOT_OBSERVABLE"} == unseen
    assert {row["is_breach"] for row in counted if row["basis"] == "text"} == {True}
    assert {row["is_breach"] for row in counted if row["basis"] != "text"} == {False}


def test_a_case_that_plainly_keeps_its_rules_counts_as_one_looked_at_closely(judge: Judge, lapsed: Imaged) -> None:
    rows = [
        (judge.findings(*silver_of(lapsed), every_case_closely=closely), judge.rows("gold.mart_unit_scan_finding"))
        for closely in (False, True)
    ]
    plain, close = ([sorted(map(repr, part)) for part in parts] for parts in rows)
    assert plain == close
    assert judge.rows("intermediate.int_scan__plain") == []


def test_every_step_is_counted(world: Path) -> None:
    text = (compiled(world) / "intermediate" / "int_scan__by_unit.sql").read_text(encoding="utf-8")
    assert [step for step in STEPS if f"'{step}' as step" not in text] == []


def test_a_clean_log_with_loops_yields_nothing_however_it_arrives(judge: Judge, clean: Imaged) -> None:
    assert clean.planted.is_empty()
    assert len(clean.events.group_by("file_no", "step").len().filter(pl.col("len") > 1))
    frames = silver_of(clean)
    logs = [
        _arriving(frames),
        _tied(frames, pl.col("event_at").dt.truncate("1h")),
        _tied(frames, pl.col("event_at").dt.truncate("1d")),
        _tied(frames, pl.col("event_at").min().over("file_pid")),
        _skewed(frames, SKEW),
        _skewed(frames, -SKEW),
    ]
    apart = [[_named(rows, number) for rows in log] for number, log in enumerate(logs)]
    events, acts, documents = (pl.concat(rows) for rows in zip(*apart, strict=True))
    assert _found(judge, clean, (events, acts, documents)) == set()


def _named(rows: pl.DataFrame, number: int) -> pl.DataFrame:
    name = pl.col("file_pid").cast(pl.String) + f"/{number}"
    return rows.with_columns(name.cast(pl.Binary).alias("file_pid"))


def _tied(frames: Silver, at: pl.Expr) -> Silver:
    """Give steps and acts on papers new instants, worked out over both."""
    events, acts, documents = frames
    both = pl.concat([rows.select("event_pid", "file_pid", "event_at") for rows in (events, acts)])
    tied = both.select("event_pid", at.alias("tied_at"))
    events, acts = (
        rows.join(tied, on="event_pid", maintain_order="left").with_columns(event_at="tied_at").drop("tied_at")
        for rows in (events, acts)
    )
    return events, acts, documents


def _skewed(frames: Silver, seconds: int) -> Silver:
    """Give every second step, and the acts on papers, to another unit whose clock is wrong."""
    events, acts, documents = frames
    is_here = pl.col("unit_code") == "011001"
    other = pl.when(is_here).then(pl.lit("011002")).otherwise(pl.lit("011001")).alias("unit_code")
    at = (pl.col("event_at") + pl.duration(seconds=seconds)).alias("event_at")
    is_even = pl.col("step").str.slice(-1).is_in(list("02468"))
    moved = pl.concat([events.filter(~is_even), events.filter(is_even).with_columns(other, at)])
    return moved, acts.filter(pl.col("act") != "KEPT").with_columns(other, at), documents


def test_clocks_of_two_units_may_differ_as_far_as_the_tolerance_goes(judge: Judge) -> None:
    logs = [
        (
            Event("S01", 0),
            Event("S03", 60),
            Event("S05", 120),
            Event("S06", 180),
            Event("S07", 5_000, officer="b", unit="011002"),
            Event("S11", 5_000 - seconds),
        )
        for seconds in (SKEW, SKEW + 1)
    ]
    cases = [Case("FILE", log) for log in logs]
    assert findings(cases) == [set(), {("UPLOADED_UNAPPROVED", "011001", 0)}]
    assert _judged(judge, cases) == findings(cases)


def _drawn() -> list[Case]:
    """Draw cases of all workflows, each list with binders of its own; a run of the models costs as much for a few."""
    lists: list[list[Case]] = []

    @settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(cases=st.lists(st.one_of([cases_of(workflow) for workflow in WORKFLOWS]), min_size=40, max_size=60))
    def draw(cases: list[Case]) -> None:
        lists.append([_with_binders(case, str(len(lists))) for case in cases])

    draw()
    return [case for cases in lists for case in cases]


def _with_binders(case: Case, number: str) -> Case:
    return replace(case, events=tuple(replace(e, binder=e.binder and e.binder + number) for e in case.events))


def test_random_sequences_are_judged_as_by_the_automaton(judge: Judge) -> None:
    cases = _drawn()
    assert len(cases) >= 600
    for case, one, other in zip(cases, findings(cases), _judged(judge, cases), strict=True):
        assert one == other, case


def _judged(judge: Judge, cases: Sequence[Case]) -> list[set[Finding]]:
    """Run the models over cases and give what they find in each."""
    start = Period.month(1398, 1)
    rows: dict[bool, list[dict[str, object]]] = {True: [], False: []}
    entries = []
    for number, case in enumerate(cases):
        whole: dict[str, object] = {"file_pid": str(number).encode(), "workflow": case.workflow}
        whole |= {
            "document_pid": b"NA" if case.workflow == "FILE" else f"D{number}".encode(),
            "provenance": "synthetic",
        }
        if case.workflow != "FILE" and case.entered is not None:
            entries.append({**whole, "unit_code": "011001", "period": start.shift(case.entered).code})
        for place, event in enumerate(case.events):
            is_step = event.act in STEPS
            rows[is_step].append(
                {**whole, **_row(event, start, is_step=is_step), "event_pid": f"{number}-{place}".encode()}
            )
    frames = [pl.DataFrame(part, infer_schema_length=None) for part in (rows[True], rows[False], entries)]
    found: list[set[Finding]] = [set() for _ in cases]
    months = {start.shift(month).code: month for month in range(14)}
    for row in judge.findings(*frames):
        found[int(row["file_pid"])].add((row["rule_code"], row["unit_code"], months[row["period"]]))
    return found


def _row(event: Event, start: Period, *, is_step: bool) -> dict[str, object]:
    """Give an event as silver has it."""
    at = dt.datetime.combine(start.start, dt.time(6), dt.UTC) + dt.timedelta(seconds=event.at)
    entered = None if event.entered is None else start.start + dt.timedelta(days=event.entered)
    return {
        "step" if is_step else "act": event.act,
        "unit_code": event.unit,
        "event_at": at,
        "event_date": at.date(),
        "period": start.shift(event.month).code,
        "operator_pid": event.officer.encode(),
        "role": event.role,
        "leaf_count": event.leaves,
        "image_count": event.images,
        "is_imaged": event.imaged,
        "document_type": event.kind,
        "quality_checked": event.quality,
        "out_of_reach": event.out_of_reach,
        "has_come": event.has_come,
        "binder_pid": None if event.binder is None else event.binder.encode(),
        "binder_position": event.position,
        "entry_date": entered,
    }
