"""Who watches the ledger from outside: witnesses registered by a decision, and the checkpoints they cosigned.

A witness's public key stands in the subject of its event, so that no erasure takes it away. What a witness signs, and
how it makes sure of consistency first, is in `governance.audit.amar_verify`.
"""

from datetime import datetime

from governance.audit import amar_verify
from governance.clauses import Basis, RefusedError
from governance.context import Context
from governance.ledger.checkpoints import KeptCheckpoint
from governance.ledger.envelope import Draft
from governance.ledger.ledger import Reader
from governance.officials import Role, check_role

REGISTERED = "witness.registered"
REMOVED = "witness.removed"
_CLAUSE = "HOUSE-4"


def register(context: Context, vkey: str, *, actor: str, decision: str, now: datetime) -> bool:
    """Register a witness by a decision; returns whether it is new.

    Raises:
        RefusedError: no decision is named, the actor is no auditor, or the key is no witness's.
    """
    try:
        amar_verify.parse_key(vkey, amar_verify.WITNESS_KEY)
    except amar_verify.Malformed as error:
        raise _refused(f"what is to be registered {error}") from error
    return _change(context, REGISTERED, vkey, actor=actor, decision=decision, now=now)


def remove(context: Context, vkey: str, *, actor: str, decision: str, now: datetime) -> bool:
    """Remove a witness by a decision; what it signed stays. Returns whether it was registered.

    Raises:
        RefusedError: no decision is named, or the actor is no auditor.
    """
    return _change(context, REMOVED, vkey, actor=actor, decision=decision, now=now)


def registered(ledger: Reader) -> list[str]:
    """Return the keys of the witnesses that are registered now, in order of registration."""
    standing: dict[str, None] = {}
    for event in ledger.events(kind="witness."):
        vkey = event.subject.removeprefix("witness/")
        if event.kind == REGISTERED:
            standing[vkey] = None
        else:
            standing.pop(vkey, None)
    return list(standing)


def cosign(context: Context, note: bytes) -> list[KeptCheckpoint]:
    """Enter the cosignatures of registered witnesses under a checkpoint of this ledger; returns it once for each.

    Raises:
        RefusedError: the note is none, or no registered witness cosigned it.
        NoteError: the note is not the checkpoint that the ledger keeps, or a signature is not good.
        NoCheckpointError: the ledger keeps no checkpoint of this size.
    """
    try:
        parsed = amar_verify.parse_note(note)
    except amar_verify.Malformed as error:
        raise _refused(f"the note {error}") from error
    with context.ledger.writing() as ledger:
        known = [amar_verify.parse_key(vkey, amar_verify.WITNESS_KEY) for vkey in registered(ledger)]
        signed = [key.vkey for key in known if parsed.of(key)]
        if not signed:
            raise _refused("no registered witness cosigned this note")
        return [ledger.cosign(note.decode(), vkey) for vkey in signed]


def _change(context: Context, kind: str, vkey: str, *, actor: str, decision: str, now: datetime) -> bool:
    if not decision.strip():
        raise _refused("witnesses change only by a decision")
    official = context.officials.find(actor)
    with context.ledger.writing() as ledger:
        check_role(ledger, official, [Role.AUDITOR], act="register or remove witnesses")
        if (vkey in registered(ledger)) == (kind == REGISTERED):
            return False
        payload = {**official.signature(), "decision": decision}
        ledger.append(Draft(official.office, kind, f"witness/{vkey}", _CLAUSE, payload), now=now)
    return True


def _refused(reason: str) -> RefusedError:
    return RefusedError(reason, clause=_CLAUSE, basis=Basis.HOUSE)
