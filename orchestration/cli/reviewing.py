"""Commands of the reviewer: check figures for plausibility, list what is flagged, keep a verdict."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from governance.plausibility.verdicts import Verdict
from orchestration.cli.console import Json, Progress, answer, friendly, step, table
from orchestration.cli.governed import governed

if TYPE_CHECKING:
    from governance.plausibility.review import Review

Actor = Annotated[str, typer.Option("--as", help="Code of the acting official (protects the honest path only).")]

plausibility = typer.Typer(no_args_is_help=True, help="Figures that a reviewer should look at. Not public.")


@plausibility.command()
def check() -> None:
    """Judge every monthly series by its own past and the calendar; flags are kept until the figure changes."""
    from orchestration import pipeline
    from orchestration.progress import listening
    from orchestration.settings import Settings

    with friendly(), step("plausibility"), listening(Progress()):
        flagged = pipeline.check_plausibility(Settings())
    answer({}, as_json=False, lines=[f"{flagged:,} figures flagged: amar plausibility list"])


@plausibility.command("list")
def list_(
    *,
    indicator: Annotated[str | None, typer.Option(help="Only this indicator.")] = None,
    is_open: Annotated[bool, typer.Option("--open", help="Only those without a verdict.")] = False,
    as_json: Json = False,
) -> None:
    """List the flags, the newest month first, with what became of them."""
    from governance.plausibility.review import flags, reviews
    from lake.layout import Home

    with friendly(), governed() as context:
        found = flags(Home(context.settings.home)).sort("period", "indicator_code", "geo_code", descending=True)
        with context.ledger.reading() as ledger:
            verdicts = reviews(ledger)
        rows = [
            {
                "flag": row["flag_id"],
                "kind": row["kind"],
                "observation": f"{row['indicator_code']}.{row['geo_code']}/{row['period']}",
                "observed": f"{row['observed']:,.4g}",
                "expected": f"{row['expected']:,.4g}",
                "calendar": "" if row["calendar_effect"] is None else f"{row['calendar_effect']:+.1%}",
                "verdict": _said(verdicts.get(row["flag_id"])),
            }
            for row in found.iter_rows(named=True)
            if indicator in (None, row["indicator_code"]) and not (is_open and row["flag_id"] in verdicts)
        ]
    answer(rows, as_json=as_json, lines=table(rows))


@plausibility.command()
def verdict(
    flag: Annotated[str, typer.Argument(help="As `list` names it.")],
    verdict: Annotated[Verdict, typer.Argument(help="Right, known cause, or to be corrected at its source.")],
    *,
    reason: Annotated[str, typer.Option(help="Why; name no person.")],
    actor: Actor,
) -> None:
    """Keep a verdict on FLAG in the ledger."""
    from governance.plausibility.review import judge_flag

    with friendly(), governed() as context:
        judge_flag(context, flag, verdict, reason=reason, actor=actor, now=datetime.now(UTC))
    answer({}, as_json=False, lines=[f"{flag}: {verdict.value}"])


def _said(review: "Review | None") -> str:
    if review is None:
        return ""
    return review.verdict.value if review.verdict else "erased"


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(plausibility, name="plausibility")
