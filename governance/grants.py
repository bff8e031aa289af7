"""Grants of access as events of the ledger: entering, revoking, and what stands now (DASH-F).

The working group decides; its secretariat enters the decision (STAT-N3), one official of the role `secretary`. A grant
moves no official number, so that it takes no second person; but nobody enters a grant that names themselves. What a
grant opens is decided in `governance.access`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from governance.access.labels import parse_label
from governance.access.levels import Grant, HolderKind, Person
from governance.access.territory import Rows, check_territory
from governance.clauses import Basis, RefusedError
from governance.context import Context
from governance.ledger.envelope import Draft
from governance.ledger.ledger import NoPayloadError, Reader
from governance.officials import Role, check_role, roles_of
from governance.register import Official
from vocabulary.units.load import units_by_code

GRANTED = "access.granted"
REVOKED = "access.revoked"

_TABLE = re.compile(r"(gold|silver)\.(\w+|\*)")

DEMO_GRANTS = Path(__file__).parent / "demo_grants.yaml"


@dataclass(frozen=True)
class Terms:
    """What is to be granted, as somebody writes it down.

    Attributes:
        kind: What kind of holder.
        holder: Code of the office, the seat `OFFICE/role`, or the official.
        access_class: `private`, `capital`, `private|capital`.
        granularity: `record`, `aggregate` or `protected`.
        rows: Whose rows.
        decision: Id of the working group's decision.
        valid_from: First day (Gregorian, of Tehran).
        valid_to: Last day, or `None`.
        tables: Tables, or layers as `gold.*`; empty means every table.
        unit: Unit that the rows are counted from; the holder's office by default.
    """

    kind: HolderKind
    holder: str
    access_class: str
    granularity: str
    rows: Rows
    decision: str
    valid_from: date
    valid_to: date | None = None
    tables: tuple[str, ...] = ()
    unit: str = ""

    def payload(self) -> dict[str, Any]:
        """Return what an event's payload says of the terms."""
        ends = self.valid_to.isoformat() if self.valid_to else None
        texts = {"kind": self.kind.value, "rows": self.rows.value, "valid_from": self.valid_from.isoformat()}
        plain = {name: getattr(self, name) for name in ("holder", "access_class", "granularity", "decision", "unit")}
        return {**plain, **texts, "valid_to": ends, "tables": sorted(self.tables)}


def kind_of(holder: str) -> HolderKind:
    """Tell what kind of holder a code names: a seat has a `/`, an office is a unit, anything else is an official."""
    if "/" in holder:
        return HolderKind.SEAT
    return HolderKind.OFFICE if holder in units_by_code() else HolderKind.OFFICIAL


def person_of(context: Context, code: str) -> Person:
    """Return an official as somebody who asks: office and posts.

    Raises:
        RefusedError: nobody has this code, or it is a demo official in production.
    """
    official = context.officials.find(code)
    with context.ledger.reading() as ledger:
        return _person(ledger, official)


def standing(ledger: Reader) -> list[Grant]:
    """Return every grant that was entered, in order, revoked ones too; one whose payload was erased gives nothing."""
    grants: dict[str, Grant] = {}
    for event in ledger.events(kind="access."):
        try:
            payload = ledger.payload(event.sequence)
        except NoPayloadError:
            grants.pop(event.subject, None)
            continue
        if event.kind == GRANTED:
            grants[event.subject] = _grant(event.subject, payload)
        elif event.subject in grants:
            grants[event.subject] = replace(grants[event.subject], revoked_by=str(payload["decision"]))
    return list(grants.values())


def grants_of(context: Context) -> list[Grant]:
    """Return every grant of an installation."""
    with context.ledger.reading() as ledger:
        return standing(ledger)


def enter(context: Context, terms: Terms, *, actor: str, now: datetime) -> Grant | None:
    """Enter a grant; does nothing and returns `None` where the same terms stand already.

    Raises:
        RefusedError: no decision is named, the holder or a class is unknown, the level lies outside the office's
            territory, or the actor may not enter it.
    """
    official = context.officials.find(actor)
    terms = _checked(context, terms)
    with context.ledger.writing() as ledger:
        _check_actor(ledger, official, terms)
        grants = standing(ledger)
        if any(_same(grant, terms) for grant in grants):
            return None
        subject = f"GRANT-{len(ledger.events(kind=GRANTED)) + 1}"
        payload = {**official.signature(), **terms.payload()}
        ledger.append(Draft(official.office, GRANTED, subject, "DASH-F", payload), now=now)
        return _grant(subject, payload)


def revoke(context: Context, grant_id: str, *, decision: str, actor: str, now: datetime) -> Grant | None:
    """Take a grant back by a decision; does nothing and returns `None` where it was taken back already.

    Raises:
        RefusedError: no decision is named, there is no such grant, or the actor may not.
    """
    official = context.officials.find(actor)
    _check_decision(decision)
    with context.ledger.writing() as ledger:
        check_role(ledger, official, [Role.SECRETARY], act="revoke a grant of access")
        grant = next((grant for grant in standing(ledger) if grant.id == grant_id), None)
        if grant is None:
            raise _refused(f"there is no grant {grant_id}")
        if grant.revoked_by:
            return None
        payload = {**official.signature(), "decision": decision}
        ledger.append(Draft(official.office, REVOKED, grant_id, "DASH-F", payload), now=now)
        return replace(grant, revoked_by=decision)


def seed_demo(context: Context, *, now: datetime, source: Path = DEMO_GRANTS) -> list[Grant]:
    """Enter the invented grants of the demo; a second call changes nothing.

    Raises:
        RefusedError: in production, which has no demo officials.
    """
    document = yaml.safe_load(source.read_text(encoding="utf-8"))
    common = {"decision": document["decision"], "valid_from": document["valid_from"]}
    entered = [
        enter(context, _terms({**common, **entry}), actor="DEMO-SECRETARY", now=now) for entry in document["grants"]
    ]
    return [grant for grant in entered if grant]


def _terms(entry: dict[str, Any]) -> Terms:
    typed = {"kind": HolderKind(entry["kind"]), "rows": Rows(entry["rows"]), "tables": tuple(entry.get("tables", ()))}
    return Terms(**{**entry, **typed})


def _checked(context: Context, terms: Terms) -> Terms:
    """Return the terms with their unit named, once everything in them is known."""
    _check_decision(terms.decision)
    _check_ceiling(terms)
    if odd := [table for table in terms.tables if not _TABLE.fullmatch(table)]:
        raise _refused(f"{odd[0]} is no table of gold or silver: write gold.mart_insured, or gold.* for all of a layer")
    if terms.valid_to and terms.valid_to < terms.valid_from:
        raise _refused("the grant ends before it begins")
    office = _office_of(context, terms.kind, terms.holder)
    unit = terms.unit or office
    check_territory(office, terms.rows, unit)
    return replace(terms, unit=unit)


def _check_ceiling(terms: Terms) -> None:
    try:
        parse_label(terms.access_class, terms.granularity, subject="")
    except RefusedError as error:
        raise RefusedError(
            f"{terms.access_class} × {terms.granularity} is no access class and granularity",
            clause=error.clause,
            basis=error.basis,
        ) from None


def _office_of(context: Context, kind: HolderKind, holder: str) -> str:
    if kind is HolderKind.OFFICIAL:
        return context.officials.find(holder).office
    office, _, post = holder.partition("/")
    if office not in units_by_code():
        raise _refused(f"the registry of units has no office {office}")
    if (kind is HolderKind.SEAT) != (post in {role.value for role in Role}):
        raise _refused(f"{holder} is no {kind}: a seat is written OFFICE/role, an office by its code")
    return office


def _check_actor(ledger: Reader, official: Official, terms: Terms) -> None:
    check_role(ledger, official, [Role.SECRETARY], act="enter a grant of access")
    if terms.kind is not HolderKind.OFFICE and _person(ledger, official).holds(terms.kind, terms.holder):
        raise _refused(f"{official.code} may not enter a grant to themselves")


def _person(ledger: Reader, official: Official) -> Person:
    return Person(official.code, official.office, frozenset(role.value for role in roles_of(ledger, official.code)))


def _check_decision(decision: str) -> None:
    if not decision.strip():
        raise RefusedError(
            "a level of access changes only by a decision of the safeguarding working group",
            clause="DASH-F",
            basis=Basis.TEXT,
        )


def _grant(grant_id: str, payload: Mapping[str, Any]) -> Grant:
    return Grant(
        id=grant_id,
        kind=HolderKind(payload["kind"]),
        holder=payload["holder"],
        ceiling=parse_label(payload["access_class"], payload["granularity"], subject=grant_id),
        tables=frozenset(payload["tables"]),
        rows=Rows(payload["rows"]),
        unit=payload["unit"],
        valid_from=date.fromisoformat(payload["valid_from"]),
        valid_to=date.fromisoformat(payload["valid_to"]) if payload["valid_to"] else None,
        decision=payload["decision"],
    )


def _same(grant: Grant, terms: Terms) -> bool:
    return grant == _grant(grant.id, terms.payload())


def _refused(reason: str) -> RefusedError:
    return RefusedError(reason, clause="DASH-F", basis=Basis.HOUSE)
