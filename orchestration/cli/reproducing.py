"""Command of whoever doubts a published number: make the release again and compare."""

from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.console import FAILED, Json, Progress, answer, friendly, say

if TYPE_CHECKING:
    from orchestration.reproducing.reproduce import Reproduction

SHOWN = 20


def reproduce(
    dataset: Annotated[str, typer.Argument(help="Such as INDICATORS.")],
    version: Annotated[str, typer.Argument(help="Such as 1.0.0.")],
    *,
    with_this_code: Annotated[
        bool, typer.Option("--with-this-code", help="Use the code that runs, whichever built the release.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make a release again from pinned tables, code and definitions; exit 1 where it is not identical.

    Nothing is written but a scratch folder in the home, which is removed. With --json every cell that differs is told.
    """
    from governance.context import open_context
    from governance.database.engine import check_ready
    from governance.settings import Settings as GovernanceSettings
    from orchestration.reproducing.reproduce import reproduce as make_again
    from orchestration.settings import Settings

    with friendly(), open_context(GovernanceSettings()) as context:
        check_ready(context.engine)
        say(f"» {dataset}@{version}: from pinned silver, in a scratch home")
        found = make_again(Settings(), context, f"{dataset}@{version}", watch=Progress(), with_this_code=with_this_code)
    answer(found.as_data(), as_json=as_json, lines=_lines(found))
    if not found.is_identical:
        raise typer.Exit(FAILED)


def _lines(found: "Reproduction") -> list[str]:
    if found.is_identical:
        return [f"{found.release} is identical: {found.reproduced_hash}, made by {found.code}"]
    cells = [
        f"{found.observation(cell.key)}  {cell.column}: published {cell.before}, reproduced {cell.after}"
        for cell in found.cells
    ]
    cells += [f"{found.observation(key)}  published, not reproduced" for key in found.only_published]
    cells += [f"{found.observation(key)}  reproduced, not published" for key in found.only_reproduced]
    definitions = [
        f"definition {change.code}: " + ("; ".join(map(str, change.fields)) or f"{change.before} → {change.after}")
        for change in found.definitions
    ]
    head = f"{found.release} differs in {len(cells)} cells, made by {found.code}"
    more = [f"… and {len(cells) - SHOWN} more: --json"] if len(cells) > SHOWN else []
    changed = ["the structure differs"] if found.is_structure_changed else []
    return [head, *cells[:SHOWN], *more, *definitions, *changed, *found.notes]


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(reproduce)
