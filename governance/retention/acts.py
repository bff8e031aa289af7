"""Putting a retention rule in force: proposed by one official, confirmed by another of the office that approves it."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from governance.clauses import Basis, RefusedError
from governance.context import Context
from governance.evaluation.states import check_second_person
from governance.ledger.envelope import Draft, Event
from governance.ledger.ledger import NoPayloadError, Reader
from governance.officials import Role, check_role
from governance.register import Official
from governance.retention.rules import RetentionError, Rule


class Step(StrEnum):
    """How far a rule is; also the kinds of its events."""

    PROPOSED = "retention.rule.proposed"
    CONFIRMED = "retention.rule.confirmed"


def propose(context: Context, rule: Rule, *, actor: str, now: datetime) -> None:
    """Propose a rule as it stands.

    Raises:
        RefusedError: the actor is unknown or lacks the role, or the rule is a demonstration outside development.
        RetentionError: it was proposed already.
    """
    official = context.officials.find(actor)
    with context.ledger.writing() as ledger:
        check_demonstration(context, rule)
        _check_step(ledger, rule, None)
        check_role(ledger, official, (Role.STATISTICIAN,), act=f"propose retention rule {rule.id}")
        ledger.append(_draft(rule, Step.PROPOSED, official), now=now)


def confirm(context: Context, rule: Rule, *, actor: str, now: datetime) -> None:
    """Put a rule in force that another person proposed.

    Raises:
        RefusedError: the actor is unknown, lacks the role, is of another office than the rule's approver, or proposed
            it.
        RetentionError: it does not wait for that.
    """
    official = context.officials.find(actor)
    with context.ledger.writing() as ledger:
        check_demonstration(context, rule)
        _check_step(ledger, rule, Step.PROPOSED)
        check_role(ledger, official, (Role.APPROVER,), act=f"confirm retention rule {rule.id}")
        if official.office != rule.approver:
            reason = f"retention rule {rule.id} is confirmed by {rule.approver}, not by {official.office}"
            raise RefusedError(reason, clause="HOUSE-10", basis=Basis.HOUSE)
        check_second_person(official, payload_of(ledger, ledger.events(subject=rule.subject)[-1]))
        ledger.append(_draft(rule, Step.CONFIRMED, official), now=now)


def check_demonstration(context: Context, rule: Rule) -> None:
    """Refuse a rule that nobody decided where data are real.

    Raises:
        RefusedError: it is one.
    """
    if rule.demonstration and context.settings.environment != "development":
        reason = f"retention rule {rule.id} is a demonstration that rests on no decision"
        raise RefusedError(reason, clause="HOUSE-10", basis=Basis.HOUSE)


def in_force(context: Context, rules: Iterable[Rule], today: date) -> list[Rule]:
    """Return the rules that two persons put in force as they stand, and that hold today."""
    admits = context.settings.environment == "development"
    with context.ledger.reading() as ledger:
        return [
            rule
            for rule in rules
            if rule.holds_on(today) and (admits or not rule.demonstration) and step_of(ledger, rule) is Step.CONFIRMED
        ]


def step_of(ledger: Reader, rule: Rule) -> Step | None:
    """Return how far a rule is, as it stands."""
    events = ledger.events(subject=rule.subject)
    return Step(events[-1].kind) if events else None


def payload_of(ledger: Reader, event: Event) -> dict[str, object]:
    """Return what a proposal or request said.

    Raises:
        RefusedError: it was erased, so a second person cannot be shown.
    """
    try:
        return dict(ledger.payload(event.sequence))
    except NoPayloadError as error:
        reason = f"who stands behind event {event.sequence} was erased, so a second person cannot be shown"
        raise RefusedError(reason, clause="HOUSE-10", basis=Basis.HOUSE) from error


def _check_step(ledger: Reader, rule: Rule, wanted: Step | None) -> None:
    reached = step_of(ledger, rule)
    if reached is not wanted:
        state = "was never proposed as it stands" if reached is None else f"is {reached.value.rpartition('.')[2]}"
        raise RetentionError(f"retention rule {rule.id} {state}")


def _draft(rule: Rule, step: Step, official: Official) -> Draft:
    clause = rule.clause if step is Step.PROPOSED else "HOUSE-10"
    said = {**official.signature(), "rule": rule.model_dump(mode="json")}
    return Draft(official.office, step.value, rule.subject, clause, said)
