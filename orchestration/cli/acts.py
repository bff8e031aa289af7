"""Commands of the auditor's view: acts, exceptions, the state that the ledger leads to, and its rebuild."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from orchestration.cli.console import FAILED, Json, answer, fail, friendly, table
from orchestration.cli.ledger_context import opened

Auditor = Annotated[str, typer.Option("--as", help="Code of the auditor.")]

_DAY = 10
_PUBLIC = ("sequence", "instant", "office", "kind", "subject", "clause")


def acts(
    *,
    office: Annotated[str | None, typer.Option(help="Only acts of this office.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind, or all that begin with it: `release.`.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only this subject, or all that begin with it: `erasure/`.")] = (
        None
    ),
    clause: Annotated[str | None, typer.Option(help="Only acts by this clause: `HOUSE-10`.")] = None,
    since: Annotated[str | None, typer.Option(help="Only since this day or instant (UTC), `2026-03-21`.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 200,
    actor: Annotated[str | None, typer.Option("--as", help="Code of the auditor who asks.")] = None,
    as_json: Json = False,
) -> None:
    """List who did what by which clause: acts on published releases; with --as an auditor, every act and who acted."""
    from governance.acts.read import Wanted, check_auditor, public_acts
    from governance.acts.read import acts as every

    wanted = Wanted(office=office, kind=kind, subject=subject, clause=clause, since=since)
    with friendly(), opened() as context:
        if actor is not None:
            check_auditor(context, actor)
        with context.ledger.reading() as ledger:
            if actor is not None:
                rows = [asdict(act) for act in every(ledger, wanted, limit=limit)]
            else:
                found = public_acts(ledger, wanted, after=0, limit=ledger.head())[-limit:]
                rows = [{name: vars(event)[name] for name in _PUBLIC} for event in found]
    answer(rows, as_json=as_json, lines=table(rows))


def exceptions(*, actor: Auditor, as_json: Json = False) -> None:
    """List what is out of the ordinary, the gravest first; exit 1 where a rule was broken."""
    from governance.acts.exceptions import RANKS
    from governance.acts.exceptions import exceptions as found_by
    from governance.acts.read import check_auditor

    with friendly(), opened() as context:
        check_auditor(context, actor)
        with context.ledger.reading() as ledger:
            found = found_by(ledger.connection)
    data = [{**asdict(each), "en": each.words[0], "fa": each.words[1]} for each in found]
    rows: list[dict[str, Any]] = [
        {
            "rank": f"{each.rank} {RANKS[each.rank]}",
            "exception": each.exception,
            "event": each.sequence,
            "since": each.instant[:_DAY],
            "subject": each.subject,
            "clause": each.clause,
            "detail": each.detail,
            "says": " · ".join(each.words),
        }
        for each in found
    ]
    answer(data, as_json=as_json, lines=table(rows))
    if any(each.rank == 1 for each in found):
        raise typer.Exit(FAILED)


def state(*, actor: Auditor) -> None:
    """Print the state that the ledger leads to, as JSON; what was erased reads `erased`."""
    from governance.acts.read import check_auditor
    from governance.state.fold import fold

    with friendly(), opened() as context:
        check_auditor(context, actor)
        with context.ledger.reading() as ledger:
            document = fold(ledger).document()
    answer(document, as_json=True, lines=[])


def rebuild() -> None:
    """Make the state tables again from the ledger, in a scratch database; exit 1 where those of this home differ."""
    from governance.state.fold import fold
    from governance.state.rebuild import STATE_TABLES, differences

    with friendly(), opened() as context, context.ledger.reading() as ledger:
        found, events = differences(ledger), fold(ledger).events
    if found:
        fail("; ".join(found), FAILED)
    named = ", ".join(each.name for each in STATE_TABLES)
    answer({}, as_json=False, lines=[f"{events} events folded; state tables equal: {named}"])


def add_commands(audits: typer.Typer) -> None:
    """Add this module's commands to the auditor's."""
    for command in (acts, exceptions, state, rebuild):
        audits.command()(command)
