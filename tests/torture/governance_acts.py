"""The process that is killed while it governs: it does what is still to be done, act by act, and tells each that is.

What is to be done follows from the ledger alone, so that a process started after a kill goes on where the ledger says.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from release_world import APPROVER, STATISTICIAN

from governance import grants
from governance.context import Context, open_context
from governance.ledger.envelope import Draft
from governance.ledger.ledger import NoPayloadError
from governance.releases.flow import approve, publish
from governance.releases.read import list_releases
from governance.releases.states import State
from governance.settings import Settings

NOTED, NOTES = "torture.noted", 12
GRANTS = 4
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

Act = tuple[str, Callable[[], object]]


def govern(home: Path, said: Connection) -> None:
    """Do all that is left; say `ready` first, and the name of each act once it is done."""
    with open_context(Settings(home=home)) as context:
        said.send("ready")
        for name, act in left(context):
            act()
            said.send(name)


def left(context: Context) -> Iterator[Act]:
    """Yield the acts that the ledger does not hold yet: appends, approvals, publications, grants and an erasure."""
    yield from _notes(context)
    for release in list_releases(context):
        if release.state is State.PROPOSED:
            yield f"approve {release.id}", lambda each=release.id: approve(context, each, actor=APPROVER, now=NOW)
        if release.state in (State.PROPOSED, State.APPROVED):
            yield f"publish {release.id}", lambda each=release.id: publish(context, each, actor=STATISTICIAN, now=NOW)
    for number in range(len(grants.grants_of(context)), GRANTS):
        yield f"grant {number}", lambda each=number: _grant(context, each)
    with context.ledger.reading() as ledger:
        first = ledger.events(kind=NOTED)[0].sequence
        try:
            ledger.payload(first)
        except NoPayloadError:
            return
    yield f"erase {first}", lambda: _erase(context, first)


def _notes(context: Context) -> Iterator[Act]:
    with context.ledger.reading() as ledger:
        noted = len(ledger.events(kind=NOTED))
    for number in range(noted, NOTES):
        yield f"note {number}", lambda each=number: _note(context, each)


def _note(context: Context, number: int) -> None:
    with context.ledger.writing() as ledger:
        ledger.append(Draft("HQ-STATISTICS", NOTED, f"NOTE-{number}", "HOUSE-1", {"number": number}), now=NOW)


def _erase(context: Context, sequence: int) -> None:
    with context.ledger.writing() as ledger:
        ledger.erase(sequence, office="HQ-LEGAL", clause="STAT-N1", reason="asked for", now=NOW)


def _grant(context: Context, number: int) -> None:
    terms = grants.Terms(
        kind=grants.HolderKind.OFFICE,
        holder="HQ-STATISTICS",
        access_class="private",
        granularity="aggregate",
        rows=grants.Rows.EVERY,
        decision=f"D-{number}",
        valid_from=NOW.date(),
    )
    grants.enter(context, terms, actor="DEMO-SECRETARY", now=NOW)
