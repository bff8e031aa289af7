"""Commands of the data engineer and the analyst: generate, ingest, build, query, status, doctor, dagster."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.console import USAGE, Json, Progress, answer, fail, friendly, print_out, say, step, table
from orchestration.cli.governed import governed
from orchestration.generator.scales import Scale

_SHOWN = 20
STRAY = "in no source's folder, too deep below it, or closed to us"


def generate(
    *,
    out: Annotated[Path | None, typer.Option(help="Landing folder to fill; AMAR_HOME/landing by default.")] = None,
    scale: Annotated[Scale, typer.Option(help="How much.")] = Scale.DEMO,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1399,
    first: Annotated[str, typer.Option("--from", help="First Jalali month.")] = "1398-01",
    last: Annotated[str, typer.Option("--to", help="Last Jalali month.")] = "1399-12",
    defects: Annotated[float, typer.Option(min=0, max=0.5, help="Share of planted defects.")] = 0.01,
) -> None:
    """Write invented extracts as a ministry would receive them; every file says PROVENANCE=synthetic."""
    from orchestration.generator.generate import generate as write_extracts
    from orchestration.settings import Settings

    with friendly(), step(f"generate extracts, scale {scale}, {first} … {last}"):
        _check_month("--from", first)
        _check_month("--to", last)
        landing = out or Settings().amar_home.landing
        report = write_extracts(
            landing, scale=scale, seed=seed, first=first, last=last, defects=defects, progress=Progress()
        )
        say(f"  {report.files:,} files, {report.rows:,} data rows in {landing}")


def ingest(
    sources: Annotated[list[str] | None, typer.Argument(help="Sources to take in; all by default.")] = None,
    *,
    landing: Annotated[Path | None, typer.Option(help="Landing folder; AMAR_HOME/landing by default.")] = None,
    again: Annotated[
        list[str] | None, typer.Option(help="A Jalali month to read again as a whole from the source's database.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Take new landing files into the lake, each exactly once, and bring silver up to date."""
    import os

    from orchestration import pipeline
    from orchestration.progress import listening
    from orchestration.settings import Settings

    if landing is not None:
        os.environ["AMAR_LANDING"] = str(landing)  # the assets read the same settings
    with friendly(), step("ingest"), listening(Progress()):
        for month in again or []:
            _check_month("--again", month)
        summary = pipeline.ingest(Settings(), sources or [], again=again or [])
    lines = [f"{source}: {months[0]} … {months[-1]}" for source, months in summary.months.items()]
    lines += [f"set aside {file.source}/{file.file_name}: {file.rule}: {file.reason}" for file in summary.set_aside]
    lines += [
        f"repeated {source}/{name}: its content is known"
        for source in summary.repeated
        for name in summary.repeated[source]
    ]
    lines += [f"wrong column {column}" for column in summary.retyped]
    lines = [*(lines or ["nothing new"]), *_stray_lines(summary.stray)]
    data = {
        "months": summary.months,
        "set_aside": [vars(file) for file in summary.set_aside],
        "repeated": summary.repeated,
        "stray": summary.stray,
        "retyped": [vars(column) for column in summary.retyped],
    }
    answer(data, as_json=as_json, lines=lines)


def build(
    *,
    period: Annotated[list[str] | None, typer.Option(help="Only these Jalali months.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All months, even if nothing changed.")] = False,
) -> None:
    """Build the marts with dbt; without options, only if something they depend on changed."""
    from orchestration import pipeline
    from orchestration.progress import listening
    from orchestration.settings import Settings

    with friendly(), step("build the marts"), listening(Progress()):
        for month in period or []:
            _check_month("--period", month)
        done = pipeline.build(Settings(), periods=period or [], force=every or bool(period))
    answer({"built": done}, as_json=False, lines=["marts built" if done else "nothing changed"])


def query(
    sql: Annotated[str, typer.Argument(help="One read-only statement over gold.* and silver.*.")],
    *,
    actor: Annotated[
        str | None, typer.Option("--as", help="Code of the official who asks; without it only what is public is open.")
    ] = None,
    output: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
) -> None:
    """Ask the lake in SQL, as far as the access levels of who asks reach; nothing can be written."""
    from datetime import UTC, datetime

    from governance.asking import ask
    from lake.statement import read_statement
    from orchestration.labels import anybody, asker, declared_labels
    from orchestration.settings import Settings

    if output not in ("table", "csv", "json"):
        fail(f"no format {output!r}: table, csv or json", USAGE)
    with friendly():
        settings, now, statement = Settings(), datetime.now(UTC), read_statement(sql)
        who = anybody(now)
        if actor:
            with governed() as context:
                who = asker(context, actor, now)
        labels = declared_labels(settings) if statement.tables else {}
        found = ask(settings.amar_home, statement, labels, who)
    for note in found.notes:
        say(note)
    result, rows = found.rows, found.rows.to_pylist()
    if output == "csv":
        import csv
        import io

        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, result.column_names)
        writer.writeheader()
        writer.writerows(rows)
        print_out(text.getvalue())
    else:
        answer(rows, as_json=output == "json", lines=table(rows))


def status(*, as_json: Json = False) -> None:
    """Show what the lake holds: files, rows by state, files set aside, what is behind."""
    from orchestration.settings import Settings
    from orchestration.status import read_status

    with friendly():
        report = read_status(Settings())
    lines = [*table(report["sources"]), "", f"files set aside: {len(report['set_aside'])}"]
    lines += [
        f"  {file['source']}/{file['file_name']}: {file['rule']}: {file['reason']}" for file in report["set_aside"]
    ]
    lines += _stray_lines(report["stray"])
    lines += ["", "marts: " + (", ".join(report["marts"]) or "none"), f"lineage events: {report['lineage']}"]
    answer(report, as_json=as_json, lines=lines)


def doctor(*, as_json: Json = False) -> None:
    """Check that this machine and these settings can run Amar; exit 1 where something must be mended."""
    from orchestration.doctor import examine
    from orchestration.settings import Settings

    with friendly():
        findings = examine(Settings())
    rows = [{"check": item.check, "ok": "yes" if item.ok else "NO", "finding": item.finding} for item in findings]
    answer(rows, as_json=as_json, lines=table(rows))
    if not all(item.ok for item in findings):
        raise typer.Exit(1)


def dagster(*, port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the UI.")] = 3000) -> None:
    """Open Dagster's UI on the history of this home."""
    import os
    import sys

    from orchestration import pipeline, runs
    from orchestration.settings import PROJECT_ROOT, Settings

    with friendly():
        settings = Settings()
        runs.instance(settings.amar_home).dispose()
        pipeline.prepare(settings)
    os.environ["AMAR_HOME"] = str(settings.amar_home.root)
    os.chdir(PROJECT_ROOT)
    os.execv(  # noqa: S606  the UI replaces this process
        sys.executable,
        [
            sys.executable,
            "-m",
            "dagster",
            "dev",
            "-m",
            "orchestration.definitions",
            "--host",
            "127.0.0.1",
            "-p",
            str(port),
        ],
    )


def dbt_docs(
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the pages.")] = 8080,
    serve: Annotated[bool, typer.Option(help="Keep serving them.")] = True,
) -> None:
    """Make and serve dbt's pages on the models: lineage, meaning and types, in English and Persian."""
    from orchestration import dbt_docs as pages
    from orchestration.settings import Settings

    with friendly():
        with step("make dbt's pages"):
            folder = pages.generate(Settings())
        say(f"  {folder / 'index.html'}")
        if serve:
            say(f"  http://127.0.0.1:{port} until Ctrl-C")
            pages.serve(folder, port)


def _check_month(option: str, text: str) -> None:
    from vocabulary.periods import Period, PeriodError, PeriodKind

    try:
        is_month = Period.parse(text).kind is PeriodKind.MONTH
    except PeriodError:
        is_month = False
    if not is_month:
        fail(f"{option} {text}: no Jalali month such as 1399-12", USAGE)


def _stray_lines(names: Sequence[str]) -> list[str]:
    """Name what lies in the landing folder and belongs to no source; of many the first."""
    shown = [f"not looked at {name}: {STRAY}" for name in names[:_SHOWN]]
    return [*shown, f"and {len(names) - _SHOWN:,} more"] if len(names) > _SHOWN else shown


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (generate, ingest, build, query, status, doctor, dagster, dbt_docs):
        app.command()(command)
