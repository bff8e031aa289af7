"""The life of a release: one transition table, and the fold of ledger events over it. Pure.

What is visible follows from the events and nothing else; there is no flag to flip. Who holds a role is known to
`governance.officials`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from governance.errors import GovernanceError
from governance.ledger.envelope import Event
from governance.officials import Role

SEALED = "manifest.published"
"""Kind of the event whose subject is `<release>/<manifest hash>`; it changes no state."""


class State(StrEnum):
    """Where a release stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What can be done to a release; also the last word of the event's kind."""

    PROPOSE = "proposed"
    CHECK = "checked"
    APPROVE = "approved"
    PUBLISH = "published"
    WITHDRAW = "withdrawn"

    @property
    def kind(self) -> str:
        """Kind of the ledger event, `release.approved`."""
        return f"release.{self.value}"


@dataclass(frozen=True)
class Transition:
    """One row of the table.

    Attributes:
        target: State after the act.
        roles: Roles of which the actor needs one.
        clause: Clause or house rule that the event cites.
        needs_second_person: Whether the actor must be another person than the one who proposed.
    """

    target: State
    roles: tuple[Role, ...]
    clause: str
    needs_second_person: bool = False


TRANSITIONS: dict[tuple[State | None, Action], Transition] = {
    (None, Action.PROPOSE): Transition(State.PROPOSED, (Role.STATISTICIAN,), "DASH-B"),
    (State.PROPOSED, Action.CHECK): Transition(State.PROPOSED, (Role.STATISTICIAN,), "DASH-B"),
    (State.PROPOSED, Action.APPROVE): Transition(
        State.APPROVED, (Role.APPROVER,), "HOUSE-10", needs_second_person=True
    ),
    (State.APPROVED, Action.PUBLISH): Transition(State.PUBLISHED, (Role.STATISTICIAN, Role.APPROVER), "OPEN-2"),
    (State.PROPOSED, Action.WITHDRAW): Transition(State.WITHDRAWN, (Role.STATISTICIAN, Role.APPROVER), "HOUSE-4"),
    (State.APPROVED, Action.WITHDRAW): Transition(State.WITHDRAWN, (Role.STATISTICIAN, Role.APPROVER), "HOUSE-4"),
    (State.PUBLISHED, Action.WITHDRAW): Transition(State.WITHDRAWN, (Role.APPROVER,), "HOUSE-4"),
}
"""Everything that can happen to a release; what is not here cannot."""


class TransitionError(GovernanceError):
    """The act does not fit the release's state."""


class LedgerStateError(GovernanceError):
    """The events of a release contradict the transition table: the ledger was written around the rules."""


def transition(release: str, state: State | None, action: Action) -> Transition:
    """Return the row of the table for an act.

    Args:
        release: Id of the release, for the error.
        state: Its state; `None` before it is proposed.
        action: What is to be done.

    Raises:
        TransitionError: the table has no such row.
    """
    found = TRANSITIONS.get((state, action))
    if found is None:
        where = f"is {state.value}" if state else "was never proposed"
        raise TransitionError(f"{release} {where} and cannot be {action.value}")
    return found


def state_after(events: Iterable[Event]) -> State | None:
    """Return the state that the events of one release lead to; `None` without events.

    Raises:
        LedgerStateError: an event is unknown or does not fit the state before it.
    """
    actions = {action.kind: action for action in Action}
    state: State | None = None
    for event in events:
        action = actions.get(event.kind)
        found = TRANSITIONS.get((state, action)) if action else None
        if found is None:
            raise LedgerStateError(f"event {event.sequence} ({event.kind}) does not fit the release {event.subject}")
        state = found.target
    return state
