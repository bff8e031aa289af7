"""What is said of pseudonym keys in the ledger: that one came in, or that the old ones were given up. Never a key.

OPEN-1: individuals' records are held in trust; who changes what hides them is on record with the decision.
"""

from datetime import datetime

from governance.clauses import Basis, RefusedError
from governance.context import Context
from governance.ledger.envelope import Draft
from governance.register import Official

ROTATED = "key.rotated"
ABANDONED = "key.abandoned"
_CLAUSE = "OPEN-1"


def record(context: Context, kind: str, *, actor: str, decision: str, fingerprint: str, now: datetime) -> bool:
    """Enter an act on the keys; an act on the same keyring is entered once.

    Args:
        context: The installation's governance.
        kind: `ROTATED` or `ABANDONED`.
        actor: Code of the official.
        decision: Id of the decision it rests on.
        fingerprint: Of the keyring that is in force after it.
        now: Instant of the act.

    Returns:
        Whether the event is new.

    Raises:
        RefusedError: no decision is named, or nobody has the code.
    """
    official = check_actor(context, actor, decision)
    subject = f"pseudonym-keys/{fingerprint}"
    with context.ledger.writing() as writer:
        if writer.events(subject=subject, kind=kind):
            return False
        payload = {**official.signature(), "decision": decision}
        writer.append(Draft(official.office, kind, subject, _CLAUSE, payload), now=now)
    return True


def check_actor(context: Context, actor: str, decision: str) -> Official:
    """Return the official who acts on the keys.

    Raises:
        RefusedError: no decision is named, or nobody has the code.
    """
    if not decision.strip():
        raise RefusedError("keys are changed by a decision, and none is named", clause=_CLAUSE, basis=Basis.HOUSE)
    return context.officials.find(actor)
