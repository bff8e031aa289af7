"""Commands for whoever adds a source: is a contract sound, and what would become of a file under it?"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from orchestration.cli.console import USAGE, Json, answer, fail, friendly, table

if TYPE_CHECKING:
    from orchestration.trial import Trial

Words = TypeVar("Words", bound=tuple[str, ...])

contracts = typer.Typer(no_args_is_help=True, help="Look after the contracts of sources.")


@contracts.callback()
def _group() -> None:
    """Look after the contracts of sources."""


@contracts.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="Contracts; those of the product by default.")] = None,
    *,
    sample: Annotated[Path | None, typer.Option(help="An extract to read under the contract; nothing is kept.")] = None,
    as_json: Json = False,
) -> None:
    """Say which words of contracts mean nothing; with --sample also what would become of an extract."""
    from lake.contracts.check import contract_faults
    from lake.contracts.model import FOLDER

    paths = files or sorted(FOLDER.glob("*.yaml"))
    for path in paths:
        if not path.is_file():
            fail(f"{path}: no such file", USAGE)
    faults = [fault for path in paths for fault in contract_faults(path)]
    if faults:
        fail("\n".join(faults))
    if sample is None:
        answer(
            {"sound": [path.name for path in paths]}, as_json=as_json, lines=[f"{path.name}: sound" for path in paths]
        )
    elif len(paths) != 1 or paths[0].resolve().parent != FOLDER:
        fail(f"--sample needs one contract in {FOLDER}", USAGE)
    else:
        _try(paths[0].stem, sample, as_json=as_json)


def _try(source: str, sample: Path, *, as_json: bool) -> None:
    from lake.contracts.model import load_source
    from orchestration.sources.landing import FileNotReadyError, FileRejectedError
    from orchestration.trial import try_file

    with friendly():
        try:
            trial = try_file(load_source(source), sample)
        except (FileRejectedError, FileNotReadyError) as outcome:
            fail(f"{sample.name} would be turned away: {outcome}")
    data = {
        "object": trial.object,
        "encoding": trial.encoding,
        "records": trial.records,
        "silver_rows": trial.silver_rows,
        "new_columns": list(trial.new_columns),
        "set_aside": _counted(("state", "rule", "records"), trial.states),
        "findings": _counted(("rule", "column", "severity", "records"), trial.findings),
    }
    answer(data, as_json=as_json, lines=_lines(trial, data))


def _lines(trial: "Trial", data: dict[str, object]) -> list[str]:
    lines = [f"{trial.object} ({trial.encoding}): {trial.records:,} records make {trial.silver_rows:,} silver rows"]
    lines += [f"new column, kept in bronze: {name}" for name in trial.new_columns]
    for title, name in (("not used", "set_aside"), ("rules broken", "findings")):
        rows = data[name]
        lines += ["", f"{title}:", *table(rows)] if isinstance(rows, list) and rows else ["", f"{title}: none"]
    return lines


def _counted(names: tuple[str, ...], counts: Mapping[Words, int]) -> list[dict[str, object]]:
    return [dict(zip(names, (*words, number), strict=True)) for words, number in sorted(counts.items())]


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands, as `amar contract …`."""
    app.add_typer(contracts, name="contract")
