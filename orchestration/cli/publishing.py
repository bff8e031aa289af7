"""Commands of the official and the server: release …, serve, up."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.console import USAGE, Json, answer, fail, friendly, say, table
from orchestration.generator.scales import Scale

if TYPE_CHECKING:
    from governance.context import Context

Actor = Annotated[str, typer.Option("--as", help="Code of the acting official (protects the honest path only).")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port of the API.")]

releases = typer.Typer(no_args_is_help=True, help="Propose, approve, publish and withdraw versions of a dataset.")


@releases.command()
def propose(dataset: str, *, actor: Actor) -> None:
    """Propose a new version of DATASET from what the marts hold; another official has to approve it."""
    from governance.datasets.load import load_structure
    from governance.plausibility.review import open_flags
    from governance.releases.read import list_releases
    from orchestration import pipeline
    from orchestration.settings import Settings

    with friendly():
        _check_dataset(dataset)
        pipeline.propose(Settings(), dataset, actor)
        with _context() as context:
            newest = max(list_releases(context, dataset), key=lambda release: release.version)
            flagged = open_flags(context) if load_structure(dataset).kind == "indicators" else None
    lines = [f"{newest.id} is {newest.state.value}"]
    if flagged is not None:
        lines.append(f"{flagged} figures are flagged and not judged: amar plausibility list --open")
    answer({}, as_json=False, lines=lines)


@releases.command()
def approve(release: str, *, actor: Actor) -> None:
    """Approve RELEASE (`INDICATORS@1.0.0`); the approver is not the proposer (house rule 10)."""
    from governance.releases.flow import approve as act

    with friendly(), _context() as context:
        done = act(context, release, actor=actor, now=datetime.now(UTC))
    answer({}, as_json=False, lines=[f"{done.id} is {done.state.value}"])


@releases.command()
def publish(release: str, *, actor: Actor) -> None:
    """Publish an approved RELEASE: from now on the API serves it, unaltered, for good."""
    from governance.releases.flow import publish as act

    with friendly(), _context() as context:
        done = act(context, release, actor=actor, now=datetime.now(UTC))
    answer({}, as_json=False, lines=[f"{done.id} is {done.state.value}"])


@releases.command()
def withdraw(release: str, *, actor: Actor, reason: Annotated[str, typer.Option(help="Why, for everybody.")]) -> None:
    """Mark RELEASE as withdrawn, with a reason; it is never deleted."""
    from governance.releases.flow import withdraw as act

    with friendly(), _context() as context:
        done = act(context, release, actor=actor, reason=reason, now=datetime.now(UTC))
    answer({}, as_json=False, lines=[f"{done.id} is {done.state.value}"])


@releases.command("list")
def list_(dataset: Annotated[str | None, typer.Argument()] = None, *, as_json: Json = False) -> None:
    """List all versions with their state."""
    from governance.releases.read import list_releases

    with friendly(), _context() as context:
        if dataset:
            _check_dataset(dataset)
        rows = [
            {"release": release.id, "state": release.state.value, "published": release.published_at or ""}
            for release in list_releases(context, dataset)
        ]
    answer(rows, as_json=as_json, lines=table(rows))


@releases.command()
def show(release: str) -> None:
    """Show a version's manifest and acts as JSON."""
    from governance.releases.read import show as details

    with friendly(), _context() as context:
        found = details(context, release)
    data: dict[str, Any] = {
        "release": found.release.id,
        "state": found.release.state.value,
        "withdrawal_reason": found.reason,
        "manifest": found.manifest.model_dump(mode="json"),
    }
    answer(data, as_json=True, lines=[])


@releases.command()
def diff(before: str, after: str) -> None:
    """Compare two versions of a dataset, value by value, as JSON."""
    from dataclasses import asdict

    from governance.releases.diff import diff as compare

    with friendly(), _context() as context:
        found = compare(context, before, after)
    answer(asdict(found), as_json=True, lines=[])


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """Serve what is published: no registration, no log of who asked."""
    from governance.context import open_context
    from governance.database.engine import check_ready
    from governance.settings import Settings as GovernanceSettings
    from orchestration.serving import run_server
    from orchestration.settings import Settings

    with friendly():
        with open_context(GovernanceSettings()) as context:
            check_ready(context.engine)
        say(f"http://{host}:{port}/v1")
        run_server(Settings(), host=host, port=port)


def up(
    *,
    port: Port = 8000,
    scale: Annotated[
        Scale, typer.Option(help="How much; the figures are checked where every unit reports.")
    ] = Scale.DEMO,
    serve_on: Annotated[bool, typer.Option("--serve/--no-serve", help="Keep serving after the self-check.")] = True,
) -> None:
    """Run the whole job on invented extracts, check the answers, then serve. A second run changes nothing."""
    from orchestration.cli.demo import run_demo
    from orchestration.settings import Settings

    with friendly():
        run_demo(Settings(), port=port, scale=scale, keep_serving=serve_on)


def _check_dataset(dataset: str) -> None:
    from governance.datasets.load import list_structures

    known = list_structures()
    if dataset not in known:
        fail(f"no dataset {dataset!r}; known: {', '.join(known)}", USAGE)


@contextmanager
def _context() -> Iterator["Context"]:
    from governance.context import open_context
    from governance.database.engine import migrate
    from governance.settings import Settings

    with open_context(Settings()) as context:
        migrate(context.engine)
        yield context


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(releases, name="release")
    app.command()(serve)
    app.command()(up)
