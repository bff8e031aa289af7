"""What an evaluation rests on, as two persons adopted it: a version of the rules, and the set of norms in use.

Each is known by a hash of what it says, so that a file changed after it was adopted is no longer the one adopted.
"""

import hashlib
from dataclasses import asdict

from governance.clauses import Basis, RefusedError
from governance.evaluation.states import Step, Subject, Thing, step_after
from governance.ledger.envelope import canonical_bytes
from governance.ledger.ledger import NoPayloadError, Reader
from vocabulary.evaluation.load import rules_text
from vocabulary.norms.load import norms_in_use

_DIGITS = 16


def rules_subject(version: str) -> Subject:
    """Return the subject of a version of the rules."""
    return Subject(Thing.RULES, version)


def norms_subject(*, demonstration: bool) -> Subject:
    """Return the subject of the norms in use now: another set is another subject."""
    return Subject(Thing.NORMS, norms_hash(demonstration=demonstration)[:_DIGITS])


def rules_hash(version: str) -> str:
    """Return the SHA-256 of a version's file, hexadecimal.

    Raises:
        vocabulary.evaluation.model.RulesError: there is no such version.
    """
    return hashlib.sha256(rules_text(version).encode()).hexdigest()


def norms_hash(*, demonstration: bool) -> str:
    """Return the SHA-256 over all norms in use, by name, hexadecimal."""
    norms = sorted(norms_in_use(demonstration=demonstration), key=lambda norm: norm.name)
    entries = [asdict(norm) | {"valid_from": norm.months[0], "valid_to": norm.months[1]} for norm in norms]
    return hashlib.sha256(canonical_bytes(entries)).hexdigest()


def content_of(subject: Subject, *, demonstration: bool) -> str:
    """Return the hash of what rules or norms say now.

    Raises:
        RefusedError: the norms in use are others than the subject's.
    """
    if subject.thing is Thing.RULES:
        return rules_hash(subject.name)
    if norms_subject(demonstration=demonstration) != subject:
        raise RefusedError("these norms are not the ones in use now", clause="DASH-E", basis=Basis.HOUSE)
    return norms_hash(demonstration=demonstration)


def check_adopted(ledger: Reader, subject: Subject, content: str) -> int:
    """Refuse rules or norms that two persons did not adopt as they stand; returns the sequence of the adoption.

    Raises:
        RefusedError: they were not adopted, or changed since.
    """
    events = ledger.events(subject=str(subject))
    if step_after(events) is not Step.CONFIRMED:
        raise RefusedError(f"{subject} was not adopted by two persons", clause="HOUSE-10", basis=Basis.HOUSE)
    try:
        adopted = ledger.payload(events[-1].sequence)["content"]
    except NoPayloadError as error:
        reason = f"what was adopted as {subject} was erased from the ledger"
        raise RefusedError(reason, clause="HOUSE-10", basis=Basis.HOUSE) from error
    if adopted != content:
        raise RefusedError(f"{subject} changed since it was adopted", clause="HOUSE-10", basis=Basis.HOUSE)
    return events[-1].sequence
