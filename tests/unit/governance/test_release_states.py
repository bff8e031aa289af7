"""The transition table of releases, and the state that a history of events leads to."""

from itertools import product

import pytest

from governance.clauses import CLAUSES
from governance.ledger.envelope import Event
from governance.officials import Role
from governance.releases.states import (
    TRANSITIONS,
    Action,
    LedgerStateError,
    State,
    TransitionError,
    state_after,
    transition,
)

BOTH = {Role.STATISTICIAN, Role.APPROVER}
TABLE = {
    (None, Action.PROPOSE): (State.PROPOSED, {Role.STATISTICIAN}, False),
    (None, Action.CHECK): None,
    (None, Action.APPROVE): None,
    (None, Action.PUBLISH): None,
    (None, Action.WITHDRAW): None,
    (State.PROPOSED, Action.PROPOSE): None,
    (State.PROPOSED, Action.CHECK): (State.PROPOSED, {Role.STATISTICIAN}, False),
    (State.PROPOSED, Action.APPROVE): (State.APPROVED, {Role.APPROVER}, True),
    (State.PROPOSED, Action.PUBLISH): None,
    (State.PROPOSED, Action.WITHDRAW): (State.WITHDRAWN, BOTH, False),
    (State.APPROVED, Action.PROPOSE): None,
    (State.APPROVED, Action.CHECK): None,
    (State.APPROVED, Action.APPROVE): None,
    (State.APPROVED, Action.PUBLISH): (State.PUBLISHED, BOTH, False),
    (State.APPROVED, Action.WITHDRAW): (State.WITHDRAWN, BOTH, False),
    (State.PUBLISHED, Action.PROPOSE): None,
    (State.PUBLISHED, Action.CHECK): None,
    (State.PUBLISHED, Action.APPROVE): None,
    (State.PUBLISHED, Action.PUBLISH): None,
    (State.PUBLISHED, Action.WITHDRAW): (State.WITHDRAWN, {Role.APPROVER}, False),
    (State.WITHDRAWN, Action.PROPOSE): None,
    (State.WITHDRAWN, Action.CHECK): None,
    (State.WITHDRAWN, Action.APPROVE): None,
    (State.WITHDRAWN, Action.PUBLISH): None,
    (State.WITHDRAWN, Action.WITHDRAW): None,
}


def event(kind, sequence=1):
    return Event(sequence, "2026-11-21T08:00:00.000000Z", "HQ-STATISTICS", kind, "D@1.0.0", "DASH-B", "0" * 64)


def test_the_truth_table_covers_every_state_and_action():
    assert set(TABLE) == set(product([None, *State], Action))


@pytest.mark.parametrize(("state", "action"), TABLE)
def test_transitions(state, action):
    expected = TABLE[state, action]
    if expected is None:
        with pytest.raises(TransitionError, match="D@1"):
            transition("D@1.0.0", state, action)
        return
    found = transition("D@1.0.0", state, action)
    assert (found.target, set(found.roles), found.needs_second_person) == expected
    assert found.clause in CLAUSES
    assert TRANSITIONS[state, action] is found


def test_nobody_is_published_without_a_second_person():
    path = [Action.PROPOSE, Action.APPROVE, Action.PUBLISH]
    state, second = None, []
    for action in path:
        row = transition("D@1.0.0", state, action)
        second.append(row.needs_second_person)
        state = row.target
    assert state is State.PUBLISHED
    assert any(second)


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ([], None),
        (["proposed"], State.PROPOSED),
        (["proposed", "approved"], State.APPROVED),
        (["proposed", "approved", "published"], State.PUBLISHED),
        (["proposed", "approved", "published", "withdrawn"], State.WITHDRAWN),
        (["proposed", "withdrawn"], State.WITHDRAWN),
        (["proposed", "checked"], State.PROPOSED),
        (["proposed", "checked", "approved", "published"], State.PUBLISHED),
    ],
)
def test_state_follows_from_events(kinds, state):
    assert state_after(event(f"release.{kind}") for kind in kinds) is state


@pytest.mark.parametrize(
    "kinds", [["release.published"], ["release.proposed", "release.published"], ["release.invented"], ["role.granted"]]
)
def test_events_written_around_the_rules_are_found(kinds):
    with pytest.raises(LedgerStateError):
        state_after(event(kind) for kind in kinds)
