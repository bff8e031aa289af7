"""Commands of the auditor: trace a number, verify the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.console import FAILED, Json, answer, fail, friendly, table

if TYPE_CHECKING:
    from governance.context import Context

audits = typer.Typer(no_args_is_help=True, help="Verify what governance recorded.")


def trace(
    observation: Annotated[str, typer.Argument(help="Such as INDICATORS@1.0.0/support_ratio.IR/1399-12.")],
    *,
    as_json: Json = False,
) -> None:
    """Walk from a published number back to definition, approvals, code and landing files."""
    from governance.lineage import trace as walk
    from governance.retention.losses import losses, sentences

    with friendly(), _context() as context:
        lineage = walk(context, observation)
        made_of = () if lineage.follows_files else {f"{item.layer}/{item.name}" for item in lineage.built_from.tables}
        files = {file.file_sha256 for file in lineage.sources}
        lost = losses(context.ledger, files, tables=made_of, since=lineage.release.acts[0].sequence)
    data = {**lineage.model_dump(mode="json"), "lost_rows": [vars(loss) for loss in lost]}
    answer(data, as_json=as_json, lines=[*_lines(lineage), *sentences(lost)])


@audits.command()
def verify() -> None:
    """Recompute every hash of the ledger and of published files; exit 1 where something was changed or is missing."""
    from governance.evaluation.read import check_vintage, confirmed
    from governance.ledger.verify import verify as check
    from governance.releases.manifest import ManifestError
    from governance.releases.read import list_releases

    with friendly(), _context() as context:
        report = check(context.engine)
        faults = [f"event {finding.sequence}: {finding.kind}" for finding in report.findings]
        published = [] if faults else [release for release in list_releases(context) if release.published_at]
        for release in published:
            try:
                context.store.check_files(context.store.manifest(release.dataset, str(release.version)))
            except ManifestError as error:
                faults.append(str(error))
        vintages = [] if faults else confirmed(context)
        for name in vintages:
            try:
                check_vintage(context, name)
            except ManifestError as error:
                faults.append(str(error))
    if faults:
        fail("; ".join(faults), FAILED)
    lines = [f"{report.tree_size} events verified, tree head {report.root_hash}", f"{len(published)} releases verified"]
    lines += [f"{len(vintages)} vintages of evaluation verified"] if vintages else []
    answer({}, as_json=False, lines=lines)


@contextmanager
def _context() -> Iterator["Context"]:
    """Open the ledger as it is: an auditor makes no tables, and an empty ledger is not a sound one."""
    from governance.context import open_context
    from governance.database.engine import check_ready
    from governance.settings import Settings

    with open_context(Settings()) as context:
        check_ready(context.engine)
        yield context


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
    """Add this module's commands."""
    app.command()(trace)
    app.add_typer(audits, name="audit")
