"""Kill -9 while it is governed: approve, publish, grant, append, erase; event and effect are both there or both not.

The process that dies is forked from a server that holds the imports, so that an instant costs no start-up. What
`torture_kill` does for the lake, this does for the ledger and the release folder.
"""

import json
import multiprocessing
import os
import random
import shutil
import signal
import time
from pathlib import Path

import governance_acts
from release_world import make_world
from torture_kill import TIMEOUT, Trial

from governance.context import Context, open_context
from governance.errors import GovernanceError
from governance.grants import standing
from governance.ledger.ledger import ERASED, NoPayloadError
from governance.ledger.verify import verify
from governance.releases.read import list_releases
from governance.releases.states import SEALED, Action, State
from governance.settings import Settings

SCENE = "approve, publish, grant, append"
LONGEST = 0.4
"""The part of the undisturbed time by which a process is dead, so that a home is killed in several times."""

MOST_KILLS = 12
"""So often one home is killed; the next process is left alone, for on a busy machine none might come to the end."""

_FORK = multiprocessing.get_context("forkserver")


def set_stage(folder: Path) -> tuple[Path, float]:
    """Make a home with two proposals in an empty folder; return it, and how long governing it takes undisturbed."""
    before = folder / "before"
    world = make_world(before)
    world.propose("INDICATORS")
    world.propose("INSURED")
    world.context.engine.dispose()
    _FORK.set_forkserver_preload(["governance.releases.propose", "governance.grants", "lake.tables"])
    took = []
    for number in range(2):  # the first one starts the server
        home = _copy(before, folder / f"undisturbed{number}")
        _, _, seconds = _run(home, None)
        took.append(seconds)
        if wrong := check(home, is_done=True):
            raise RuntimeError(f"undisturbed, yet {'; '.join(wrong)}")
    return before, round(took[-1], 2)


def torture(before: Path, folder: Path, seconds: float, *, seed: int, index: int) -> Trial:
    """Kill processes that govern one home, each at a random instant, until one gets to the end; look after each.

    Args:
        before: Home to start from.
        folder: Where the home of this trial lies; it stays if something is wrong.
        seconds: How long the work takes undisturbed.
        seed: Seed of all instants.
        index: Number of the trial.
    """
    chance = random.Random(f"{seed}/{SCENE}/{index}")
    trial, home, is_done = Trial(SCENE, index), _copy(before, folder), False
    told: list[str] = []
    while not is_done and not trial.failures:
        delay = chance.uniform(0, seconds * LONGEST) if len(trial.kills) < MOST_KILLS else None
        is_done, said, _ = _run(home, delay)
        told += said
        if delay is not None and not is_done:
            trial.kills.append(round(delay, 4))
        trial.failures += check(home, is_done=is_done)
        trial.failures += [f"told of {name} twice" for name in set(told) if told.count(name) > 1]
    if not trial.failures:
        shutil.rmtree(folder)
    return trial


def check(home: Path, *, is_done: bool) -> list[str]:
    """Return what is wrong with a home, in words: the audit, and for every event its effect and the reverse."""
    with open_context(Settings(home=home)) as context:
        audit = verify(context.engine)
        wrong = [f"event {finding.sequence}: {finding.kind}" for finding in audit.findings]
        if audit.signed_size != audit.tree_size:
            wrong.append(f"signed are {audit.signed_size} of {audit.tree_size} events")
        wrong += _releases(context)
        wrong += _acts(context)
        if is_done:
            wrong += [f"left is {name}" for name, _ in governance_acts.left(context)]
            wrong += [f"{each.id} is {each.state}" for each in list_releases(context) if not each.is_visible]
        return wrong


def _releases(context: Context) -> list[str]:
    """Return releases whose files are not those that the ledger speaks of, or lie where they may not."""
    wrong = []
    with context.ledger.reading() as ledger:
        sealed = {event.subject.partition("/")[0] for event in ledger.events(kind=SEALED)}
        for release in list_releases(context):
            if (release.state is State.PUBLISHED) != (release.id in sealed):
                wrong.append(f"{release.id}: publication and seal are not together")
            try:
                manifest = context.store.manifest(release.dataset, str(release.version))
                context.store.check_files(manifest)
            except GovernanceError as error:
                wrong.append(str(error))
                continue
            if ledger.payload(release.events[0].sequence)["draft_hash"] != manifest.draft_hash:
                wrong.append(f"{release.id}: the files are not those that were proposed")
            published = release.event(Action.PUBLISH)
            if published and ledger.payload(published.sequence)["manifest_hash"] != manifest.manifest_hash:
                wrong.append(f"{release.id}: the files are not those that were published")
    return wrong


def _acts(context: Context) -> list[str]:
    """Return notes, grants and erasures that are there by halves."""
    with context.ledger.reading() as ledger:
        entered = [event.subject for event in ledger.events(kind="access.granted")]
        wrong = [] if entered == [grant.id for grant in standing(ledger)] else ["grants and their events differ"]
        for event in ledger.events(kind=ERASED):
            sequence = int(event.subject.partition("/")[2])
            try:
                ledger.payload(sequence)
                wrong.append(f"event {sequence} was erased and is there")
            except NoPayloadError:
                continue
        notes = [event.subject for event in ledger.events(kind=governance_acts.NOTED)]
    return wrong if notes == [f"NOTE-{number}" for number in range(len(notes))] else [*wrong, "notes are lost or twice"]


def _run(home: Path, delay: float | None) -> tuple[bool, list[str], float]:
    """Govern, and kill after a delay; tell whether it came to the end, the acts it told, and its seconds at work."""
    ours, theirs = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=governance_acts.govern, args=(home, theirs))
    process.start()
    theirs.close()
    said = [ours.recv()]
    began = time.monotonic()
    process.join(TIMEOUT if delay is None else delay)
    seconds = time.monotonic() - began
    if process.is_alive():
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join(TIMEOUT)
    try:
        while True:
            said.append(ours.recv())
    except EOFError:
        ours.close()
    if process.exitcode not in (0, -signal.SIGKILL):
        raise RuntimeError(f"governing ended with {process.exitcode} after {json.dumps(said)}")
    return process.exitcode == 0, said[1:], seconds


def _copy(before: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return Path(shutil.copytree(before, folder))
