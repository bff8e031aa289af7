"""Commands of who keeps the pseudonym keys: show, rotate, abandon; and of who looks for identifiers: scan."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.console import FAILED, Json, answer, fail, friendly, say, step, table

keys = typer.Typer(no_args_is_help=True, help="Pseudonym keys, and the search for identifiers that got past them.")

Actor = Annotated[str, typer.Option("--as", help="Code of the official who acts.")]
Decision = Annotated[str, typer.Option(help="Id of the decision that the act rests on.")]


@keys.command()
def show(*, as_json: Json = False) -> None:
    """List the keys that are set and those in force, by fingerprint; no key is ever printed."""
    from lake.keys.register import registered
    from orchestration.settings import Settings

    with friendly():
        settings = Settings()
        own, known = settings.keyring(), registered(settings.amar_home)
    held = [*known.in_force, *([known.coming] if known.coming else [])]
    rows = [
        {
            "key": number + 1,
            "set": own.fingerprints[number] if number < own.version else "–",
            "in the lake": held[number] if number < len(held) else "–",
            "state": "coming in" if known.coming and number == len(known.in_force) else "in force",
        }
        for number in range(max(own.version, len(held)))
    ]
    for row in rows:
        if row["in the lake"] == "–":
            row["state"] = "not used yet"
        elif row["set"] != row["in the lake"]:
            row["state"] = "missing" if row["set"] == "–" else "another key"
    answer(rows, as_json=as_json, lines=table(rows))


@keys.command()
def rotate(*, actor: Actor, decision: Decision) -> None:
    """Bring all pseudonyms under the newest key that is set; killed, it is repeated and goes on where it was."""
    from datetime import UTC, datetime

    from orchestration.key_acts import rotate_keys
    from orchestration.settings import Settings

    with friendly(), step("rotate the pseudonym keys"):
        done = rotate_keys(Settings(), actor=actor, decision=decision, now=datetime.now(UTC), watch=_said)
    say(f"{len(done.tables)} tables written anew; key {done.version} is in force")


@keys.command()
def abandon(*, actor: Actor, decision: Decision) -> None:
    """Give up keys that are lost for good: those that are set become the first; then `amar ingest` builds anew."""
    from datetime import UTC, datetime

    from orchestration.key_acts import abandon_keys
    from orchestration.settings import Settings

    with friendly():
        abandon_keys(Settings(), actor=actor, decision=decision, now=datetime.now(UTC))
    say("the keys that are set are in force; amar ingest and amar build bring the lake under them")


@keys.command()
def scan(
    *,
    words: Annotated[
        Path | None, typer.Option(help="File with further names or numbers to look for, one a line.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Look for identifiers in everything after bronze; exit 1 where one is found. Places and counts, never values."""
    from lake.identifiers.home import scan_home
    from orchestration.settings import Settings

    with friendly():
        more = words.read_text(encoding="utf-8").split("\n") if words else []
        report = scan_home(Settings().amar_home, [word.strip() for word in more if word.strip()])
    lines = [
        f"{report.known:,} identifiers and {report.names:,} names of bronze looked for in {report.places:,} places"
    ]
    lines += table([vars(leak) for leak in report.leaks]) if report.leaks else ["none was found"]
    answer({**vars(report), "leaks": [vars(leak) for leak in report.leaks]}, as_json=as_json, lines=lines)
    if report.leaks:
        fail(f"identifiers in {len(report.leaks)} places (OPEN-1)", FAILED)


def _said(name: str) -> None:
    say(f"  {name}")


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(keys, name="keys")
