"""Whatever is changed in a bundle is found, and the finding names it: random tampering, none missed.

`AMAR_TORTURE=1` tries twelve thousand times.
"""

import os
import random
import sys
from collections import Counter

import pytest
from bundle_world import WITNESS, Bundles, alone, make_bundles
from tampering import DEEP, PAYLOADS, PLAIN, Memory, relist

TRIALS = 12_000 if os.environ.get("AMAR_TORTURE") == "1" else 1_500


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Bundles:
    made = make_bundles(tmp_path_factory.mktemp("tamper"))
    yield made
    made.world.context.engine.dispose()


@pytest.fixture(scope="module")
def verifier():
    return alone()


@pytest.fixture(scope="module")
def trust(bundles, verifier):
    """What an auditor brings: the log's key, a witness, and two checkpoints of before."""
    kept = tuple((path.name, verifier.parse_note(path.read_bytes())) for path in bundles.kept)
    key = verifier.parse_key(bundles.vkey, verifier.LOG_KEY)
    witness = verifier.parse_key(WITNESS.verifying.vkey, verifier.WITNESS_KEY)
    return verifier.Trust(key, (witness,), kept, needs_witness=True)


def test_what_nobody_touched_is_sound(bundles, verifier, trust):
    for audience in ("public", "auditor"):
        report = verifier.verify_bundle(Memory(bundles.held(audience)), trust)
        assert report.findings == []
        assert report.facts["witnesses"] == ["witness.example/w"]
        assert report.facts["checkpoints"] == 2


def test_no_tampering_is_missed(bundles, verifier, trust):
    originals = {audience: bundles.held(audience) for audience in ("public", "auditor")}
    missed, done = [], Counter()
    for trial in range(TRIALS):
        rng = random.Random(f"tamper/{trial}")
        held = dict(originals[rng.choice(["public", "auditor"])])
        ways = {**PLAIN, **DEEP}
        way = rng.choice([name for name in ways if PAYLOADS in held or "payload" not in name])
        before = dict(held)
        touched = ways[way](rng, held)
        if held == before:
            continue
        if way in DEEP:
            relist(held)
        done[way] += 1
        if not _is_named(verifier, held, trust, touched):
            missed.append((trial, way, touched))
    sys.stdout.write(f"{sum(done.values())} changes tried, {len(missed)} missed: {dict(done)}\n")
    assert missed == []
    assert len(done) == len(PLAIN) + len(DEEP)
    assert sum(done.values()) > 0.98 * TRIALS


def _is_named(verifier, held, trust, touched) -> bool:
    """Tell whether the bundle is refused with a finding that names what was touched."""
    try:
        report = verifier.verify_bundle(Memory(held), trust)
    except verifier.Unreadable:
        return "bundle.json" not in held and touched == {"bundle.json"}
    lines = [finding.line() for finding in report.findings]
    return any(name in line for line in lines for name in touched)
