"""Which landing files stand behind an area's month: counted from silver, a row a unit, month and file.

A file stands behind a month by rows of that month, or, where rows tell of a case, by any row of a case that has one in
the month: whether a transfer counts may be told by a later file. Cases are joined in here and leave as files only: no
row, no pseudonym.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from lake import duck, tables
from lake.layout import Home

SCHEMA = pa.schema(
    {"unit_code": pa.string(), "period": pa.string(), "file_sha256": pa.string(), "rows_used": pa.int64()}
)


@dataclass(frozen=True)
class Standing:
    """How the rows of a source stand behind units and months.

    Attributes:
        tables: Silver tables of the source that figures are counted from.
        unit: Column of the unit that a row counts for.
        case: Column of the case that a row tells of; none where each row counts by itself.
        placed_by: Silver table that tells which unit a case counts for, where the source's own does not; its files
            stand behind the month too.
    """

    tables: tuple[str, ...]
    unit: str = "unit_code"
    case: str | None = None
    placed_by: str | None = None


def standing_files(home: Home, standing: Standing, versions: Mapping[str, int]) -> pa.Table:
    """Return unit, month, file and the rows of the file that the month has, none where only cases lead to the file.

    Args:
        home: The installation.
        standing: How rows stand.
        versions: Version to read of each silver table; a table that is not named is left out.
    """
    held = [name for name in standing.tables if name in versions]
    placing = standing.placed_by if standing.placed_by in versions else None
    if not held or (standing.placed_by and not placing):
        return SCHEMA.empty_table()
    with duck.connect(home) as connection:
        for view, names in (("source_row", held), ("placing_row", [placing] if placing else [])):
            if names:
                connection.execute(f"create view {view} as {_rows(home, standing, names, versions)}")
        table: pa.Table = connection.sql(_query(standing)).to_arrow_table()
    return table.cast(SCHEMA)


def _rows(home: Home, standing: Standing, names: list[str], versions: Mapping[str, int]) -> str:
    parts = []
    for name in names:
        columns = tables.schema(home, "silver", name).names
        unit = standing.unit if standing.unit in columns else "unit_code"
        case = standing.case if standing.case in columns else "null::blob"
        relation = duck.relation_sql(home, "silver", name, at=versions[name])
        parts.append(f"select {unit} as unit, {case} as told_case, period, _file_sha256 as sha from {relation}")
    return " union all by name ".join(parts)


def _query(standing: Standing) -> str:
    own = "select unit, period, sha, count(*) as used from source_row group by all"
    if standing.case is None:
        parts = [own]
    elif standing.placed_by is None:
        place = "(select distinct unit, period, told_case from source_row where told_case is not null)"
        told = "(select distinct told_case, sha from source_row)"
        parts = [own, f"select unit, period, sha, 0 as used from {place} join {told} using (told_case) group by all"]
    else:
        place = "(select distinct unit, told_case from placing_row)"
        paid = "(select distinct told_case, period from source_row)"
        rows = (
            f"select place.unit, period, sha, count(*) as used from source_row join {place} as place using (told_case)"
        )
        told = (
            f"select place.unit, paid.period, placing_row.sha, 0 as used from {paid} as paid"
            f" join {place} as place using (told_case) join placing_row using (told_case)"
        )
        parts = [f"{rows} group by all", f"{told} group by all"]
    return f"""
        select unit as unit_code, period, sha as file_sha256, cast(max(used) as bigint) as rows_used
        from ({" union all by name ".join(parts)})
        where unit is not null and period is not null
        group by all order by all
    """
