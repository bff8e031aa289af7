"""What two persons adopt or freeze in evaluation: one transition table, and who may say what of whom. Pure.

Three things go the same way, proposed by one official and confirmed by another (house rule 10): a version of the
rules, the set of norms, and a frozen vintage of results. Doing it is in `governance.evaluation.acts` and `.freeze`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from governance.clauses import Basis, RefusedError
from governance.errors import GovernanceError
from governance.ledger.envelope import Event
from governance.officials import Role
from governance.register import Official
from vocabulary.norms.load import OWNER as NORM_OWNER
from vocabulary.units.load import units_by_code


class Thing(StrEnum):
    """What can be confirmed; also the middle word of the event's kind and the first of its subject."""

    RULES = "rules"
    NORMS = "norms"
    VINTAGE = "vintage"


class Step(StrEnum):
    """How far it is; also the last word of the event's kind."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"


REPLIED = "evaluation.vintage.replied"
"""Kind of the event that keeps a unit's reply; its subject is `vintage/<period>/<number>/<unit>`."""

ROLES = {
    Thing.RULES: {Step.PROPOSED: (Role.STATISTICIAN,), Step.CONFIRMED: (Role.APPROVER,)},
    Thing.NORMS: {Step.PROPOSED: (Role.PLANNER,), Step.CONFIRMED: (Role.APPROVER,)},
    Thing.VINTAGE: {Step.PROPOSED: (Role.STATISTICIAN,), Step.CONFIRMED: (Role.APPROVER,)},
}
"""Roles of which the actor of a step needs one."""

CLAUSES_OF_STEPS = {
    (Thing.RULES, Step.PROPOSED): "DASH-X",
    (Thing.NORMS, Step.PROPOSED): "DASH-E",
    (Thing.VINTAGE, Step.PROPOSED): "DASH-X",
}
"""Clause that an event cites; a confirmation cites house rule 10."""


class EvaluationStateError(GovernanceError):
    """The act does not fit how far the thing is, or the ledger was written around the rules."""


@dataclass(frozen=True)
class Subject:
    """One thing: `rules/0.1.0`, `norms/<first digits of its digest>`, `vintage/1399-12/1`."""

    thing: Thing
    name: str

    def __str__(self) -> str:
        """Return the subject of its events."""
        return f"{self.thing.value}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> "Subject":
        """Read a subject.

        Raises:
            EvaluationStateError: the text is none.
        """
        word, _, name = text.partition("/")
        if word not in {thing.value for thing in Thing} or not name:
            raise EvaluationStateError(f"{text[:80]!r} is neither rules/…, norms/… nor vintage/…")
        return cls(Thing(word), name)

    def kind(self, step: Step) -> str:
        """Return the kind of the event of a step, `evaluation.rules.confirmed`."""
        return f"evaluation.{self.thing.value}.{step.value}"

    def clause(self, step: Step) -> str:
        """Return the clause that the event of a step cites."""
        return CLAUSES_OF_STEPS.get((self.thing, step), "HOUSE-10")


def step_after(events: Iterable[Event]) -> Step | None:
    """Return how far the events of one subject lead; `None` without events. Replies change nothing.

    Raises:
        EvaluationStateError: they do not follow each other.
    """
    step: Step | None = None
    for event in events:
        expected = {None: Step.PROPOSED, Step.PROPOSED: Step.CONFIRMED}.get(step)
        if expected is None or not event.kind.endswith(f".{expected.value}"):
            raise EvaluationStateError(f"event {event.sequence} ({event.kind}) does not fit {event.subject}")
        step = expected
    return step


def check_step(subject: Subject, reached: Step | None, wanted: Step) -> None:
    """Refuse a step that is not the next.

    Raises:
        EvaluationStateError: it is not.
    """
    order = (None, Step.PROPOSED, Step.CONFIRMED)
    if order.index(reached) + 1 != order.index(wanted):
        state = f"is {reached.value}" if reached else "was never proposed"
        raise EvaluationStateError(f"{subject} {state} and cannot be {wanted.value}")


def check_second_person(official: Official, proposer: Mapping[str, object]) -> None:
    """Refuse a confirmation by the person who proposed.

    Raises:
        RefusedError: it is the same person.
    """
    if official.code == proposer["official"] or official.name == proposer["name"]:
        raise RefusedError("nobody confirms what they proposed", clause="HOUSE-10", basis=Basis.HOUSE)


def check_norm_owner(official: Official) -> None:
    """Refuse norms that the office which works them out does not propose (DASH-E).

    Raises:
        RefusedError: the official is of another office.
    """
    if official.office != NORM_OWNER:
        raise RefusedError(
            f"norms are proposed by the Socio-economic Planning Office ({NORM_OWNER})",
            clause="DASH-E",
            basis=Basis.INFERENCE,
        )


def offices_above(unit: str) -> tuple[str, ...]:
    """Return a unit and the offices above it in its hierarchy, nearest first; none for an unknown unit."""
    registry, chain = units_by_code(), []
    code: str | None = unit
    while code is not None and code in registry and code not in chain:
        chain.append(code)
        code = registry[code].parent_code
    return tuple(chain)


def may_reply(official: Official, unit: str) -> bool:
    """Tell whether an official speaks for a unit: one of the unit itself or of an office above it."""
    return official.office in offices_above(unit)


def check_reply(official: Official, unit: str, text: str) -> None:
    """Refuse a reply of somebody who does not speak for the unit, or one that says nothing.

    Raises:
        RefusedError: with the reason.
    """
    if not may_reply(official, unit):
        raise RefusedError(
            f"{official.code} does not speak for {unit}: only an official of the unit or of an office above it",
            clause="DASH-X",
            basis=Basis.HOUSE,
        )
    if not text.strip():
        raise RefusedError("a reply says something", clause="DASH-X", basis=Basis.HOUSE)
