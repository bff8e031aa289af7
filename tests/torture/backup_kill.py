"""Kill -9 while a home is backed up or restored: the archive or the home is whole, or it is not there.

The process that dies is forked from a server that holds the imports, so that an instant costs no start-up.
"""

import multiprocessing
import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from release_world import make_world
from torture_kill import TIMEOUT, Trial

from governance.errors import GovernanceError

SCENE = "backup and restore"
ARCHIVE, HOME = "home.tar.zst", "restored"

_FORK = multiprocessing.get_context("forkserver")


def set_stage(folder: Path) -> tuple[Path, dict[str, float]]:
    """Make a home with two releases in an empty folder; return it, and how long each act takes undisturbed."""
    world = make_world(folder / "before")
    world.release("INDICATORS")
    world.release("INSURED")
    world.context.engine.dispose()
    _FORK.set_forkserver_preload(["orchestration.backup.backup", "orchestration.backup.restore"])
    took: dict[str, float] = {}
    for number in range(2):  # the first one starts the server
        place = folder / f"undisturbed{number}"
        place.mkdir()
        for act in (back_up, restore):
            is_done, took[act.__name__] = _run(act, folder / "before", place, None)
            if not is_done:
                raise RuntimeError(f"{act.__name__} ended otherwise, undisturbed")
    return folder / "before", took


def torture(before: Path, folder: Path, seconds: dict[str, float], *, seed: int, index: int) -> Trial:
    """Kill a backup at random instants until one gets to its end, then restores of it likewise; look after each kill.

    Args:
        before: The home that is backed up.
        folder: Where archive and home of this trial lie; it stays if something is wrong.
        seconds: How long each act takes undisturbed.
        seed: Seed of all instants.
        index: Number of the trial.
    """
    chance = random.Random(f"{seed}/{SCENE}/{index}")
    trial = Trial(SCENE, index)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for act in (back_up, restore):
        is_done, kills = False, 0
        while not is_done and not trial.failures:
            delay = chance.uniform(0, seconds[act.__name__] * 1.05) if kills < 3 else None
            is_done, _ = _run(act, before, folder, delay)
            if not is_done:
                kills += 1
                trial.kills.append(round(delay or 0.0, 4))
            trial.failures += check(before, folder)
    leavings = sorted(path.name for path in folder.iterdir() if path.name not in (ARCHIVE, HOME))
    trial.failures += [f"left behind: {leavings}"] if leavings and not trial.failures else []
    if not trial.failures:
        shutil.rmtree(folder)
    return trial


def check(before: Path, folder: Path) -> list[str]:
    """Return what is wrong: an archive that does not restore, a home that is there and not the one backed up."""
    from orchestration.backup.restore import restore as put_back

    wrong = []
    if (folder / ARCHIVE).exists():
        try:
            put_back(folder / ARCHIVE, folder / "checked")
            shutil.rmtree(folder / "checked")
        except GovernanceError as error:
            wrong.append(f"the archive stands and is not whole: {error}")
    if (folder / HOME).exists():
        held, meant = (_files(root) for root in (folder / HOME, before))
        wrong += [f"the home stands and lacks {sorted(meant - held)[:3]}"] if meant - held else []
    return wrong


def back_up(before: Path, folder: Path) -> None:
    """Back the home up."""
    from orchestration.backup import backup
    from orchestration.settings import Settings

    os.environ["AMAR_HOME"] = str(before)
    backup.back_up(Settings(), folder / ARCHIVE, now=datetime.now(UTC), watch=lambda *_: None)


def restore(before: Path, folder: Path) -> None:
    """Restore the archive."""
    from orchestration.backup.restore import restore as put_back

    put_back(folder / ARCHIVE, folder / HOME)


def _files(root: Path) -> set[str]:
    """Name the files of releases and tables below a home."""
    return {str(path.relative_to(root)) for path in (root / "lake").rglob("*") if path.suffix in (".parquet", ".csv")}


def _act(act: Callable[[Path, Path], None], before: Path, folder: Path, ready: Connection) -> None:
    ready.send("ready")
    act(before, folder)


def _run(act: Callable[[Path, Path], None], before: Path, folder: Path, delay: float | None) -> tuple[bool, float]:
    """Act, and kill after a delay; tell whether it came to its end, and its seconds at work."""
    ours, theirs = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_act, args=(act, before, folder, theirs))
    process.start()
    theirs.close()
    ours.recv()
    began = time.monotonic()
    process.join(TIMEOUT if delay is None else delay)
    seconds = time.monotonic() - began
    if process.is_alive():
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join(TIMEOUT)
    ours.close()
    if process.exitcode not in (0, -signal.SIGKILL):
        raise RuntimeError(f"{act.__name__} ended with {process.exitcode}")
    return process.exitcode == 0, seconds
