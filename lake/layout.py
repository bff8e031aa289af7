"""Where things lie under one home directory: the only place that spells a path of the lake.

Nothing here reads or writes; opening tables belongs to `lake.tables`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Layer = Literal["bronze", "silver", "quarantine", "gold"]


@dataclass(frozen=True)
class Home:
    """One installation's data: a directory on a local POSIX disk (`AMAR_HOME`)."""

    root: Path
    landing_folder: Path | None = None

    @property
    def landing(self) -> Path:
        """Folder that senders' files arrive in; read-only to the product."""
        return self.landing_folder or self.root / "landing"

    @property
    def lake(self) -> Path:
        """Folder of all Delta tables and releases."""
        return self.root / "lake"

    @property
    def rejected_files(self) -> Path:
        """Whole files set aside, kept by their SHA-256."""
        return self.lake / "quarantine" / "_files"

    @property
    def dagster(self) -> Path:
        """Dagster's own storage (`DAGSTER_HOME`)."""
        return self.root / "dagster"

    @property
    def scratch(self) -> Path:
        """Files that any run may delete: dbt's databases, staged output."""
        return self.root / "scratch"

    @property
    def spill(self) -> Path:
        """What does not fit into memory, until the run that set it down ends."""
        return self.scratch / "spill"

    @property
    def members(self) -> Path:
        """Large members of archives while they are read."""
        return self.scratch / "members"

    @property
    def reproductions(self) -> Path:
        """Homes in which releases are made again, until they are compared."""
        return self.scratch / "reproduce"

    @property
    def backups(self) -> Path:
        """Copies of the ledger on their way into an archive."""
        return self.scratch / "backup"

    @property
    def leavings(self) -> tuple[Path, ...]:
        """Folders that every run leaves empty unless it is killed; the rows of persons can lie in them."""
        return self.spill, self.members, self.reproductions, self.backups

    @property
    def dbt_artifacts(self) -> Path:
        """Artifacts of dbt's last run: manifest, run results, log."""
        return self.scratch / "dbt" / "last"

    @property
    def lineage(self) -> Path:
        """Lineage events, and how far they were sent."""
        return self.root / "lineage"

    @property
    def lock_file(self) -> Path:
        """The OS lock that admits one writer at a time."""
        return self.root / "writer.lock"

    @property
    def files_lock_file(self) -> Path:
        """The OS lock between who removes files of the lake and who needs them all to stay."""
        return self.root / "files.lock"

    def table_path(self, layer: Layer, name: str) -> Path:
        """Directory of one Delta table."""
        return self.lake / layer / name

    def release_path(self, dataset: str, version: str) -> Path:
        """Directory of one immutable published version."""
        return self.lake / "release" / dataset / version
