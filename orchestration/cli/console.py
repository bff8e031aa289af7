"""What the command line shows: progress, tables, and errors in words with an exit code that means something."""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]

FAILED, USAGE, BUSY, REFUSED = 1, 2, 3, 4
"""Exit codes: something failed · wrong call or setting · another writer is at work · a rule refuses the act."""


def say(text: str) -> None:
    """Print a line for people, on standard error."""
    typer.echo(text, err=True)


def answer(data: Any, *, as_json: bool, lines: Sequence[str]) -> None:
    """Print a command's answer on standard output, as JSON or as lines."""
    text = json.dumps(data, ensure_ascii=False, indent=2, default=str) if as_json else "\n".join(lines)
    print_out(f"{text}\n")


def print_out(text: str) -> None:
    """Write on standard output; a reader that has seen enough (`| head`) is no error."""
    try:
        typer.echo(text, nl=False)
    except BrokenPipeError:
        # what is left in the buffer has to go somewhere when Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def fail(message: str, code: int = FAILED) -> NoReturn:
    """End with an error in words."""
    typer.secho(f"error: {message}", err=True, fg="red")
    raise typer.Exit(code)


def table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Lay out rows under their column names."""
    if not rows:
        return ["(nothing)"]
    names = list(rows[0])
    cells = [names, *([str(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(names))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]


class Progress:
    """Shows how far a long piece of work is: one live line on a terminal, a line a step elsewhere."""

    def __init__(self) -> None:
        """Start the clock."""
        self._live = sys.stderr.isatty()
        self._started: dict[str, float] = {}

    def __call__(self, label: str, done: int, total: int) -> None:
        """Show that `done` of `total` steps of `label` are finished."""
        began = self._started.setdefault(label, time.monotonic())
        line = f"  {label:<34} {done:>5} / {total}  {time.monotonic() - began:5.1f} s"
        if self._live:
            typer.echo(f"\r{line}\x1b[K", err=True, nl=done == total)
        elif done == total or done == 1:
            typer.echo(line, err=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Frame one stage of a command with its title and its time."""
    typer.secho(f"» {title}", err=True, bold=True)
    began = time.monotonic()
    yield
    typer.echo(f"  done in {time.monotonic() - began:.1f} s", err=True)


@contextmanager
def friendly() -> Iterator[None]:
    """Turn the errors that the rooms raise into a line and an exit code; any other is a mistake of ours and passes."""
    try:
        yield
    except (typer.Exit, typer.Abort, BrokenPipeError):
        raise  # Typer ends quietly with these
    except Exception as error:
        code = _exit_code(error)
        if code is None:
            raise
        fail(_words(error), code)


def _exit_code(error: Exception) -> int | None:
    """Return the exit code of an error, the special before the general; imports wait until something went wrong."""
    from pydantic import ValidationError
    from sqlalchemy.exc import SQLAlchemyError

    from governance.database.engine import DatabaseNotReadyError
    from governance.errors import GovernanceError
    from lake.contracts.model import ContractError
    from lake.keys.register import KeyringError
    from lake.lock import HomeBusyError
    from lake.retention.register import ExpiredBronzeError
    from lake.retention.sift import NoKeyError
    from lake.statement import QueryError
    from lake.tables import TableError
    from orchestration.cli.landing import LandingError
    from orchestration.dbt import DbtError
    from orchestration.generator.generate import GenerationError
    from orchestration.pipeline import NoDatabaseError
    from orchestration.runs import RunFailedError
    from orchestration.serving import ServerError
    from orchestration.settings import SettingsError
    from vocabulary.evaluation.model import RulesError
    from vocabulary.indicators.model import DefinitionError, UnknownIndicatorError
    from vocabulary.measures.load import MeasureError
    from vocabulary.periods import PeriodError

    if isinstance(error, ValidationError):
        return USAGE if error.title == "Settings" else None
    by_kind: dict[int, tuple[type[Exception], ...]] = {
        BUSY: (HomeBusyError,),
        USAGE: (
            *(ContractError, SettingsError, KeyringError, QueryError, LandingError, GenerationError),
            *(PeriodError, NoDatabaseError, RulesError, UnknownIndicatorError, MeasureError, NoKeyError),
        ),
        FAILED: (TableError, RunFailedError, DbtError, ServerError, DatabaseNotReadyError, SQLAlchemyError, OSError),
        REFUSED: (GovernanceError, DefinitionError, ExpiredBronzeError),
    }
    return next((code for code, kinds in by_kind.items() if isinstance(error, kinds)), None)


def _words(error: Exception) -> str:
    """Say what went wrong, never with the value of a setting, which may be a secret."""
    from pydantic import ValidationError
    from sqlalchemy.exc import DBAPIError

    if isinstance(error, ValidationError):
        faults = error.errors(include_input=False, include_url=False)
        return "; ".join(f"AMAR_{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}" for fault in faults)
    if isinstance(error, DBAPIError):
        return f"governance database: {str(error.orig).splitlines()[0]}"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)
