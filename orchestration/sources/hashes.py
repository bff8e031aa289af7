"""Hashes of files kept between runs, so that a file that did not change is not read again.

A hash is believed only while size, inode and both of the file's times are as they were, and only if the file had been
at rest for a while when it was hashed: within the clock's grain a change leaves no trace. The cache may be deleted at
any time, and a damaged one counts as empty.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Final

REST_NS: Final = 2 * 10**9
"""A file changed less than this before it was hashed is hashed again."""


@dataclass
class HashCache:
    """The hashes of one folder's files.

    Attributes:
        path: Where they are kept; None keeps nothing.
        known: What earlier runs found, by path: size, inode, device, mtime, ctime, hash.
        found: What this run found and may be believed later.
    """

    path: Path | None = None
    known: dict[str, list[object]] = field(default_factory=dict)
    found: dict[str, list[object]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "HashCache":
        """Read the cache; what is missing or damaged is empty."""
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            known = {}
        return cls(path, known if isinstance(known, dict) else {})

    def sha256(self, path: Path, opener: Callable[[Path], BufferedReader]) -> str:
        """Return a file's hash, from the cache where it may be believed.

        Raises:
            OSError: the file cannot be read.
        """
        key = os.fsencode(path).decode("utf-8", "backslashreplace")
        before = _marks(path.stat())
        kept = self.known.get(key)
        if isinstance(kept, list) and kept[:-1] == before and isinstance(kept[-1], str):
            self.found[key] = kept
            return kept[-1]
        started = time.time_ns()
        with opener(path) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            after = _marks(os.fstat(file.fileno()))
        if before == after and max(after[-2:]) < started - REST_NS:
            self.found[key] = [*after, digest]
        return digest

    def save(self) -> None:
        """Keep what was found, atomically; files that are gone are forgotten."""
        if self.path is None or self.found == self.known:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        staged = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        staged.write_text(json.dumps(self.found), encoding="utf-8")
        staged.replace(self.path)


def _marks(stat: os.stat_result) -> list[int]:
    return [stat.st_size, stat.st_ino, stat.st_dev, stat.st_mtime_ns, stat.st_ctime_ns]
