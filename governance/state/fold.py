"""The whole state that the ledger leads to: the folds of every subject, put together.

State is what the entries say, and of payloads what survives: whatever stood in an erased payload reads `erased`. Who
may see it: auditors, for it holds codes of officials.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from governance.acts.read import counts
from governance.adopting import CLAUSES_OF_KINDS
from governance.evaluation.states import REPLIED
from governance.grants import standing
from governance.ledger.envelope import Event
from governance.ledger.ledger import ERASED, NoPayloadError, Reader
from governance.officials import roles_of
from governance.plausibility.review import reviews
from governance.register import entries
from governance.releases.read import fold as releases
from governance.releases.states import Action

GONE = "erased"
"""How a field of an erased payload reads."""

_LAST = ("retention.", "erasure.", "rows.", "key.", "witness.", "correction")
"""Kinds whose last event is all that a subject stands at."""


@dataclass(frozen=True)
class State:
    """Everything the ledger says now.

    Attributes:
        events: Number of events.
        kinds: Number of events of each kind.
        officials: Code → office, roles, last event.
        grants: Grant → holder, decision and whether it stands.
        releases: Release → state, and what its checks found.
        adopted: Definitions, norms and disclosure parameters → decision, version, content hash.
        evaluation: Rules, norms and vintages → how far each is.
        verdicts: Flag of plausibility → verdict.
        subjects: Retention rules, erasures, expired rows, keys, witnesses, corrections → last event.
        erased: Sequences of the events whose payload was erased.
    """

    events: int
    kinds: Mapping[str, int]
    officials: Mapping[str, Mapping[str, Any]]
    grants: Mapping[str, Mapping[str, Any]]
    releases: Mapping[str, Mapping[str, Any]]
    adopted: Mapping[str, Mapping[str, Any]]
    evaluation: Mapping[str, str]
    verdicts: Mapping[str, str]
    subjects: Mapping[str, str]
    erased: tuple[int, ...]

    def document(self) -> dict[str, Any]:
        """Return the state as JSON has it."""
        return asdict(self)


def fold(ledger: Reader) -> State:
    """Fold the ledger to its state.

    Raises:
        LedgerStateError: the events of a release were written around the rules.
        ForgedEventError: an event is not the one that was written.
    """
    erased = sorted(int(event.subject.removeprefix("ledger/")) for event in ledger.events(kind=ERASED))
    return State(
        events=ledger.head(),
        kinds=counts(ledger.connection),
        officials=_officials(ledger),
        grants=_grants(ledger),
        releases=_releases(ledger),
        adopted={
            event.subject: _fields(ledger, event, ("decision", "version", "valid_from", "content_hash"))
            for kind in CLAUSES_OF_KINDS
            for event in ledger.events(kind=kind)
        },
        evaluation=_last(event for event in ledger.events(kind="evaluation.") if event.kind != REPLIED),
        verdicts={flag: str(review.verdict or GONE) for flag, review in reviews(ledger).items()},
        subjects=_last(event for kind in _LAST for event in ledger.events(kind=kind)),
        erased=tuple(erased),
    )


def _officials(ledger: Reader) -> dict[str, dict[str, Any]]:
    return {
        held.code: {
            "office": held.official.office if held.official else GONE,
            "is_demo": held.official.is_demo if held.official else GONE,
            "roles": sorted(roles_of(ledger, held.code)),
            "event": held.sequence,
        }
        for held in entries(ledger)
    }


def _grants(ledger: Reader) -> dict[str, dict[str, Any]]:
    """Give every grant that was entered; one of which a payload was erased opens nothing and says so."""
    stand = {grant.id: grant for grant in standing(ledger)}
    found = {}
    for event in ledger.events(kind="access.granted"):
        grant = stand.get(event.subject)
        if grant is None:
            found[event.subject] = {"holder": GONE, "decision": GONE, "state": GONE}
        else:
            state = "revoked" if grant.revoked_by else "stands"
            found[event.subject] = {"holder": grant.holder, "decision": grant.decision, "state": state}
    return found


def _releases(ledger: Reader) -> dict[str, dict[str, Any]]:
    found = {}
    for release in releases(ledger.events(kind="release.")):
        checked = release.event(Action.CHECK)
        outcome = _fields(ledger, checked, ("outcome",))["outcome"] if checked else None
        found[release.id] = {"state": release.state.value, "checked": outcome}
    return found


def _fields(ledger: Reader, event: Event, names: Iterable[str]) -> dict[str, Any]:
    """Return members of a payload, each `erased` where the payload was."""
    try:
        said: Mapping[str, Any] = ledger.payload(event.sequence)
    except NoPayloadError:
        return dict.fromkeys(names, GONE)
    return {name: said[name] for name in names if name in said}


def _last(events: Iterable[Event]) -> dict[str, str]:
    return {event.subject: event.kind for event in sorted(events, key=lambda event: event.sequence)}
