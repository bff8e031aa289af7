"""The declared labels of every table and column, as the marts were last built, and who asks for them.

The labels are dbt's: contracts and models declare them, and dbt's manifest carries both. What they open is decided in
`governance.access`.
"""

import json
from datetime import datetime
from pathlib import Path

from governance.access.labels import Label
from governance.asking import Asker, Labels
from governance.context import Context
from governance.grants import grants_of, person_of
from governance.proof.project import declared
from lake import tables
from lake.query import table_columns
from lake.statement import LAYERS
from orchestration.duty import TEHRAN
from orchestration.settings import Settings

ANYBODY = "anybody"
"""Instead of an official's code: somebody who holds nothing."""


def declared_labels(settings: Settings) -> dict[str, dict[str, Label | None]]:
    """Return every table with the labels of its columns; a project that was never built is parsed first."""
    return declared(json.loads(_manifest(settings).read_text(encoding="utf-8")))


def undeclared(settings: Settings, labels: Labels) -> list[str]:
    """Name what gold and silver of a home hold without a declared label: tables, and columns of declared tables."""
    home = settings.amar_home
    held = {
        f"{layer}.{name}": table_columns(home, f"{layer}.{name}")
        for layer in LAYERS
        for name in tables.versions(home, layer)
    }
    unknown = [table for table in held if table not in labels]
    return unknown + [
        f"{table}.{column}"
        for table, columns in held.items()
        if table in labels
        for column in columns
        if labels[table].get(column) is None
    ]


def asker(context: Context, official: str, now: datetime) -> Asker:
    """Return an official as somebody who asks, with what is granted today.

    Raises:
        governance.clauses.RefusedError: nobody has this code.
    """
    person = None if official == ANYBODY else person_of(context, official)
    return Asker(person, tuple(grants_of(context)), now.astimezone(TEHRAN).date())


def anybody(now: datetime) -> Asker:
    """Return somebody without a name, for whom what is public is open."""
    return Asker(None, (), now.astimezone(TEHRAN).date())


def _manifest(settings: Settings) -> Path:
    built = settings.amar_home.dbt_artifacts / "manifest.json"
    if built.is_file():
        return built
    # imported here because dbt takes seconds to import, and a home with marts has the manifest they were built by
    from orchestration import dbt

    return dbt.manifest(settings)
