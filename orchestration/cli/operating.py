"""Commands of the data engineer and the analyst: generate, ingest, build, query, status, doctor, dagster."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.console import Progress, answer, fail, friendly, say, step, table

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def generate(
    *,
    out: Annotated[Path | None, typer.Option(help="Landing folder to fill; AMAR_HOME/landing by default.")] = None,
    scale: Annotated[str, typer.Option(help="tiny, demo or national.")] = "demo",
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1399,
    first: Annotated[str, typer.Option("--from", help="First Jalali month.")] = "1398-01",
    last: Annotated[str, typer.Option("--to", help="Last Jalali month.")] = "1399-12",
    defects: Annotated[float, typer.Option(min=0, max=0.5, help="Share of planted defects.")] = 0.01,
) -> None:
    """Write invented extracts as a ministry would receive them; every file says PROVENANCE=synthetic."""
    from orchestration.generator.generate import generate as write_extracts
    from orchestration.generator.scales import Scale
    from orchestration.settings import Settings

    with friendly(), step(f"generate extracts, scale {scale}, {first} … {last}"):
        if scale not in {item.value for item in Scale}:
            fail(f"no scale {scale!r}: tiny, demo or national", 2)
        landing = out or Settings().amar_home.landing
        report = write_extracts(
            landing, scale=Scale(scale), seed=seed, first=first, last=last, defects=defects, progress=Progress()
        )
        say(f"  {report.files:,} files, {report.rows:,} data rows in {landing}")


def ingest(
    sources: Annotated[list[str] | None, typer.Argument(help="Sources to take in; all by default.")] = None,
    *,
    landing: Annotated[Path | None, typer.Option(help="Landing folder; AMAR_HOME/landing by default.")] = None,
    as_json: Json = False,
) -> None:
    """Take new landing files into the lake, each exactly once, and bring silver up to date."""
    import os

    from lake import bronze
    from orchestration import pipeline
    from orchestration.progress import listening
    from orchestration.settings import Settings

    if landing is not None:
        os.environ["AMAR_LANDING"] = str(landing)  # the assets read the same settings
    with friendly(), step("ingest"), listening(Progress()):
        settings = Settings()
        before = len(bronze.rejected(settings.amar_home))
        summary = pipeline.ingest(settings, sources or [])
        set_aside = bronze.rejected(settings.amar_home)[before:]
    lines = [f"{source}: {months[0]} … {months[-1]}" for source, months in summary.months.items()]
    lines += [f"set aside {file.source}/{file.file_name}: {file.rule}: {file.reason}" for file in set_aside]
    data = {"months": summary.months, "set_aside": [vars(file) for file in set_aside]}
    answer(data, as_json=as_json, lines=lines or ["nothing new"])


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
        done = pipeline.build(Settings(), periods=period or [], force=every or bool(period))
    answer({"built": done}, as_json=False, lines=["marts built" if done else "nothing changed"])


def query(
    sql: Annotated[str, typer.Argument(help="One read-only statement over gold.* and silver.*.")],
    *,
    output: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
) -> None:
    """Ask the lake in SQL; nothing can be written and no file outside the lake can be read."""
    from lake.query import QueryError, run_query
    from orchestration.settings import Settings

    if output not in ("table", "csv", "json"):
        fail(f"no format {output!r}: table, csv or json", 2)
    with friendly():
        try:
            result = run_query(Settings().amar_home, sql)
        except QueryError as error:
            fail(str(error), 2)
    rows = result.to_pylist()
    if output == "csv":
        import csv
        import sys

        writer = csv.DictWriter(sys.stdout, result.column_names)
        writer.writeheader()
        writer.writerows(rows)
    else:
        answer(rows, as_json=output == "json", lines=table(rows))


def status(*, as_json: Json = False) -> None:
    """Show what the lake holds: files, rows by state, files set aside, what is behind."""
    from orchestration.settings import Settings
    from orchestration.status import read_status

    with friendly():
        report = read_status(Settings())
    lines = [*table(report["sources"]), "", f"files set aside: {len(report['set_aside'])}"]
    lines += [f"  {file['source']}/{file['file_name']}: {file['rule']}" for file in report["set_aside"]]
    lines += ["", "marts: " + (", ".join(report["marts"]) or "none")]
    answer(report, as_json=as_json, lines=lines)


def doctor(*, as_json: Json = False) -> None:
    """Check that this machine and these settings can run Amar; exit 1 where something must be mended."""
    from orchestration.doctor import examine
    from orchestration.settings import Settings

    findings = examine(Settings())
    rows = [{"check": item.check, "ok": "yes" if item.ok else "NO", "finding": item.finding} for item in findings]
    answer(rows, as_json=as_json, lines=table(rows))
    if not all(item.ok for item in findings):
        raise typer.Exit(1)


def dagster(*, port: Annotated[int, typer.Option(help="Port of the UI.")] = 3000) -> None:
    """Open Dagster's UI on the history of this home."""
    import os
    import sys

    from orchestration import pipeline, runs
    from orchestration.settings import PROJECT_ROOT, Settings

    settings = Settings()
    with friendly():
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


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (generate, ingest, build, query, status, doctor, dagster):
        app.command()(command)
