"""Who may act: the register of officials and the roles they hold.

The register holds names and offices and can be corrected. Roles are ledger events (`role.granted`, `role.revoked`):
a row added to the register by hand gives nobody a role. What a role may do is decided where the act is
(`governance.releases.states`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import yaml
from sqlalchemy import Engine, insert, select

from governance.clauses import Basis, RefusedError
from governance.database import engine as database
from governance.database.schema import OFFICIAL
from governance.ledger.envelope import Draft, Event
from governance.ledger.ledger import Ledger, Reader

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


@dataclass(frozen=True)
class Official:
    """One person in office.

    Attributes:
        code: Code of the official, which is no name: `DEMO-APPROVER`.
        name: The person's name; it goes into event payloads, which can be erased, and nowhere else.
        office: Code of the office, `HQ-…`; it stands in event envelopes.
        is_demo: Whether the person is invented for a demonstration.
    """

    code: str
    name: str
    office: str
    is_demo: bool = False

    def signature(self) -> dict[str, str]:
        """Return what an event's payload says about its actor."""
        return {"official": self.code, "name": self.name}


class Officials:
    """The register of one governance database."""

    def __init__(self, engine: Engine, ledger: Ledger, *, admits_demo: bool) -> None:
        """Use `engine` and `ledger`; `admits_demo` is false in production."""
        self._engine = engine
        self._ledger = ledger
        self._admits_demo = admits_demo

    def register(self, official: Official) -> None:
        """Enter an official, without any role; does nothing where the same entry exists.

        Raises:
            RefusedError: the code is taken by another entry, or a demo official is entered in production.
        """
        self._check_demo(official)
        with database.write(self._engine) as connection:
            row = connection.execute(select(OFFICIAL).where(OFFICIAL.c.code == official.code)).one_or_none()
            if row is None:
                values = {"name": official.name, "office": official.office, "is_demo": official.is_demo}
                connection.execute(insert(OFFICIAL).values(code=official.code, **values))
            elif Official(**row._asdict()) != official:
                raise _refused(f"the code {official.code} belongs to another official")

    def grant(self, code: str, role: Role, *, office: str, decision: str, now: datetime) -> Event | None:
        """Give a role by a decision; does nothing and returns `None` where it is held already.

        Args:
            code: Code of the official.
            role: The role.
            office: Office that enters the grant.
            decision: Id of the decision it rests on (DASH-F).
            now: Instant of the act.

        Raises:
            RefusedError: no decision is named, or nobody has this code.
        """
        return self._change(GRANTED, code, role, office=office, decision=decision, now=now)

    def revoke(self, code: str, role: Role, *, office: str, decision: str, now: datetime) -> Event | None:
        """Take a role by a decision; does nothing and returns `None` where it is not held.

        Raises:
            RefusedError: no decision is named, or nobody has this code.
        """
        return self._change(REVOKED, code, role, office=office, decision=decision, now=now)

    def find(self, code: str) -> Official:
        """Return an official of the register.

        Raises:
            RefusedError: nobody has this code, or the official is a demo one in production.
        """
        with database.read(self._engine) as connection:
            row = connection.execute(select(OFFICIAL).where(OFFICIAL.c.code == code)).one_or_none()
        if row is None:
            raise _refused(f"no official has the code {code}")
        official = Official(**row._asdict())
        self._check_demo(official)
        return official

    def _change(self, kind: str, code: str, role: Role, *, office: str, decision: str, now: datetime) -> Event | None:
        if not decision:
            raise RefusedError("a role changes only by a decision", clause="DASH-F", basis=Basis.TEXT)
        official = self.find(code)
        with self._ledger.writing() as ledger:
            if (role in roles_of(ledger, code)) == (kind == GRANTED):
                return None
            payload = {**official.signature(), "role": role.value, "decision": decision}
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
    for entry in register["officials"]:
        official = Official(entry["code"], entry["name"], entry["office"], is_demo=True)
        officials.register(official)
        for role in entry["roles"]:
            officials.grant(official.code, Role(role), office=official.office, decision=register["decision"], now=now)
        entered.append(official)
    return entered


def _subject(code: str, role: Role) -> str:
    return f"{code}/{role.value}"


def _refused(reason: str) -> RefusedError:
    return RefusedError(reason, clause="DASH-F", basis=Basis.HOUSE)
