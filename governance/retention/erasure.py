"""Erasing persons' rows: requested by one official, confirmed by another, carried out, and then entered as done.

The ledger never holds a pseudonym: an erasure is named by its decision and a keyed digest of the pseudonyms, and who
confirms has to name them again.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from governance.clauses import Basis, RefusedError
from governance.context import Context
from governance.evaluation.states import check_second_person
from governance.ledger.envelope import Draft
from governance.ledger.ledger import Reader, Writer
from governance.officials import Role, check_role
from governance.register import Official
from governance.retention.acts import payload_of
from governance.retention.rules import RetentionError
from lake.layout import Home
from lake.pseudonym import SIZE, Keyring
from lake.retention.erase import Outcome, erase
from lake.retention.find import Found, find

_DECISION = re.compile(r"[A-Z0-9][A-Z0-9_.-]{0,63}")
_KIND = "erasure"
_DIGITS = 12


class Reason(StrEnum):
    """Why rows are erased; a code, for a text could name a person."""

    COURT_ORDER = "COURT_ORDER"
    PERSONS_REQUEST = "PERSONS_REQUEST"
    SENT_IN_ERROR = "SENT_IN_ERROR"
    UNLAWFULLY_HELD = "UNLAWFULLY_HELD"


class Step(StrEnum):
    """How far an erasure is; also the kinds of its events."""

    REQUESTED = "erasure.requested"
    CONFIRMED = "erasure.confirmed"
    DONE = "rows.erased"


CLAUSES_OF_STEPS = {Step.REQUESTED: "OPEN-1", Step.CONFIRMED: "HOUSE-10", Step.DONE: "OPEN-1"}
"""Clause that the event of a step cites: records of individuals are held in trust, and two persons let go of them."""


@dataclass(frozen=True)
class Erasure:
    """Whose rows go, and by which decision.

    Attributes:
        pids: The pseudonyms.
        decision: Id of the decision.
        subject: Subject of its events, and the name of its tombstones.
    """

    pids: frozenset[bytes]
    decision: str
    subject: str


def erasure(pseudonyms: Iterable[str], decision: str, keyring: Keyring) -> Erasure:
    """Name an erasure.

    Args:
        pseudonyms: 32 hexadecimal digits each.
        decision: Id of the decision that it rests on.
        keyring: The keys.

    Raises:
        RefusedError: there is no decision.
        RetentionError: a pseudonym is none.
    """
    if not _DECISION.fullmatch(decision):
        reason = "rows are erased only by a decision, named by its id (capital letters, digits, '-', '_', '.')"
        raise RefusedError(reason, clause="OPEN-1", basis=Basis.HOUSE)
    pids = parse_pseudonyms(pseudonyms)
    digest = keyring.pseudonym(_KIND, " ".join(sorted(pid.hex() for pid in pids))).hex()
    return Erasure(pids, decision, f"erasure/{decision}/{digest[:_DIGITS]}")


def parse_pseudonyms(texts: Iterable[str]) -> frozenset[bytes]:
    """Read pseudonyms; what is none is not repeated, for it may be an identifier.

    Raises:
        RetentionError: a text is none, or there is no text.
    """
    pids = set()
    for text in texts:
        if not re.fullmatch(rf"[0-9a-f]{{{2 * SIZE}}}", text):
            raise RetentionError(f"a pseudonym has {2 * SIZE} hexadecimal digits; from an identifier: amar erase find")
        pids.add(bytes.fromhex(text))
    if not pids:
        raise RetentionError("no pseudonym was named")
    return frozenset(pids)


def parse_reason(text: str) -> Reason:
    """Read the code of a reason.

    Raises:
        RetentionError: it is none.
    """
    try:
        return Reason(text)
    except ValueError as error:
        raise RetentionError(f"the reason is one of {', '.join(Reason)}") from error


def request(
    context: Context, home: Home, asked: Erasure, reason: Reason, keyring: Keyring, *, actor: str, now: datetime
) -> Found:
    """Request an erasure, and return what would go.

    Raises:
        RefusedError: the actor is unknown or lacks the role.
        RetentionError: it was requested already, or there is nothing to erase.
    """
    official = context.officials.find(actor)
    found = find(home, asked.pids, keyring)
    with context.ledger.writing() as ledger:
        check_role(ledger, official, (Role.STATISTICIAN,), act="request an erasure")
        reached = step_of(ledger, asked)
        if reached is not None:
            raise RetentionError(f"{asked.subject} is {reached.value.rpartition('.')[2]} already")
        if found.places.is_empty() and not found.rows:
            raise RetentionError("nothing stands under these pseudonyms")
        said = {"decision": asked.decision, "reason": reason.value, "pseudonyms": len(asked.pids)}
        _enter(ledger, asked, Step.REQUESTED, official, said, now)
    return found


def confirm(context: Context, home: Home, asked: Erasure, keyring: Keyring, *, actor: str, now: datetime) -> Outcome:
    """Confirm what another person requested, and carry it out; called again, it finishes what was cut off.

    Args:
        context: The installation.
        home: Its lake; the caller holds the writer lock.
        asked: The erasure.
        keyring: The keys.
        actor: Who confirms.
        now: Instant of the events.

    Raises:
        RefusedError: the actor is unknown, lacks the role, or requested it.
        RetentionError: nobody requested it with these pseudonyms, or it was carried out.
    """
    official = context.officials.find(actor)
    with context.ledger.writing() as ledger:
        check_role(ledger, official, (Role.APPROVER,), act="confirm an erasure")
        requested = _requested(ledger, asked)
        check_second_person(official, requested)
        if step_of(ledger, asked) is Step.REQUESTED:
            _enter(ledger, asked, Step.CONFIRMED, official, {"decision": asked.decision}, now)
    outcome = erase(home, asked.subject, asked.pids, keyring)
    said = {
        "decision": asked.decision,
        "reason": requested["reason"],
        "rows": outcome.rows,
        "tables": [{"table": name, "rows": rows} for name, rows in outcome.tables.items()],
        "files": [{"sha256": sha256, "rows": rows} for sha256, rows in outcome.files.items()],
        "old_files_held": len(outcome.held),
    }
    with context.ledger.writing() as ledger:
        _enter(ledger, asked, Step.DONE, official, said, now)
    return outcome


def step_of(ledger: Reader, asked: Erasure) -> Step | None:
    """Return how far an erasure is."""
    events = ledger.events(subject=asked.subject)
    return Step(events[-1].kind) if events else None


def _requested(ledger: Reader, asked: Erasure) -> dict[str, object]:
    reached = step_of(ledger, asked)
    if reached is None:
        reason = f"nobody requested to erase the rows of these pseudonyms by decision {asked.decision}"
        raise RefusedError(reason, clause="HOUSE-10", basis=Basis.HOUSE)
    if reached is Step.DONE:
        raise RetentionError(f"{asked.subject} was carried out already")
    return payload_of(ledger, ledger.events(subject=asked.subject)[0])


def _enter(
    ledger: Writer, asked: Erasure, step: Step, official: Official, said: Mapping[str, object], now: datetime
) -> None:
    payload = {**official.signature(), **said}
    ledger.append(Draft(official.office, step.value, asked.subject, CLAUSES_OF_STEPS[step], payload), now=now)
