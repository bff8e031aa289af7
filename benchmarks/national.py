"""A national month of landing files for the benchmarks: written once for a seed and a state of the generator and kept.

What belongs here: which files, and how many rows. What is in them is the generator's business.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from orchestration.generator.batches import Plan, make_plan
from orchestration.generator.generate import generate
from orchestration.generator.list_files import DELIMITED, FOLDER, Form
from orchestration.generator.scales import Scale
from vocabulary.periods import Period

ROOT = Path(__file__).parents[1]
SEED = 1405
MONTH = Period.parse("1399-12")
DEFECTS = 0.001
REPORT_MONTHS = ("1399-01", "1399-12")
CSV = Form(kind=DELIMITED, layout="short", has_end=True, is_lower=False)
DBF = Form(kind=FOLDER, layout="short", has_end=True, is_lower=False)


@dataclass(frozen=True)
class Size:
    """How much of a national month is written.

    Attributes:
        scale: Scale of the event logs and the branches.
        workers: Rows of workers in the lists, at least.
        both_workers: Rows of the list that is written as CSV and as DBF, to compare the two.
        report_months: First and last month of the MIS and SMIS reports; a year of them is 1.5 M rows.
    """

    scale: Scale
    workers: int
    both_workers: int
    report_months: tuple[str, str]


SIZES = {
    "small": Size(Scale.DEMO, 200_000, 150_000, ("1399-11", "1399-12")),
    "full": Size(Scale.NATIONAL, 12_000_000, 1_000_000, REPORT_MONTHS),
}


def landing(folder: Path, size: str) -> Path:
    """Return a landing folder of a size, written first if it is not there whole."""
    return _once(folder / f"national-{size}", lambda out: _write_month(out, SIZES[size]))


def lists(folder: Path, size: str, form: Form) -> Path:
    """Return a landing folder with part of the lists in one form."""
    return _once(folder / f"lists-{size}-{form.kind}", lambda out: _write_lists(out, SIZES[size].both_workers, form))


def _once(folder: Path, write: Callable[[Path], None]) -> Path:
    """Return a landing folder, written anew where it is not whole or another state of the generator wrote it."""
    done, wanted = folder / "written.json", {"seed": SEED, "code": _code()}
    if not done.is_file() or json.loads(done.read_text()) != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        write(folder / "landing")
        done.write_text(json.dumps(wanted))
    return folder / "landing"


def _code() -> str:
    """Hash what decides what the files hold: the generator, and the contracts whose columns it prints."""
    digest = hashlib.sha256()
    for folder in (ROOT / "orchestration" / "generator", ROOT / "lake" / "contracts"):
        for path in sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".csv", ".yaml")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _write_month(out: Path, size: Size) -> None:
    events = ("scan_index", "pension_transfer")
    generate(out, scale=size.scale, seed=SEED, first=MONTH.code, last=MONTH.code, defects=DEFECTS, sources=events)
    first, last = size.report_months
    generate(out, scale=size.scale, seed=SEED, first=first, last=last, defects=DEFECTS, sources=("mis", "smis"))
    _write_lists(out, size.workers, CSV)


def _write_lists(out: Path, workers: int, form: Form) -> None:
    (out / "contribution_list").mkdir(parents=True, exist_ok=True)
    plan = replace(make_plan(out, scale=Scale.NATIONAL, seed=SEED, months=[MONTH], defects=DEFECTS), list_form=form)
    written = 0
    for rows in _batches(plan):
        written += rows
        if written >= workers:
            return


def _batches(plan: Plan) -> Iterator[int]:
    """Write the lists of some branches at a time; give the rows of workers."""
    for batch in plan.batches("contribution_list", MONTH):
        extracts = [extract for work in batch.work for extract in work()]
        yield sum(extract.rows for extract in extracts if extract.entity == "contribution_list_worker")
