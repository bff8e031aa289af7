"""A frozen vintage of evaluation: its manifest, and its folder on disk, written once and never changed.

Layout: `<AMAR_HOME>/evaluation/<period>/<number>/` with three Parquet files and `manifest.json`. A folder that no
ledger event knows is garbage of a killed run and is replaced. It is not public: outsiders see no evaluation.
"""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import polars as pl
from pydantic import BaseModel, ConfigDict

from governance.durable import sync
from governance.ledger.envelope import canonical_bytes
from governance.releases.files import write_parquet
from governance.releases.manifest import MANIFEST, CodeVersion, FileEntry, ManifestError, TableVersion
from governance.releases.store import sha256_of

RESULTS, SCORES, SIGNS = "result.parquet", "score.parquet", "sign.parquet"

_READ_ONLY = 0o440


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Adopted(_Model):
    """Rules or norms as they were applied.

    Attributes:
        name: Version of the rules, or first digits of the digest of the norms.
        content: SHA-256 of what they say.
        decisions: Decisions that set them.
        sequence: Ledger event by which two persons had adopted them.
    """

    name: str
    content: str
    decisions: tuple[str, ...]
    sequence: int


class Vintage(_Model):
    """What `manifest.json` of a vintage holds.

    Attributes:
        period: Period evaluated.
        number: 1 for the first vintage of the period.
        built_at: Instant of the freeze.
        provenance: Most restrictive provenance of any row.
        trend_months: Months that the trend was read over.
        rules: Rules applied.
        norms: Norms applied.
        code: The code that built it.
        tables: Delta tables read, at their versions.
        files: The Parquet files.
        draft_hash: Hash of everything above, which the ledger's events carry.
    """

    period: str
    number: int
    built_at: str
    provenance: str
    trend_months: int
    rules: Adopted
    norms: Adopted
    code: CodeVersion
    tables: tuple[TableVersion, ...]
    files: tuple[FileEntry, ...]
    draft_hash: str = ""

    @property
    def id(self) -> str:
        """`1399-12/1`."""
        return f"{self.period}/{self.number}"

    def hashed(self) -> Self:
        """Return the manifest with its hash."""
        content = canonical_bytes(self.model_dump(mode="json", exclude={"draft_hash"}))
        return self.model_copy(update={"draft_hash": "sha256:" + hashlib.sha256(content).hexdigest()})


class VintageStore:
    """Vintages under one root."""

    def __init__(self, root: Path) -> None:
        """Keep the root."""
        self._root = root

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep every other freeze out."""
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def write(self, frames: Mapping[str, pl.DataFrame], note: Mapping[str, str]) -> tuple[FileEntry, ...]:
        """Write the tables into the staging folder and return their entries."""
        staged = self._staged
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir(parents=True)
        entries = []
        for name, frame in sorted(frames.items()):
            path = staged / name
            write_parquet(path, frame.to_arrow(compat_level=pl.CompatLevel.oldest()), note)
            path.chmod(_READ_ONLY)
            sync(path)
            size = path.stat().st_size
            kind = "application/vnd.apache.parquet"
            entries.append(
                FileEntry(name=name, media_type=kind, sha256=sha256_of(path), size_bytes=size, rows=frame.height)
            )
        return tuple(entries)

    def place(self, vintage: Vintage) -> None:
        """Move the staging folder to its place; call only for a vintage that no ledger event knows."""
        manifest = self._staged / MANIFEST
        manifest.write_bytes(canonical_bytes(vintage.model_dump(mode="json")) + b"\n")
        manifest.chmod(_READ_ONLY)
        sync(manifest)
        target = self._root / vintage.id
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        self._staged.rename(target)
        sync(target.parent)

    def manifest(self, name: str) -> Vintage:
        """Read and check the manifest of a vintage and the hashes of its files.

        Raises:
            ManifestError: something is missing or was changed.
        """
        folder = self._root / name
        try:
            vintage = Vintage.model_validate_json((folder / MANIFEST).read_bytes())
        except (OSError, ValueError) as error:
            raise ManifestError(f"vintage/{name}: the manifest cannot be read") from error
        if vintage.id != name or vintage.hashed() != vintage:
            raise ManifestError(f"vintage/{name}: the manifest does not match its own hash")
        for entry in vintage.files:
            path = folder / entry.name
            if not path.is_file() or sha256_of(path) != entry.sha256:
                raise ManifestError(f"vintage/{name}: {entry.name} is not the file that was frozen")
        return vintage

    def table(self, vintage: Vintage, name: str) -> pl.DataFrame:
        """Read one of its tables."""
        return pl.read_parquet(self._root / vintage.id / name)

    @property
    def _staged(self) -> Path:
        return self._root / ".staging"
