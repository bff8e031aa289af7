"""What an analyst's statement asks for: which tables and columns it names, by DuckDB's own parser.

Read-only statements over tables of gold and silver pass, and nothing else: no function that reads a file, no other
table. What may be seen of the tables is decided elsewhere.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from lake.layout import Layer

LAYERS: tuple[Layer, ...] = ("gold", "silver")
"""Layers that are offered. Bronze and quarantine hold identifiers as received and are not (OPEN-1)."""

_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})
_PLAIN_NAME = re.compile(r"\w+")


class QueryError(Exception):
    """The statement cannot be answered; the message names columns and tables, never values of rows."""


@dataclass(frozen=True)
class Statement:
    """One statement that can be answered.

    Attributes:
        sql: Its text.
        tables: Tables that it reads, `gold.mart_insured`.
        names: Every name in it that may be a column's, in lower case.
        is_whole: Whether it may take columns without naming them (`*`, `natural join`).
    """

    sql: str
    tables: frozenset[str]
    names: frozenset[str]
    is_whole: bool


def read_statement(sql: str) -> Statement:
    """Read a statement.

    Raises:
        QueryError: it is not one `select`, or reads something else than tables of gold and silver.
    """
    with duckdb.connect() as connection:
        row = connection.execute("select json_serialize_sql(?::varchar)", [sql]).fetchone()
    tree = json.loads(row[0]) if row else {"error": True}
    if tree["error"]:
        if tree.get("error_type") == "parser":
            raise QueryError(f"the statement cannot be read: {tree.get('error_message')}")
        raise QueryError("one select statement is answered, nothing else (write `pivot` with its values: in (…))")
    if len(tree["statements"]) != 1:
        raise QueryError("one select statement is answered, nothing else")
    parts = list(_parts(tree))
    subqueries = {str(entry["key"]) for part in parts for entry in part.get("cte_map", {}).get("map", ())}
    if odd := [name for name in subqueries if not _PLAIN_NAME.fullmatch(name)]:
        raise QueryError(f"the name {odd[0]} of a subquery is not made of letters, digits and _")
    tables = frozenset(name for part in parts if (name := _table(part, {name.lower() for name in subqueries})))
    names = frozenset(name.lower() for part in parts for name in _names(part))
    return Statement(sql, tables, names, any(_takes_unnamed(part) for part in parts))


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    """Give every node of a parsed statement."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _table(part: dict[str, Any], subqueries: set[str]) -> str | None:
    """Return the lake's table that a node reads, or `None` where it reads none.

    Raises:
        QueryError: it reads something that is not offered.
    """
    if part.get("type") == "TABLE_FUNCTION":
        name = str(part["function"].get("function_name", "")).lower()
        if name not in _TABLE_FUNCTIONS:
            raise QueryError(f"{name or 'this function'} is not within reach: tables are gold.… and silver.…")
    if part.get("type") != "BASE_TABLE":
        return None
    catalog, layer, table = (str(part.get(key, "")).lower() for key in ("catalog_name", "schema_name", "table_name"))
    if not catalog and not layer and table in subqueries:
        return None
    if catalog or layer not in LAYERS or not _PLAIN_NAME.fullmatch(table):
        named = ".".join(filter(None, (catalog, layer, table)))
        raise QueryError(f"{named} is not within reach: tables are gold.… and silver.…")
    return f"{layer}.{table}"


def _names(part: dict[str, Any]) -> list[str]:
    if part.get("class") == "COLUMN_REF":
        return list(part["column_names"])
    return list(part["using_columns"]) if part.get("type") == "JOIN" else []


def _takes_unnamed(part: dict[str, Any]) -> bool:
    return part.get("class") == "STAR" or part.get("type") == "PIVOT" or part.get("ref_type") == "NATURAL"
