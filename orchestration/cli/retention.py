"""Commands of retention and erasure: what is kept how long, and letting go of it by two persons."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.console import Json, Progress, answer, friendly, say, table

if TYPE_CHECKING:
    from governance.context import Context
    from governance.retention.standing import Standing

Actor = Annotated[str, typer.Option("--as", help="Code of the acting official (protects the honest path only).")]
Pseudonyms = Annotated[list[str], typer.Argument(help="32 hexadecimal digits each, as `amar erase find` prints them.")]
Decision = Annotated[str, typer.Option(help="Id of the decision that the erasure rests on.")]

retentions = typer.Typer(no_args_is_help=True, help="How long rows as received are kept, and letting go of them.")
erasures = typer.Typer(no_args_is_help=True, help="Find a person's rows and erase them, by two persons.")


@retentions.command()
def status(*, as_json: Json = False) -> None:
    """Show the rules and how far each is, what is due, what expired, erasures, and when old versions go."""
    from governance.retention.rules import load_rules
    from governance.retention.standing import standing
    from orchestration.settings import Settings

    with friendly(), _context() as context:
        settings, now = Settings(), datetime.now(UTC)
        found = standing(
            context, settings.amar_home, load_rules(), settings.keyring(), pins=_pins(context), today=now.date()
        )
    answer(found.as_data(), as_json=as_json, lines=_standing_lines(found))


@retentions.command()
def propose(rule: str, *, actor: Actor) -> None:
    """Propose RULE as it stands in governance/retention/rules.yaml; another official confirms it."""
    from governance.retention import acts
    from governance.retention.rules import find_rule, load_rules

    with friendly(), _context() as context:
        found = find_rule(rule, load_rules())
        acts.propose(context, found, actor=actor, now=datetime.now(UTC))
    answer({}, as_json=False, lines=[f"{found.subject} is proposed"])


@retentions.command()
def confirm(rule: str, *, actor: Actor) -> None:
    """Put RULE in force; whoever proposed it cannot (house rule 10)."""
    from governance.retention import acts
    from governance.retention.rules import find_rule, load_rules

    with friendly(), _context() as context:
        found = find_rule(rule, load_rules())
        acts.confirm(context, found, actor=actor, now=datetime.now(UTC))
    answer({}, as_json=False, lines=[f"{found.subject} is in force"])


@retentions.command()
def apply(*, actor: Actor) -> None:
    """Let go what the rules in force say is due, in bronze and quarantine; silver and releases stay."""
    from governance.retention import expiry
    from governance.retention.rules import load_rules
    from lake.lock import remover_lock
    from orchestration.settings import Settings

    with friendly(), _context() as context:
        settings = Settings()
        with remover_lock(settings.amar_home, "apply retention rules"):
            done = expiry.apply(
                context,
                settings.amar_home,
                load_rules(),
                settings.keyring(),
                pins=_pins(context),
                actor=actor,
                now=datetime.now(UTC),
            )
    rows = [
        {
            "layer": act.layer,
            "source": act.source,
            "period": act.period or "",
            "files": len(act.files),
            "rows": act.rows,
            "rule": act.rule,
        }
        for act in done
    ]
    answer({}, as_json=False, lines=table(rows) if rows else ["nothing is due"])


@erasures.command()
def find(
    pseudonyms: Annotated[list[str] | None, typer.Argument(help="Pseudonyms; else identifiers are asked for.")] = None,
    *,
    kind: Annotated[str, typer.Option(help="Kind of the identifiers: person, file, workshop, operator.")] = "person",
    as_json: Json = False,
) -> None:
    """Show where a person's rows stand.

    Identifiers are read from the terminal or standard input, a line each, and are neither shown nor kept.
    """
    from governance.retention.erasure import parse_pseudonyms
    from lake.retention import find as lake_find
    from orchestration.settings import Settings

    with friendly():
        settings = Settings()
        keyring = settings.keyring()
        pids = parse_pseudonyms(pseudonyms) if pseudonyms else lake_find.pseudonyms(_identifiers(), kind, keyring)
        found = lake_find.find(settings.amar_home, pids, keyring)
    rows = [{"table": f"{layer}/{name}", "rows": count} for (layer, name), count in sorted(found.rows.items())]
    named, linked = sorted(pid.hex() for pid in pids), sorted(pid.hex() for pid in found.linked)
    data = {"pseudonyms": named, "lines": len(found.places), "tables": rows, "linked_files": linked}
    lines = [*(f"pseudonym {pid}" for pid in named), f"{len(found.places)} lines of landing files", *table(rows)]
    lines += [f"linked file {pid}: erased only if it is named too" for pid in linked]
    answer(data, as_json=as_json, lines=lines)


@erasures.command()
def request(
    pseudonyms: Pseudonyms,
    *,
    decision: Decision = "",
    reason: Annotated[str, typer.Option(help="COURT_ORDER, PERSONS_REQUEST, SENT_IN_ERROR or UNLAWFULLY_HELD.")],
    actor: Actor,
) -> None:
    """Request that the rows of PSEUDONYMS be erased; another official confirms it."""
    from governance.retention import erasure
    from orchestration.settings import Settings

    with friendly(), _context() as context:
        settings = Settings()
        keyring = settings.keyring()
        asked = erasure.erasure(pseudonyms, decision, keyring)
        found = erasure.request(
            context,
            settings.amar_home,
            asked,
            erasure.parse_reason(reason),
            keyring,
            actor=actor,
            now=datetime.now(UTC),
        )
    rows = [{"table": f"{layer}/{name}", "rows": count} for (layer, name), count in sorted(found.rows.items())]
    answer({}, as_json=False, lines=[f"{asked.subject} is requested", *table(rows)])


@erasures.command(name="confirm")
def confirm_erasure(
    pseudonyms: Pseudonyms,
    *,
    decision: Decision = "",
    build: Annotated[bool, typer.Option(help="Build the marts of the months concerned afterwards.")] = True,
    actor: Actor,
) -> None:
    """Confirm an erasure that another official requested, carry it out, and build the marts that counted the rows.

    Called again after it was cut off, it goes on where it stopped.
    """
    from governance.retention import erasure
    from lake.lock import remover_lock
    from orchestration import pipeline
    from orchestration.progress import listening
    from orchestration.settings import Settings

    with friendly(), _context() as context, listening(Progress()):
        settings = Settings()
        keyring = settings.keyring()
        asked = erasure.erasure(pseudonyms, decision, keyring)
        with remover_lock(settings.amar_home, "erase rows"):
            outcome = erasure.confirm(context, settings.amar_home, asked, keyring, actor=actor, now=datetime.now(UTC))
        rows = [{"table": name, "rows": count} for name, count in outcome.tables.items()]
        lines = [f"{asked.subject} is carried out: {outcome.rows} lines of {len(outcome.files)} files", *table(rows)]
        lines += [f"still in an old file: {path}" for path in outcome.held]
        answer({}, as_json=False, lines=lines)
        if build:
            say("marts built" if pipeline.build(settings) else "no mart counted them")


def _identifiers() -> Sequence[str]:
    """Read identifiers without showing them: never from the arguments, which other users of the machine can see."""
    if sys.stdin.isatty():
        import getpass

        return [getpass.getpass("identifier (not shown): ")]
    return sys.stdin.read().split()


def _pins(context: "Context") -> Any:
    from orchestration.defs.maintenance.pins import pinned_versions

    return pinned_versions(context)


@contextmanager
def _context() -> Iterator["Context"]:
    from governance.context import open_context
    from governance.database.engine import migrate
    from governance.settings import Settings

    with open_context(Settings()) as context:
        migrate(context.engine)
        yield context


def _standing_lines(found: "Standing") -> list[str]:
    data = found.as_data()
    named = ("id", "layer", "access_class", "keep_months", "decision", "state")
    rules = [{name: rule[name] or "–" for name in named} for rule in data["rules"]]
    expired = [{"table": name, "rows": rows} for name, rows in found.expired.items()]
    parts = (("rules", rules), ("held, and due", data["held"]), ("expired", expired), ("erasures", data["erasures"]))
    lines = [line for title, rows in parts for line in (f"{title}:", *table(rows), "")]
    return [*lines, "old versions:", *(f"  {line}" for line in found.purge)]


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(retentions, name="retention")
    app.add_typer(erasures, name="erase")
