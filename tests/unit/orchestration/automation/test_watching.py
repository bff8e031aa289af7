"""When a landing file counts as complete: a truth table over looks, and what is remembered between them."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from orchestration.watching import NANO, Look, Memory, Tick, Waiting, fits_checksum, look_at, remember, step

QUIET = 30.0
NOW = 1_700_000_000.0


def look(modified: float, *, size: int = 10, changed: float | None = None, **more: float) -> Look:
    times = {name: int(value * NANO) for name, value in more.items()}
    return Look(size, int(modified * NANO), int((modified if changed is None else changed) * NANO), **times)


def ticked(
    memory: Memory,
    looks: Mapping[str, Look],
    now: float = NOW,
    *,
    intact: bool = True,
    known: bool = False,
) -> Tick:
    return step(memory, looks, now=now, quiet_seconds=QUIET, is_intact=lambda _: intact, is_known=lambda _: known)


def waiting(file: Look, since: float, *, broken: bool = False) -> Memory:
    return Memory(waiting={"a": Waiting(file.state, since, is_broken=broken)})


OLD = look(NOW - 100)
FRESH = look(NOW - 10)
FUTURE = look(NOW + 9_000, changed=NOW - 100)


@pytest.mark.parametrize(
    ("file", "memory", "complete"),
    [
        pytest.param(OLD, Memory(), False, id="first look, though old"),
        pytest.param(OLD, waiting(OLD, NOW - 30), True, id="unchanged over the quiet period"),
        pytest.param(OLD, waiting(OLD, NOW - 29), False, id="unchanged, but not for long enough"),
        pytest.param(FRESH, waiting(FRESH, NOW - 60), False, id="written a moment ago"),
        pytest.param(look(NOW - 100, size=11), waiting(OLD, NOW - 60), False, id="grown since"),
        pytest.param(look(NOW - 99, changed=NOW - 100), waiting(OLD, NOW - 60), False, id="touched since"),
        pytest.param(look(NOW - 100, changed=NOW - 9), waiting(OLD, NOW - 60), False, id="replaced, time kept"),
        pytest.param(FUTURE, waiting(FUTURE, NOW - 60), True, id="a sender's clock that is ahead"),
        pytest.param(look(NOW - 10, done_ns=NOW - 5), Memory(), True, id="said to be done"),
        pytest.param(look(NOW - 10, done_ns=NOW - 20), Memory(), False, id="written on after it was said to be done"),
        pytest.param(look(0, changed=NOW - 1), Memory(), False, id="no sidecar, time zero"),
    ],
)
def test_when_a_file_is_complete(*, file: Look, memory: Memory, complete: bool) -> None:
    assert (ticked(memory, {"a": file}).settled == {"a": file.version}) is complete


@pytest.mark.parametrize("intact", [True, False])
def test_a_checksum_decides_alone(*, intact: bool) -> None:
    file = look(NOW - 100, checksum_ns=NOW - 100)
    tick = ticked(waiting(file, NOW - 1000), {"a": file}, intact=intact)
    assert ("a" in tick.settled) is intact
    assert tick.waiting["a"].is_broken is not intact


def test_a_checksum_that_failed_is_not_computed_again_until_file_or_checksum_change() -> None:
    file = look(NOW - 100, checksum_ns=NOW - 100)
    memory = waiting(file, NOW - 60, broken=True)
    assert not ticked(memory, {"a": file}, intact=True).settled
    mended = look(NOW - 100, checksum_ns=NOW - 1)
    assert ticked(memory, {"a": mended}, intact=True).settled


def dealt_with(memory: Memory, looks: Mapping[str, Look], now: float, taken: set[str]) -> Memory:
    return Memory.from_cursor(remember(memory, looks, ticked(memory, looks, now), taken, now=now).to_cursor())


def test_a_file_is_given_once_and_again_only_as_another_version() -> None:
    looks = {"a": OLD}
    seen = dealt_with(Memory(), looks, NOW, set())
    assert ticked(seen, looks, NOW + QUIET).settled
    done = dealt_with(seen, looks, NOW + QUIET, {"a"})
    for later in (31, 60, 100_000):
        done = dealt_with(done, looks, NOW + later, set())
        assert not ticked(done, looks, NOW + later).waiting
    replaced = {"a": look(NOW - 100, changed=NOW + 100_001)}
    assert "a" in ticked(done, replaced, NOW + 100_002).waiting


def test_what_was_complete_but_not_taken_is_given_again() -> None:
    looks = {"a": OLD, "b": OLD}
    seen = dealt_with(Memory(), looks, NOW, set())
    first = dealt_with(seen, looks, NOW + QUIET, {"a"})
    assert set(ticked(first, looks, NOW + QUIET + 1).settled) == {"b"}


def test_memory_does_not_grow_with_what_lies_there() -> None:
    looks = {f"f{n}": look(NOW - 1000 + n / 1000) for n in range(1000)}
    memory = dealt_with(Memory(), looks, NOW, set())
    memory = dealt_with(memory, looks, NOW + QUIET, set(looks))
    assert (memory.handled, memory.waiting) == ({}, {})
    assert len(memory.to_cursor()) < 100


def test_files_that_a_moved_folder_brings_are_news_unless_the_lake_knows_them() -> None:
    memory = Memory(watermark_ns=int(NOW * NANO))
    looks = {"x/a": look(NOW - 500, folder_ns=NOW + 5)}
    assert "x/a" in ticked(memory, looks, NOW + 10).waiting
    assert not ticked(memory, looks, NOW + 10, known=True).waiting


def test_a_look_at_real_files_sees_sidecars_and_folders(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    plain, deep = tmp_path / "a.csv", tmp_path / "x" / "b.csv"
    for path in (plain, deep, tmp_path / "a.csv.done", tmp_path / "x" / "b.csv.sha256"):
        path.write_bytes(b"12345")
    os.utime(deep, ns=(7, 7))
    looks = look_at(tmp_path, [plain, deep, tmp_path / "gone.csv"])
    assert sorted(looks) == ["a.csv", "x/b.csv"]
    assert looks["a.csv"].done_ns and not looks["a.csv"].checksum_ns and not looks["a.csv"].folder_ns
    assert (looks["x/b.csv"].modified_ns, looks["x/b.csv"].size_bytes) == (7, 5)
    assert looks["x/b.csv"].checksum_ns and looks["x/b.csv"].folder_ns and looks["x/b.csv"].changed_ns > 7


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        (hashlib.sha256(b"data").hexdigest(), True),
        (hashlib.sha256(b"data").hexdigest().upper() + "  a.csv\n", True),
        (hashlib.sha256(b"dat").hexdigest(), False),
        ("", False),
        ("no digest at all", False),
    ],
)
def test_the_forms_of_a_checksum(tmp_path: Path, *, said: str, fits: bool) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"data")
    assert fits_checksum(path) is False
    (tmp_path / "a.csv.sha256").write_text(said)
    assert fits_checksum(path) is fits
