"""Which code a release is made again by: the running code, or the revision that its manifest names."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from governance.releases import code
from governance.releases.manifest import CodeVersion, Manifest
from orchestration.reproducing import revision
from orchestration.reproducing.revision import OtherCodeError, revision_of, running


def manifest(source_hash: str, commit: str | None = None) -> Manifest:
    return Manifest(
        dataset="INSURED",
        version="1.0.0",
        built_at="2026-11-21T08:00:00.000000Z",
        provenance="reported",
        content_hash="sha256:00",
        code=CodeVersion(package="amar", version="0.1.0", source_hash=source_hash),
        definitions=(),
        tables=(),
        files=(),
        commit=commit,
    )


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A checkout with one revision of code that can build a release again."""
    root = tmp_path / "repository"
    (root / "orchestration" / "reproducing").mkdir(parents=True)
    (root / "orchestration" / "reproducing" / "rebuild.py").write_text("then = 1\n")
    (root / "uv.lock").write_text("lock")
    _git(root, "init", "-q")
    _commit(root)
    monkeypatch.setattr(revision, "ROOT", root)
    monkeypatch.setattr(code, "ROOT", root)
    code.code_commit.cache_clear()
    yield root
    code.code_commit.cache_clear()


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _commit(root: Path) -> str:
    _git(root, "add", "-A")
    _git(root, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "x")
    return _git(root, "rev-parse", "HEAD")


def test_the_running_code_makes_its_own_releases(tmp_path: Path) -> None:
    assert revision_of(manifest(running().source_hash), tmp_path / "code") == running()
    assert not (tmp_path / "code").exists()


def test_the_commit_is_named_only_where_it_holds_the_sources_that_run(repository: Path) -> None:
    assert code.code_commit() == _git(repository, "rev-parse", "HEAD")
    (repository / "orchestration" / "new.py").write_text("untracked = 1\n")
    code.code_commit.cache_clear()
    assert code.code_commit() is None


def test_an_earlier_revision_is_taken_out_and_runs_on_the_packages_of_its_lock(
    repository: Path, tmp_path: Path
) -> None:
    then, commit = code.source_hash(repository), _git(repository, "rev-parse", "HEAD")
    (repository / "orchestration" / "reproducing" / "rebuild.py").write_text("now = 2\n")
    _commit(repository)
    found = revision_of(manifest(then, commit), tmp_path / "code")
    assert found.source_hash == then == code.source_hash(found.root)
    assert found.environment()["PYTHONPATH"] == str(found.root)
    assert found.python == running().python


def test_code_that_cannot_be_had_is_refused_in_words(repository: Path, tmp_path: Path) -> None:
    commit = _git(repository, "rev-parse", "HEAD")
    for place, (asked, words) in enumerate(
        {
            None: "names no commit: --with-this-code",
            "0" * 40: "does not have commit 0000",
            commit: "has the sources sha256:",
        }.items()
    ):
        with pytest.raises(OtherCodeError, match=words):
            revision_of(manifest("sha256:" + "1" * 64, asked), tmp_path / str(place))
    (repository / "orchestration" / "reproducing" / "rebuild.py").unlink()
    (repository / "orchestration" / "other.py").write_text("earlier = 0\n")
    earlier = _commit(repository)
    with pytest.raises(OtherCodeError, match="cannot build a release again by itself"):
        revision_of(manifest(code.source_hash(repository), earlier), tmp_path / "earlier")
