"""Columns whose type changed: text extracts in which next to no value of a column can be read any more.

A file that lost a column is turned away by name. One whose column holds something else (a date where a number was,
codes of another list) would show only as many rows set aside; here it is told from the findings, file by file.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from lake import bronze, duck, tables
from lake.contracts.model import Entity, Source
from lake.layout import Home
from lake.validate import RULE_OF_DERIVATION, RULE_OF_PARSE

LEAST_ROWS: Final = 20
"""Fewer unreadable rows say nothing of a column."""
LEAST_SHARE: Final = 0.95
"""From this share of a file's data rows on, it is the column that is wrong, not its rows."""

_BLANK: Final = "required"
UNREADABLE: Final = frozenset({*RULE_OF_PARSE.values(), *RULE_OF_DERIVATION.values()} - {_BLANK}) | {
    "unknown_code",
    "unknown_unit",
    "bad_format",
}
"""Rules that a value breaks which is not what its column holds."""


@dataclass(frozen=True)
class RetypedColumn:
    """A column of a file of which nearly no value is what the contract says.

    Attributes:
        source: Whose file.
        object: Object of the contract.
        file_name: Name under which the file came.
        column: Name of the column.
        label: Its label in the contract.
        rule: The rule that most of its values break.
        rows: Data rows whose value cannot be read.
        data_rows: Data rows of the file.
    """

    source: str
    object: str
    file_name: str
    column: str
    label: str
    rule: str
    rows: int
    data_rows: int

    def __str__(self) -> str:
        """Name file, column, rule and counts; never a value."""
        named = f"{self.column} ({self.label})" if self.label else self.column
        return (
            f"{self.source}/{self.file_name}: column {named}: {self.rule} in {self.rows:,} of {self.data_rows:,} rows: "
            "does it hold something else than the contract says?"
        )


def find_retyped(home: Home, source: Source, periods: Sequence[str | None]) -> list[RetypedColumn]:
    """Find the columns that hold something else than their contract says, file by file, over some slices.

    It costs one count of the slices' findings; silver is not read. Rows that a newer file replaced do not count as
    unreadable, so a file that was sent again as it should be is not named any more. A blank value counts as readable:
    a column that is seldom filled is not told.

    Args:
        home: The installation.
        source: Whose files.
        periods: Months that were built; `[None]` for a source without partitions.
    """
    unreadable, blank = Counter[_Place](), Counter[_Place]()
    rules: dict[_Place, tuple[int, str]] = {}
    counted: list[tuple[_Place, str, int]] = []
    for sha, name, column, rule, rows in _counted(home, source, periods):
        place = sha, name, column
        if rule == _BLANK:
            blank[place] += rows
        else:
            counted.append((place, rule, rows))
    for place, rule, rows in counted:
        read = rows - (blank[place] if rule in RULE_OF_DERIVATION.values() else 0)  # what is blank breaks these, too
        rules[place] = max(rules.get(place, (0, "")), (read, rule))
        unreadable[place] = rules[place][0]
    likely = {place for place, rows in unreadable.items() if rows >= LEAST_ROWS}
    files = _files(home, source, {sha for sha, _, _ in likely})
    most = {place for place in likely if unreadable[place] >= LEAST_SHARE * files[place[0]][1]}
    found = []
    for entity in source.entities:
        for sha, _, column in sorted(place for place in most if place[1] == entity.name):
            file, data_rows = files[sha]
            others = [(sha, entity.name, other) for other in _told_by(entity, column)]
            if not any(unreadable[other] + blank[other] >= LEAST_SHARE * data_rows for other in others):
                place = sha, entity.name, column
                named = source.id, entity.name, file, column, _label(entity, column), rules[place][1]
                found.append(RetypedColumn(*named, unreadable[place], data_rows))
    return sorted(found, key=lambda item: (item.file_name, item.object, item.column))


_Place: TypeAlias = tuple[str, str, str]
"""Hash of a file, object, column."""


def _counted(home: Home, source: Source, periods: Sequence[str | None]) -> list[tuple[str, str, str, str, int]]:
    """Count the rows of each file by object, column and rule, of the rules that tell of a column's type."""
    if not tables.exists(home, "silver", f"{source.id}_finding"):
        return []
    months = [period for period in periods if period] if source.partitioned else None
    query = f"""
        select _file_sha256, entity, "column", rule, count(*)
        from {duck.relation_sql(home, "silver", f"{source.id}_finding")}
        where list_contains($rules, rule) {"" if months is None else "and list_contains($months, period)"}
        group by all
    """
    given = {"rules": sorted({_BLANK, *UNREADABLE})} | ({} if months is None else {"months": months})
    with duck.connect(home) as connection:
        return connection.execute(query, given).fetchall()


def _files(home: Home, source: Source, hashes: Collection[str]) -> dict[str, tuple[str, int]]:
    """Return name and number of data rows of some files: lines read but for titles, totals and blanks."""
    if not hashes:
        return {}
    query = f"""
        select _file_sha256, count(*) from {duck.relation_sql(home, "silver", f"{source.id}_row_state")}
        where state = 'layout' and list_contains($hashes, _file_sha256)
        group by all
    """
    with duck.connect(home) as connection:
        layout = dict(connection.execute(query, {"hashes": sorted(hashes)}).fetchall())
    return {
        file.file_sha256: (file.file_name, file.lines_read - layout.get(file.file_sha256, 0))
        for file in bronze.registered(home, source.id)
        if file.file_sha256 in hashes
    }


def _told_by(entity: Entity, column: str) -> set[str]:
    """Return the columns whose faults the findings tell of this one: those that it makes a derived column with."""
    derived = [item.inputs for item in entity.columns if item.derived and item.inputs and item.inputs[-1] == column]
    return {other for inputs in derived for other in inputs[:-1]}


def _label(entity: Entity, column: str) -> str:
    return next((item.label for item in (*entity.texts, *entity.received) if item.name == column), "")
