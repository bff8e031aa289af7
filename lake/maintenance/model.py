"""What maintenance would do, or did: the plan, and the rules it follows. Nothing here touches a table."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from lake.layout import Layer
from lake.tables import CHECKPOINT_EVERY, KEEP_HOURS

Pins = Mapping[tuple[Layer, str], AbstractSet[int]]
"""Versions that a release was read from, by layer and name of the table: none of their files may go."""


class MaintenanceError(Exception):
    """Maintenance would lose something, or a version that a release needs cannot be opened: nothing more is done."""


@dataclass(frozen=True)
class Policy:
    """How long things are kept and when rewriting pays.

    Attributes:
        keep_hours: How long the files of a replaced version stay readable.
        grace_hours: Age from which a file that no version names is the leavings of a killed run.
        target_bytes: Size that compaction aims at; files of half of it and more are left alone.
        small_files: A partition with more small files than this is compacted.
        checkpoint_every: Commits after which the log is summed up, so that opening a table stays cheap.
    """

    keep_hours: int = KEEP_HOURS
    grace_hours: int = 1
    target_bytes: int = 256 * 2**20
    small_files: int = 8
    checkpoint_every: int = CHECKPOINT_EVERY


DEFAULT = Policy()


@dataclass(frozen=True)
class Leftover:
    """A file that nothing needs."""

    path: Path
    size_bytes: int


@dataclass(frozen=True)
class Fragments:
    """The small files of one partition.

    Attributes:
        partition: Partition column and value, `None` for a missing value; empty for a table without partitions.
        files: How many small files.
        size_bytes: Their size together.
    """

    partition: tuple[tuple[str, str | None], ...]
    files: int
    size_bytes: int


@dataclass(frozen=True)
class TablePlan:
    """What there is to do for one table.

    Attributes:
        layer: Its layer.
        name: Its name.
        replaced: Files of versions that were replaced long enough ago and that no release needs.
        uncommitted: Files that no version ever named.
        fragments: Partitions worth compacting.
        open_commits: Commits since the log was last summed up.
        pinned: Versions that releases need.
        needs_settings: Whether the table does not yet say how long its log and files are kept.
    """

    layer: Layer
    name: str
    replaced: tuple[Leftover, ...]
    uncommitted: tuple[Leftover, ...]
    fragments: tuple[Fragments, ...]
    open_commits: int
    pinned: tuple[int, ...]
    needs_settings: bool


@dataclass(frozen=True)
class Plan:
    """What there is to do for a home.

    Attributes:
        tables: By layer and name.
        debris: Leavings outside the tables: spilt files, half-copied files, folders of tables never made.
    """

    tables: tuple[TablePlan, ...]
    debris: tuple[Leftover, ...]

    def leftovers(self) -> Iterator[Leftover]:
        """Yield every file that goes."""
        for table in self.tables:
            yield from table.replaced
            yield from table.uncommitted
        yield from self.debris

    def summary(self) -> dict[str, int]:
        """Return the totals: files and bytes that go, and what is rewritten."""
        replaced = [file for table in self.tables for file in table.replaced]
        uncommitted = [file for table in self.tables for file in table.uncommitted]
        fragments = [each for table in self.tables for each in table.fragments]
        return {
            "tables": len(self.tables),
            "replaced_files": len(replaced),
            "replaced_bytes": sum(file.size_bytes for file in replaced),
            "uncommitted_files": len(uncommitted),
            "uncommitted_bytes": sum(file.size_bytes for file in uncommitted),
            "debris_files": len(self.debris),
            "debris_bytes": sum(file.size_bytes for file in self.debris),
            "partitions_to_compact": len(fragments),
            "small_files": sum(each.files for each in fragments),
            "pinned_versions": sum(len(table.pinned) for table in self.tables),
        }
