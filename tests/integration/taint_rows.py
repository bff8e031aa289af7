"""Rows for the taint test, made up of the words of the model that reads them.

Built lakes hold few kinds of rows, and a filter that lets nothing through hides every flow behind it. So the values of
a column are drawn from the literals that the model compares it with, and from few others, so that joins meet.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

Columns = Mapping[str, Sequence[tuple[str, str]]]
"""Relation → its columns with their DuckDB types."""

_MONTHS = ("1399-11", "1399-12", "1399-Q4")
_DAYS = ("2021-01-20", "2021-02-19", "2021-03-01", "2021-03-20")
_COMPARED = (exp.EQ, exp.NEQ, exp.In, exp.Case, exp.Coalesce, exp.LT, exp.GT, exp.LTE, exp.GTE)
_LINKING = (*_COMPARED, exp.Like, exp.Between, exp.Alias)
_NAMING = (exp.Column, exp.Coalesce, exp.Max, exp.Min, exp.Cast)


@dataclass(frozen=True)
class Recipe:
    """How the rows of a model's tables are drawn.

    Attributes:
        seed: Seed; an odd one takes columns that the model compares with each other for one.
        rows: Rows of each table.
    """

    seed: int = 0
    rows: int = 16


class Words:
    """The literals that a model compares its columns with, by the column's name."""

    def __init__(self, sql: str, *, linked: bool) -> None:
        """Read a SELECT; `linked` columns that are compared with each other share their literals."""
        self._found: dict[str, dict[str, None]] = {}
        self._parents: dict[str, str] = {}
        tree = sqlglot.parse_one(sql, read="duckdb")
        if linked:
            self._link(tree)
        for node in tree.find_all(*_COMPARED):
            literals = dict.fromkeys(str(literal.this) for literal in node.find_all(exp.Literal))
            for column in node.find_all(exp.Column):
                self._found.setdefault(self.root(column.name.lower()), {}).update(literals)

    def root(self, name: str) -> str:
        """Return the column that stands for all that are compared with this one."""
        while (parent := self._parents.setdefault(name, name)) != name:
            name = parent
        return name

    def pool(self, name: str, sql_type: str) -> list[str]:
        """Return the values, as text, that a column may have."""
        found = list(self._found.get(self.root(name), ()))
        kind = sql_type.lower().partition("(")[0]
        if kind in ("bigint", "integer", "hugeint", "double", "decimal", "smallint", "utinyint"):
            return sorted({"0", "1", "2", "5", *(text for text in found if text.isdecimal() and len(text) < 6)})
        if kind == "date":
            return list(_DAYS)
        if kind.startswith("timestamp"):
            return [f"{day} 10:00:00" for day in _DAYS[:3]]
        if kind == "blob":
            return [r"\x01", r"\x02", r"\x03"]
        if kind == "boolean":
            return ["true", "false"]
        texts = [text for text in found if not text.isdecimal()]
        if texts:
            return [*texts, "a"]
        return list(_MONTHS) if any(word in name for word in ("period", "month", "valid_", "since")) else ["a", "b"]

    def texts(self, name: str) -> int:
        """Count the texts that a column is compared with."""
        return sum(not text.isdecimal() for text in self._found.get(self.root(name), ()))

    def _link(self, tree: exp.Expr) -> None:
        for node in tree.find_all(*_LINKING):
            if isinstance(node, exp.Case) or (isinstance(node, exp.Alias) and not isinstance(node.this, _NAMING)):
                continue
            names = [column.name.lower() for column in node.find_all(exp.Column)]
            names += [node.alias.lower()] if isinstance(node, exp.Alias) else []
            for name in names[1:]:
                self._parents[self.root(name)] = self.root(names[0])


def draw(relation: str, columns: Sequence[tuple[str, str]], words: Words, recipe: Recipe) -> str:
    """Return a table expression of rows of a relation; half of them mostly agree with each other."""
    generator = random.Random(f"{relation}{recipe.seed}")
    liked = {name: _liked(name, kind, words, recipe.seed, generator) for name, kind in columns}
    rows = [_row(columns, words, liked, generator) for _ in range(recipe.rows)]
    return f"(values {', '.join(rows)}) as made ({', '.join(_quoted(name) for name, _ in columns)})"


def literal(text: str | None, sql_type: str) -> str:
    """Return a value as SQL."""
    return f"null::{sql_type}" if text is None else "cast('" + text.replace("'", "''") + f"' as {sql_type})"


def pool_sql(pool: Iterable[str], sql_type: str) -> str:
    """Return a list of values as SQL."""
    return f"[{', '.join(literal(text, sql_type) for text in pool)}]"


def _liked(name: str, kind: str, words: Words, seed: int, generator: random.Random) -> tuple[str, float]:
    """Return the value of a column that most rows agree on, and how much; of many literals none is liked."""
    pool = words.pool(name, kind)
    if kind.lower() == "boolean":
        return "true", 0.8
    texts = words.texts(name) if kind.lower() == "varchar" else 0
    if texts:
        return generator.choice(pool[:-1]), 0.6 if texts < 3 else 0.0
    return random.Random(f"{words.root(name)}{seed}").choice(pool), 0.7


def _row(
    columns: Sequence[tuple[str, str]],
    words: Words,
    liked: Mapping[str, tuple[str, float]],
    generator: random.Random,
) -> str:
    values = []
    is_agreeing = generator.random() < 0.5
    for name, kind in columns:
        value: str | None
        value, weight = liked[name]
        chance = generator.random()
        if chance < 0.04:
            value = None
        elif chance > 0.04 + (weight if is_agreeing else weight / 2):
            value = generator.choice(words.pool(name, kind))
        values.append(literal(value, kind))
    return f"({', '.join(values)})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
