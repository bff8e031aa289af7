"""Entering officials and their roles: the secretariat does, by a decision, and nobody for themselves (DASH-F, STAT-N3).

Whom to trust is decided by the working group and entered by one official of the role `secretary`, as grants of access
are. While nobody holds that role, an installation's first officials are entered by whoever sets it up: without an
acting official, which the auditor's view shows as what it is.
"""

import re
from datetime import datetime

from governance.clauses import Basis, RefusedError
from governance.context import Context
from governance.ledger.envelope import Event
from governance.ledger.ledger import Reader
from governance.officials import Role, check_role, roles_of
from governance.register import Official, entries
from vocabulary.units.load import units_by_code

_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,31}")


def appoint(
    context: Context, official: Official, *, actor: str | None, decision: str, correct: bool, now: datetime
) -> Event | None:
    """Enter an official, or say anew who one is; does nothing and returns `None` where the same entry stands.

    Args:
        context: The installation.
        official: Who is entered.
        actor: Code of the secretary; `None` while there is no secretary.
        decision: Id of the decision.
        correct: Whether the code has an entry, which is to be corrected.
        now: Instant of the act.

    Raises:
        RefusedError: the code or the office is none, no decision is named, the code is taken, or the actor may not.
    """
    _check_entry(official)
    entered_by = _check_actor(context, actor, official.code, f"enter {official.code}")
    act = context.officials.correct if correct else context.officials.register
    return act(official, decision=decision, now=now, entered_by=entered_by)


def give_role(
    context: Context, code: str, role: Role, *, actor: str | None, decision: str, now: datetime
) -> Event | None:
    """Give an official a role; does nothing and returns `None` where it is held.

    Raises:
        RefusedError: nobody has the code, no decision is named, or the actor may not.
    """
    by = _check_actor(context, actor, code, f"give {code} the role {role.value}")
    office = by.office if by else context.officials.find(code).office
    entered_by = by.code if by else None
    return context.officials.grant(code, role, office=office, decision=decision, now=now, entered_by=entered_by)


def take_role(
    context: Context, code: str, role: Role, *, actor: str | None, decision: str, now: datetime
) -> Event | None:
    """Take a role from an official; does nothing and returns `None` where it is not held.

    Raises:
        RefusedError: nobody has the code, no decision is named, or the actor may not.
    """
    by = _check_actor(context, actor, code, f"take the role {role.value} from {code}")
    office = by.office if by else context.officials.find(code).office
    entered_by = by.code if by else None
    return context.officials.revoke(code, role, office=office, decision=decision, now=now, entered_by=entered_by)


def has_secretary(ledger: Reader) -> bool:
    """Tell whether any official holds the role `secretary`."""
    return any(Role.SECRETARY in roles_of(ledger, held.code) for held in entries(ledger))


def _check_actor(context: Context, actor: str | None, code: str, act: str) -> Official | None:
    """Return who enters; `None` for the first officials of an installation."""
    with context.ledger.reading() as ledger:
        if actor is None:
            if has_secretary(ledger):
                raise _refused(f"{act}: say who does (--as): a secretary holds office")
            return None
        official = context.officials.find(actor)
        check_role(ledger, official, [Role.SECRETARY], act=act)
    if actor == code:
        raise _refused("nobody enters what names themselves")
    return official


def _check_entry(official: Official) -> None:
    if not _CODE.fullmatch(official.code) or official.code in units_by_code():
        raise _refused(f"{official.code[:40]!r} is no code of an official: capitals, digits, '-', '_', and no unit's")
    if official.office not in units_by_code():
        raise _refused(f"the registry of units has no office {official.office[:40]!r}")
    if not official.name.strip():
        raise _refused("an official has a name")


def _refused(reason: str) -> RefusedError:
    return RefusedError(reason, clause="DASH-F", basis=Basis.HOUSE)
