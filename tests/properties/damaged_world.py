"""Dropping damaged files and taking them in for real: what becomes of each, in what time and memory."""

import json
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from damaged_corpus import INGESTED, PARTLY, REFUSED, Damaged, large, small

from lake import bronze, slices
from lake.balance import file_balances
from lake.contracts.model import load_source
from lake.layout import Home
from lake.pseudonym import DEVELOPMENT_KEYRING
from orchestration.ingest import build_slices, set_aside_unclaimed, take_in
from orchestration.sources.archive import expand, is_archive
from orchestration.sources.landing import FileRejectedError, LandingFile, list_files
from orchestration.sources.read import open_file


class TooSlowError(Exception):
    """A file took longer than any file may."""


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Fail where the block takes longer."""

    def stop(*_: object) -> None:
        raise TooSlowError(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@dataclass(frozen=True)
class Outcome:
    """What became of a file: how it ended, and for a refusal its rule."""

    name: str
    end: str


def drop(home: Home, source: str, name: str) -> Path:
    """Return where a file of a source is dropped."""
    path = home.landing / source / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def take_in_all(home: Home, sources: Sequence[str]) -> None:
    """Take in everything, as the product does."""
    for source in map(load_source, sources):
        set_aside_unclaimed(home, source, ingest_id="test")
        take_in(home, source, periods=None, ingest_id="test")
        build_slices(home, source, DEVELOPMENT_KEYRING, periods=slices.stale(home, source, DEVELOPMENT_KEYRING))


def outcomes(home: Home, source: str) -> list[Outcome]:
    """Return what became of every file in a source's folder, archives by their members.

    Raises:
        AssertionError: a file has no end, or a row not exactly one state.
    """
    ends = {}
    for balance in file_balances(home, load_source(source)):
        assert balance.balanced, f"{balance.file_name}: {balance}"
        ends[balance.file_sha256] = PARTLY if balance.states["quarantined"] else INGESTED
    for file in bronze.rejected(home, source):
        assert file.rule and file.reason, file
        ends.setdefault(file.file_sha256, f"{REFUSED}: {file.rule}")
    found = []
    for file in list_files(home.landing, source):
        for part in [file] if file.sha256 in ends else expand(file):
            assert part.sha256 in ends, f"{part.name} was forgotten"
            found.append(Outcome(part.name, ends[part.sha256]))
    return found


def read_through(file: LandingFile) -> Counter[str]:
    """Read a file, or the members of an archive, to the end; count the rows by shape and the refusals by rule."""
    seen: Counter[str] = Counter()
    try:
        parts = expand(file) if is_archive(file) else [file]
    except FileRejectedError as rejection:
        return Counter([rejection.rule])
    for part in parts:
        try:
            received = open_file(load_source(part.source), part)
            numbers = []
            for batch in received.batches:
                seen.update(batch["_shape"].to_pylist())
                numbers += batch["_row_number"].to_pylist()
            assert numbers == list(range(1, len(numbers) + 1)), "the row numbers have gaps"
        except FileRejectedError as rejection:
            seen[rejection.rule] += 1
    return seen


def write(home: Home, damaged: Damaged) -> None:
    """Write one damaged file."""
    damaged.write(drop(home, damaged.source, damaged.path))


def peak_mib() -> int:
    """Return the most memory this program had resident; `ru_maxrss` would count the process that started it, too."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) // 1024


def main(root: str, *names: str) -> None:
    """Take in files of the corpus in this process and print what became of them and the memory it took."""
    home = Home(Path(root))
    chosen = [damaged for damaged in (*small(), *large()) if damaged.name in names]
    for damaged in chosen:
        write(home, damaged)
    sources = sorted({damaged.source for damaged in chosen})
    take_in_all(home, sources)
    ends = {outcome.name: outcome.end for source in sources for outcome in outcomes(home, source)}
    print(json.dumps({"ends": ends, "mib": peak_mib()}))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
