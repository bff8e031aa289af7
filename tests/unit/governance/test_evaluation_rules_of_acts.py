"""Truth tables of adopting, freezing and replying, and the trend against numbers worked out by hand."""

from itertools import product

import pytest

from governance.clauses import CLAUSES, RefusedError
from governance.evaluation.results import window
from governance.evaluation.states import (
    REPLIED,
    ROLES,
    EvaluationStateError,
    Step,
    Subject,
    Thing,
    check_norm_owner,
    check_reply,
    check_second_person,
    check_step,
    may_reply,
    offices_above,
    step_after,
)
from governance.evaluation.trend import Trend, jumped_and_fell_back, mann_kendall, trend
from governance.ledger.envelope import Event
from governance.officials import Role
from governance.register import Official
from vocabulary.periods import Period

ORDER = (None, Step.PROPOSED, Step.CONFIRMED)


def official(code: str = "A", name: str = "a", office: str = "HQ-STATISTICS") -> Official:
    return Official(code, name, office)


def event(kind: str) -> Event:
    return Event(1, "2026-11-21T08:00:00.000000Z", "HQ", kind, "rules/1.0.0", "DASH-X", "0" * 64)


@pytest.mark.parametrize(("reached", "wanted"), list(product(ORDER, Step)))
def test_only_the_next_step_can_be_taken(reached, wanted):
    if ORDER.index(wanted) == ORDER.index(reached) + 1:
        check_step(Subject(Thing.RULES, "1.0.0"), reached, wanted)
    else:
        with pytest.raises(EvaluationStateError):
            check_step(Subject(Thing.RULES, "1.0.0"), reached, wanted)


@pytest.mark.parametrize(
    ("kinds", "step"),
    [
        ([], None),
        (["evaluation.rules.proposed"], Step.PROPOSED),
        (["evaluation.rules.proposed", "evaluation.rules.confirmed"], Step.CONFIRMED),
    ],
)
def test_events_lead_to_a_step(kinds, step):
    assert step_after(event(kind) for kind in kinds) is step


@pytest.mark.parametrize(
    "kinds",
    [
        ["evaluation.rules.confirmed"],
        ["evaluation.rules.proposed", "evaluation.rules.proposed"],
        ["evaluation.rules.proposed", "evaluation.rules.confirmed", "evaluation.rules.confirmed"],
        [REPLIED],
    ],
)
def test_events_around_the_rules_are_told(kinds):
    with pytest.raises(EvaluationStateError):
        step_after(event(kind) for kind in kinds)


def test_every_step_of_every_thing_has_roles_and_a_known_clause():
    for thing, step in product(Thing, Step):
        assert ROLES[thing][step]
        assert Subject(thing, "x").clause(step) in CLAUSES


def test_norms_are_proposed_by_planners_and_confirmed_by_approvers():
    assert ROLES[Thing.NORMS] == {Step.PROPOSED: (Role.PLANNER,), Step.CONFIRMED: (Role.APPROVER,)}
    check_norm_owner(official(office="HQ-PLANNING"))
    with pytest.raises(RefusedError, match="Socio-economic Planning"):
        check_norm_owner(official())


@pytest.mark.parametrize("text", ["rules", "rules/", "weights/1.0.0", ""])
def test_what_is_no_subject_is_refused(text):
    with pytest.raises(EvaluationStateError):
        Subject.parse(text)


def test_a_subject_reads_back():
    assert str(Subject.parse("vintage/1399-12/1")) == "vintage/1399-12/1"


@pytest.mark.parametrize(
    ("code", "name", "refused"), [("A", "a", True), ("A", "b", True), ("B", "a", True), ("B", "b", False)]
)
def test_a_second_person_is_another_by_code_and_name(code, name, refused):
    proposer = {"official": "A", "name": "a"}
    if refused:
        with pytest.raises(RefusedError, match="nobody confirms"):
            check_second_person(official(code, name), proposer)
    else:
        check_second_person(official(code, name), proposer)


@pytest.mark.parametrize(
    ("office", "unit", "allowed"),
    [
        ("161001", "161001", True),
        ("GO-16", "161001", True),
        ("GO-16", "GO-16", True),
        ("161001", "GO-16", False),
        ("161002", "161001", False),
        ("GO-10", "161001", False),
        ("TM-16", "161001", False),
        ("HQ-STATISTICS", "161001", False),
        ("HQ-ECONOMICS", "HQ-STATISTICS", True),
        ("GO-16", "no unit", False),
    ],
)
def test_a_reply_is_of_the_unit_or_an_office_above_it(office, unit, allowed):
    assert may_reply(official(office=office), unit) is allowed


def test_a_reply_is_checked():
    check_reply(official(office="GO-16"), "161001", "we moved house")
    with pytest.raises(RefusedError, match="does not speak"):
        check_reply(official(), "161001", "we moved house")
    with pytest.raises(RefusedError, match="says something"):
        check_reply(official(office="GO-16"), "161001", "  ")
    assert offices_above("161001") == ("161001", "GO-16")


@pytest.mark.parametrize(
    ("values", "score"),
    [
        ([1.0] * 7, None),
        # 28 pairs rise, Var(S) = 8·7·21/18 = 65.333, (28 − 1)/8.0829
        ([1, 2, 3, 4, 5, 6, 7, 8], 3.3404),
        ([8, 7, 6, 5, 4, 3, 2, 1], -3.3404),
        ([5.0] * 8, 0.0),
        # two values of equal months each: S = 16, Var(S) = (8·7·21 − 2·4·3·13)/18 = 48, (16 − 1)/6.9282
        ([1, 1, 1, 1, 2, 2, 2, 2], 2.1651),
    ],
)
def test_the_score_of_mann_and_kendall(values, score):
    found = mann_kendall(values)
    assert found is None if score is None else found == pytest.approx(score, abs=1e-4)


@pytest.mark.parametrize(
    ("values", "heading"),
    [
        ([1] * 3, None),
        ([1, 2, 3, 4, 5, 6, 7, 8], Trend.IMPROVING),
        ([8, 7, 6, 5, 4, 3, 2, 1], Trend.WORSENING),
        ([3, 1, 4, 1, 5, 2, 3, 4], Trend.STEADY),
    ],
)
def test_where_a_figure_is_heading(values, heading):
    assert trend(values) is heading


@pytest.mark.parametrize(
    ("before", "evaluated", "after", "shown"),
    [
        ([80, 81, 79, 80, 81, 79, 80, 81], 95, 81, True),
        ([80, 81, 79, 80, 81, 79, 80, 81], 95, 94, False),
        ([80, 81, 79, 80, 81, 79, 80, 81], 83, 80, False),
        ([80, 81, 79, 80, 81, 79, 80, 81], 60, 80, False),
        ([80, 81, 79], 95, 80, False),
        ([80] * 8, 81, 80, True),
        ([80] * 8, 80, 79, False),
    ],
)
def test_a_jump_that_falls_back(before, evaluated, after, shown):
    assert jumped_and_fell_back(before, evaluated, after) is shown


@pytest.mark.parametrize(
    ("period", "months", "first", "last", "count"),
    [
        ("1399-12", 12, "1398-12", "1399-11", 12),
        ("1399-Q4", 12, "1398-Q4", "1399-Q3", 4),
        ("1399", 12, "1398", "1398", 1),
        ("1399", 6, "1398", "1398", 1),
        ("1300-02", 12, "1300-01", "1300-01", 1),
    ],
)
def test_the_window_of_the_trend(period, months, first, last, count):
    found = window(Period.parse(period), months)
    assert [found[0].code, found[-1].code, len(found)] == [first, last, count]
