"""Rows that a rule set aside or a correction mended, counted by file: how many, never which."""

from collections.abc import Mapping

import pyarrow as pa

from lake import duck
from lake.layout import Home

SCHEMA = pa.schema(
    {
        "period": pa.string(),
        "file_sha256": pa.string(),
        "kind": pa.string(),
        "rule": pa.string(),
        "rows": pa.int64(),
    }
)
"""`kind` is `quarantined` with the broken rule, or `corrected` with the correction's id."""


def set_aside_rows(home: Home, source: str, versions: Mapping[str, int]) -> pa.Table:
    """Return counts by file, month and rule of one source.

    Args:
        home: The installation.
        source: Source whose rows are counted.
        versions: Version to read of each silver table; a table that is not named has no rows.
    """
    parts = []
    states, corrections = f"{source}_row_state", f"{source}_correction"
    if states in versions:
        relation = duck.relation_sql(home, "silver", states, at=versions[states])
        parts.append(
            "select period, _file_sha256 as file_sha256, 'quarantined' as kind, coalesce(rule, '') as rule"
            f" from {relation} where state = 'quarantined'"
        )
    if corrections in versions:
        relation = duck.relation_sql(home, "silver", corrections, at=versions[corrections])
        parts.append(
            f"select period, _file_sha256 as file_sha256, 'corrected' as kind, correction_id as rule from {relation}"
        )
    if not parts:
        return SCHEMA.empty_table()
    with duck.connect(home) as connection:
        table: pa.Table = connection.sql(
            f"select *, count(*) as rows from ({' union all '.join(parts)}) group by all order by all"
        ).to_arrow_table()
    return table.cast(SCHEMA)
