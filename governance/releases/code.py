"""Which code built a release: the package's version and a hash of everything that decides a number.

The hash covers the sources of the packages, the dbt project and the vocabulary's data, so it tells two states of a
working tree apart that carry the same version, and needs no git at run time.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from governance.releases.manifest import CodeVersion

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("vocabulary", "lake", "governance", "orchestration", "dbt_project")
SUFFIXES = frozenset({".py", ".sql", ".yml", ".yaml", ".csv", ".json"})
GENERATED = frozenset({"__pycache__", "target", "logs", "generator"})


@cache
def code_version() -> CodeVersion:
    """Return the version of the code that runs; the hash is taken once a process."""
    digest = hashlib.sha256()
    for path in sorted(_sources()):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return CodeVersion(package="amar", version=version("amar"), source_hash=f"sha256:{digest.hexdigest()}")


def _sources() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in SUFFIXES and not GENERATED & set(path.parts):
                yield path
