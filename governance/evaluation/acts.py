"""Adopting rules and norms, and confirming what another person proposed: each act one ledger event.

Making a vintage, which reads the lake, is in `governance.evaluation.freeze`.
"""

from collections.abc import Mapping
from datetime import datetime

from governance.adopting import adopt_norms
from governance.clauses import Basis, RefusedError
from governance.context import Context
from governance.evaluation import basis
from governance.evaluation.states import (
    ROLES,
    Step,
    Subject,
    Thing,
    check_norm_owner,
    check_second_person,
    check_step,
    step_after,
)
from governance.evaluation.vintage import VintageStore
from governance.ledger.envelope import Draft, Payload
from governance.ledger.ledger import NoPayloadError, Reader, Writer
from governance.officials import check_role
from governance.register import Official
from vocabulary.norms.load import norms_in_use


def propose(context: Context, subject: Subject, *, actor: str, now: datetime) -> None:
    """Propose rules or norms for adoption as their files stand now.

    Raises:
        RefusedError: the actor is unknown, lacks the role, or is not of the office that works norms out.
        EvaluationStateError: they were proposed already.
        vocabulary.evaluation.model.RulesError: there is no such version.
    """
    official = context.officials.find(actor)
    content = basis.content_of(subject, demonstration=is_development(context))
    with context.ledger.writing() as ledger:
        check_act(ledger, subject, Step.PROPOSED, official)
        if subject.thing is Thing.NORMS:
            check_norm_owner(official)
        record(ledger, subject, Step.PROPOSED, official, {"content": content}, now=now)


def confirm(context: Context, subject: Subject, *, actor: str, now: datetime) -> None:
    """Confirm what another person proposed: rules, norms, or a frozen vintage.

    Raises:
        RefusedError: the actor is unknown, lacks the role, proposed it, or it changed since.
        EvaluationStateError: it does not wait for that.
        ManifestError: files of the vintage changed.
    """
    official = context.officials.find(actor)
    with context.ledger.writing() as ledger:
        check_act(ledger, subject, Step.CONFIRMED, official)
        proposed = _proposal(ledger, subject)
        check_second_person(official, proposed)
        content = _content(context, subject)
        if content != proposed["content"]:
            raise RefusedError(f"{subject} changed since it was proposed", clause="HOUSE-10", basis=Basis.HOUSE)
        record(ledger, subject, Step.CONFIRMED, official, {"content": content}, now=now)
        if subject.thing is Thing.NORMS:
            adopt_norms(ledger, norms_in_use(demonstration=is_development(context)), official, now=now)


def check_act(ledger: Reader, subject: Subject, step: Step, official: Official) -> None:
    """Check that a step is the next, and that the official may take it.

    Raises:
        EvaluationStateError: it is not the next.
        RefusedError: the official lacks the role.
    """
    check_step(subject, step_after(ledger.events(subject=str(subject))), step)
    check_role(ledger, official, ROLES[subject.thing][step], act=f"have {subject} {step.value}")


def record(
    ledger: Writer, subject: Subject, step: Step, official: Official, payload: Mapping[str, str], *, now: datetime
) -> None:
    """Append the event of a step."""
    said = {**official.signature(), **payload}
    ledger.append(Draft(official.office, subject.kind(step), str(subject), subject.clause(step), said), now=now)


def is_development(context: Context) -> bool:
    """Tell whether norms and rules that nobody decided may be used."""
    return context.settings.environment == "development"


def _content(context: Context, subject: Subject) -> str:
    if subject.thing is Thing.VINTAGE:
        return VintageStore(context.settings.evaluation_root).manifest(subject.name).draft_hash
    return basis.content_of(subject, demonstration=is_development(context))


def _proposal(ledger: Reader, subject: Subject) -> Payload:
    event = ledger.events(subject=str(subject))[0]
    try:
        return ledger.payload(event.sequence)
    except NoPayloadError as error:
        reason = f"who proposed {subject} was erased, so a second person cannot be shown"
        raise RefusedError(reason, clause="HOUSE-10", basis=Basis.HOUSE) from error
