"""Values of private columns that a home holds, and every piece of metadata that Dagster shows of it."""

import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from governance.access.labels import AccessClass, Label
from lake import tables
from lake.layout import Home
from orchestration.runs import instance

ROOT = Path(__file__).parents[2]
SHORTEST, SMALLEST = 9, 1_000_000
"""Shorter texts and smaller numbers are words and counts that mean nothing by themselves."""

_WORD = re.compile(r"[^\s,;:'\"<>()\[\]{}=]+")


def private_values(home: Home, labels: Mapping[str, Mapping[str, Label | None]]) -> set[str]:
    """Give what private columns of silver and gold hold and could be recognised by, as text."""
    values: set[str] = set()
    for table, columns in labels.items():
        layer, _, name = table.partition(".")
        private = [name for name, label in columns.items() if label and AccessClass.PRIVATE in label.access_class]
        if layer not in ("silver", "gold") or not private or not tables.exists(home, layer, name):
            continue
        held = set(tables.open_table(home, layer, name).schema().to_arrow().names)
        rows = pl.DataFrame(tables.read(home, layer, name, columns=[column for column in private if column in held]))
        for series in rows:
            values.update(_telling(series.drop_nulls().unique()))
    return values


def _telling(series: pl.Series) -> Iterator[str]:
    if series.dtype == pl.Binary:
        yield from (value.hex() for value in series)
    elif series.dtype.is_integer():
        yield from (str(value) for value in series if abs(value) >= SMALLEST)
    elif series.dtype == pl.String:
        yield from (value for value in series if len(value) >= SHORTEST)


def dagster_metadata(home: Home) -> Iterator[tuple[str, str]]:
    """Give every piece of metadata of every event as label and text; pictures as the text in them."""
    with instance(home) as dagster:
        for run in dagster.get_runs():
            for entry in dagster.all_logs(run.run_id):
                data = entry.dagster_event and entry.dagster_event.event_specific_data
                for holder in (data, getattr(data, "materialization", None), getattr(data, "asset_observation", None)):
                    for label, value in (getattr(holder, "metadata", None) or {}).items():
                        yield label, _text(value)


def _text(value: Any) -> str:
    text = str(value.value)
    found = re.search(r"base64,([A-Za-z0-9+/=]+)", text)
    return text + (base64.b64decode(found[1]).decode() if found else "")


def spoken(values: set[str]) -> set[str]:
    """Give the values that models, contracts and vocabulary say themselves: codes and names, which tell of nobody."""
    found: set[str] = set()
    for folder in ("dbt_project/models", "dbt_project/macros", "lake", "governance", "vocabulary"):
        paths = (path for path in (ROOT / folder).rglob("*") if path.suffix in (".sql", ".yml", ".yaml", ".csv", ".py"))
        found |= exposed([path.read_text(encoding="utf-8") for path in paths], values)
    return found


def exposed(texts: list[str], values: set[str]) -> set[str]:
    """Give the values that stand in one of the texts as a word."""
    return {word for text in texts for word in _WORD.findall(text)} & values
