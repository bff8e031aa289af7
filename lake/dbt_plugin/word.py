"""A table of the vocabulary, as dbt reads it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Word:
    """A table of the vocabulary.

    Attributes:
        name: Name of the table.
        description: Meaning; opens with the grain.
        columns: Column → (DuckDB type, meaning).
        rows: Its rows, keyed by column.
    """

    name: str
    description: str
    columns: Mapping[str, tuple[str, str]]
    rows: tuple[Mapping[str, Any], ...]


def typed_rows(columns: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Give rows with exactly these columns, in their order."""
    return tuple({name: row[name] for name in columns} for row in rows)
