"""`amar trace`: from a number back to its files, as text, as JSON, as a picture."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.console import USAGE, Json, answer, fail, friendly, say, table
from orchestration.cli.ledger_context import opened

if TYPE_CHECKING:
    from governance.context import Context
    from governance.lineage.model import Trace
    from governance.retention.losses import Loss


def trace(
    observation: Annotated[
        str,
        typer.Argument(
            help="Such as INDICATORS@1.0.0/support_ratio.IR/1399-12, or in gold gold.fct_unit_indicator/…/1399-12."
        ),
    ],
    *,
    actor: Annotated[
        str | None, typer.Option("--as", help="Code of the official who asks for a number in gold.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the picture into this file, one page.")] = None,
    language: Annotated[str, typer.Option("--lang", help="Language the page opens in: fa or en.")] = "fa",
    as_json: Json = False,
) -> None:
    """Walk from a number back to definition, approvals, code and landing files."""
    from governance.lineage.text import file_rows, lines_of
    from governance.retention.losses import sentences

    if language not in ("fa", "en"):
        fail(f"no language {language!r}: fa or en", USAGE)
    with friendly(), opened() as context:
        found = _walk(context, observation, actor)
        lost = _losses(context, found)
        if html:
            _write_page(html, found, language, sentences(lost))
    data = {**found.model_dump(mode="json"), "lost_rows": [vars(loss) for loss in lost]}
    rows = file_rows(found)
    answer(data, as_json=as_json, lines=[*lines_of(found), f"{len(rows)} files", *table(rows), *sentences(lost)])


def _walk(context: "Context", observation: str, actor: str | None) -> "Trace":
    if observation.startswith("gold."):
        from orchestration.tracing.gold import trace_gold

        return trace_gold(context, observation, actor)
    from governance.lineage.published import trace as walk

    return walk(context, observation)


def _losses(context: "Context", found: "Trace") -> list["Loss"]:
    """Return what the files behind a number lost; of a release, since it was proposed."""
    from governance.lineage.model import Lineage
    from governance.retention.losses import losses

    tables = {f"{item.layer}/{item.name}" for item in found.built_from.tables}
    made_of = () if found.follows_files else tables
    since = found.release.acts[0].sequence if isinstance(found, Lineage) else 0
    files = {file.file_sha256 for file in (*found.sources, *found.decided_by)}
    return losses(context.ledger, files, tables=made_of, since=since)


def _write_page(path: Path, found: "Trace", language: Any, lost: list[str]) -> None:
    from governance.lineage.picture.page import page

    path.write_text(page(found, language, lost), encoding="utf-8")
    say(f"wrote {path}")


def add_commands(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(trace)
