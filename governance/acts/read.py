"""Who did what, when, by which clause: the acts of the ledger as the auditor asks for them.

Everyone may see what `governance.ledger.public` shows; an auditor sees every act, with the code of who acted. Names of
persons are in neither.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from governance.context import Context
from governance.ledger.envelope import Event
from governance.ledger.ledger import Reader
from governance.ledger.public import public_view
from governance.officials import Role, check_role


@dataclass(frozen=True)
class Wanted:
    """Which acts are asked for; `None` asks for all.

    Attributes:
        office: Office of the actor.
        kind: Kind, or its beginning where it ends in a dot.
        subject: Subject, or its beginning where it ends in `/` or `@`.
        clause: Clause or house rule.
        since: Earliest instant as the envelope spells it, or its beginning.
    """

    office: str | None = None
    kind: str | None = None
    subject: str | None = None
    clause: str | None = None
    since: str | None = None

    def holds(self, event: Event) -> bool:
        """Tell whether an act is among them."""
        return (
            self.office in (None, event.office)
            and _fits(self.kind, event.kind, ".")
            and _fits(self.subject, event.subject, "/@")
            and self.clause in (None, event.clause)
            and (self.since is None or event.instant >= self.since)
        )


@dataclass(frozen=True)
class Act:
    """One act.

    Attributes:
        sequence: The event.
        instant: When.
        office: Office of the actor.
        kind: What happened.
        subject: What it happened to.
        clause: By which clause or house rule.
        payload: `kept`, `erased` or `missing`.
        official: Code of the actor; `None` where nobody acted or it was erased.
    """

    sequence: int
    instant: str
    office: str
    kind: str
    subject: str
    clause: str
    payload: str
    official: str | None


def check_auditor(context: Context, actor: str) -> None:
    """Refuse what only an auditor may see to anybody else.

    Raises:
        RefusedError: the actor is unknown or no auditor.
    """
    official = context.officials.find(actor)
    with context.ledger.reading() as ledger:
        check_role(ledger, official, [Role.AUDITOR], act="see every act")


def acts(ledger: Reader, wanted: Wanted, *, limit: int) -> list[Act]:
    """Return the newest acts, at most `limit`, in the order they happened."""
    query, values = _query(wanted)
    rows = ledger.connection.execute(text(query), {**values, "limit": limit}).all()
    return [Act(**row._asdict()) for row in reversed(rows)]


def public_acts(ledger: Reader, wanted: Wanted, *, after: int, limit: int) -> list[Event]:
    """Return the acts that everyone may see, after a place in the ledger, at most `limit`, in order."""
    public = public_view(ledger)
    found: Iterator[Event] = (event for event in _of_releases(ledger) if event.sequence > after and wanted.holds(event))
    shown = (event for event in found if public.shows(event))
    return [event for event, _ in zip(shown, range(limit), strict=False)]


def counts(connection: Connection) -> dict[str, int]:
    """Count the acts of each kind."""
    query = text("select kind, count(*) as acts from ledger_event group by kind order by kind")
    return {row.kind: row.acts for row in connection.execute(query)}


def _of_releases(ledger: Reader) -> list[Event]:
    found = [*ledger.events(kind="release."), *ledger.events(kind="manifest.")]
    return sorted(found, key=lambda event: event.sequence)


def _query(wanted: Wanted) -> tuple[str, dict[str, str]]:
    """Write the query of the view `audit_act`; whatever was asked for is bound, never written into it."""
    parts, values = list[str](), dict[str, str]()
    for name, ends in (("office", ""), ("clause", ""), ("kind", "."), ("subject", "/@")):
        value = getattr(wanted, name)
        if value is not None:
            begins = bool(ends) and value.endswith(tuple(ends))
            parts.append(f"substr({name}, 1, length(:{name})) = :{name}" if begins else f"{name} = :{name}")
            values[name] = value
    if wanted.since is not None:
        parts.append("instant >= :since")
        values["since"] = wanted.since
    where = f" where {' and '.join(parts)}" if parts else ""
    return f"select * from audit_act{where} order by sequence desc limit :limit", values  # noqa: S608  only names


def _fits(wanted: str | None, value: str, ends: str) -> bool:
    if wanted is None or wanted == value:
        return True
    return wanted.endswith(tuple(ends)) and value.startswith(wanted)
