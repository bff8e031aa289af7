"""The register of officials as the ledger tells it: who was entered, by whom, and who that is now.

An entry is an event, `official.registered` or `official.corrected`; the person's name is in its payload, which can be
erased, and nowhere else. The table `official` is state: it names the last event of each code. What an official may do
is in `governance.officials`; who may enter one is in `governance.appointing`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from governance.database.schema import OFFICIAL, OFFICIAL_BEFORE
from governance.ledger.envelope import Draft, Event
from governance.ledger.ledger import NoPayloadError, Reader, Writer

REGISTERED = "official.registered"
CORRECTED = "official.corrected"
CLAUSE = "DASH-F"
SECRETARIAT = "HQ-STATISTICS"
"""The working group's secretariat sits in the Office of Statistics (STAT-N3)."""

_SUBJECT = "official/"


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


@dataclass(frozen=True)
class Entry:
    """What the ledger says last of one code.

    Attributes:
        code: Code of the official.
        sequence: The event.
        official: Who that is; `None` where it was erased.
    """

    code: str
    sequence: int
    official: Official | None


def entries(ledger: Reader) -> list[Entry]:
    """Return the register as the fold of its events, by code."""
    last = {event.subject: event for event in ledger.events(kind="official.")}
    return [_entry(ledger, event) for _, event in sorted(last.items())]


def entry(ledger: Reader, code: str) -> Entry | None:
    """Return the entry of a code; `None` where it never was entered."""
    events = ledger.events(subject=f"{_SUBJECT}{code}")
    return _entry(ledger, events[-1]) if events else None


def held_rows(ledger: Reader) -> dict[str, int]:
    """Return the table `official` as it is: code → sequence of the event."""
    return {row.code: row.sequence for row in ledger.connection.execute(select(OFFICIAL))}


def enter(
    ledger: Writer, official: Official, said: Mapping[str, object], *, office: str, kind: str, now: datetime
) -> Event:
    """Append the event of an entry and write its row, in the ledger's transaction.

    Args:
        ledger: The ledger.
        official: Who is entered.
        said: Decision and who enters.
        office: Office of the actor.
        kind: `REGISTERED` or `CORRECTED`.
        now: Instant of the act.
    """
    who = {**official.signature(), "office": official.office, "is_demo": official.is_demo}
    event = ledger.append(Draft(office, kind, f"{_SUBJECT}{official.code}", CLAUSE, {**who, **said}), now=now)
    ledger.connection.execute(delete(OFFICIAL).where(OFFICIAL.c.code == official.code))
    ledger.connection.execute(insert(OFFICIAL).values(code=official.code, sequence=event.sequence))
    return event


def waits(ledger: Reader) -> list[Official]:
    """Return those whom the register held before it was kept in the ledger, and who are not entered there yet."""
    rows = ledger.connection.execute(select(*OFFICIAL_BEFORE.columns).order_by(OFFICIAL_BEFORE.c.code))
    return [Official(**row._asdict()) for row in rows]


def enter_earlier(ledger: Writer, *, now: datetime) -> None:
    """Enter those who wait, as they stand: nobody is on record for entering them."""
    said = {"decision": None, "entered_by": None, "earlier": True}
    for official in waits(ledger):
        if entry(ledger, official.code) is None:
            enter(ledger, official, said, office=SECRETARIAT, kind=REGISTERED, now=now)
    ledger.connection.execute(delete(OFFICIAL_BEFORE))


def _entry(ledger: Reader, event: Event) -> Entry:
    code = event.subject.removeprefix(_SUBJECT)
    try:
        said = ledger.payload(event.sequence)
    except NoPayloadError:
        return Entry(code, event.sequence, None)
    official = Official(code, str(said["name"]), str(said["office"]), is_demo=bool(said["is_demo"]))
    return Entry(code, event.sequence, official)
