"""Who may act: officials and the roles they hold.

Entries and roles are ledger events (`official.registered`, `role.granted`, …): a row added to a table by hand makes
nobody an official. What a role may do is decided where the act is (`governance.releases.states`); who may enter
officials and roles, in `governance.appointing`.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import yaml

from governance.clauses import Basis, RefusedError
from governance.ledger.envelope import Draft, Event
from governance.ledger.ledger import Ledger, Reader
from governance.register import CORRECTED, REGISTERED, Entry, Official, enter, enter_earlier, entries, entry, waits

GRANTED = "role.granted"
REVOKED = "role.revoked"

DEMO_REGISTER = Path(__file__).parent / "demo_officials.yaml"


class Role(StrEnum):
    """What an official may be trusted with."""

    STATISTICIAN = "statistician"
    APPROVER = "approver"
    AUDITOR = "auditor"
    PLANNER = "planner"
    SECRETARY = "secretary"


class Officials:
    """The officials of one governance database."""

    def __init__(
        self, ledger: Ledger, *, admits_demo: bool, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Use `ledger`; `admits_demo` is false in production, `clock` dates the carrying over of an older register."""
        self._clock = clock
        self._ledger = ledger
        self._admits_demo = admits_demo

    def register(
        self, official: Official, *, decision: str, now: datetime, entered_by: Official | None = None
    ) -> Event | None:
        """Enter an official, without any role; does nothing and returns `None` where the same entry stands.

        Args:
            official: Who is entered.
            decision: Id of the decision it rests on (DASH-F).
            now: Instant of the act.
            entered_by: Who enters; `None` for the first of an installation and for the demo.

        Raises:
            RefusedError: no decision is named, the code is taken by another entry, or a demo official is entered in
                production.
        """
        return self._enter(REGISTERED, official, decision=decision, now=now, entered_by=entered_by)

    def correct(
        self, official: Official, *, decision: str, now: datetime, entered_by: Official | None = None
    ) -> Event | None:
        """Say anew who a code is: another name or office, or an entry that was erased; the roles stay.

        Raises:
            RefusedError: no decision is named, nobody has the code, or a demo official is entered in production.
        """
        return self._enter(CORRECTED, official, decision=decision, now=now, entered_by=entered_by)

    def grant(
        self, code: str, role: Role, *, office: str, decision: str, now: datetime, entered_by: str | None = None
    ) -> Event | None:
        """Give a role by a decision; does nothing and returns `None` where it is held already.

        Args:
            code: Code of the official.
            role: The role.
            office: Office that enters the grant.
            decision: Id of the decision it rests on (DASH-F).
            now: Instant of the act.
            entered_by: Code of who enters it.

        Raises:
            RefusedError: no decision is named, or nobody has this code.
        """
        return self._change(GRANTED, code, role, office, decision, entered_by, now)

    def revoke(
        self, code: str, role: Role, *, office: str, decision: str, now: datetime, entered_by: str | None = None
    ) -> Event | None:
        """Take a role by a decision; does nothing and returns `None` where it is not held.

        Raises:
            RefusedError: no decision is named, or nobody has this code.
        """
        return self._change(REVOKED, code, role, office, decision, entered_by, now)

    def find(self, code: str) -> Official:
        """Return an official of the register.

        Raises:
            RefusedError: nobody has this code, the entry was erased, the register says otherwise than the ledger, or
                the official is a demo one in production.
        """
        self._carry_over()
        with self._ledger.reading() as ledger:
            official = _found(ledger, code)
        self._check_demo(official)
        return official

    def entries(self) -> list[Entry]:
        """Return the whole register, by code."""
        self._carry_over()
        with self._ledger.reading() as ledger:
            return entries(ledger)

    def _carry_over(self) -> None:
        """Enter in the ledger whom the register held before it was kept there; once in the life of a home."""
        with self._ledger.reading() as ledger:
            if not waits(ledger):
                return
        with self._ledger.writing() as writer:
            enter_earlier(writer, now=self._clock())

    def _enter(
        self, kind: str, official: Official, *, decision: str, now: datetime, entered_by: Official | None
    ) -> Event | None:
        self._check_demo(official)
        if not decision.strip():
            raise RefusedError("an official is entered by a decision", clause="DASH-F", basis=Basis.HOUSE)
        said = {"decision": decision, "entered_by": entered_by.code if entered_by else None}
        office = entered_by.office if entered_by else official.office
        self._carry_over()
        with self._ledger.writing() as ledger:
            held = entry(ledger, official.code)
            if held is not None and held.official == official:
                return None
            if held is not None and kind == REGISTERED:
                raise _refused(f"the code {official.code} belongs to another official")
            if held is None and kind == CORRECTED:
                raise _refused(f"no official has the code {official.code}")
            return enter(ledger, official, said, office=office, kind=kind, now=now)

    def _change(
        self, kind: str, code: str, role: Role, office: str, decision: str, entered_by: str | None, now: datetime
    ) -> Event | None:
        if not decision.strip():
            raise RefusedError("a role changes only by a decision", clause="DASH-F", basis=Basis.TEXT)
        official = self.find(code)
        with self._ledger.writing() as ledger:
            if (role in roles_of(ledger, code)) == (kind == GRANTED):
                return None
            payload = {**official.signature(), "role": role.value, "decision": decision, "entered_by": entered_by}
            return ledger.append(Draft(office, kind, _subject(code, role), "DASH-F", payload), now=now)

    def _check_demo(self, official: Official) -> None:
        if official.is_demo and not self._admits_demo:
            raise _refused(f"{official.code} is a demo official, whom production does not admit")


def roles_of(ledger: Reader, code: str) -> frozenset[Role]:
    """Return the roles that an official holds by the ledger."""
    held = set()
    for role in Role:
        events = [event for event in ledger.events(subject=_subject(code, role)) if event.kind in (GRANTED, REVOKED)]
        if events and events[-1].kind == GRANTED:
            held.add(role)
    return frozenset(held)


def check_role(ledger: Reader, official: Official, needed: Iterable[Role], *, act: str) -> None:
    """Refuse an act to an official who holds none of the roles it needs.

    Raises:
        RefusedError: with the roles that would do.
    """
    roles = list(needed)
    if not roles_of(ledger, official.code).intersection(roles):
        wanted = " or ".join(role.value for role in roles)
        raise _refused(f"{official.code} may not {act}: it takes the role {wanted}")


def seed_demo(officials: Officials, *, now: datetime, source: Path = DEMO_REGISTER) -> list[Official]:
    """Enter the invented officials of the demo with their roles; a second call changes nothing.

    Raises:
        RefusedError: in production.
    """
    register = yaml.safe_load(source.read_text(encoding="utf-8"))
    entered = []
    for person in register["officials"]:
        official = Official(person["code"], person["name"], person["office"], is_demo=True)
        officials.register(official, decision=register["decision"], now=now)
        for role in person["roles"]:
            officials.grant(official.code, Role(role), office=official.office, decision=register["decision"], now=now)
        entered.append(official)
    return entered


def _found(ledger: Reader, code: str) -> Official:
    held = entry(ledger, code)
    if held is None:
        raise _refused(f"no official has the code {code}")
    if held.official is None:
        raise _refused(f"who {code} is was erased from the ledger: amar officials register {code} --correct")
    return held.official


def _subject(code: str, role: Role) -> str:
    return f"{code}/{role.value}"


def _refused(reason: str) -> RefusedError:
    return RefusedError(reason, clause="DASH-F", basis=Basis.HOUSE)
