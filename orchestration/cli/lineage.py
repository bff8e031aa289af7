"""Commands of lineage events: how far they were sent, and sending them now."""

from typing import Annotated

import typer

from orchestration.cli.console import FAILED, Json, answer, fail, friendly

lineage = typer.Typer(help="Lineage events (OpenLineage): what a receiver got, and sending it the rest.")


@lineage.command()
def status(*, as_json: Json = False) -> None:
    """Tell how many events the log holds, and how many a receiver did not get yet."""
    from dataclasses import asdict

    from orchestration.openlineage.log import EventLog
    from orchestration.openlineage.send import standing
    from orchestration.openlineage.settings import LineageSettings
    from orchestration.settings import Settings

    with friendly():
        home = Settings().amar_home
        log, found = EventLog(home), standing(home, LineageSettings())
        entries = log.head()
    data = {"log": str(log.folder), "entries": entries, **asdict(found)}
    answer(data, as_json=as_json, lines=[f"log: {log.folder}, {entries} entries", str(found)])


@lineage.command()
def send(
    *,
    from_start: Annotated[bool, typer.Option("--from-start", help="Send the whole log once more.")] = False,
) -> None:
    """Send the receiver what it did not get yet; exit 1 where it does not take it, and the rest waits."""
    from orchestration.cli.governed import governed
    from orchestration.openlineage.acts import collect
    from orchestration.openlineage.send import ReceiverDownError, standing
    from orchestration.openlineage.send import send as send_out
    from orchestration.openlineage.settings import LineageSettings
    from orchestration.settings import Settings

    with friendly():
        home, settings = Settings().amar_home, LineageSettings()
        with governed() as context:
            collect(context, home)
        try:
            taken = send_out(home, settings, from_start=from_start)
        except ReceiverDownError as error:
            fail(f"{error}; {standing(home, settings).events_waiting} events wait", FAILED)
    answer(None, as_json=False, lines=[f"{taken} events sent; {standing(home, settings)}"])


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(lineage, name="lineage")
