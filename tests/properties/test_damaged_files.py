"""Damaged files never crash, hang or fill the memory: each is ingested, partly quarantined, or refused with a rule.

`AMAR_TORTURE=1` runs every file of the corpus and many more random damages.
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from damaged_corpus import INGESTED, PARTLY, REFUSED, SOUND, large, small
from damaged_world import drop, outcomes, read_through, take_in_all, time_limit, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lake.layout import Home
from orchestration.sources.landing import list_files

TORTURE = os.environ.get("AMAR_TORTURE") == "1"
SECONDS = 30
MIB = 512
"""Memory that taking in any damaged file may take, interpreter and libraries included."""

edits = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "insert", "zero", "repeat", "drop"]),
        st.floats(0, 1, exclude_max=True),
        st.binary(min_size=1, max_size=24),
    ),
    min_size=1,
    max_size=4,
)


def damage(data: bytes, changes: list[tuple[str, float, bytes]]) -> bytes:
    """Return the bytes with some damage done to them."""
    for kind, share, some in changes:
        place = int(share * len(data))
        before, after = data[:place], data[place:]
        if kind == "flip":
            data = before + bytes(one ^ other for one, other in zip(after, some, strict=False)) + after[len(some) :]
        elif kind == "cut":
            data = before
        elif kind == "insert":
            data = before + some + after
        elif kind == "zero":
            data = before + bytes(len(some)) + after[len(some) :]
        elif kind == "repeat":
            data = before + after[: 10 * len(some)] + after
        else:
            data = before + after[len(some) :]
    return data


@pytest.fixture(scope="module")
def sound() -> dict[str, bytes]:
    return {kind: make() for kind, (_, _, make) in SOUND.items()}


@pytest.mark.parametrize("kind", SOUND)
@settings(
    max_examples=2_000 if TORTURE else 25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(changes=edits)
def test_a_damaged_file_is_read_or_refused(
    tmp_path: Path, sound: dict[str, bytes], kind: str, changes: list[tuple[str, float, bytes]]
) -> None:
    source, name, _ = SOUND[kind]
    path = drop(Home(tmp_path), source, name.format(""))
    path.write_bytes(damage(sound[kind], changes))
    with time_limit(SECONDS):
        (file,) = list_files(Home(tmp_path).landing, source)
        assert read_through(file).total() > 0


@pytest.mark.parametrize("seed", range(40 if TORTURE else 1))
def test_damaged_files_are_taken_in_for_real(home: Home, sound: dict[str, bytes], seed: int) -> None:
    rng = random.Random(seed)
    kinds = ["flip", "cut", "insert", "zero", "repeat", "drop"]
    for number in range(24):
        for kind, (source, name, _) in SOUND.items():
            changes = [(rng.choice(kinds), rng.random(), rng.randbytes(8)) for _ in range(rng.randint(1, 3))]
            drop(home, source, name.format(f"_{number}{kind}")).write_bytes(damage(sound[kind], changes))
    with time_limit(SECONDS * 4):
        take_in_all(home, ["mis", "contribution_list"])
        ends = [outcome for source in ("mis", "contribution_list") for outcome in outcomes(home, source)]
    assert len(ends) >= 24 * len(SOUND)


def test_each_file_of_the_corpus_ends_as_it_must(home: Home) -> None:
    corpus = list(small())
    for damaged in corpus:
        write(home, damaged)
    with time_limit(SECONDS * 4):
        take_in_all(home, ["mis", "contribution_list"])
        found = [outcome for source in ("mis", "contribution_list") for outcome in outcomes(home, source)]
    ends = {outcome.name.split("!")[0]: outcome.end for outcome in found}
    wrong = {item.name: ends.get(item.path) for item in corpus if ends.get(item.path) not in item.ends}
    assert wrong == {}
    assert {end.split(":")[0] for end in ends.values()} == {INGESTED, PARTLY, REFUSED}


@pytest.mark.parametrize(
    "names",
    [(item.name,) for item in (*small(), *large())] if TORTURE else [("ten sparse gigabytes", "flat bomb")],
    ids=" and ".join,
)
def test_no_file_takes_much_memory(tmp_path: Path, names: tuple[str, ...]) -> None:
    worker = [sys.executable, str(Path(__file__).with_name("damaged_world.py")), str(tmp_path / "home"), *names]
    done = subprocess.run(worker, capture_output=True, text=True, timeout=SECONDS * 4, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    allowed = {end for item in (*small(), *large()) if item.name in names for end in item.ends}
    assert set(report["ends"].values()) <= allowed
    assert report["mib"] <= MIB
