"""Column flow of SELECTs, read from the plan that DuckDB binds over empty tables; nothing is run.

The plan is DuckDB's own after binding and before any optimiser (`json_serialize_plan`): macros, `COLUMNS(…)`,
`UNION BY NAME`, PIVOT and correlated subqueries are expanded in it already, and nothing is pruned because tables are
empty. What is not resolved is denied.
"""

import json
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self

import duckdb

from lake.plan.column import ROWS, Base, Column, ColumnFlow, PlanError, Tables, Trait
from lake.plan.operators import Interpreter, table_name
from lake.plan.value import Value

_OUTSIDE = frozenset({"current_setting", "getenv", "getvariable"})
"""Functions that answer from somewhere else than their arguments, and always the same."""

_VOLATILE = (
    "select distinct function_name from duckdb_functions() where stability = 'VOLATILE' and function_name <> 'error'"
)
"""Functions that answer by chance; `error` tells of its argument, as any other function does."""


class Planner:
    """An empty database whose tables are declared, in which SELECTs are planned."""

    def __init__(self, database: str = "amar") -> None:
        """Open the database; `database` is what relations in the SELECTs are qualified with."""
        self._connection = duckdb.connect(":memory:", config={"enable_external_access": "false", "threads": 1})
        quoted = _quote(database)
        self._connection.execute(f"attach ':memory:' as {quoted}; use {quoted}")
        volatile = self._connection.execute(_VOLATILE).fetchall()
        self._denied = _OUTSIDE | {str(row[0]) for row in volatile}
        self._schemas: set[str] = set()
        self._described: dict[str, dict[str, str]] = {}
        self._bases: list[Base] = []
        self._tables: dict[str, dict[str, Value]] = {}

    def __enter__(self) -> Self:
        """Use the planner."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its database."""
        self._connection.close()

    def declare(self, name: str, columns: Sequence[Column]) -> None:
        """Make an empty table that SELECTs may read, or replace it.

        Raises:
            PlanError: DuckDB knows no such type.
        """
        schema, _, table = name.rpartition(".")
        listed = ", ".join(f"{_quote(item.name)} {item.sql_type}" for item in columns if item.name != ROWS)
        if schema not in self._schemas:
            self._execute(f"create schema if not exists {_quote(schema or 'main')}")
            self._schemas.add(schema)
        self._execute(f"create or replace table {_quote(schema or 'main')}.{_quote(table)} ({listed})")
        known = {item.name: self._base((name, item.name), item) for item in columns}
        is_record = any(item.is_record for item in columns)
        known.setdefault(ROWS, self._base((name, ROWS), Column(ROWS, is_record=is_record)))
        self._tables[table_name(schema or "main", table)] = known

    def flows(self, sql: str) -> dict[str, ColumnFlow]:
        """Tell which base columns reach each column of a SELECT, and under `*` which its rows themselves.

        Raises:
            PlanError: the SELECT is not valid, or its flow cannot be resolved.
        """
        self._refuse_outside(sql)
        names = list(self.types(sql))
        answer = self._execute("select json_serialize_plan(?)", [sql]).fetchone()
        plan = json.loads(answer[0]) if answer else {"error": True, "error_message": "no plan"}
        if plan["error"]:
            raise PlanError(plan["error_message"])
        relation = Interpreter(self._tables).relation(plan["plans"][0])
        if len(names) != len(relation.columns):
            raise PlanError("the columns of the plan are not those of the SELECT")
        found = dict(zip(names, relation.columns, strict=True)) | {ROWS: relation.rows}
        return {name: self._flow(value, relation.deciding) for name, value in found.items()}

    def types(self, sql: str) -> dict[str, str]:
        """Tell the DuckDB type of each column of a SELECT; of two with one name the last."""
        if sql not in self._described:
            rows = self._execute(f"describe {sql}").fetchall()
            self._described = {sql: {str(row[0]): str(row[1]) for row in rows}}
        return self._described[sql]

    def _refuse_outside(self, sql: str) -> None:
        """Refuse functions before DuckDB folds them away: what answers by chance, or from outside of the tables."""
        answer = self._execute("select json_serialize_sql(?)", [sql]).fetchone()
        parsed = json.loads(answer[0]) if answer else {"error": True, "error_message": "no statement"}
        if parsed["error"]:
            raise PlanError(parsed["error_message"])
        if len(parsed["statements"]) != 1:
            raise PlanError("only a single SELECT can be resolved")
        if found := sorted(set(_function_names(parsed)) & self._denied):
            raise PlanError(f"the function {found[0]} cannot be resolved")

    def _base(self, base: Base, column: Column) -> Value:
        bit = 1 << len(self._bases)
        self._bases.append(base)
        if not column.is_record:
            return Value(counted=bit, made=bit)
        carried, picked = (0, bit) if column.picked else (bit, 0)
        return Value(carried=carried, picked=picked, trait=column.trait, made=bit)

    def _flow(self, value: Value, deciding: Value) -> ColumnFlow:
        whole = value | deciding
        records = whole.carried | whole.picked
        return ColumnFlow(
            records=self._named(records),
            aggregates=self._named(whole.counted & ~records),
            trait=value.trait if value.carried | value.picked else Trait.CATEGORY,
            picked=bool(whole.picked),
            copied=self._named(value.made & ~value.changed),
            computed=self._named(value.changed & ~value.gathered),
            gathered=self._named(value.gathered),
        )

    def _named(self, bits: int) -> frozenset[Base]:
        found = set()
        while bits:
            lowest = bits & -bits
            found.add(self._bases[lowest.bit_length() - 1])
            bits ^= lowest
        return frozenset(found)

    def _execute(self, sql: str, parameters: Sequence[str] = ()) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(sql, list(parameters))
        except duckdb.Error as error:
            raise PlanError(str(error).splitlines()[0]) from error


def flows(sql: str, tables: Tables) -> dict[str, ColumnFlow]:
    """Tell which base columns reach each column of one SELECT over some tables.

    Args:
        sql: The SELECT.
        tables: Columns of each table that it may read, by `schema.table` or `table`.

    Raises:
        PlanError: the SELECT is not valid, or its flow cannot be resolved.
    """
    with Planner() as planner:
        for name, columns in tables.items():
            planner.declare(name, columns)
        return planner.flows(sql)


def _function_names(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _function_names(item)
    elif isinstance(node, dict):
        if isinstance(name := node.get("function_name"), str):
            yield name.lower()
        for item in node.values():
            yield from _function_names(item)


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
