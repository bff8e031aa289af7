"""Transfers of pension files made by hand for the tests of conformance: lawful ones, and one for each finding and pair.

A lawful transfer goes round twice: the first comparison finds a mismatch, the file returns, is corrected, approved and
sent again. A plant changes it so that one rule, and no other, finds something; any two plants go together.
"""

import datetime as dt
import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from vocabulary.periods import Period
from vocabulary.units.go_live import go_live_dates
from vocabulary.units.load import get_unit

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
START = dt.datetime(2020, 3, 25, 6, tzinfo=dt.UTC)
"""In 1399-01, eight months before the log ends."""
LAST_MONTH = Period.parse("1399-08")

_LIVE = sorted(code for code, day in go_live_dates("XFER").items() if day < dt.date(2019, 3, 21))
ORIGIN = next(code for code in _LIVE if get_unit(code).directorate_code == "GO-16")
DESTINATION = next(code for code in _LIVE if get_unit(code).directorate_code == "GO-17")
THIRD = next(code for code in _LIVE if get_unit(code).directorate_code == "GO-18")
LATE = next(code for code, day in go_live_dates("XFER").items() if day == dt.date(2020, 6, 21))
UNWATCHED = next(code for code in _LIVE if get_unit(code).directorate_code == "GO-19")
"""A branch whose general office sends no roster."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """One event of a transfer; `who` is the officer."""

    kind: str
    at: dt.datetime
    unit: str
    who: str = "expert"
    role: str = "PENSIONS_EXPERT"
    result: str | None = None
    mode: str | None = None
    count: int | None = None


@dataclass
class Log:
    """The log of one pension file.

    Attributes:
        name: Stands for file and transfer.
        origin: Branch that sends.
        destination: Branch that the file is addressed to.
        paper: Time from the first receipt of the data to that of the paper file.
        receipt: Time from the first sending to the receipt of the data.
        events: Events by their place in the route.
        extra: Events beside the route.
        also: Referral and cancellation of another transfer of the file.
        unpaid: Places of months after activation (from 1) in which nobody pays.
        twice: Places of months in which the origin pays too.
    """

    name: str
    origin: str = ORIGIN
    destination: str = DESTINATION
    paper: dt.timedelta = 2 * DAY
    receipt: dt.timedelta = DAY
    events: dict[str, Event] = field(default_factory=dict)
    extra: list[Event] = field(default_factory=list)
    also: list[Event] = field(default_factory=list)
    unpaid: set[int] = field(default_factory=set)
    twice: set[int] = field(default_factory=set)

    def lay(self) -> "Log":
        """Lay the lawful route of two rounds."""
        first, second = self.origin, self.destination
        head = {"who": "head", "role": "PENSIONS_TECHNICAL_HEAD"}
        boss = {"who": "boss", "role": "BRANCH_HEAD"}
        sent = START + 2 * DAY
        received = sent + self.receipt
        paper = received + self.paper
        view = max(received, paper) + DAY
        again = view + 5 * DAY
        self.events = {
            "referred": Event("REFERRED", START, first),
            "saved": Event("FORM_SAVED", START + HOUR, first, count=3),
            "approved_1": Event("HEAD_APPROVED", START + DAY, first, **head),
            "sent_1": Event("SENT_TO_CENTRE", sent, first, count=4, **boss),
            "paper_sent": Event("PAPER_SENT", sent + 2 * HOUR, first, role="OTHER"),
            "received_1": Event("RECEIVED_FROM_CENTRE", received, second),
            "paper_received": Event("PAPER_RECEIVED", paper, second, role="OTHER"),
            "viewed_1": Event("ORDERS_VIEWED", view, second),
            "compared_1": Event("COMPARED", view + HOUR, second, result="MISMATCH"),
            "returned": Event("RETURNED", view + 2 * HOUR, second),
            "corrected": Event("CORRECTED", view + DAY, first, count=3),
            "approved_2": Event("HEAD_APPROVED", view + DAY + HOUR, first, **head),
            "sent_2": Event("SENT_TO_CENTRE", view + DAY + 2 * HOUR, first, count=3, **boss),
            "received_2": Event("RECEIVED_FROM_CENTRE", again - DAY, second),
            "viewed_2": Event("ORDERS_VIEWED", again, second),
            "compared_2": Event("COMPARED", again + 2 * HOUR, second, result="MATCH"),
            "enrolled": Event("ENROLLED", again + DAY, second, mode="SYSTEM", count=3),
            "confirmed": Event("REGISTRATION_CONFIRMED", again + 2 * DAY, second, count=3),
            "activated": Event("ACTIVATED", again + 3 * DAY, second),
            "closed": Event("ORIGIN_CLOSED", again + 5 * DAY, first),
        }
        return self

    def move(self, place: str, at: dt.datetime) -> None:
        """Give an event another instant."""
        self.events[place] = replace(self.events[place], at=at)

    def change(self, place: str, **values: Any) -> None:
        """Give an event other values."""
        self.events[place] = replace(self.events[place], **values)

    def at(self, place: str) -> dt.datetime:
        """Return the instant of an event."""
        return self.events[place].at

    def rows(self) -> list[Row]:
        """Return the silver rows of the events."""
        route = [*self.events.values(), *self.extra]
        return [*self._rows("A", route), *self._rows("B", self.also)]

    def _rows(self, transfer: str, events: list[Event]) -> list[Row]:
        return [
            {
                "event_pid": f"{self.name}-{transfer}-{number:02d}".encode(),
                "transfer_pid": f"{self.name}-{transfer}".encode(),
                "file_pid": pid(self.name),
                "person_pid": pid(f"p{self.name}"),
                "event_type": event.kind,
                "event_date": event.at.date(),
                "unit_code": event.unit,
                "origin_unit_code": self.origin,
                "destination_unit_code": self.destination,
                "operator_pid": pid(f"{event.unit}{event.who}"),
                "role": event.role,
                "compare_result": event.result,
                "enrolment_mode": event.mode,
                "dependant_count": event.count,
                "event_at": event.at,
                "period": Period.month_of(event.at.date()).code,
                "_key_version": 1,
                "_file_sha256": "0" * 64,
                "_row_number": number + 1,
            }
            for number, event in enumerate(events)
        ]

    def paid(self) -> Iterator[Row]:
        """Yield the roster's rows: the origin pays up to the month of activation, the destination after it."""
        referred = Period.month_of(START.date())
        activated = self.events.get("activated")
        change = LAST_MONTH if activated is None else Period.month_of(activated.at.date())
        for number in range(8):
            month = referred.shift(number)
            place = (month.year - change.year) * 12 + month.first_month - change.first_month
            if month > LAST_MONTH or place in self.unpaid:
                continue
            payers = {self.destination if place > 0 else self.origin} | (
                {self.origin} if place in self.twice else set()
            )
            yield from (roster_row(unit, month, self.name) for unit in sorted(payers))


def pid(text: str) -> bytes:
    """Return the bytes that stand for a pseudonym."""
    return text.encode().ljust(16, b".")[:16]


def roster_row(unit: str, month: Period, name: str) -> Row:
    """Return a paid file of a roster."""
    return {
        "unit_code": unit,
        "period": month.code,
        "file_pid": pid(name),
        "paid_rial": 30_000_000,
        "_key_version": 1,
        "_file_sha256": "1" * 64,
    }


def _view_early(log: Log) -> None:
    log.extra.append(Event("ORDERS_VIEWED", log.at("sent_1") + 20 * HOUR, log.destination))


def _edit_late(log: Log) -> None:
    log.extra.append(Event("CORRECTED", log.at("received_2") + HOUR, log.origin))


def _correct_there(log: Log) -> None:
    log.extra.append(Event("CORRECTED", log.at("viewed_1") + 30 * MINUTE, log.destination))


def _refer_again(log: Log) -> None:
    log.also = [
        Event("REFERRED", START + 3 * HOUR, log.origin),
        Event("CANCELLED", START + 4 * HOUR, log.origin),
    ]


def _receive_early(log: Log) -> None:
    log.extra.append(Event("RECEIVED_FROM_CENTRE", log.at("sent_1") - 12 * HOUR, log.destination, who="other"))


def _enrol_late(log: Log) -> None:
    log.extra.append(Event("ENROLLED", log.at("confirmed") + 2 * HOUR, log.destination, mode="SYSTEM", who="other"))


def _cancel_late(log: Log) -> None:
    log.extra.append(Event("CANCELLED", log.at("sent_2") + HOUR, log.origin))


BEFORE: Mapping[str, Callable[[Log], None]] = {
    "PAPER_DATA_APART": lambda log: setattr(log, "paper", 75 * DAY),
    "RECEIPT_OVERDUE": lambda log: setattr(log, "receipt", 40 * DAY),
}
"""Plants that the route is laid after."""

AFTER: Mapping[str, Callable[[Log], None]] = {
    "CONFIRMED_AFTER_MISMATCH": lambda log: log.change("compared_2", result="MISMATCH"),
    "CONFIRMED_WITHOUT_VIEWING": lambda log: log.events.pop("viewed_2") and None,
    "ACT_BEFORE_COMPARING": lambda log: log.move("enrolled", log.at("compared_2") - HOUR),
    "MANUAL_ENROLMENT": lambda log: log.change("enrolled", mode="MANUAL"),
    "WRONG_ROLE_APPROVAL": lambda log: log.change("approved_1", role="BRANCH_HEAD"),
    "WRONG_ROLE_SENDING": lambda log: log.change("sent_2", role="PENSIONS_EXPERT"),
    "SENT_WITHOUT_APPROVAL": lambda log: log.move("approved_1", log.at("sent_1") + HOUR),
    "CORRECTED_AT_DESTINATION": _correct_there,
    "DEPENDANTS_DIFFER": lambda log: log.change("confirmed", count=2),
    "CHANGED_NOT_REAPPROVED": lambda log: log.move("approved_2", log.at("corrected") - HOUR),
    "EDITED_AFTER_SENDING": _edit_late,
    "RECEIVED_BY_ANOTHER": lambda log: log.change("paper_received", unit=THIRD),
    "TWO_OPEN_TRANSFERS": _refer_again,
    "SENDER_IS_APPROVER": lambda log: log.change("approved_2", who="boss"),
    "PREPARED_OUT_OF_ORDER": lambda log: log.move("saved", START - HOUR),
    "RECEIVED_BEFORE_SENDING": _receive_early,
    "PAPER_OUT_OF_ORDER": lambda log: log.move("paper_sent", log.at("paper_received") + HOUR),
    "VIEWED_BEFORE_RECEIPT": _view_early,
    "ENROLLED_AFTER_CONFIRMING": _enrol_late,
    "ACTIVATED_BEFORE_CONFIRMING": lambda log: log.move("activated", log.at("confirmed") - HOUR),
    "CANCELLED_AFTER_SENDING": _cancel_late,
    "PAID_BY_TWO": lambda log: log.twice.add(1),
    "PAID_BY_NONE": lambda log: log.unpaid.add(2),
}
"""Plants into the route as laid."""

RULES = (*BEFORE, *AFTER)


def planted(*rules: str) -> Log:
    """Return a log in which these rules, and no others, find something."""
    log = Log("+".join(sorted(str(RULES.index(rule)) for rule in rules)))
    for rule in rules:
        BEFORE.get(rule, lambda _: None)(log)
    log.lay()
    for rule in rules:
        AFTER.get(rule, lambda _: None)(log)
    return log


def singles_and_pairs() -> dict[str, tuple[Log, frozenset[str]]]:
    """Return each rule planted by itself and with each other, by the log's name."""
    chosen = [(rule,) for rule in RULES] + list(itertools.combinations(RULES, 2))
    logs = [(planted(*rules), frozenset(rules)) for rules in chosen]
    return {log.name: (log, rules) for log, rules in logs}


def lawful() -> list[Log]:
    """Return logs in which no rule finds anything."""
    return [
        Log("clean").lay(),
        _one_round("once"),
        _skewed(),
        _tied(),
        _repeated(),
        _in_transit(),
        stopped(),
        _cancelled("cancelled", before="sent_1"),
        _cancelled("withdrawn", before="sent_2"),
        _edited_before_approval(),
        _thrice(),
        _again_later(),
    ]


def _one_round(name: str) -> Log:
    log = Log(name).lay()
    for place in ("returned", "corrected", "approved_2", "sent_2", "received_2", "viewed_2", "compared_1"):
        del log.events[place]
    log.change("sent_1", count=3)
    return log


def _skewed() -> Log:
    """Clocks of the two branches differ by ten minutes, within the tolerance."""
    log = Log("skewed").lay()
    log.move("received_1", log.at("sent_1") - 10 * MINUTE)
    log.move("paper_received", log.at("paper_sent") - 10 * MINUTE)
    log.move("corrected", log.at("returned") - 10 * MINUTE)
    log.move("received_2", log.at("sent_2") - 10 * MINUTE)
    return log


def _tied() -> Log:
    """All acts of a branch in one round bear the same minute."""
    log = Log("tied").lay()
    for place in ("referred", "saved", "approved_1", "sent_1"):
        log.move(place, START)
    for place in ("corrected", "approved_2", "sent_2"):
        log.move(place, log.at("sent_2"))
    for place in ("received_2", "viewed_2", "compared_2", "enrolled", "confirmed", "activated"):
        log.move(place, log.at("activated"))
    return log


def _repeated() -> Log:
    """Every event was sent twice, under two numbers."""
    log = Log("repeated").lay()
    log.extra = list(log.events.values())
    return log


def _in_transit() -> Log:
    """Sent lately and not received: the origin still pays, and nobody is late."""
    log = Log("transit").lay()
    log.events = {place: log.events[place] for place in ("referred", "saved", "approved_1", "sent_1", "paper_sent")}
    late = dt.datetime.combine(LAST_MONTH.end - 9 * DAY, dt.time(6), dt.UTC) - START
    for place in log.events:
        log.move(place, log.at(place) + late)
    return log


def stopped() -> Log:
    """Compared five months after it came, alone in its month, and left there; no roster has the file."""
    log = Log("stopped").lay()
    kept = itertools.takewhile(lambda place: place != "returned", log.events)
    log.events = {place: log.events[place] for place in kept}
    for place in ("viewed_1", "compared_1"):
        log.move(place, log.at(place) + 150 * DAY)
    log.unpaid = set(range(-8, 9))
    return log


def _cancelled(name: str, before: str) -> Log:
    log = Log(name).lay()
    kept = itertools.takewhile(lambda place: place != before, log.events)
    log.events = {place: log.events[place] for place in kept}
    last = max(event.at for event in log.events.values())
    log.extra = [Event("CANCELLED", last + HOUR, log.origin)]
    return log


def _edited_before_approval() -> Log:
    log = _one_round("edited")
    log.extra = [Event("FORM_SAVED", START + 2 * HOUR, log.origin, count=3)]
    return log


def _thrice() -> Log:
    """A third round, after a second mismatch."""
    log = Log("thrice").lay()
    log.change("compared_2", result="MISMATCH")
    gap = 10 * DAY
    for place in ("enrolled", "confirmed", "activated", "closed"):
        log.move(place, log.at(place) + gap)
    again = ("returned", "corrected", "approved_2", "sent_2", "received_2", "viewed_2", "compared_2")
    shift = log.at("compared_2") + HOUR - log.at("returned")
    log.extra = [replace(log.events[place], at=log.at(place) + shift) for place in again]
    log.extra[-1] = replace(log.extra[-1], result="MATCH")
    return log


def _again_later() -> Log:
    """The file is referred again a day after it was activated, and the referral is cancelled."""
    log = _one_round("later")
    ended = log.at("activated")
    log.also = [Event("REFERRED", ended + DAY, log.origin), Event("CANCELLED", ended + 2 * DAY, log.origin)]
    return log


def undecided() -> dict[str, Log]:
    """Return logs that break rules which do not apply, or cannot be observed."""
    early = planted("WRONG_ROLE_SENDING")
    early.name, early.destination = "not-live", LATE
    unsaid = planted("MANUAL_ENROLMENT")
    unsaid.name = "unsaid"
    unsaid.change("enrolled", mode=None)
    unwatched = Log("unwatched", destination=UNWATCHED).lay()
    unwatched.unpaid = {1, 2, 3}
    return {"not_live": early, "unsaid": unsaid, "unwatched": unwatched}


def beyond_tolerance() -> Log:
    """Return a log in which the clocks differ by more than is tolerated: data are received before they are sent."""
    log = Log("beyond").lay()
    log.move("received_1", log.at("sent_1") - 20 * MINUTE)
    return log


def all_logs() -> list[Log]:
    """Return every log."""
    pairs = [log for log, _ in singles_and_pairs().values()]
    return [*pairs, *lawful(), *undecided().values(), beyond_tolerance()]


def event_rows() -> list[Row]:
    """Return the events of all logs in no order."""
    end = dt.datetime.combine(LAST_MONTH.end, dt.time(6), dt.UTC)
    last = Log("last", events={"referred": Event("REFERRED", end, ORIGIN)})
    found = [row for log in (*all_logs(), last) for row in log.rows()]
    random.Random(1399).shuffle(found)
    return found


def paid_rows() -> list[Row]:
    """Return the rosters of all logs; each general office but one has a row in each month."""
    months = [LAST_MONTH.shift(-number) for number in range(9)]
    fill = [roster_row(unit, month, f"fill{unit}") for unit in (ORIGIN, DESTINATION) for month in months]
    return [*fill, *(row for log in all_logs() for row in log.paid())]
