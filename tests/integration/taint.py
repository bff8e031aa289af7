"""The taint test: what moves in a model when a column that it reads is changed, held against what the proof says.

The proof speaks of one model and the tables it reads, for what stands before those is in their declared labels, which
are proven themselves: a record that reaches a column over several models reaches each model's column on its way, and
each of these is judged with the label of the one before. So it is enough that nothing is missed in any single model.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import duckdb
from taint_rows import Columns, Recipe, Words, draw, pool_sql

from lake.plan.column import ROWS, Base

KINDS = ("some", "all", "null", "shifted")
"""Every second value becomes another, every value does, every third is null, values change rows."""

MOST_ROWS = 50_000


@dataclass(frozen=True)
class Model:
    """A model as it is tested.

    Attributes:
        relation: What it becomes.
        sql: Its SELECT.
        reads: Relations that it reads.
        flows: What the proof says: column, or `*` for its rows → the columns that reach it.
    """

    relation: str
    sql: str
    reads: tuple[str, ...]
    flows: Mapping[str, frozenset[Base]]


@dataclass
class Seen:
    """What was seen.

    Attributes:
        runs: How often a model was run on changed columns.
        flows: Flows that were seen: model, its column, the column that was changed.
        missed: Those of them that the proof does not know.
        failed: Runs that DuckDB gave up on, by model.
    """

    runs: int = 0
    flows: set[tuple[str, str, Base]] = field(default_factory=set)
    missed: set[tuple[str, str, frozenset[Base]]] = field(default_factory=set)
    failed: dict[str, int] = field(default_factory=dict)


class Bench:
    """An in-memory database in which models run over a few made-up rows."""

    def __init__(self, columns: Columns) -> None:
        """Make the schemas of all relations."""
        self._columns = columns
        self._connection = duckdb.connect(":memory:", config={"threads": 1})
        self._connection.execute("attach ':memory:' as amar; use amar; set timezone = 'UTC'; create schema held")
        self._connection.execute("set scalar_subquery_error_on_multiple_rows = false")
        for schema in {relation.partition(".")[0] for relation in columns}:
            self._connection.execute(f'create schema if not exists "{schema}"')

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def fill(self, model: Model, recipe: Recipe) -> "Filled":
        """Fill the tables that a model reads."""
        words = Words(model.sql, linked=bool(recipe.seed % 2))
        for relation in model.reads:
            made = draw(relation, self._columns[relation], words, recipe)
            self._connection.execute(f'create or replace table held."{relation}" as from {made}')
            self._restore(relation)
        return Filled(self, model, words)

    def change(self, relation: str, changed: Mapping[str, str]) -> None:
        """Replace columns of a table by expressions over its rows."""
        listed = ", ".join(f'{expression} as "{name}"' for name, expression in changed.items())
        self._connection.execute(
            f'create or replace view {_quoted(relation)} as select * replace ({listed}) from held."{relation}"'
        )

    def restore(self, relation: str) -> None:
        """Give a table its own rows again."""
        self._restore(relation)

    def columns(self, relation: str) -> dict[str, str]:
        """Return the columns of a relation with their types."""
        return dict(self._columns[relation])

    def row(self, sql: str) -> tuple[object, ...]:
        """Return the only row of a query."""
        found = self._connection.execute(sql).fetchone()
        return tuple(found or ())

    def _restore(self, relation: str) -> None:
        self._connection.execute(f'create or replace view {_quoted(relation)} as from held."{relation}"')


class Filled:
    """A model whose tables are filled, with what it gives."""

    def __init__(self, bench: Bench, model: Model, words: Words) -> None:
        """Run the model once."""
        self._bench, self._model, self._words = bench, model, words
        types = bench.columns(model.relation)
        self.outputs = [name for name in model.flows if name != ROWS]
        prints = (f"sum(hash({_stable(name, types[name])}) % 1000000007)" for name in self.outputs)
        self._query = f"with tested as ({model.sql}) select count(*), {', '.join(prints)} from tested"
        self._before = bench.row(self._query)
        self.rows = int(str(self._before[0]))

    def lively(self) -> int:
        """Count the columns that hold more than one value."""
        counts = ", ".join(f'count(distinct "{name}")' for name in self.outputs)
        found = self._bench.row(f"with tested as ({self._model.sql}) select {counts} from tested")
        return sum(int(str(each)) > 1 for each in found)

    def moved(self, changed: Iterable[Base], kind: str) -> set[str]:
        """Change columns and return the columns of the model that moved, `*` where the number of rows did.

        Raises:
            duckdb.Error: the model cannot run on such values.
        """
        by_relation: dict[str, dict[str, str]] = {}
        for relation, column in changed:
            by_relation.setdefault(relation, {})[column] = self._expression(relation, column, kind)
        try:
            for relation, columns in by_relation.items():
                self._bench.change(relation, columns)
            after = self._bench.row(self._query)
        finally:
            for relation in by_relation:
                self._bench.restore(relation)
        names = [ROWS, *self.outputs]
        return {name for name, was, now in zip(names, self._before, after, strict=True) if was != now}

    def _expression(self, relation: str, column: str, kind: str) -> str:
        sql_type, name = self._bench.columns(relation)[column], f'"{column}"'
        pool = self._words.pool(column, sql_type)
        listed = pool_sql(pool, sql_type)
        other = f"coalesce({listed}[list_position({listed}, {name}) % {len(pool)} + 1], {listed}[1])"
        return {
            "some": f"case when rowid % 2 = 0 then {other} else {name} end",
            "all": other,
            "null": f"case when rowid % 3 = 0 then null else {name} end",
            "shifted": f"coalesce(lead({name}) over (order by rowid), first({name}) over (order by rowid))",
        }[kind]


def idle(model: Model, columns: Columns) -> list[Base]:
    """Return what a model reads and, the proof says, shows in nothing."""
    reached = frozenset().union(*model.flows.values())
    return [base for base in _read(model, columns) if base not in reached]


def beyond(model: Model, columns: Columns) -> list[list[Base]]:
    """Return sets of what a model reads: each holds all that, the proof says, does not reach one of its columns."""
    read = everything(model, columns)
    return [[base for base in read if base not in flow] for flow in dict.fromkeys(model.flows.values())]


def partial(model: Model, columns: Columns) -> list[Base]:
    """Return what reaches some columns of a model, but not all: only there can the proof miss something."""
    everywhere = frozenset.intersection(*model.flows.values())
    reached = frozenset().union(*model.flows.values())
    return [base for base in _read(model, columns) if base in reached - everywhere]


def everything(model: Model, columns: Columns) -> list[Base]:
    """Return all columns that a model reads."""
    return list(_read(model, columns))


def watch(seen: Seen, filled: Filled, model: Model, changed: list[Base], kind: str) -> None:
    """Change columns together and note what moved, and what of it the proof misses."""
    if not changed:
        return
    seen.runs += 1
    try:
        moved = filled.moved(changed, kind)
    except duckdb.Error:
        seen.failed[model.relation] = seen.failed.get(model.relation, 0) + 1
        return
    together = frozenset(changed)
    for column in moved:
        if not together & model.flows[column]:
            seen.missed.add((model.relation, column, together))
        if len(changed) == 1:
            seen.flows.add((model.relation, column, changed[0]))


def _read(model: Model, columns: Columns) -> Iterator[Base]:
    for relation in model.reads:
        for name, _ in columns[relation]:
            yield relation, name


def _stable(name: str, kind: str) -> str:
    """Return a column as it is compared: of a double the last digits depend on the order of adding."""
    return f'round("{name}", 6)' if kind == "DOUBLE" else f'"{name}"'


def _quoted(relation: str) -> str:
    schema, _, name = relation.partition(".")
    return f'"{schema}"."{name}"'
