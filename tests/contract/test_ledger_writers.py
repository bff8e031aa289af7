"""Eight processes append at once: no gap, no fork, no loss; `AMAR_TORTURE=1` lets them write for longer."""

import multiprocessing
import os
import time
from itertools import pairwise

import ledger_writers
from ledger_world import KEY

from governance.ledger.checkpoint import verify_note
from governance.ledger.merkle import root_hash, verify_consistency
from governance.ledger.verify import verify

WRITERS = 8
EACH = 300 if os.environ.get("AMAR_TORTURE") else 9
SECONDS = 600


def test_eight_processes_append_at_once(ledger, engine, database_url):
    answers = race(database_url)
    checked = verify(engine)
    written = [event for events, _ in answers for event in events]
    assert (checked.findings, checked.tree_size) == ((), len(written))
    assert len(written) == WRITERS * sum(1 + (number % 3 == 0) for number in range(EACH))
    with ledger.reading() as reader:
        assert reader.events() == sorted(written, key=lambda event: event.sequence)
        assert_one_history(reader, {note for _, notes in answers for note in notes})


def race(url):
    """Let eight processes write, each from the instant that all are ready; return what each was told."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(ledger_writers.MODULES)
    together, said = processes.Barrier(WRITERS), processes.Queue()
    started = [
        processes.Process(target=ledger_writers.write, args=(url, KEY.text(), f"W{number}", EACH, together, said))
        for number in range(WRITERS)
    ]
    for process in started:
        process.start()
    ends = time.monotonic() + SECONDS
    answers = [said.get(timeout=max(1, ends - time.monotonic())) for _ in started]
    for process in started:
        process.join(SECONDS)
    assert [process.exitcode for process in started] == [0] * WRITERS
    return answers


def assert_one_history(reader, notes):
    """Each checkpoint that anyone saw begins with the one before it, and none says two things of one size."""
    leaves = [event.leaf_hash() for event in reader.events()]
    seen = sorted((verify_note(note, KEY.verifying) for note in notes), key=lambda each: each.tree_size)
    assert len({each.tree_size for each in seen}) == len(seen)
    for earlier, later in pairwise(seen):
        assert later.root_hash == root_hash(leaves[: later.tree_size])
        proof = reader.consistency(earlier.tree_size, later.tree_size)
        assert verify_consistency(earlier.tree_size, later.tree_size, proof.hashes, earlier.root_hash, later.root_hash)
