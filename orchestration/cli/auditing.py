"""Commands of the auditor: verify the home, export a bundle, prove an entry or a number."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import acts, witnessing
from orchestration.cli.console import FAILED, answer, fail, friendly, print_out, say
from orchestration.cli.ledger_context import opened

if TYPE_CHECKING:
    from governance.context import Context

audits = typer.Typer(no_args_is_help=True, help="Verify what governance recorded, and let others verify it.")

Auditor = Annotated[str | None, typer.Option("--as", help="Code of the auditor who asks.")]


class For(StrEnum):
    """Whom a bundle is for."""

    PUBLIC = "public"
    AUDITOR = "auditor"


@audits.command()
def verify() -> None:
    """Recompute every hash of the ledger and of published files; exit 1 where something was changed or is missing."""
    from governance.audit.holdings import check_release
    from governance.evaluation.read import check_vintage, confirmed
    from governance.ledger.verify import verify as check
    from governance.releases.manifest import ManifestError
    from governance.releases.read import list_releases

    with friendly(), opened() as context:
        report = check(context.engine)
        of_checkpoints = ("checkpoint", "signature", "cosignature")
        faults = [
            f"{'checkpoint' if finding.kind in of_checkpoints else 'event'} {finding.sequence}: {finding.kind}"
            for finding in report.findings
        ]
        published = [] if faults else [release for release in list_releases(context) if release.published_at]
        with context.ledger.reading() as ledger:
            for release in published:
                faults += check_release(context, ledger, release)
        vintages = [] if faults else confirmed(context)
        for name in vintages:
            try:
                check_vintage(context, name)
            except ManifestError as error:
                faults.append(str(error))
        if faults:
            fail("; ".join(faults), FAILED)
        lines = [f"{report.tree_size} events verified, tree head {report.root_hash}"]
        lines += (
            [f"{report.signed_size} events under the newest checkpoint, signed by {report.vkey}"] if report.vkey else []
        )
        lines += [f"{len(published)} releases verified"]
        lines += [f"{len(vintages)} vintages of evaluation verified"] if vintages else []
        answer({}, as_json=False, lines=[*lines, *_witnessed(context)])


@audits.command()
def export(
    *,
    out: Annotated[Path, typer.Option(help="Folder, or file that ends in .zip; must not be there yet.")],
    audience: Annotated[For, typer.Option(help="What goes in: what is public, or everything, names included.")] = (
        For.PUBLIC
    ),
    release: Annotated[
        list[str] | None, typer.Option(help="Only the files of this release, DATASET@VERSION; may be repeated.")
    ] = None,
    actor: Auditor = None,
) -> None:
    """Write a bundle that anybody can verify with one file and no network (docs/verification.md)."""
    from governance.audit.export import Audience
    from governance.audit.export import export as write

    with friendly(), opened() as context:
        done = write(context, out, audience=Audience(audience.value), actor=actor, only=release or ())
    say(f"{out}: {done.tree_size} entries, tree head {done.root_hash}, {len(done.releases)} releases, for {audience}")
    say(f"verify it with the key {done.vkey}")


@audits.command()
def prove(
    what: Annotated[str, typer.Argument(help="17, INDICATORS@1.0.0, or INDICATORS@1.0.0/support_ratio.IR/1399-12.")],
    *,
    out: Annotated[Path | None, typer.Option(help="File to write; standard output otherwise.")] = None,
    actor: Auditor = None,
) -> None:
    """Prove that an entry, a release or a number is in the ledger: JSON that stands by itself."""
    from governance.audit.proof import prove as make

    with friendly(), opened() as context:
        proof = make(context, what, actor=actor)
        if out:
            out.write_bytes(proof)
            say(f"{out} written")
            return
    print_out(proof.decode())


def _witnessed(context: "Context") -> list[str]:
    """Say who cosigned the newest checkpoint, and that nobody did."""
    from governance.audit.witnesses import registered

    with context.ledger.reading() as ledger:
        known = registered(ledger)
        kept = ledger.checkpoints()
    if not kept:
        return ["no checkpoint was ever signed"]
    names = {vkey: vkey.partition("+")[0] for vkey in known}
    signed = [names.get(vkey, vkey) for vkey in kept[-1].witnesses]
    newest = f"checkpoint {kept[-1].tree_size}"
    lines = [f"{newest} cosigned by {', '.join(signed)}" if signed else f"no witness cosigned {newest}"]
    for vkey, name in names.items():
        sizes = [checkpoint.tree_size for checkpoint in kept if vkey in checkpoint.witnesses]
        lines.append(
            f"witness {name} last cosigned checkpoint {sizes[-1]}" if sizes else f"witness {name} never signed"
        )
    return lines if known else [*lines, "no witness is registered: a ledger forked by who holds its key would not show"]


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    witnessing.add_commands(audits)
    acts.add_commands(audits)
    app.add_typer(audits, name="audit")
