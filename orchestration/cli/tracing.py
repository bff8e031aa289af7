"""`amar trace`: from a number back to its files."""

from typing import Annotated, Any

import typer

from orchestration.cli.console import Json, answer, friendly, table
from orchestration.cli.ledger_context import opened


def trace(
    observation: Annotated[str, typer.Argument(help="Such as INDICATORS@1.0.0/support_ratio.IR/1399-12.")],
    *,
    as_json: Json = False,
) -> None:
    """Walk from a published number back to definition, approvals, code and landing files."""
    from governance.lineage import trace as walk
    from governance.retention.losses import losses, sentences

    with friendly(), opened() as context:
        lineage = walk(context, observation)
        made_of = () if lineage.follows_files else {f"{item.layer}/{item.name}" for item in lineage.built_from.tables}
        files = {file.file_sha256 for file in lineage.sources}
        lost = losses(context.ledger, files, tables=made_of, since=lineage.release.acts[0].sequence)
    data = {**lineage.model_dump(mode="json"), "lost_rows": [vars(loss) for loss in lost]}
    answer(data, as_json=as_json, lines=[*_lines(lineage), *sentences(lost)])


def _lines(lineage: Any) -> list[str]:
    number = lineage.observation
    lines = [
        f"{number.id} = {number.value} ({number.unit_measure}), status {number.obs_status}/{number.conf_status}",
        f"  period       {number.period_start} … {number.period_end}, provenance {number.provenance}",
        f"  numerator    {number.numerator}",
        f"  denominator  {number.denominator}",
        f"  note         {number.note_en or '–'}",
        f"release {lineage.release.id}: {lineage.release.state}, manifest {lineage.release.manifest_hash}",
    ]
    lines += [
        f"  event {act.sequence}  {act.instant}  {act.office}  {act.kind}  ({act.clause})"
        for act in lineage.release.acts
    ]
    built = lineage.built_from
    lines.append(f"built from {built.mart}, code {built.code.package} {built.code.version} ({built.code.source_hash})")
    lines += [f"  {item.layer}/{item.name} version {item.version}" for item in built.tables]
    files = [
        {
            "part": file.part,
            "source": file.source,
            "file": file.file_name,
            "sha256": file.file_sha256,
            "lines": file.lines_read,
            "used": file.rows_used,
        }
        for file in lineage.sources
    ]
    return [*lines, f"{len(files)} files", *table(files)]


def add_commands(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(trace)
