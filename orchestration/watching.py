"""Which files of the landing folder are complete: judged from what a glance at them shows, tick by tick.

What belongs here: looking at files (never reading one, save to verify a checksum that came with it) and remembering
what was seen. What does not: what a file's name claims (`orchestration.sources.landing`) and which runs to start
(`orchestration.defs.automation.landing`).

A file is complete when its sender says so (`<file>.done`, or `<file>.sha256` that fits), or when size and time stayed
the same over two looks at least the quiet period apart and it was last written longer ago than that.
"""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

DONE, CHECKSUM = ".done", ".sha256"
NANO: Final = 1_000_000_000
_HINDSIGHT = 60 * NANO
"""How far behind the clock the watermark stays: nothing that lies there may turn up later with an older time."""
_DIGEST = re.compile(rb"\s*\\?([0-9a-fA-F]{64})(?:\s|$)")


@dataclass(frozen=True)
class Look:
    """What a glance at a file shows; times in nanoseconds since 1970, 0 where there is no such sidecar.

    Attributes:
        size_bytes: Its size.
        modified_ns: When its bytes were last written, as its sender's tools may have set it.
        changed_ns: When it was last written, renamed or moved here: the kernel's time, which nobody can set.
        folder_ns: The same of the folders between it and the source's; 0 if it lies directly there.
        done_ns: When `<file>.done` was written.
        checksum_ns: When `<file>.sha256` was written.
    """

    size_bytes: int
    modified_ns: int
    changed_ns: int
    folder_ns: int = 0
    done_ns: int = 0
    checksum_ns: int = 0

    @property
    def version(self) -> str:
        """What tells this version of the file from any other."""
        return f"{self.size_bytes}.{self.modified_ns}.{self.changed_ns}"

    @property
    def state(self) -> str:
        """What tells this version with these sidecars from any other."""
        return f"{self.version}.{self.done_ns}.{self.checksum_ns}"

    @property
    def appeared_ns(self) -> int:
        """When it came to lie here as it is, alone or with its folder."""
        return max(self.changed_ns, self.folder_ns)


@dataclass(frozen=True)
class Waiting:
    """A file that is not yet taken: its state, since when it is in it, and whether its checksum failed."""

    state: str
    since: float
    is_broken: bool = False


@dataclass(frozen=True)
class Memory:
    """What is remembered of a source's folder from tick to tick; it grows with what is new, not with what lies there.

    Attributes:
        watermark_ns: Whatever appeared up to here was dealt with.
        handled: Files dealt with that appeared later, with their version.
        waiting: Files not yet dealt with.
    """

    watermark_ns: int = 0
    handled: Mapping[str, str] = field(default_factory=dict)
    waiting: Mapping[str, Waiting] = field(default_factory=dict)

    @classmethod
    def from_cursor(cls, cursor: str | None) -> "Memory":
        """Read it from a sensor's cursor."""
        if not cursor:
            return cls()
        found = json.loads(cursor)
        waiting = {name: Waiting(**entry) for name, entry in found["waiting"].items()}
        return cls(found["watermark_ns"], found["handled"], waiting)

    def to_cursor(self) -> str:
        """Write it as a sensor's cursor."""
        return json.dumps(asdict(self), separators=(",", ":"), sort_keys=True)


@dataclass(frozen=True)
class Tick:
    """What one look at the folder says: names of complete files with their version, and all that wait."""

    settled: Mapping[str, str]
    waiting: Mapping[str, Waiting]


def look_at(folder: Path, paths: Collection[Path]) -> dict[str, Look]:
    """Glance at the files of a source, by POSIX path below its folder; what vanished meanwhile is left out."""
    folders: dict[Path, int] = {folder: 0}
    looks = {}
    for path in paths:
        try:
            looks[path.relative_to(folder).as_posix()] = _look(path, folders)
        except FileNotFoundError:
            continue
    return looks


def step(
    memory: Memory,
    looks: Mapping[str, Look],
    *,
    now: float,
    quiet_seconds: float,
    is_intact: Callable[[str], bool],
    is_known: Callable[[str], bool],
) -> Tick:
    """Tell which new files are complete.

    Args:
        memory: What was seen before.
        looks: What lies there.
        now: Seconds since 1970.
        quiet_seconds: How long a file without sidecar must lie untouched.
        is_intact: Whether the file of a name fits its checksum; asked once for each state.
        is_known: Whether the lake has a file of this name; asked only where a folder was moved or got a new entry.
    """
    settled, waiting = {}, {}
    for name, look in looks.items():
        if not _is_news(memory, name, look, is_known):
            continue
        before = memory.waiting.get(name)
        entry = before if before and before.state == look.state else Waiting(look.state, now)
        if look.checksum_ns and not entry.is_broken:
            entry = Waiting(entry.state, entry.since, is_broken=not is_intact(name))
        waiting[name] = entry
        if _is_complete(look, entry, now, quiet_seconds):
            settled[name] = look.version
    return Tick(settled, waiting)


def remember(memory: Memory, looks: Mapping[str, Look], tick: Tick, taken: Collection[str], *, now: float) -> Memory:
    """Return what is to be remembered after some of the complete files were dealt with."""
    waiting = {name: entry for name, entry in tick.waiting.items() if name not in taken}
    oldest = min((looks[name].appeared_ns for name in waiting), default=int(now * NANO))
    watermark = max(memory.watermark_ns, min(oldest - 1, int(now * NANO) - _HINDSIGHT))
    handled = {**memory.handled, **{name: tick.settled[name] for name in taken}}
    kept = {name: item for name, item in handled.items() if name in looks and looks[name].appeared_ns > watermark}
    return Memory(watermark, kept, waiting)


def fits_checksum(path: Path) -> bool:
    """Tell whether a file has the SHA-256 that `<file>.sha256` says, in the form that `sha256sum` writes."""
    try:
        with _sidecar(path, CHECKSUM).open("rb") as sidecar:
            said = _DIGEST.match(sidecar.read(4096))
        with path.open("rb") as file:
            return said is not None and hashlib.file_digest(file, "sha256").hexdigest() == said[1].decode().lower()
    except OSError:
        return False


def may_be_read(path: Path, *, now: float, quiet_seconds: float) -> bool:
    """Tell from one look, as a run does, whether a file is complete: vouched for, or unchanged for the quiet period.

    Raises:
        FileNotFoundError: it is gone.
    """
    look = _look(path, {path.parent: 0})
    if look.checksum_ns:
        return fits_checksum(path)
    return _is_vouched_for(look) or now - look.changed_ns / NANO >= quiet_seconds


def _is_vouched_for(look: Look) -> bool:
    return bool(look.done_ns) and look.done_ns >= look.modified_ns


def _is_news(memory: Memory, name: str, look: Look, is_known: Callable[[str], bool]) -> bool:
    if look.appeared_ns <= memory.watermark_ns or memory.handled.get(name) == look.version:
        return False
    return look.changed_ns > memory.watermark_ns or name in memory.waiting or not is_known(name)


def _is_complete(look: Look, entry: Waiting, now: float, quiet_seconds: float) -> bool:
    if look.checksum_ns:
        return not entry.is_broken
    if _is_vouched_for(look):
        return True
    untouched = now - look.modified_ns / NANO
    # a time in the future says nothing: the sender's clock is wrong
    return now - entry.since >= quiet_seconds and (untouched >= quiet_seconds or untouched < 0)


def _look(path: Path, folders: dict[Path, int]) -> Look:
    found = path.stat()
    return Look(
        size_bytes=found.st_size,
        modified_ns=found.st_mtime_ns,
        changed_ns=found.st_ctime_ns,
        folder_ns=_folder_changed(path.parent, folders),
        done_ns=_written(_sidecar(path, DONE)),
        checksum_ns=_written(_sidecar(path, CHECKSUM)),
    )


def _folder_changed(folder: Path, folders: dict[Path, int]) -> int:
    if folder not in folders:
        folders[folder] = max(folder.stat().st_ctime_ns, _folder_changed(folder.parent, folders))
    return folders[folder]


def _sidecar(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
