"""What is going on when the kill comes: a home and a landing folder as they stand before, and the acts to be done."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from intake_world import FIRST, LAST, SEED, take_in_all

from lake.contracts.model import load_source
from lake.layout import Home
from lake.pseudonym import DEVELOPMENT_KEYRING
from orchestration.generator.generate import generate
from orchestration.generator.scales import Scale
from orchestration.ingest import build_slices, take_in

ALL_SOURCES = (
    *("contribution_list", "mis", "pension_payroll", "pension_transfer"),
    *("published_figures", "scan_index", "smis"),
)
_HEADER = "کد گزارش;کد واحد;دوره;نوع بیمه;جنسیت;گروه سنی;نوع مستمری;نوع پرداخت کننده;عنوان آمار;مقدار"
_ROW = "M02;001001;1399/12;;مرد;;;;DEPENDENT_INSURED;{}"


@dataclass(frozen=True)
class Scene:
    """A state and what is to be done in it.

    Attributes:
        name: Its name.
        acts: What the worker does; none where the whole command `amar ingest` is run.
        prepare: Makes the state in an empty home.
        sources: Sources that it is about.
    """

    name: str
    acts: tuple[str, ...]
    prepare: Callable[[Home, Sequence[str]], None]
    sources: tuple[str, ...] = ALL_SOURCES


def two_months(home: Home, sources: Sequence[str]) -> None:
    """Put two months in the landing folder; nothing is taken in yet."""
    generate(home.landing, scale=Scale.TINY, seed=SEED, first=FIRST, last=LAST, defects=0.05, sources=sources)


def corrected_and_late(home: Home, sources: Sequence[str]) -> None:
    """Take in two months less some files; then let late, corrected, doubled and damaged files arrive."""
    two_months(home, sources)
    away = home.root.parent / "late"
    held_back = [max(path for path in (home.landing / name).rglob("*") if path.is_file()) for name in _filled(home)]
    for path in held_back:
        (away / path.parent.name).mkdir(parents=True, exist_ok=True)
        path.rename(away / path.parent.name / path.name)
    _send_reports(home, day=1, value=100)
    take_in_all(home, sources)
    for path in held_back:
        shutil.move(away / path.parent.name / path.name, path)
    _send_reports(home, day=2, value=120)
    first = min((home.landing / "mis").glob("mis_*.csv"))
    shutil.copy(first, first.with_name(f"{first.stem}_again.csv"))
    (home.landing / "mis" / "mis_GO-29_139912_damaged.csv").write_bytes(b"\x81\x8d\x8f\x90,\xff\xfe\x9d\n" * 30)


def many_small_files(home: Home, sources: Sequence[str]) -> None:
    """Take files in one by one, so that there is much to compact; then let the last ones arrive."""
    two_months(home, sources)
    rest = home.root.parent / "rest"
    home.landing.rename(rest)
    for name in _filled(Home(home.root, rest)):
        paths = sorted(path for path in (rest / name).rglob("*") if path.is_file())
        for path in paths[:4]:
            _deliver(path, home.landing / path.relative_to(rest))
            take_in(home, load_source(name), periods=None, ingest_id="piece")
        build_slices(home, load_source(name), DEVELOPMENT_KEYRING, periods=[FIRST, LAST, None])
    for path in sorted(path for path in rest.rglob("*") if path.is_file()):
        _deliver(path, home.landing / path.relative_to(rest))


def _deliver(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    path.rename(target)


def _filled(home: Home) -> list[str]:
    return sorted(path.name for path in home.landing.iterdir() if path.is_dir() and any(path.iterdir()))


def _send_reports(home: Home, *, day: int, value: int) -> None:
    text = "\n".join([f"تاریخ تهیه: 1400/01/0{day}", _HEADER, _ROW.format(value)])
    (home.landing / "mis" / f"mis_GO-00_139912_{day}.csv").write_text(text)


PLAIN = Scene("two months", ("ingest",), two_months)
CORRECTION = Scene("correction and late files", ("ingest",), corrected_and_late)
UPKEEP = Scene("upkeep, ingest, upkeep", ("upkeep", "ingest", "upkeep"), many_small_files)
COMMAND = Scene("the command amar ingest", (), corrected_and_late, ("mis", "pension_transfer"))
SCENES = (PLAIN, CORRECTION, UPKEEP)
