"""A home backed up while others write, restored elsewhere, verified; and all that a restore must refuse or tell."""

import io
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
import release_world
import retention_world
from retention_world import PID

from governance.context import open_context
from governance.ledger.envelope import Draft
from governance.ledger.verify import verify
from governance.releases.read import list_releases
from governance.retention import erasure
from governance.settings import Settings as GovernanceSettings
from lake import tables
from lake.lock import HomeBusyError, remover_lock
from lake.pseudonym import DEVELOPMENT_KEYRING
from orchestration.backup import archive as archives
from orchestration.backup.archive import ArchiveError
from orchestration.backup.backup import Backup, back_up
from orchestration.backup.restore import RestoreError, restore
from orchestration.backup.since import NotTheSameLedgerError
from orchestration.settings import Settings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[release_world.World]:
    monkeypatch.setenv("AMAR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AMAR_LANDING_QUIET_SECONDS", "0")
    made = release_world.make_world(tmp_path / "home")
    made.release()
    yield made
    made.context.engine.dispose()


def backed_up(target: Path, *, with_keys: bool = False) -> Backup:
    return back_up(Settings(), target, now=NOW, watch=lambda *_: None, with_keys=with_keys)


def test_a_backup_taken_while_others_write_restores_to_a_home_that_verifies(
    world: release_world.World, tmp_path: Path
) -> None:
    command = [sys.executable, str(Path(__file__).with_name("backup_load.py")), str(world.home.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as load:
        try:
            assert load.stdout is not None
            assert load.stdout.readline().startswith("ready")
            done = []
            for turn in range(3):
                done.append(backed_up(tmp_path / f"{turn}.tar.zst"))
                _await_growth(world, load)
        finally:
            load.kill()
    sizes = []
    for turn, taken in enumerate(done):
        restored, _ = restore(tmp_path / f"{turn}.tar.zst", tmp_path / f"restored{turn}")
        assert restored.events >= taken.about["events"]
        assert restored.tables == len(taken.about["tables"]) > 4
        with open_context(GovernanceSettings(home=tmp_path / f"restored{turn}")) as context:
            assert verify(context.engine).is_sound
            assert len(list_releases(context)) == restored.releases
        sizes.append(restored.events)
    assert sizes == sorted(set(sizes)), "the ledger grew from one to the next"


def _await_growth(world: release_world.World, load: subprocess.Popen[str]) -> None:
    before = _head(world)
    while _head(world) == before:
        assert load.poll() is None
        time.sleep(0.02)


def _head(world: release_world.World) -> int:
    with world.context.ledger.reading() as reader:
        return reader.head()


def test_what_is_in_a_backup_and_what_is_not(world: release_world.World, tmp_path: Path) -> None:
    (world.home.landing / "mis").mkdir(parents=True)
    (world.home.landing / "mis" / "mis_GO-01_139912.csv").write_text("x")
    world.home.scratch.mkdir()
    (world.home.scratch / "any.txt").write_text("x")
    orphan = world.home.table_path("gold", "mart_insured") / "part-of-a-killed-run.parquet"
    orphan.write_bytes(b"x")
    plain, keyed = backed_up(tmp_path / "plain.tar.zst"), backed_up(tmp_path / "keyed.tar.zst", with_keys=True)
    assert keyed.files == plain.files + 1
    assert plain.about["checkpoint"].startswith("amar.invalid/ledger\n")
    without, _ = restore(tmp_path / "plain.tar.zst", tmp_path / "without")
    with_key, _ = restore(tmp_path / "keyed.tar.zst", tmp_path / "with")
    assert (without.has_key, with_key.has_key) == (False, True)
    assert (tmp_path / "without" / "landing" / "mis" / "mis_GO-01_139912.csv").read_text() == "x"
    assert not (tmp_path / "without" / "scratch").exists()
    assert not list((tmp_path / "without").rglob(orphan.name))
    assert (tmp_path / "plain.tar.zst").stat().st_mode & 0o077 == 0
    released = tmp_path / "without" / "lake" / "release" / "INDICATORS" / "1.0.0" / "data.csv"
    assert not released.stat().st_mode & 0o222


def test_nothing_is_replaced_and_files_being_removed_are_waited_for(world: release_world.World, tmp_path: Path) -> None:
    target = tmp_path / "a.tar.zst"
    with remover_lock(world.home, "upkeep"), pytest.raises(HomeBusyError, match="being removed"):
        backed_up(target)
    backed_up(target)
    with pytest.raises(ArchiveError, match="is there already"):
        backed_up(target)
    with pytest.raises(RestoreError, match="is not empty"):
        restore(target, world.home.root)
    (tmp_path / "empty").mkdir()
    restore(target, tmp_path / "empty")
    gone = Path(tables.file_uris(world.home, "gold", "mart_insured")[0])
    gone.unlink()
    with pytest.raises(tables.TableError, match="gold/mart_insured: 1 files of version 0 are gone"):
        backed_up(tmp_path / "b.tar.zst")
    assert not (tmp_path / "b.tar.zst").exists()


def test_a_cut_or_changed_archive_is_refused_and_leaves_nothing(world: release_world.World, tmp_path: Path) -> None:
    whole = tmp_path / "a.tar.zst"
    backed_up(whole)
    data = whole.read_bytes()
    cut = tmp_path / "cut.tar.zst"
    for length in (0, 100, len(data) // 2, len(data) - 1):
        cut.write_bytes(data[:length])
        with pytest.raises(ArchiveError, match=r"cut off|no whole backup"):
            restore(cut, tmp_path / "never")
    for change in (_changed_file, _changed_list, _escaping, _without_list):
        cut.write_bytes(_repacked(data, change))
        with pytest.raises(ArchiveError):
            restore(cut, tmp_path / "never")
    assert not list(tmp_path.glob("*never*"))
    assert not list(tmp_path.glob(".*"))


def _repacked(data: bytes, change: Callable[[str, bytes], list[tuple[str, bytes]]]) -> bytes:
    """Unpack an archive, change what is in it, and pack it again."""
    out = pa.BufferOutputStream()
    source = pa.CompressedInputStream(pa.BufferReader(data), "zstd")
    with (
        pa.CompressedOutputStream(out, "zstd") as packed,
        tarfile.open(mode="r|", fileobj=source) as old,
        tarfile.open(mode="w|", fileobj=packed) as new,
    ):
        for member in old:
            for name, content in change(member.name, old.extractfile(member).read()):
                member.name, member.size = name, len(content)
                new.addfile(member, io.BytesIO(content))
    return out.getvalue().to_pybytes()


def _changed_file(name: str, content: bytes) -> list[tuple[str, bytes]]:
    return [(name, content + b" " if name.endswith("data.csv") else content)]


def _changed_list(name: str, content: bytes) -> list[tuple[str, bytes]]:
    return [(name, content.replace(b'"sha256": "', b'"sha256": "0') if name == archives.LIST else content)]


def _escaping(name: str, content: bytes) -> list[tuple[str, bytes]]:
    return [("../escaped" if name.endswith("data.csv") else name, content)]


def _without_list(name: str, content: bytes) -> list[tuple[str, bytes]]:
    return [] if name == archives.LIST else [(name, content)]


def test_a_ledger_that_does_not_verify_is_not_restored(world: release_world.World, tmp_path: Path) -> None:
    with world.context.engine.begin() as connection:
        connection.exec_driver_sql("drop trigger ledger_event_update")
        connection.exec_driver_sql("update ledger_event set office = 'HQ-EVIL' where sequence = 1")
    backed_up(tmp_path / "a.tar.zst")
    with pytest.raises(RestoreError, match="event 1: leaf_hash"):
        restore(tmp_path / "a.tar.zst", tmp_path / "never")
    assert not (tmp_path / "never").exists()


def test_a_later_ledger_tells_what_was_erased_since_and_a_stranger_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = retention_world.make_world(tmp_path)
    monkeypatch.setenv("AMAR_HOME", str(world.home.root))
    backed_up(tmp_path / "a.tar.zst")
    asked = erasure.erasure([PID.hex()], "WG-7", DEVELOPMENT_KEYRING)
    reason = erasure.Reason.COURT_ORDER
    parts = (world.context, world.home, asked)
    erasure.request(*parts, reason, DEVELOPMENT_KEYRING, actor="DEMO-STATISTICIAN", now=world.tick())
    erasure.confirm(*parts, DEVELOPMENT_KEYRING, actor="DEMO-APPROVER", now=world.tick())
    assert not retention_world.holds(world.home, PID)
    later = str(world.home.root / "governance.db")
    restored, since = restore(tmp_path / "a.tar.zst", tmp_path / "again", later=later)
    assert since is not None
    assert since.kinds == {"erasure.confirmed": 1, "erasure.requested": 1, "rows.erased": 1}
    (confirmed, words) = since.to_repeat
    assert confirmed.startswith(f"{asked.subject} was confirmed")
    assert words.startswith(f"{asked.subject}: {2 * retention_world.GONE_A_MONTH} lines were erased")
    back = retention_world.World(retention_world.Home(tmp_path / "again"), world.context)
    assert retention_world.holds(back.home, PID)
    with open_context(GovernanceSettings(home=tmp_path / "again")) as context:
        shutil.copy(world.home.root / "ledger.key", tmp_path / "again" / "ledger.key")
        parts = (context, back.home, asked)
        erasure.request(*parts, reason, DEVELOPMENT_KEYRING, actor="DEMO-STATISTICIAN", now=world.tick())
        erasure.confirm(*parts, DEVELOPMENT_KEYRING, actor="DEMO-APPROVER", now=world.tick())
        assert verify(context.engine).is_sound
        assert not retention_world.holds(back.home, PID)
        with context.ledger.writing() as ledger:
            ledger.append(Draft("HQ", "test.other", "x", "HOUSE-5", {}), now=world.tick())
    stranger = str(tmp_path / "again" / "governance.db")
    backed_up(tmp_path / "b.tar.zst")
    with pytest.raises(NotTheSameLedgerError, match=f"event {restored.events + 1} differs"):
        restore(tmp_path / "b.tar.zst", tmp_path / "never", later=stranger)
    assert not (tmp_path / "never").exists()
    world.context.engine.dispose()
