"""Commands of whoever keeps a home safe: back it up, restore it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.console import Json, Progress, answer, friendly

if TYPE_CHECKING:
    from orchestration.backup.since import Since


def backup(
    file: Annotated[Path, typer.Argument(help="The archive to write, such as amar-1405-09-01.tar.zst.")],
    *,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="The ledger's private key goes with it; else keep it apart.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Back up the whole home into one FILE, consistent while others write: lake, releases, ledger, history, landing.

    It holds rows as received, with identifiers: keep it as you keep bronze. Pseudonym keys are never in it.
    """
    from orchestration.backup.backup import LEDGER_KEY, back_up
    from orchestration.settings import Settings

    with friendly():
        done = back_up(Settings(), file.resolve(), now=datetime.now(UTC), watch=Progress(), with_keys=with_keys)
    lines = [
        f"{file}: {done.files} files, {done.size_bytes:,} bytes",
        f"  {done.about['events']} events, {len(done.about['tables'])} tables, {len(done.about['releases'])} releases",
        f"  {LEDGER_KEY} is in it"
        if with_keys
        else f"  keys are not in it: keep {LEDGER_KEY} and pseudonym keys apart",
        *done.about["checkpoint"].splitlines()[:3],
    ]
    answer({"files": done.files, "size_bytes": done.size_bytes, **done.about}, as_json=as_json, lines=lines)


def restore(
    file: Annotated[Path, typer.Argument(help="The archive.", exists=True, dir_okay=False)],
    *,
    home: Annotated[Path, typer.Option(help="The home to be: not there yet, or empty.")],
    ledger: Annotated[
        str | None, typer.Option(help="The ledger as it went on, a file or URL: tells what was erased since.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Restore a home from FILE: every hash, the ledger, the releases and all tables are verified before it is there."""
    from orchestration.backup.restore import restore as put_back

    with friendly():
        done, since = put_back(file, home.resolve(), later=ledger)
    lines = [
        f"{home}: {done.files} files, {done.events} events, {done.releases} releases, {done.tables} tables verified",
        f"  tree head {done.root_hash}, backed up {done.about['taken_at']}",
        "  the marts are built anew by the next amar build",
    ]
    if not done.has_key:
        lines.append("  ledger.key is not in it: put it there before anything is written (docs/backup.md)")
    told = {} if since is None else {"events": since.events, "kinds": since.kinds, "to_repeat": since.to_repeat}
    answer(
        {"home": str(home), "files": done.files, "events": done.events, "root_hash": done.root_hash,
         "releases": done.releases, "tables": done.tables, "taken_at": done.about["taken_at"], "since": told},
        as_json=as_json,
        lines=[*lines, *_since(since)],
    )  # fmt: skip


def _since(since: "Since | None") -> list[str]:
    if since is None:
        return ["  whether persons' rows were erased since is told by the ledger as it went on: --ledger"]
    return [
        f"  {since.events} events of the later ledger are not here: {since.kinds or 'none'}",
        *(f"  to repeat: {words}" for words in since.to_repeat),
    ]


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(backup)
    app.command()(restore)
