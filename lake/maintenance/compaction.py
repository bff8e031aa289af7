"""Many small files made few: the rows, their order in each file and their hashes stay what they are."""

import pyarrow as pa
from deltalake import DeltaTable, WriterProperties

from lake import tables
from lake.layout import Home, Layer
from lake.maintenance.model import Fragments, MaintenanceError, Policy

_WRITER = WriterProperties(compression="ZSTD", compression_level=1, max_row_group_size=131_072)
"""Row groups half as large as those that intake stages (`lake.staging`, 262,144 rows), never larger: a slice is read by
whole row groups, which bounds its memory, and small ones are read together."""


def fragments(table: DeltaTable, policy: Policy) -> tuple[Fragments, ...]:
    """Return the partitions with more small files than the policy bears, from the log alone."""
    actions = pa.table(table.get_add_actions(flatten=True))
    columns = table.metadata().partition_columns
    small: dict[tuple[tuple[str, str | None], ...], list[int]] = {}
    for action in actions.select(["size_bytes", *(f"partition.{column}" for column in columns)]).to_pylist():
        if action["size_bytes"] < policy.target_bytes / 2:
            key = tuple((column, action[f"partition.{column}"]) for column in columns)
            small.setdefault(key, []).append(action["size_bytes"])
    return tuple(
        Fragments(key, len(sizes), sum(sizes))
        for key, sizes in sorted(small.items(), key=lambda item: str(item[0]))
        if len(sizes) > policy.small_files
    )


def compact(home: Home, layer: Layer, name: str, found: Fragments, policy: Policy) -> None:
    """Rewrite the small files of one partition in one commit; the old ones stay for as long as the policy says.

    Raises:
        MaintenanceError: the number of rows changed, which never happens unless a library is broken; the version
            before still has them.
    """
    rows = tables.count(home, layer, name)
    table = tables.open_table(home, layer, name)
    before = table.version()
    table.optimize.compact(
        # delta-rs writes a missing partition value as an empty text
        partition_filters=[(column, "=", value or "") for column, value in found.partition] or None,
        target_size=policy.target_bytes,
        max_concurrent_tasks=1,
        writer_properties=_WRITER,
        commit_properties=tables.properties({"maintenance": "compaction"}),
    )
    if tables.count(home, layer, name) != rows:
        raise MaintenanceError(f"compaction changed the number of rows of {layer}/{name}; version {before} holds them")
