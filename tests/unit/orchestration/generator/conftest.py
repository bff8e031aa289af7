"""A tiny landing folder with one defect to every ten rows, made once; contribution lists have tests of their own."""

from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest

from orchestration.generator.generate import SOURCES, GenerationReport, generate
from orchestration.generator.scales import Scale

FIRST, LAST, SEED, RATE = "1399-11", "1399-12", 11, 0.1
REPORTS = tuple(source for source in SOURCES if source != "contribution_list")


@pytest.fixture(scope="session")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The landing folder."""
    return tmp_path_factory.mktemp("generated") / "landing"


@pytest.fixture(scope="session")
def report(landing: Path) -> GenerationReport:
    """What was written into it."""
    return generate(landing, scale=Scale.TINY, seed=SEED, first=FIRST, last=LAST, defects=RATE, sources=REPORTS)


@pytest.fixture(scope="session")
def files(landing: Path, report: GenerationReport) -> list[Path]:
    """The synthetic files of it."""
    assert report.files
    return sorted(path for path in landing.rglob("*.csv") if path.parent.name != "published_figures")


@pytest.fixture(scope="session")
def planted_numbers(report: GenerationReport) -> dict[str, set[int]]:
    """Records with defects, by file."""
    planted = pl.read_parquet(report.planted_path)
    numbers: dict[str, set[int]] = defaultdict(set)
    for name, number in planted.select("file_name", "row_number").iter_rows():
        numbers[name].add(number)
    return numbers
