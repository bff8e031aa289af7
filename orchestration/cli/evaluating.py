"""Commands of evaluation: adopt its rules, freeze a period, show a unit its result, keep the unit's reply (DASH-X)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.console import Json, answer, friendly, table

if TYPE_CHECKING:
    from governance.context import Context
    from governance.evaluation.read import Evaluated

Actor = Annotated[str, typer.Option("--as", help="Code of the acting official (protects the honest path only).")]

evaluations = typer.Typer(no_args_is_help=True, help="Evaluate units by norms: adopt, freeze, show, reply. Not public.")


@evaluations.command()
def propose(
    thing: Annotated[str, typer.Argument(help="rules/VERSION, or norms: those in use now.")], *, actor: Actor
) -> None:
    """Propose THING for adoption as its files stand; another official confirms it."""
    from governance.evaluation import acts, basis
    from governance.evaluation.states import Subject

    with friendly(), _context() as context:
        is_norms = thing == "norms"
        subject = basis.norms_subject(demonstration=acts.is_development(context)) if is_norms else Subject.parse(thing)
        acts.propose(context, subject, actor=actor, now=datetime.now(UTC))
    answer({}, as_json=False, lines=[f"{subject} is proposed"])


@evaluations.command()
def confirm(
    thing: Annotated[str, typer.Argument(help="rules/…, norms/… or vintage/…, as `list` names it.")], *, actor: Actor
) -> None:
    """Confirm THING; whoever proposed it cannot (house rule 10)."""
    from governance.evaluation import acts
    from governance.evaluation.states import Subject

    with friendly(), _context() as context:
        subject = Subject.parse(thing)
        acts.confirm(context, subject, actor=actor, now=datetime.now(UTC))
    answer({}, as_json=False, lines=[f"{subject} is confirmed"])


@evaluations.command()
def freeze(period: str, *, actor: Actor) -> None:
    """Freeze the results of PERIOD as the marts hold them now, for good; another official confirms them."""
    from governance.evaluation.freeze import freeze as act
    from vocabulary.periods import Period

    with friendly(), _context() as context:
        vintage = act(context, Period.parse(period), actor=actor, now=datetime.now(UTC))
    answer({}, as_json=False, lines=[f"vintage/{vintage.id} is proposed ({vintage.provenance}, {vintage.draft_hash})"])


@evaluations.command("list")
def list_(*, as_json: Json = False) -> None:
    """List rules, norms and vintages with how far each is."""
    from governance.evaluation.read import standings

    with friendly(), _context() as context:
        rows = [
            {"thing": str(standing.subject), "state": standing.step.value, "since": standing.instant}
            for standing in standings(context)
        ]
    answer(rows, as_json=as_json, lines=table(rows))


@evaluations.command()
def show(unit: str, period: Annotated[str | None, typer.Argument()] = None, *, as_json: Json = False) -> None:
    """Show UNIT its confirmed result of PERIOD (the last by default), signs and its own replies beside it."""
    from governance.evaluation.read import show as read
    from vocabulary.periods import Period

    with friendly(), _context() as context:
        found = read(context, unit, None if period is None else Period.parse(period))
    data = {
        "vintage": found.vintage.model_dump(mode="json"),
        "scores": found.scores,
        "results": found.results,
        "signs": found.signs,
        "replies": [vars(reply) for reply in found.replies],
    }
    answer(data, as_json=as_json, lines=_lines(unit, found))


@evaluations.command()
def reply(
    unit: str,
    period: str,
    *,
    text: Annotated[str, typer.Option(help="What the unit has to say; it should name no person.")],
    indicator: Annotated[str | None, typer.Option(help="Indicator that it is about; the whole by default.")] = None,
    actor: Actor,
) -> None:
    """Keep UNIT's reply beside its confirmed result of PERIOD."""
    from governance.evaluation.reply import reply as act
    from vocabulary.periods import Period

    with friendly(), _context() as context:
        now = datetime.now(UTC)
        vintage = act(context, unit, Period.parse(period), indicator=indicator, text=text, actor=actor, now=now)
    answer({}, as_json=False, lines=[f"kept beside vintage/{vintage}"])


@contextmanager
def _context() -> Iterator["Context"]:
    from governance.context import open_context
    from governance.database.engine import migrate
    from governance.settings import Settings

    with open_context(Settings()) as context:
        migrate(context.engine)
        yield context


def _lines(unit: str, found: "Evaluated") -> list[str]:
    vintage = found.vintage
    head = [
        f"{unit}, {vintage.period}: vintage {vintage.id}, rules {vintage.rules.name}, provenance {vintage.provenance}",
        f"decisions: {', '.join((*vintage.rules.decisions, *vintage.norms.decisions))}",
    ]
    scores = [
        {
            "domain": row["domain_code"],
            "score": _number(row["score"]),
            "evaluated_percent": _number(row["evaluated_percent"]),
            "status": row["status"],
            "reason": row["reason"] or "",
        }
        for row in found.scores
    ]
    results = [_result(row) for row in found.results]
    signs = [{"sign": row["rule_code"], "indicator": row["indicator_code"] or ""} for row in found.signs]
    replies = [
        {"event": reply.sequence, "office": reply.office, "about": reply.indicator or "all", "text": reply.text or "–"}
        for reply in found.replies
    ]
    parts = (("score", scores), ("results", results), ("signs (shown, never scored)", signs), ("replies", replies))
    return head + [line for title, rows in parts for line in ("", f"{title}:", *table(rows))]


def _result(row: dict[str, Any]) -> dict[str, Any]:
    lower, upper = _number(row["norm_lower"]), _number(row["norm_upper"])
    return {
        "indicator": row["indicator_code"],
        "value": _number(row["value"]),
        "norm": f"{lower or '…'}–{upper or '…'}" if lower or upper else "",
        "optimum": _number(row["optimum"]),
        "status": row["status"],
        "reason": row["reason"] or "",
        "peer_rank": _number(row["peer_rank_percent"]),
        "on_year": _number(row["change_on_year_before"]),
        "trend": row["trend"] or "",
    }


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(evaluations, name="evaluation")
