"""How retention stands: rules and how far they are, what is due, what expired, erasures, and what old versions hold."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from governance.context import Context
from governance.ledger.ledger import NoPayloadError, Reader
from governance.retention import acts
from governance.retention.erasure import Step
from governance.retention.expiry import EXPIRED, Due, plan
from governance.retention.rules import Rule
from lake.layout import Home
from lake.maintenance.model import DEFAULT, Pins
from lake.pseudonym import Keyring


@dataclass(frozen=True)
class Erased:
    """One erasure: how far it is, and what it took."""

    subject: str
    step: str
    since: str
    rows: int | None
    old_files_held: int | None


@dataclass(frozen=True)
class Standing:
    """How retention stands today.

    Attributes:
        rules: Each rule with how far it is.
        due: What each layer holds of each source, and what of it is due.
        expired: Rows that expired, by layer and source.
        erasures: Every erasure.
        purge: When the bytes of older versions go.
    """

    rules: tuple[tuple[Rule, str], ...]
    due: tuple[Due, ...]
    expired: dict[str, int]
    erasures: tuple[Erased, ...]
    purge: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "rules": [{**rule.model_dump(mode="json"), "state": state} for rule, state in self.rules],
            "held": [_told(due) for due in self.due],
            "expired": self.expired,
            "erasures": [asdict(each) for each in self.erasures],
            "purge": list(self.purge),
        }


def standing(
    context: Context, home: Home, rules: Iterable[Rule], keyring: Keyring, *, pins: Pins, today: date
) -> Standing:
    """Read how retention stands; nothing is changed."""
    rules = tuple(rules)
    due = plan(context, home, rules, keyring, today=today)
    with context.ledger.reading() as ledger:
        return Standing(
            rules=tuple((rule, _state(ledger, rule, today)) for rule in rules),
            due=tuple(due),
            expired=_expired(ledger),
            erasures=tuple(_erasures(ledger)),
            purge=_purge(pins),
        )


def _state(ledger: Reader, rule: Rule, today: date) -> str:
    step = acts.step_of(ledger, rule)
    if step is None:
        return "not proposed"
    if step is acts.Step.PROPOSED:
        return "proposed"
    return "in force" if rule.holds_on(today) else "confirmed, not valid today"


def _told(due: Due) -> dict[str, Any]:
    return {
        "layer": due.layer,
        "source": due.source.id,
        "rule": due.rule.id if due.rule else "keep",
        "months": len(due.held),
        "rows": sum(due.held.values()),
        "first": min(due.held, default=""),
        "last": max(due.held, default=""),
        "due_months": len(due.months),
        "due_rows": due.rows,
        "due_files": len(due.files),
        "waiting": len(due.waiting),
    }


def _expired(ledger: Reader) -> dict[str, int]:
    rows: dict[str, int] = {}
    for event in ledger.events(kind=EXPIRED):
        said = _payload(ledger, event.sequence)
        table = f"{said['layer']}/{said['source']}" if said else "erased from the ledger"
        rows[table] = rows.get(table, 0) + int(said.get("rows", 0))
    return dict(sorted(rows.items()))


def _erasures(ledger: Reader) -> list[Erased]:
    last = {event.subject: event for event in (*ledger.events(kind="erasure."), *ledger.events(kind=Step.DONE.value))}
    found = []
    for subject, event in sorted(last.items()):
        said = _payload(ledger, event.sequence) if event.kind == Step.DONE.value else {}
        found.append(Erased(subject, event.kind, event.instant, said.get("rows"), said.get("old_files_held")))
    return found


def _payload(ledger: Reader, sequence: int) -> dict[str, Any]:
    try:
        return dict(ledger.payload(sequence))
    except NoPayloadError:
        return {}


def _purge(pins: Pins) -> tuple[str, ...]:
    pinned = sum(len(versions) for versions in pins.values())
    return (
        "expired rows: the files that held them go with the act, old versions included",
        "erased rows: taken out of the files of every old version with the act; the files keep their place",
        f"other replaced versions: upkeep removes their files after {DEFAULT.keep_hours} hours",
        f"versions that releases were read from ({pinned}): kept, without the rows erased since",
    )
