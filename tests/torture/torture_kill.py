"""Kill at a random instant, run again, compare with the undisturbed run: what `run.py` and the sample test call."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from intake_world import content
from torture_scenes import Scene
from torture_worker import BUSY

from lake import bronze, tables
from lake.balance import file_balances
from lake.contracts.model import load_source
from lake.layout import Home
from lake.maintenance.leavings import LAYERS
from lake.maintenance.model import Policy
from lake.maintenance.upkeep import apply

HERE = Path(__file__).parent
TIMEOUT = 300
REMOVE_ONLY = Policy(keep_hours=0, grace_hours=0, small_files=10**9, checkpoint_every=10**9)
_AMAR = "from orchestration.cli.main import app; app()"


@dataclass(frozen=True)
class Stage:
    """A scene that is set: where it starts from, where it leads undisturbed and how long that takes.

    Attributes:
        scene: The scene.
        before: The home that every trial starts from.
        after: Content hash of every table at the end of the undisturbed run.
        seconds: How long that run took, from its first act to its end.
    """

    scene: Scene
    before: Home
    after: Mapping[str, str]
    seconds: float


@dataclass
class Trial:
    """What became of one home.

    Attributes:
        scene: Name of the scene.
        index: Number of the trial; with the seed it decides every instant.
        kills: Seconds after the first act at which a process was killed.
        failures: What is not as it should be, in words.
        note: What is worth knowing beside that.
    """

    scene: str
    index: int
    kills: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    note: str = ""


def set_stage(scene: Scene, folder: Path) -> Stage:
    """Prepare a scene in an empty folder and run it undisturbed.

    Raises:
        RuntimeError: even the undisturbed run does not end as it should.
    """
    before = Home(folder / "before", folder / "landing")
    scene.prepare(before, scene.sources)
    home = _copy(before, folder / "undisturbed")
    process = start(scene, home)
    wait_until_at_work(scene, process)
    began = time.monotonic()
    _, errors = _finish(process)
    seconds = time.monotonic() - began
    if process.returncode:
        raise RuntimeError(f"{scene.name}: the undisturbed run ended with {process.returncode}: {errors[-600:]}")
    after = content(home)
    problems = check(home, scene, after)
    if problems:
        raise RuntimeError(f"{scene.name}: undisturbed, yet {'; '.join(problems)}")
    return Stage(scene, before, after, seconds)


def torture(stage: Stage, folder: Path, *, seed: int, index: int) -> Trial:
    """Kill one to three processes one after the other, each at a random instant; then run to the end and compare.

    Args:
        stage: Where to start from.
        folder: Where the home of this trial lies; it stays if something is wrong.
        seed: Seed of all instants.
        index: Number of the trial.
    """
    chance = random.Random(f"{seed}/{stage.scene.name}/{index}")
    trial = Trial(stage.scene.name, index)
    home = _copy(stage.before, folder)
    for _ in range(chance.choice((1, 1, 2, 3))):
        delay = chance.uniform(0, stage.seconds)
        if not _killed(stage.scene, home, delay):
            break
        trial.kills.append(round(delay, 4))
        trial.failures += _unreadable(home)
    last = start(stage.scene, home)
    _, errors = _finish(last)
    if last.returncode:
        trial.failures.append(f"the run after the kill ended with {last.returncode}: {errors.strip()[-300:]}")
    else:
        trial.failures += check(home, stage.scene, stage.after)
    if not trial.failures:
        shutil.rmtree(folder)
    return trial


def race(stage: Stage, folder: Path, *, index: int) -> Trial:
    """Start two at once; the one that is turned away says by whom, runs again, and the end is the same."""
    trial = Trial(f"two at once: {stage.scene.name}", index)
    home = _copy(stage.before, folder)
    ended = [(process, _finish(process)) for process in [start(stage.scene, home) for _ in range(2)]]
    codes = sorted(process.returncode for process, _ in ended)
    if codes not in ([0, 0], [0, BUSY]):
        trial.failures.append(f"exit codes {codes}: {' | '.join(errors.strip()[-300:] for _, (_, errors) in ended)}")
    for process, (_, errors) in ended:
        other = next(each.pid for each, _ in ended if each is not process)
        if process.returncode == BUSY:
            trial.note = f"the loser said: {errors.strip().splitlines()[-1].replace(str(home.root), 'HOME')}"
        if process.returncode == BUSY and f"is being written by process {other} (" not in errors:
            trial.failures.append(f"the loser does not name the holder: {errors.strip()[-300:]}")
    again = start(stage.scene, home)
    _, errors = _finish(again)
    if again.returncode:
        trial.failures.append(f"the run after ended with {again.returncode}: {errors.strip()[-300:]}")
    trial.failures += check(home, stage.scene, stage.after)
    if not trial.failures:
        shutil.rmtree(folder)
    return trial


def start(scene: Scene, home: Home) -> subprocess.Popen[str]:
    """Start what the scene does as a process group of its own."""
    sources = ",".join(scene.sources)
    worker = [sys.executable, str(HERE / "torture_worker.py"), str(home.root), str(home.landing), sources, *scene.acts]
    command = worker if scene.acts else [sys.executable, "-c", _AMAR, "ingest", *scene.sources]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=environment(home),
    )


def environment(home: Home) -> dict[str, str]:
    """Return the environment of a process that works on a home, with no other setting of Amar's."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AMAR_")},
        "AMAR_HOME": str(home.root),
        "AMAR_LANDING": str(home.landing),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent / "integration"), str(HERE.parents[1])]),
    }


def wait_until_at_work(scene: Scene, process: subprocess.Popen[str]) -> None:
    """Return once a worker begins its first act; a whole command is at work from the start."""
    if scene.acts and process.stdout:
        process.stdout.readline()


def check(home: Home, scene: Scene, expected: Mapping[str, str]) -> list[str]:
    """Return what is wrong with a home, in words: content, balance, orphans, leavings that upkeep does not remove."""
    apply(home, {}, REMOVE_ONLY)  # after it nothing is left but what the newest versions name
    found = content(home)
    wrong = [f"content of {name}" for name in sorted(found.keys() | expected) if found.get(name) != expected.get(name)]
    for source in scene.sources:
        wrong += [
            f"unbalanced {item.file_name}" for item in file_balances(home, load_source(source)) if not item.balanced
        ]
        wrong += _orphans(home, source)
    return wrong + _strays(home)


def _orphans(home: Home, source: str) -> list[str]:
    """Return the tables of a source that hold rows of files that are not registered, or not their number of rows."""
    registered = {file.file_sha256: file.lines_read for file in bronze.registered(home, source)}
    if not tables.exists(home, "bronze", source):
        return [f"bronze/{source} is missing"] if registered else []
    held = Counter(tables.read(home, "bronze", source, columns=["_file_sha256"])["_file_sha256"].to_pylist())
    wrong = [f"bronze/{source} and the register differ"] if held != registered else []
    entities = [entity.name for entity in load_source(source).entities]
    for name in (*entities, f"{source}_row_state"):
        if tables.exists(home, "silver", name):
            files = tables.read(home, "silver", name, columns=["_file_sha256"])["_file_sha256"].to_pylist()
            wrong += [f"silver/{name} holds rows of unknown files"] if set(files) - set(registered) else []
    return wrong


def _strays(home: Home) -> list[str]:
    """Return the Parquet files on disk that no table names."""
    named = {
        Path(file)
        for layer in LAYERS
        for name in tables.versions(home, layer)
        for file in tables.file_uris(home, layer, name)
    }
    on_disk = {
        path for layer in LAYERS for path in (home.lake / layer).rglob("*.parquet") if "_delta_log" not in path.parts
    }
    spilt = {path for path in home.spill.rglob("*") if path.is_file()}
    half = set(home.rejected_files.glob(".*"))
    return [f"stray file {path.relative_to(home.root)}" for path in sorted((on_disk - named) | spilt | half)]


def _unreadable(home: Home) -> list[str]:
    """Return the tables that a reader cannot read right after a kill."""
    wrong = []
    for layer in LAYERS:
        for name in tables.versions(home, layer):
            try:
                tables.read(home, layer, name)
            except Exception as error:  # noqa: BLE001  whatever it is, a reader would see it
                wrong.append(f"after a kill {layer}/{name} cannot be read: {type(error).__name__}")
    return wrong


def _killed(scene: Scene, home: Home, delay: float) -> bool:
    """Run the scene and kill it after a delay; tell whether it was still at work."""
    process = start(scene, home)
    wait_until_at_work(scene, process)
    with suppress(subprocess.TimeoutExpired):
        process.wait(delay)
    is_at_work = process.poll() is None
    if is_at_work:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=TIMEOUT)
    return is_at_work and process.returncode == -signal.SIGKILL


def _finish(process: subprocess.Popen[str]) -> tuple[str, str]:
    return process.communicate(timeout=TIMEOUT)


def _copy(before: Home, folder: Path) -> Home:
    """Copy a home; the landing folder is shared, for nobody writes there."""
    shutil.rmtree(folder, ignore_errors=True)
    if before.root.exists():
        shutil.copytree(before.root, folder)
    return Home(folder, before.landing)
