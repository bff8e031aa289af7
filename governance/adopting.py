"""What numbers are made by, entered in the ledger when it first takes effect here: definitions, norms, disclosure.

One event each, in the transaction of the act that brings it into use: definitions and the gate's parameters with the
proposal of a release, which another person approves; norms with the confirmation of what another person proposed (house
rule 10). Another text is another subject, so that a text that changes without a new version is seen, and what stands
already is entered no second time. The rules of evaluation, its weights among them, are one version that two persons
adopt as a whole (`governance.evaluation.acts`).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from governance.disclosure.certificate import parameters
from governance.ledger.envelope import Draft, Event, Payload, canonical_bytes
from governance.ledger.ledger import Writer
from governance.register import Official
from governance.releases.rules import Rule
from vocabulary.norms.model import Norm

DEFINITION = "definition.adopted"
NORM = "norm.adopted"
DISCLOSURE = "disclosure.parameters_adopted"

CLAUSES_OF_KINDS = {DEFINITION: "DASH-D", NORM: "DASH-E", DISCLOSURE: "STAT-N1"}
"""Clause that each event rests on: the statistical code, the norms, and what may be given."""

_LATER = ("valid_to", "changes")
"""What a document of a definition says only by its neighbours: a later version changes it, not the definition."""

_DIGITS = 12


def adopt_for_release(ledger: Writer, rules: Iterable[Rule], official: Official, *, now: datetime) -> list[Event]:
    """Enter the definitions and disclosure parameters of a proposal that are new here.

    Args:
        ledger: The transaction of the proposal.
        rules: Publication rules of the dataset; measures of a cube, which have no version, are no definitions.
        official: Who proposes.
        now: Instant of the proposal.
    """
    versions = [each for rule in rules for each in rule.versions if each.version]
    found = [(f"definition/{each.code}@{each.version}", DEFINITION, _definition(each)) for each in versions]
    gate = parameters()
    found.append((f"disclosure/{gate['gate']}", DISCLOSURE, {**gate, "decision": None}))
    return _enter(ledger, found, official, now)


def adopt_norms(ledger: Writer, norms: Iterable[Norm], official: Official, *, now: datetime) -> list[Event]:
    """Enter the norms that two persons adopted and that are new here."""
    return _enter(ledger, [(f"norm/{norm.name}", NORM, _norm(norm)) for norm in norms], official, now)


def _enter(ledger: Writer, found: Iterable[tuple[str, str, Payload]], official: Official, now: datetime) -> list[Event]:
    stands = {event.subject for kind in CLAUSES_OF_KINDS for event in ledger.events(kind=kind)}
    entered = []
    for name, kind, said in found:
        digest = hashlib.sha256(canonical_bytes(said)).hexdigest()
        subject = f"{name}/{digest[:_DIGITS]}"
        if subject not in stands:
            stands.add(subject)
            payload = {**official.signature(), **_told(said), "content_hash": f"sha256:{digest}"}
            draft = Draft(official.office, kind, subject, CLAUSES_OF_KINDS[kind], payload)
            entered.append(ledger.append(draft, now=now))
    return entered


def _told(said: Payload) -> Mapping[str, object]:
    """Return what the event itself says; the whole text of a definition stands in the release."""
    names = ("code", "version", "decision", "valid_from", "indicator", "level", "status", "gate", "threshold", "areas")
    return {name: said[name] for name in names if name in said}


def _definition(rule: Rule) -> Payload:
    text = {name: value for name, value in rule.document.items() if name not in _LATER}
    return {**text, "decision": rule.document["decision_id"]}


def _norm(norm: Norm) -> Payload:
    first, last = norm.months
    said = {**asdict(norm), "valid_from": first, "valid_to": last, "decision": norm.decision_id}
    return {**said, "level": norm.level.value, "status": norm.status.value}
