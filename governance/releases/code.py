"""Which code built a release: the package's version and a hash of everything that decides a number.

The hash covers the sources of the packages, the dbt project and the vocabulary's data, so it tells two states of a
working tree apart that carry the same version, and needs no git at run time. Where the code runs from a git checkout
that holds these sources unchanged, the commit is named as well, so that the revision can be taken out again.
"""

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from governance.releases.manifest import CodeVersion

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("vocabulary", "lake", "governance", "orchestration", "dbt_project")
SUFFIXES = frozenset({".py", ".sql", ".yml", ".yaml", ".csv", ".json"})
GENERATED = frozenset({"__pycache__", "target", "logs", "generator"})
_GIT_SECONDS = 60


@cache
def code_version() -> CodeVersion:
    """Return the version of the code that runs; the hash is taken once a process."""
    return CodeVersion(package="amar", version=version("amar"), source_hash=source_hash(ROOT))


def source_hash(root: Path) -> str:
    """Hash the sources of a tree that decide a number, `sha256:` and 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(_sources(root)):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return f"sha256:{digest.hexdigest()}"


@cache
def code_commit() -> str | None:
    """Return the git commit whose sources run; `None` outside a checkout, or where a source was changed."""
    if not (ROOT / ".git").exists() or _git("status", "--porcelain", "--untracked-files=all", "--", *FOLDERS) != "":
        return None
    return _git("rev-parse", "HEAD")


def _git(*arguments: str) -> str | None:
    """Ask git about the checkout; `None` where it cannot say."""
    git = shutil.which("git")
    if git is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            [git, "-C", str(ROOT), *arguments], capture_output=True, text=True, timeout=_GIT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _sources(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in (root / folder).rglob("*"):
            if path.suffix in SUFFIXES and not GENERATED & set(path.relative_to(root).parts):
                yield path
