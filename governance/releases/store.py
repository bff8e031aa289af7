"""The release folder on disk: read what is there and check it against its manifest.

Layout: `<root>/<DATASET>/<version>/` for what was published, `<root>/<DATASET>/.proposed/<version>/` for what waits.
A folder means nothing by itself: what is visible is in the ledger (`governance.releases.states`). Writing is in
`governance.releases.files`.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

import polars as pl

from governance.releases.manifest import MANIFEST, Manifest, ManifestError

DATA, STRUCTURE, SOURCES = "data.parquet", "structure.json", "lineage.parquet"
FILES, SET_ASIDE, MEASURES = "files.parquet", "set_aside.parquet", "measures.parquet"
"""Files of lineage that releases have since they are followed to their files (docs/adr/0021)."""

_CHUNK = 1 << 20


class ReleaseStore:
    """Releases under one root; keeps the tables opened last in memory, a bounded number of them."""

    def __init__(self, root: Path, *, keep: int = 24) -> None:
        """Read under `root` and keep at most `keep` opened files."""
        self.root = root
        self._keep = keep
        self._opened: OrderedDict[Path, Any] = OrderedDict()
        self._checked: dict[Path, tuple[int, int, int] | None] = {}
        self._lock = threading.Lock()

    def published_path(self, dataset: str, version: str) -> Path:
        """Folder of a published version."""
        return self.root / dataset / version

    def proposed_path(self, dataset: str, version: str) -> Path:
        """Folder of a version that waits for publication."""
        return self.root / dataset / ".proposed" / version

    def path(self, dataset: str, version: str) -> Path:
        """Return the folder of a version, waiting or published.

        Raises:
            ManifestError: there is none.
        """
        for folder in (self.proposed_path(dataset, version), self.published_path(dataset, version)):
            if folder.is_dir():
                return folder
        raise ManifestError(f"{dataset}@{version}: the files are gone")

    def manifest(self, dataset: str, version: str) -> Manifest:
        """Read and check a manifest.

        Raises:
            ManifestError: it is missing, unreadable, another release's, or does not match its own hash.
        """
        path = self.path(dataset, version) / MANIFEST
        try:
            manifest = Manifest.model_validate_json(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ManifestError(f"{dataset}@{version}: the manifest cannot be read") from error
        if manifest.release != f"{dataset}@{version}":
            raise ManifestError(f"{dataset}@{version}: the manifest is that of {manifest.release}")
        manifest.check()
        return manifest

    def check_files(self, manifest: Manifest) -> None:
        """Recompute the SHA-256 of every file.

        Raises:
            ManifestError: a file is missing, changed or not in the manifest.
        """
        folder = self.path(manifest.dataset, manifest.version)
        found = {path.name for path in folder.iterdir()}
        expected = {entry.name for entry in manifest.files} | {MANIFEST}
        if found != expected:
            raise ManifestError(f"{manifest.release}: files differ from the manifest: {sorted(found ^ expected)}")
        for entry in manifest.files:
            _check_file(manifest, folder / entry.name, entry.sha256)

    def file_path(self, manifest: Manifest, name: str) -> Path:
        """Return the path of one of the release's files; only names that the manifest lists can be asked for.

        The file is hashed when it is first asked for, and again whenever its size or time of change differs.

        Raises:
            ManifestError: the manifest lists no such file, or it is not the one that was released.
        """
        entry = manifest.file(name)
        if name != MANIFEST and entry is None:
            raise ManifestError(f"{manifest.release} has no such file")
        path = self.path(manifest.dataset, manifest.version) / name
        if entry is not None:
            mark = _mark(path)
            if mark is None or self._checked.get(path) != mark:
                _check_file(manifest, path, entry.sha256)
                self._checked[path] = mark
        return path

    def data(self, manifest: Manifest) -> pl.DataFrame:
        """Open a release's observations, checked against the manifest.

        Raises:
            ManifestError: the file is not the one that was released.
        """
        table: pl.DataFrame = self._open(manifest, DATA)
        return table

    def rows(self, manifest: Manifest, name: str, keep: pl.Expr) -> pl.DataFrame:
        """Read some rows of one of a release's tables, checked against the manifest; other row groups stay closed.

        Raises:
            ManifestError: the manifest lists no such file, or it is not the one that was released.
        """
        return pl.scan_parquet(self.file_path(manifest, name)).filter(keep).collect()

    def sources(self, manifest: Manifest) -> pl.DataFrame:
        """Open a release's landing files by observation, checked against the manifest.

        Raises:
            ManifestError: the file is not the one that was released.
        """
        return self.rows(manifest, SOURCES, pl.lit(value=True))

    def structure(self, manifest: Manifest) -> dict[str, Any]:
        """Open a release's structure, checked against the manifest.

        Raises:
            ManifestError: the file is not the one that was released.
        """
        document: dict[str, Any] = self._open(manifest, STRUCTURE)
        return document

    def _open(self, manifest: Manifest, name: str) -> Any:
        path = self.file_path(manifest, name)
        with self._lock:
            if path in self._opened:
                self._opened.move_to_end(path)
                return self._opened[path]
        opened = json.loads(path.read_bytes()) if name == STRUCTURE else pl.read_parquet(path)
        with self._lock:
            self._opened[path] = opened
            while len(self._opened) > self._keep:
                self._opened.popitem(last=False)
        return opened


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _mark(path: Path) -> tuple[int, int, int] | None:
    """Return what changes when a file does; `None` where there is none."""
    if not path.is_file():
        return None
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def _check_file(manifest: Manifest, path: Path, expected: str) -> None:
    if not path.is_file() or sha256_of(path) != expected:
        raise ManifestError(f"{manifest.release}: {path.name} is not the file that was proposed")
