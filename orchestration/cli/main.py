"""`amar`: the pipeline's command line. Each command is a thin call into a room; heavy imports wait until it runs."""

import typer

from orchestration.cli import (
    access,
    auditing,
    backing_up,
    contracts,
    evaluating,
    indicators,
    keys,
    lineage,
    officials,
    operating,
    publishing,
    reproducing,
    retention,
    reviewing,
    tracing,
)

app = typer.Typer(
    name="amar",
    help="Official statistics from extracts to releases. Data live under AMAR_HOME (default ./var).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
operating.add_commands(app)
access.add_commands(app)
publishing.add_commands(app)
reproducing.add_commands(app)
auditing.add_commands(app)
backing_up.add_commands(app)
contracts.add_commands(app)
evaluating.add_commands(app)
indicators.add_commands(app)
keys.add_commands(app)
lineage.add_commands(app)
officials.add_commands(app)
reviewing.add_commands(app)
retention.add_commands(app)
tracing.add_commands(app)
