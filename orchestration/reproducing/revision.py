"""The code that built a release, taken out of the repository: its tree and the Python that runs it.

A revision whose lock file is the running one's runs on the installed packages; another one gets its own, by
`uv sync --frozen`. The repository's work tree and its list of worktrees stay as they are.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from governance.errors import GovernanceError
from governance.releases.code import ROOT, code_version, source_hash
from governance.releases.manifest import Manifest

_REBUILD = Path("orchestration/reproducing/rebuild.py")
_LOCK = "uv.lock"
_SYNC_SECONDS = 1800


class OtherCodeError(GovernanceError):
    """The code that built a release is not the code that runs, and cannot be had."""


@dataclass(frozen=True)
class Revision:
    """Code that can build a dataset again.

    Attributes:
        root: Its tree.
        python: The interpreter with what it needs.
        source_hash: Hash of its sources.
    """

    root: Path
    python: Path
    source_hash: str

    def environment(self) -> dict[str, str]:
        """Return the environment in which its modules come before any installed ones."""
        return {**os.environ, "PYTHONPATH": str(self.root)}


def running() -> Revision:
    """Return the code that runs."""
    return Revision(ROOT, Path(sys.executable), code_version().source_hash)


def revision_of(manifest: Manifest, folder: Path) -> Revision:
    """Return the code that built a release: the running code where it is that, else the revision in the manifest.

    Args:
        manifest: The manifest of the release.
        folder: Where a revision is laid out; made here.

    Raises:
        OtherCodeError: it is other code, and the repository does not have it or it cannot be run.
    """
    if manifest.code.source_hash == running().source_hash:
        return running()
    told = f"{manifest.release} was built by other code ({manifest.code.source_hash})"
    if manifest.commit is None:
        raise OtherCodeError(f"{told}, and its manifest names no commit: --with-this-code compares with the code here")
    _lay_out(manifest.commit, folder, told)
    found = source_hash(folder)
    if found != manifest.code.source_hash:
        raise OtherCodeError(f"{told}, and commit {manifest.commit} has the sources {found}")
    if not (folder / _REBUILD).is_file():
        raise OtherCodeError(f"{told}, and commit {manifest.commit} cannot build a release again by itself")
    return Revision(folder, _python(folder, told), found)


def _lay_out(commit: str, folder: Path, told: str) -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        raise OtherCodeError(f"{told}: commit {commit} is needed, and there is no git checkout here")
    folder.mkdir(parents=True)
    archive = folder.with_suffix(".tar")
    command = [git, "-C", str(ROOT), "archive", "--format=tar", f"--output={archive}", commit]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a checked manifest's commit
    if done.returncode:
        raise OtherCodeError(f"{told}: the repository here does not have commit {commit}")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    archive.unlink()


def _python(folder: Path, told: str) -> Path:
    if _digest(folder / _LOCK) == _digest(ROOT / _LOCK):
        return Path(sys.executable)
    own = ROOT / ".uv" / "bin" / "uv"
    uv = str(own) if own.is_file() else shutil.which("uv")
    if uv is None:
        raise OtherCodeError(f"{told}: its packages differ from those installed, and there is no uv to install them")
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run(  # noqa: S603 - fixed arguments
        [uv, "sync", "--frozen", "--quiet", "--no-dev"],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=_SYNC_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode:
        raise OtherCodeError(f"{told}: its packages cannot be installed: {done.stderr.strip()[-300:]}")
    return folder / ".venv" / "bin" / "python"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
