"""Commands about officials: who is entered in the register, and which roles they hold, by which decision (DASH-F)."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.console import USAGE, Json, answer, fail, friendly, table
from orchestration.cli.governed import governed

if TYPE_CHECKING:
    from governance.officials import Role

Actor = Annotated[
    str | None,
    typer.Option("--as", help="Code of the secretary who enters it; none only while nobody is secretary."),
]
Decision = Annotated[str, typer.Option(help="Id of the decision it rests on.")]

officials = typer.Typer(no_args_is_help=True, help="Who may act, in which roles, by which decision.")


@officials.command()
def register(
    code: Annotated[str, typer.Argument(help="Code of the official, which is no name.")],
    *,
    name: Annotated[str, typer.Option(help="The person's name; it is kept where it can be erased.")],
    office: Annotated[str, typer.Option(help="Code of the office in the registry of units.")],
    decision: Decision = "",
    correct: Annotated[bool, typer.Option("--correct", help="Say anew who CODE is; the roles stay.")] = False,
    actor: Actor = None,
) -> None:
    """Enter CODE in the register of officials, without any role; takes the role secretary."""
    from governance.appointing import appoint
    from governance.register import Official

    with friendly(), governed() as context:
        official, now = Official(code, name.strip(), office), datetime.now(UTC)
        event = appoint(context, official, actor=actor, decision=decision, correct=correct, now=now)
    answer({}, as_json=False, lines=[f"{code}: event {event.sequence}" if event else f"{code}: entered already"])


@officials.command("list")
def list_(*, as_json: Json = False) -> None:
    """List officials with office and roles, without names; an entry that was erased says so."""
    from governance.officials import roles_of

    with friendly(), governed() as context:
        entered = context.officials.entries()
        with context.ledger.reading() as ledger:
            rows = [
                {
                    "official": held.code,
                    "office": held.official.office if held.official else "erased",
                    "roles": " ".join(sorted(roles_of(ledger, held.code))),
                    "demo": "" if held.official is None else "yes" if held.official.is_demo else "no",
                    "event": held.sequence,
                }
                for held in entered
            ]
    answer(rows, as_json=as_json, lines=table(rows))


@officials.command()
def grant(code: str, role: str, *, decision: Decision = "", actor: Actor = None) -> None:
    """Give CODE a ROLE: statistician, approver, auditor, planner or secretary."""
    from governance.appointing import give_role

    with friendly(), governed() as context:
        named = _role(role)
        event = give_role(context, code, named, actor=actor, decision=decision, now=datetime.now(UTC))
    answer({}, as_json=False, lines=[f"{code} {'is' if event else 'was already'} {role}"])


@officials.command()
def revoke(code: str, role: str, *, decision: Decision = "", actor: Actor = None) -> None:
    """Take ROLE from CODE."""
    from governance.appointing import take_role

    with friendly(), governed() as context:
        named = _role(role)
        event = take_role(context, code, named, actor=actor, decision=decision, now=datetime.now(UTC))
    answer({}, as_json=False, lines=[f"{code} {'is no longer' if event else 'was not'} {role}"])


def _role(text: str) -> "Role":
    from governance.officials import Role

    if text not in list(Role):
        fail(f"no role {text!r}: {', '.join(Role)}", USAGE)
    return Role(text)


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(officials, name="officials")
