"""Commands of the auditor: verify the ledger."""

import typer

from orchestration.cli.console import FAILED, answer, fail, friendly
from orchestration.cli.ledger_context import opened

audits = typer.Typer(no_args_is_help=True, help="Verify what governance recorded.")


@audits.command()
def verify() -> None:
    """Recompute every hash of the ledger and of published files; exit 1 where something was changed or is missing."""
    from governance.evaluation.read import check_vintage, confirmed
    from governance.ledger.verify import verify as check
    from governance.releases.manifest import ManifestError
    from governance.releases.read import list_releases

    with friendly(), opened() as context:
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


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(audits, name="audit")
