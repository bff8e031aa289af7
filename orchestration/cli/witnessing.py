"""Commands about the ledger's key and its witnesses."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.console import answer, friendly, print_out, say
from orchestration.cli.ledger_context import opened

witness = typer.Typer(no_args_is_help=True, help="Witnesses who cosign checkpoints of the ledger.")
key = typer.Typer(no_args_is_help=True, help="The key that signs the ledger's checkpoints.")

Vkey = Annotated[str, typer.Argument(help="The witness's public key, name+id+Base64.")]
Actor = Annotated[str, typer.Option("--as", help="Code of the auditor who acts.")]
Decision = Annotated[str, typer.Option(help="Id of the decision that the act rests on.")]


def cosign(note: Annotated[Path, typer.Argument(help="Checkpoint with the witness's line.")]) -> None:
    """Enter a cosignature of a registered witness, after checking it."""
    from governance.audit.witnesses import cosign as enter

    with friendly(), opened() as context:
        for checkpoint in enter(context, note.read_bytes())[-1:]:
            signed = ", ".join(vkey.partition("+")[0] for vkey in checkpoint.witnesses)
            say(f"checkpoint {checkpoint.tree_size} cosigned by {signed}")


@witness.command()
def add(vkey: Vkey, *, actor: Actor, decision: Decision) -> None:
    """Register a witness."""
    from datetime import UTC, datetime

    from governance.audit.witnesses import register

    with friendly(), opened() as context:
        is_new = register(context, vkey, actor=actor, decision=decision, now=datetime.now(UTC))
    say(f"{vkey.partition('+')[0]} {'is registered' if is_new else 'was registered already'}")


@witness.command()
def remove(vkey: Vkey, *, actor: Actor, decision: Decision) -> None:
    """Remove a witness; what it signed stays."""
    from datetime import UTC, datetime

    from governance.audit.witnesses import remove as take

    with friendly(), opened() as context:
        was = take(context, vkey, actor=actor, decision=decision, now=datetime.now(UTC))
    say(f"{vkey.partition('+')[0]} {'is removed' if was else 'was not registered'}")


@witness.command("list")
def list_() -> None:
    """Print the keys of all registered witnesses."""
    from governance.audit.witnesses import registered

    with friendly(), opened() as context, context.ledger.reading() as ledger:
        known = registered(ledger)
    answer(known, as_json=False, lines=known or ["(nothing)"])


@key.command("show")
def show_key() -> None:
    """Print the ledger's public key; give it out by another way than bundles and proofs."""
    from governance.ledger.checkpoints import NoCheckpointError
    from governance.ledger.keyfile import load_key

    with friendly(), opened() as context, context.ledger.reading() as ledger:
        try:
            vkey = ledger.checkpoint().vkey
        except NoCheckpointError:
            settings = context.settings
            vkey = load_key(settings.ledger_key, origin=settings.ledger_origin).verifying.vkey
    print_out(f"{vkey}\n")


@key.command("new")
def new_key() -> None:
    """Make the ledger's key where there is none (AMAR_LEDGER_KEY_FILE), readable by its owner alone."""
    from governance.ledger.keyfile import make_key
    from governance.settings import Settings

    with friendly():
        settings = Settings()
        made = make_key(settings.ledger_key, origin=settings.ledger_origin)
    say(f"{settings.ledger_key} signs for the ledger")
    print_out(f"{made.verifying.vkey}\n")


def add_commands(audits: typer.Typer) -> None:
    """Add this module's commands to `amar audit`."""
    audits.command()(cosign)
    audits.add_typer(witness, name="witness")
    audits.add_typer(key, name="key")
