"""What a reviewer found of a flag: a verdict with its reason, kept as an event of the ledger.

A verdict is about one figure as it was: a figure that is corrected gets a new flag, and the old verdict stays with the
old one. The Office of Statistics supervises validation (DASH-B); that a verdict is a person's and is kept is ours
(house).
"""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from governance.clauses import Basis, RefusedError
from governance.context import Context
from governance.errors import GovernanceError
from governance.ledger.envelope import Draft
from governance.ledger.ledger import NoPayloadError, Reader
from governance.officials import Role, check_role
from governance.plausibility.results import FLAGS
from governance.plausibility.verdicts import Verdict
from lake import tables
from lake.layout import Home

JUDGED = "plausibility.judged"
CLAUSE = "DASH-B"


class NoFlagError(GovernanceError):
    """No figure carries such a flag."""


@dataclass(frozen=True)
class Review:
    """The last verdict on a flag.

    Attributes:
        verdict: What was found.
        reason: Why; `None` where the payload was erased.
        instant: When.
        office: Office of the reviewer.
    """

    verdict: Verdict | None
    reason: str | None
    instant: str
    office: str


def judge_flag(context: Context, flag: str, verdict: Verdict, *, reason: str, actor: str, now: datetime) -> None:
    """Keep a verdict on a flag.

    Args:
        context: The installation.
        flag: Id of the flag.
        verdict: `CONFIRMED` where the figure is right, `EXPLAINED` where its cause is known, `WRONG` where it is to be
            corrected at its source.
        reason: Why; it should name no person.
        actor: Code of the acting official.
        now: Instant of the act.

    Raises:
        NoFlagError: there is no such flag.
        RefusedError: the actor is no statistician or approver, or gives no reason.
    """
    official = context.officials.find(actor)
    if not reason.strip():
        raise RefusedError("a verdict takes a reason", clause=CLAUSE, basis=Basis.HOUSE)
    found = flags(Home(context.settings.home)).filter(pl.col("flag_id") == flag)
    if found.is_empty():
        raise NoFlagError(f"no figure carries the flag {flag}: amar plausibility list")
    figure = {name: found[name].item() for name in ("indicator_code", "geo_code", "period", "kind")}
    with context.ledger.writing() as ledger:
        check_role(ledger, official, [Role.STATISTICIAN, Role.APPROVER], act="judge a flag")
        payload = {**official.signature(), **figure, "verdict": verdict.value, "reason": reason.strip()}
        ledger.append(Draft(official.office, JUDGED, _subject(flag), CLAUSE, payload), now=now)


def flags(home: Home) -> pl.DataFrame:
    """Read the flags of a home.

    Raises:
        lake.tables.TableError: the check never ran on this home.
    """
    return pl.DataFrame(tables.read(home, "gold", FLAGS))


def open_flags(context: Context) -> int | None:
    """Count the figures that are flagged and not judged; `None` where the check never ran on this home."""
    home = Home(context.settings.home)
    if not tables.exists(home, "gold", FLAGS):
        return None
    with context.ledger.reading() as ledger:
        judged = reviews(ledger)
    return sum(flag not in judged for flag in flags(home)["flag_id"].to_list())


def reviews(ledger: Reader) -> dict[str, Review]:
    """Give the last verdict on every flag that has one, by the flag's id."""
    found = dict[str, Review]()
    for event in ledger.events(kind=JUDGED):
        try:
            payload = ledger.payload(event.sequence)
            verdict, reason = Verdict(str(payload["verdict"])), str(payload["reason"])
        except NoPayloadError:
            verdict, reason = None, None
        found[event.subject.removeprefix("plausibility/")] = Review(verdict, reason, event.instant, event.office)
    return found


def _subject(flag: str) -> str:
    return f"plausibility/{flag}"
