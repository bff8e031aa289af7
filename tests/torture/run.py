"""`make torture`: kills of intake and of governing, races, a soak, damaged files, taint, tampering; then a table.

Each trial follows from the seed and its number. What is done is noted in `var/torture/<seed>.jsonl`, so that a run
that was stopped goes on where it was; a trial that failed leaves its home beside it.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

import backup_kill
import governance_kill
from torture_kill import HERE, TIMEOUT, Stage, Trial, race, set_stage, start, torture
from torture_scenes import COMMAND, PLAIN, SCENES, Scene

from lake.layout import Home

ROOT = HERE.parents[1]
MEMORY_MAY_GROW_MIB = 32


class Record:
    """The trials that are done, kept in a file."""

    def __init__(self, path: Path) -> None:
        """Read what was done before."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self.trials = [Trial(**json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []

    def add(self, trial: Trial) -> None:
        """Note a trial."""
        self.trials.append(trial)
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(trial), ensure_ascii=False) + "\n")
        lines = [f"  {trial.scene} #{trial.index}: killed at {trial.kills} s", trial.note]
        lines += [f"FAILED: {each}" for each in trial.failures]
        print("\n    ".join(line for line in lines if line), flush=True)

    def of(self, scene: str) -> list[Trial]:
        """Return the trials of a scene."""
        return [trial for trial in self.trials if trial.scene == scene]

    def kills(self, scene: str) -> int:
        """Count the kills of a scene."""
        return sum(len(trial.kills) for trial in self.of(scene))


def main() -> int:
    """Torture what the command line says; 1 if anything is wrong."""
    options = _options()
    folder = ROOT / "var" / "torture" / str(options.seed)
    record = Record(folder.with_suffix(".jsonl"))
    began = time.monotonic()
    each = -(-options.kills // len(SCENES))
    for scene, kills, races in [
        *((scene, each, options.races) for scene in SCENES),
        (COMMAND, options.command_kills, 2),
    ]:
        _torture_scene(
            scene, folder / scene.name.replace(" ", "_").replace(",", ""), record, options.seed, kills, races
        )
    _torture_acts(governance_kill, folder / "governance", record, options.seed, options.governance_kills)
    _torture_acts(backup_kill, folder / "backup", record, options.seed, options.backup_kills)
    _once("eight processes append at once", record, lambda: _tests("tests/contract/test_ledger_writers.py"))
    _once("soak: 50 ingests of nothing new", record, lambda: _soak(folder / "soak"))
    _once("damaged files (Hypothesis)", record, lambda: _tests("tests/properties/test_damaged_files.py"))
    _once("taint of every column", record, lambda: _tests("tests/integration/test_flow_taint.py"))
    _once("tampered bundles", record, lambda: _tests("tests/integration/test_tamper.py"))
    return _tell(record, options.seed, time.monotonic() - began)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1405)
    parser.add_argument("--kills", type=int, default=200, help="kills of bare processes, over all scenes")
    parser.add_argument("--command-kills", type=int, default=10, help="kills of the whole command")
    parser.add_argument("--governance-kills", type=int, default=240, help="kills while it is governed")
    parser.add_argument("--backup-kills", type=int, default=200, help="kills of backups and restores")
    parser.add_argument("--races", type=int, default=5, help="times that two are started at once, a scene")
    return parser.parse_args()


def _torture_scene(scene: Scene, folder: Path, record: Record, seed: int, kills: int, races: int) -> None:
    raced = f"two at once: {scene.name}"
    if record.kills(scene.name) >= kills and len(record.of(raced)) >= races:
        return
    shutil.rmtree(folder, ignore_errors=True)
    stage = set_stage(scene, folder)
    print(f"{scene.name}: undisturbed {stage.seconds:.2f} s", flush=True)
    for trial in _kills(stage, folder, record, seed, kills):
        record.add(trial)
    for index in range(len(record.of(raced)), races):
        record.add(race(stage, folder / f"race{index}", index=index))
    if not any(trial.failures for trial in (*record.of(scene.name), *record.of(raced))):
        shutil.rmtree(folder)


def _kills(stage: Stage, folder: Path, record: Record, seed: int, kills: int) -> Iterator[Trial]:
    while record.kills(stage.scene.name) < kills:
        index = len(record.of(stage.scene.name))
        yield torture(stage, folder / f"trial{index}", seed=seed, index=index)


def _torture_acts(acts: ModuleType, folder: Path, record: Record, seed: int, kills: int) -> None:
    scene = acts.SCENE
    if record.kills(scene) >= kills:
        return
    shutil.rmtree(folder, ignore_errors=True)
    before, seconds = acts.set_stage(folder)
    print(f"{scene}: undisturbed {seconds} s", flush=True)
    while record.kills(scene) < kills:
        index = len(record.of(scene))
        record.add(acts.torture(before, folder / f"trial{index}", seconds, seed=seed, index=index))
    if not any(trial.failures for trial in record.of(scene)):
        shutil.rmtree(folder)


def _once(name: str, record: Record, work: Callable[[], list[str]]) -> None:
    if not record.of(name):
        record.add(Trial(name, 0, failures=work()))


def _soak(folder: Path) -> list[str]:
    shutil.rmtree(folder, ignore_errors=True)
    scene = Scene("soak", ("soak",), PLAIN.prepare)
    home = Home(folder / "home", folder / "landing")
    scene.prepare(home, scene.sources)
    process = start(scene, home)
    output, errors = process.communicate(timeout=10 * TIMEOUT)
    if process.returncode:
        return [f"ended with {process.returncode}: {errors.strip()[-300:]}"]
    shutil.rmtree(folder)
    grown = json.loads(output.splitlines()[-1])
    print(f"  {grown}", flush=True)
    wrong = ["an ingest of nothing new made commits"] if grown["new_commits"] else []
    if grown["end_mib"] > grown["warm_mib"] + MEMORY_MAY_GROW_MIB:
        wrong.append(f"memory grew from {grown['warm_mib']} to {grown['end_mib']} MiB")
    return wrong


def _tests(file: str) -> list[str]:
    command = [sys.executable, "-m", "pytest", "-n0", "-q", file]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "AMAR_TORTURE": "1"}, capture_output=True, text=True, check=False
    )
    print(f"  {done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr[-300:]}", flush=True)
    return [] if done.returncode == 0 else [f"pytest ended with {done.returncode}: {done.stdout[-1500:]}"]


def _tell(record: Record, seed: int, seconds: float) -> int:
    scenes = sorted({trial.scene for trial in record.trials})
    width = max(map(len, scenes))
    print(f"\nseed {seed}, {seconds / 60:.1f} minutes\n{'scene'.ljust(width)}  trials  kills  failed")
    for scene in scenes:
        trials = record.of(scene)
        failed = sum(bool(trial.failures) for trial in trials)
        print(f"{scene.ljust(width)}  {len(trials):>6}  {record.kills(scene):>5}  {failed:>6}")
    failed = sum(bool(trial.failures) for trial in record.trials)
    kills = sum(len(trial.kills) for trial in record.trials)
    print(f"{'all'.ljust(width)}  {len(record.trials):>6}  {kills:>5}  {failed:>6}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
