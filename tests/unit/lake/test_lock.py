"""One writer at a time, and the one turned away learns who is at work."""

import os
import subprocess
import sys

import pytest

from lake.layout import Home
from lake.lock import HomeBusyError, files_kept, remover_lock, writer_lock


def test_the_second_writer_is_turned_away_by_name(home: Home) -> None:
    busy = pytest.raises(HomeBusyError, match=f"process {os.getpid()} .first work.")
    with writer_lock(home, "first work"), busy, writer_lock(home, "second work"):
        pytest.fail("two writers at once")


def test_the_lock_is_free_again_after_the_work(home: Home) -> None:
    for purpose in ("first", "second"):
        with writer_lock(home, purpose):
            assert purpose in home.lock_file.read_text()


def test_a_killed_writer_leaves_no_lock(home: Home) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from lake.layout import Home; from lake.lock import writer_lock\n"
        "with writer_lock(Home(Path(sys.argv[1])), 'doomed'): os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(home.root)], check=False)
    assert done.returncode == -9
    with writer_lock(home, "heir"):
        assert "heir" in home.lock_file.read_text()


def test_nothing_is_removed_while_somebody_needs_the_files_and_writers_go_on(home: Home) -> None:
    must_stay = pytest.raises(HomeBusyError, match=rf"must stay while process {os.getpid()} .backup. needs them")
    with files_kept(home, "reproduce"), files_kept(home, "backup"), writer_lock(home, "ingest"):
        pass
    with files_kept(home, "backup"), must_stay, remover_lock(home, "upkeep"):
        pytest.fail("files were removed")
    removed = pytest.raises(HomeBusyError, match=r"are being removed by process .* .upkeep.")
    with remover_lock(home, "upkeep"), removed, files_kept(home, "backup"):
        pytest.fail("files were needed")
    busy = pytest.raises(HomeBusyError, match="is being written by")
    with remover_lock(home, "upkeep"), busy, writer_lock(home, "ingest"):
        pytest.fail("two writers at once")
