"""An analyst's question to the lake, answered as far as the access levels of who asks reach (DASH-F).

Without a name it is answered as for anybody: public information only (OPEN-2). Columns that are not open are left out
of the tables, and rows of units that are not open out of the columns; a statement that needs more is refused with the
clause and what is missing. It protects the honest path only: whoever may read the lake's files needs no question.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from governance.access.labels import Label
from governance.access.levels import Grant, Person
from governance.access.verdict import Question, check_see, units_open
from governance.clauses import Basis, RefusedError
from lake.layout import Home
from lake.query import View, run_query, table_columns, unit_column
from lake.statement import QueryError, Statement

Labels = Mapping[str, Mapping[str, Label | None]]
"""Declared labels: table → column → label."""


@dataclass(frozen=True)
class Asker:
    """Who asks, with what is granted, on which day.

    Attributes:
        person: The official; `None` for anybody.
        grants: Every grant that was entered.
        day: Day of the question (of Tehran).
    """

    person: Person | None
    grants: tuple[Grant, ...]
    day: date

    def question(self, subject: str, table: str, label: Label | None, unit: str | None) -> Question:
        """Return the question whether the asker may see rows of what a table holds."""
        return Question(self.person, subject, table, label, unit, self.day)

    def units(self, table: str, label: Label | None) -> frozenset[str] | None:
        """Give the units whose rows with this label are open; `None` means every row."""
        return units_open(self.person, table, label, self.grants, self.day)


@dataclass(frozen=True)
class Answer:
    """Rows, and what was left out of them.

    Attributes:
        rows: The rows.
        notes: What was left out, a line each.
    """

    rows: pa.Table
    notes: tuple[str, ...]


def ask(home: Home, statement: Statement, labels: Labels, asker: Asker) -> Answer:
    """Answer a statement as far as the asker's levels reach.

    Raises:
        QueryError: the statement is wrong or reads a table that is not there.
        RefusedError: it needs a column or rows that no level opens, with what is missing.
    """
    columns = {table: table_columns(home, table) for table in sorted(statement.tables)}
    views = {table: _open(statement, table, held, labels.get(table, {}), asker) for table, held in columns.items()}
    try:
        rows = run_query(home, statement, views)
    except QueryError:
        _refuse_named(statement, columns, views, labels, asker)
        raise
    return Answer(rows, tuple(_notes(statement, columns, views)))


def _open(
    statement: Statement, table: str, held: tuple[str, ...], labels: Mapping[str, Label | None], asker: Asker
) -> View:
    """Open what a statement names of a table: the columns that are open, and the rows open in all of them.

    Raises:
        RefusedError: nothing of the table is open.
    """
    named = [column for column in held if column.lower() in statement.names]
    wanted = list(held) if statement.is_whole or not named else named
    units = {column: asker.units(table, labels.get(column)) for column in wanted}
    has_unit = unit_column(held) is not None
    opened = {column: found for column, found in units.items() if found is None or (found and has_unit)}
    if not opened:
        check_see(asker.question(f"{table}.{wanted[0]}", table, labels.get(wanted[0]), None), asker.grants)
    rows = _common(opened.values())
    if rows is not None and not rows:
        raise RefusedError(
            f"no unit's rows of {table} are open in all of {', '.join(opened)}: ask for fewer columns",
            clause="DASH-F",
            basis=Basis.TEXT,
        )
    return View(tuple(opened), rows)


def _common(units: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    limited = [some for some in units if some is not None]
    return frozenset.intersection(*limited) if limited else None


def _refuse_named(
    statement: Statement,
    columns: Mapping[str, tuple[str, ...]],
    views: Mapping[str, View],
    labels: Labels,
    asker: Asker,
) -> None:
    """Refuse with the rule where a statement failed for want of a column that is not open."""
    for table, held in columns.items():
        for column in held:
            if column.lower() in statement.names and column not in views[table].columns:
                check_see(
                    asker.question(f"{table}.{column}", table, labels.get(table, {}).get(column), None), asker.grants
                )


def _notes(statement: Statement, columns: Mapping[str, tuple[str, ...]], views: Mapping[str, View]) -> Iterable[str]:
    for table, view in views.items():
        closed = [column for column in columns[table] if column not in view.columns]
        if statement.is_whole and closed:
            yield f"not open in {table} and left out: {', '.join(closed)} (DASH-F)"
        if view.units is not None:
            yield f"{table}: rows of {len(view.units):,} units only (DASH-F)"
