"""Commands about access: who may see what and why, and entering what the working group decided."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.console import REFUSED, USAGE, Json, answer, fail, friendly, table
from orchestration.cli.governed import governed
from orchestration.cli.proving import check

if TYPE_CHECKING:
    from governance.access.levels import Grant

Actor = Annotated[str, typer.Option("--as", help="Code of the acting official (protects the honest path only).")]
Decision = Annotated[str, typer.Option(help="Id of the working group's decision.")]

access = typer.Typer(no_args_is_help=True, help="Who may see what, by which decision, and what is missing.")


@access.command()
def explain(
    person: Annotated[str, typer.Argument(help="Code of an official, or `anybody`.")],
    what: Annotated[str, typer.Argument(help="A column `gold.mart_insured.value`, a table, or a dataset `INSURED`.")],
    *,
    unit: Annotated[str | None, typer.Option(help="Rows of this unit; every unit's by default.")] = None,
    as_json: Json = False,
) -> None:
    """Say whether PERSON may see WHAT, by which decision and clause, or what is missing; exit 4 where not."""
    from governance.datasets.load import list_structures
    from governance.explaining import explain as say_why
    from orchestration.labels import asker, declared_labels
    from orchestration.settings import Settings

    with friendly(), governed() as context:
        who = asker(context, person, datetime.now(UTC))
        found = say_why(what, declared_labels(Settings()), list(list_structures()), who, unit)
    lines = [line for each in found for line in each.lines()]
    answer([each.document() for each in found], as_json=as_json, lines=lines)
    if not all(each.verdict.allowed for each in found):
        raise typer.Exit(REFUSED)


@access.command()
def grant(
    holder: Annotated[str, typer.Argument(help="An office `GO-16`, a seat `HQ-SECURITY/auditor`, or an official.")],
    *,
    access_class: Annotated[str, typer.Option("--class", help="private, capital or private|capital.")],
    granularity: Annotated[str, typer.Option(help="protected, aggregate or record.")],
    rows: Annotated[str, typer.Option(help="own, below (own or below) or every.")],
    actor: Actor,
    decision: Decision = "",
    tables: Annotated[
        list[str] | None,
        typer.Option("--table", help="Only this table, or gold.* for a layer; every table by default."),
    ] = None,
    unit: Annotated[str, typer.Option(help="Unit that the rows are counted from; the holder's by default.")] = "",
    first: Annotated[str, typer.Option("--from", help="First day, Jalali or Gregorian; today by default.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day, Jalali or Gregorian.")] = "",
) -> None:
    """Enter what the working group granted HOLDER; takes the role secretary."""
    from governance.access.territory import Rows
    from governance.grants import Terms, enter, kind_of
    from orchestration.duty import TEHRAN

    if rows not in list(Rows):
        fail(f"--rows {rows}: own, below or every", USAGE)
    now = datetime.now(UTC)
    terms = Terms(
        kind_of(holder),
        holder,
        access_class,
        granularity,
        Rows(rows),
        decision,
        valid_from=_day("--from", first) or now.astimezone(TEHRAN).date(),
        valid_to=_day("--to", last),
        tables=tuple(tables or ()),
        unit=unit,
    )
    with friendly(), governed() as context:
        entered = enter(context, terms, actor=actor, now=now)
    answer({}, as_json=False, lines=[f"{entered.id}: {_row(entered)['opens']}" if entered else "it stands already"])


@access.command()
def revoke(
    grant_id: Annotated[str, typer.Argument(metavar="GRANT", help="As `list` names it.")],
    *,
    actor: Actor,
    decision: Decision = "",
) -> None:
    """Take GRANT back by a decision of the working group; takes the role secretary."""
    from governance.grants import revoke as take_back

    with friendly(), governed() as context:
        taken = take_back(context, grant_id, decision=decision, actor=actor, now=datetime.now(UTC))
    answer({}, as_json=False, lines=[f"{grant_id}: {'revoked' if taken else 'was revoked already'}"])


@access.command("list")
def list_(
    *,
    person: Annotated[str | None, typer.Option(help="Only what this official holds.")] = None,
    as_json: Json = False,
) -> None:
    """List the grants in the order of their entering, revoked ones too."""
    from governance.grants import grants_of, person_of

    with friendly(), governed() as context:
        grants = grants_of(context)
        if person:
            who = person_of(context, person)
            grants = [each for each in grants if who.holds(each.kind, each.holder)]
    rows = [_row(each) for each in grants]
    answer(rows, as_json=as_json, lines=table(rows))


def _row(grant: "Grant") -> dict[str, Any]:
    from governance.access.flow import spelled

    return {
        "grant": grant.id,
        "holder": grant.holder,
        "opens": f"up to {spelled(grant.ceiling)}",
        "tables": " ".join(sorted(grant.tables)) or "every",
        "rows": grant.rows.value if grant.rows == "every" else f"{grant.rows.value} {grant.unit}",
        "from": grant.valid_from,
        "to": grant.valid_to or "",
        "decision": grant.decision,
        "revoked by": grant.revoked_by,
    }


def _day(option: str, text: str) -> date | None:
    """Read a day, Jalali (year before 1700) or Gregorian."""
    from vocabulary.periods import PeriodError, parse_jalali_date

    if not text:
        return None
    try:
        return parse_jalali_date(text) if text[:2] in ("13", "14") else date.fromisoformat(text)
    except (PeriodError, ValueError):
        fail(f"{option} {text}: no day such as 1405-01-01 or 2026-03-21", USAGE)


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands, and the proof of the labels that they go by."""
    access.command()(check)
    app.add_typer(access, name="access")
