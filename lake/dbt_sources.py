"""Writes `dbt_project/models/sources.yml` from the contracts and the vocabulary.

`python -m lake.dbt_sources` writes the file; `--check` says whether it is stale and exits 1 where it is.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from lake.contracts.due import due_on
from lake.contracts.model import load_sources
from lake.dbt_plugin.sources import Column, Table, outcome_tables, received_file, silver_tables
from lake.dbt_plugin.word import Word
from lake.dbt_plugin.words import words
from vocabulary.periods import PARTITIONS

SOURCES_FILE = Path(__file__).parent.parent / "dbt_project" / "models" / "sources.yml"

WARN_AFTER, ERROR_AFTER = (12, "hour"), (10, "day")
"""A month is overdue from the day after its due day; ten days are the house's patience."""

_HEADER = "# Written by `python -m lake.dbt_sources` from lake/contracts and vocabulary; do not edit.\n"


def render() -> str:
    """Return the text that `sources.yml` should have."""
    document = {
        "version": 2,
        "sources": [
            _source("bronze", "Files as received.", [_table(received_file())]),
            _source("silver", "Typed, keyed rows by month.", _silver()),
            _source("vocabulary", "What words mean: registries, codelists, definitions.", map(_word, words())),
        ],
    }
    return _HEADER + yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file, or check it; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m lake.dbt_sources", description="Write dbt's sources.yml.")
    parser.add_argument("--check", action="store_true", help="only say whether the file is stale")
    parser.add_argument("--file", type=Path, default=SOURCES_FILE, help="file to write or check")
    options = parser.parse_args(arguments)
    text = render()
    if not options.check:
        options.file.write_text(text, encoding="utf-8")
        return 0
    if options.file.is_file() and options.file.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{options.file.name} is stale: run `python -m lake.dbt_sources`\n")
    return 1


def _source(name: str, description: str, tables: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "schema": name, "description": description, "tables": list(tables)}


def _silver() -> list[dict[str, Any]]:
    """Give the tables of silver; those of sources that fall due by months say how fresh they must be."""
    due = {source.id for source in load_sources() if source.partitioned and due_on(source, PARTITIONS[0])}
    rows = {table.name: table.source for table in silver_tables()}
    tables = _by_name((*silver_tables(), *outcome_tables()))
    for table in tables:
        if rows.get(table["name"]) in due:
            query = f"{{{{ overdue_since('{rows[table['name']]}') }}}}"
            limits = {"warn_after": WARN_AFTER, "error_after": ERROR_AFTER}
            freshness = {name: {"count": count, "period": unit} for name, (count, unit) in limits.items()}
            table["config"] |= {"loaded_at_query": query, "freshness": freshness}
    return tables


def _by_name(tables: Iterable[Table]) -> list[dict[str, Any]]:
    return [_table(table) for table in sorted(tables, key=lambda table: table.name)]


def _table(table: Table) -> dict[str, Any]:
    meta = {"owner": table.owner} | ({"source": table.source} if table.source else {})
    return {
        "name": table.name,
        "description": table.description,
        "config": {"meta": meta},
        "columns": [_column(column) for column in table.columns],
    }


def _word(word: Word) -> dict[str, Any]:
    columns = [Column(name, kind, text, "public", "aggregate") for name, (kind, text) in word.columns.items()]
    return {
        "name": word.name,
        "description": word.description,
        "config": {"meta": {"owner": "office-of-statistics"}},
        "columns": [_column(column) for column in columns],
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "description": column.description,
        "data_type": column.sql_type,
        "config": {"meta": {"access_class": column.access_class, "granularity": column.granularity}},
    }


if __name__ == "__main__":
    sys.exit(main())
