"""Where a select uses, beside or in its `where`, a name that it gives itself.

DuckDB allows it; other engines do not, or mean the column of that name below.
"""

from collections.abc import Iterator, Mapping

from sqlglot import exp

Columns = frozenset[str]


def lateral_aliases(tree: exp.Expr, schema: Mapping[str, Columns]) -> Iterator[exp.Column]:
    """Give the uses. A select over a table whose columns are not known is passed over."""
    reader = _Reader(tree, schema)
    for select in tree.find_all(exp.Select):
        below = reader.below(select)
        if below is None:
            continue
        own = {item.alias for item in select.expressions if isinstance(item, exp.Alias)} - below
        for part in (*select.expressions, select.args.get("where")):
            yield from (column for column in _columns(part, select) if not column.table and column.name in own)


def _columns(part: exp.Expr | None, select: exp.Select) -> Iterator[exp.Column]:
    for column in part.find_all(exp.Column) if part else ():
        if column.find_ancestor(exp.Select) is select:
            yield column


class _Reader:
    """Tells the columns of what a select reads."""

    def __init__(self, tree: exp.Expr, schema: Mapping[str, Columns]) -> None:
        self._ctes = {cte.alias: cte.this for cte in tree.find_all(exp.CTE)}
        self._schema = schema
        self._known: dict[str, Columns | None] = {}

    def below(self, select: exp.Select) -> Columns | None:
        """Give the columns of all tables of a select; None where those of one are not known."""
        clause = select.args.get("from_")
        tables = [clause.this] if clause else []
        tables += [join.this for join in select.args.get("joins") or ()]
        found = [self._columns(table) for table in tables]
        return None if None in found else frozenset().union(*(columns for columns in found if columns))

    def _columns(self, table: exp.Expr) -> Columns | None:
        if isinstance(table, exp.Subquery):
            return self._made(table.this)
        if not isinstance(table, exp.Table):
            return None
        name = f"{table.db}.{table.name}" if table.db else table.name
        if name not in self._ctes:
            return self._schema.get(name)
        if name not in self._known:
            self._known[name] = None  # a recursive one stays unknown
            self._known[name] = self._made(self._ctes[name])
        return self._known[name]

    def _made(self, query: exp.Expr) -> Columns | None:
        """Give the columns that a query makes."""
        while isinstance(query, exp.SetOperation | exp.Subquery):
            query = query.this
        if not isinstance(query, exp.Select):
            return None
        names = frozenset(item.alias_or_name for item in query.expressions)
        if "*" not in names:
            return names
        below = self.below(query)
        return None if below is None else (names - {"*"}) | below
