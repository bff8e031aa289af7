"""The governance database copied for a backup: into SQLite from either, and from PostgreSQL into PostgreSQL."""

import pytest
from ledger_world import KEY, NOW, draft, fill
from release_world import make_world

from governance.database import copying
from governance.database.engine import check_ready, open_database
from governance.ledger.ledger import Ledger
from governance.ledger.verify import verify
from orchestration.backup.backup import back_up
from orchestration.backup.restore import restore
from orchestration.settings import Settings


@pytest.fixture
def copied(engine, ledger, tmp_path):
    """A folder with a copy of a ledger in which one payload was erased, and what that ledger verifies to."""
    fill(ledger, 7)
    with ledger.writing() as writer:
        writer.erase(3, office="HQ", clause="OPEN-1", reason="court order", now=NOW)
    folder = tmp_path / "copied"
    folder.mkdir()
    copying.dump(engine, folder)
    return folder, verify(engine)


def _goes_on(engine, before):
    """Hold a restored ledger against the one that was copied, then write on in it."""
    check_ready(engine)
    assert verify(engine) == before
    ledger = Ledger(engine, key=lambda: KEY)
    with ledger.reading() as reader:
        assert reader.payload(2)["number"] == 1
    with ledger.writing() as writer:
        assert writer.append(draft(), now=NOW).sequence == before.tree_size + 1
    assert verify(engine).is_sound


def test_a_copy_is_the_ledger_that_was_there(copied, database_url, second_database_url, tmp_path):
    folder, before = copied
    assert (before.is_sound, before.tree_size, before.erased) == (True, 8, 1)
    if database_url.startswith("sqlite"):
        assert [path.name for path in folder.iterdir()] == [copying.FILE]
        engine = open_database(f"sqlite:///{folder / copying.FILE}")
        _goes_on(engine, before)
        engine.dispose()
        return
    for url in (f"sqlite:///{tmp_path / 'restored.db'}", second_database_url):
        engine = open_database(url)
        assert not copying.holds(engine, folder)
        copying.load(engine, folder)
        assert copying.holds(engine, folder)
        with pytest.raises(copying.CopyError, match="has tables"):
            copying.load(engine, folder)
        _goes_on(engine, before)
        assert not copying.holds(engine, folder)
        engine.dispose()


def test_a_file_of_a_later_amar_is_refused(engine, tmp_path):
    if engine.dialect.name != "sqlite":
        pytest.skip("only SQLite is copied as a file")
    copying.bring_up(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    with pytest.raises(copying.CopyError, match="schema 9999"):
        copying.bring_up(engine)


def test_a_copy_of_a_later_amar_is_refused(tmp_path):
    (tmp_path / "alembic_version.jsonl").write_text('{"version_num": "9999"}\n')
    engine = open_database(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(copying.CopyError, match="schema 9999"):
        copying.load(engine, tmp_path)
    engine.dispose()


def test_a_home_is_backed_up_and_restored_wherever_its_ledger_is(
    database_url, second_database_url, tmp_path, monkeypatch
):
    if database_url.startswith("sqlite"):
        pytest.skip("tests/integration/test_backup.py does it")
    monkeypatch.setenv("AMAR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AMAR_DATABASE_URL", database_url)
    world = make_world(tmp_path / "home", database_url=database_url)
    world.release()
    before = verify(world.context.engine)
    back_up(Settings(), tmp_path / "a.tar.zst", now=NOW, watch=lambda *_: None)
    world.context.engine.dispose()
    with pytest.raises(copying.CopyError, match="has tables"):
        fill(world.context.ledger, 1)
        restore(tmp_path / "a.tar.zst", tmp_path / "into_the_same")
    monkeypatch.setenv("AMAR_DATABASE_URL", second_database_url)
    for name in ("first", "after_a_kill_between_ledger_and_home"):
        restored, since = restore(tmp_path / "a.tar.zst", tmp_path / name, later=database_url)
        assert (restored.events, restored.root_hash) == (before.tree_size, before.root_hash)
        assert (since.events, since.to_repeat) == (1, ())
    monkeypatch.delenv("AMAR_DATABASE_URL")
    restore(tmp_path / "a.tar.zst", tmp_path / "sqlite")
    engine = open_database(f"sqlite:///{tmp_path / 'sqlite' / 'governance.db'}")
    assert verify(engine) == before
    engine.dispose()
    world.context.engine.dispose()
