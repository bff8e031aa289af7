"""What the command line shows: progress, tables, and errors in words with an exit code that means something."""

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

FAILED, USAGE, BUSY, REFUSED = 1, 2, 3, 4
"""Exit codes: something failed · wrong call or setting · another writer is at work · a rule refuses the act."""


def say(text: str) -> None:
    """Print a line for people, on standard error."""
    typer.echo(text, err=True)


def answer(data: Any, *, as_json: bool, lines: Sequence[str]) -> None:
    """Print a command's answer on standard output, as JSON or as lines."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str) if as_json else "\n".join(lines))


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
    """Turn the errors that the rooms raise into a line and an exit code."""
    from governance.errors import GovernanceError
    from lake.contracts.model import ContractError
    from lake.lock import HomeBusyError
    from lake.tables import TableError
    from orchestration.dbt import DbtError
    from orchestration.runs import RunFailedError
    from orchestration.settings import SettingsError

    try:
        yield
    except HomeBusyError as error:
        fail(str(error), BUSY)
    except GovernanceError as error:
        fail(str(error), REFUSED)
    except (ContractError, SettingsError) as error:
        fail(str(error), USAGE)
    except (TableError, RunFailedError, DbtError) as error:
        fail(str(error), FAILED)
