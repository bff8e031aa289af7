"""Does every bronze row have exactly one state? Counted from the tables, never from what a step said of itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from lake import duck, tables
from lake.contracts.model import Entity, Source
from lake.layout import Home
from lake.retention.register import ERASED
from lake.shape import rows_made

STATES = ("used", "quarantined", "duplicate", "superseded", "layout", "erased")


@dataclass(frozen=True)
class FileBalance:
    """One file's lines and what became of them.

    Attributes:
        file_name: Name under which the file came.
        file_sha256: Its content.
        period: Its month.
        lines_read: Records that the reader counted.
        states: Rows by state, counted in silver, in the row states and in the tombstones.
        placed_twice: Rows that stand in two states.
    """

    file_name: str
    file_sha256: str
    period: str | None
    lines_read: int
    states: dict[str, int]
    placed_twice: int

    @property
    def balanced(self) -> bool:
        """Whether every line has exactly one state."""
        return self.lines_read == sum(self.states.values()) and self.placed_twice == 0


def file_balances(home: Home, source: Source, periods: Sequence[str] | None = None) -> list[FileBalance]:
    """Count the states of every file of a source, or of some months of it.

    Args:
        home: The installation.
        source: Source to check.
        periods: Months to check; all by default.
    """
    if not tables.exists(home, "bronze", "received_file"):
        return []
    with duck.connect(home) as connection:
        rows = connection.execute(_query(home, source, periods)).fetchall()
    return [
        FileBalance(name, sha, period, lines, dict(zip(STATES, counts, strict=True)), twice)
        for name, sha, period, lines, twice, *counts in rows
    ]


def _query(home: Home, source: Source, periods: Sequence[str] | None) -> str:
    place = "_file_sha256 as sha, _row_number as line"
    where = _where(periods) if source.partitioned else ""
    parts = [
        f"select {place}, 'used' as state from {duck.relation_sql(home, 'silver', entity.name)} {where}{_whole(entity)}"
        for entity in source.entities
        if tables.exists(home, "silver", entity.name)
    ]
    if tables.exists(home, "silver", f"{source.id}_row_state"):
        states = duck.relation_sql(home, "silver", f"{source.id}_row_state")
        parts.append(f"select {place}, state from {states} {where}")
    if tables.exists(home, "bronze", ERASED):
        stones = duck.relation_sql(home, "bronze", ERASED)
        parts.append(f"select file_sha256 as sha, row_number as line, 'erased' as state from {stones} {where}")
    if not parts:
        parts = ["select null::varchar as sha, null::bigint as line, null::varchar as state where false"]
    counts = ", ".join(f"count(*) filter (state = '{state}') as {state}" for state in STATES)
    register_where = _where(periods).replace("where", "and") if source.partitioned else ""
    return f"""
        with placed as ({" union all ".join(parts)}),
        counted as (
            select sha, count(*) - count(distinct line) as twice, {counts} from placed group by sha
        )
        select file_name, file_sha256, period, lines_read, coalesce(twice, 0),
            {", ".join(f"coalesce({state}, 0)" for state in STATES)}
        from {duck.relation_sql(home, "bronze", "received_file")} as register
        left join counted on counted.sha = register.file_sha256
        where register.source = '{source.id}' {register_where}
        order by file_name
    """


def _whole(entity: Entity) -> str:
    """Count a line of a wide object once, and only if silver holds every row that it makes."""
    return f" group by sha, line having count(*) = {rows_made(entity)}" if entity.wide else ""


def _where(periods: Sequence[str] | None) -> str:
    if periods is None:
        return ""
    listed = ", ".join(f"'{period}'" for period in periods)
    return f"where period in ({listed})"
