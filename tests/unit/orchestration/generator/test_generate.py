"""Same seed, same bytes; a part of the range is the same as in the whole; what cannot be is refused."""

import hashlib
from pathlib import Path

import polars as pl
import pytest
from conftest import FIRST, LAST, RATE, REPORTS, SEED
from landing_by_hand import read_by_hand

from orchestration.generator import extract
from orchestration.generator.generate import SOURCES, GenerationError, generate
from orchestration.generator.scales import Scale
from vocabulary.periods import PeriodError


def _hashes(landing: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in landing.rglob("*.csv")}


def test_the_same_seed_gives_the_same_bytes(landing: Path, files: list[Path], tmp_path: Path) -> None:
    again = generate(
        tmp_path / "in", scale=Scale.TINY, seed=SEED, first=FIRST, last=LAST, defects=RATE, sources=REPORTS
    )
    assert _hashes(tmp_path / "in") == _hashes(landing)
    assert again.planted_path.read_bytes() == (landing.parent / "planted.parquet").read_bytes()
    assert again.identifiers_path.read_bytes() == (landing.parent / "planted_identifiers.txt").read_bytes()
    assert files


def test_a_part_of_the_range_is_as_in_the_whole(landing: Path, files: list[Path], tmp_path: Path) -> None:
    generate(
        tmp_path / "in", scale=Scale.TINY, seed=SEED, first=LAST, last=LAST, defects=RATE, sources=["scan_index", "mis"]
    )
    part, whole = _hashes(tmp_path / "in"), _hashes(landing)
    assert len(part) == 21
    assert part.items() <= whole.items()
    assert files


def test_another_seed_gives_other_bytes(landing: Path, files: list[Path], tmp_path: Path) -> None:
    generate(tmp_path / "in", scale=Scale.TINY, seed=SEED + 1, first=LAST, last=LAST, defects=RATE, sources=["smis"])
    assert not _hashes(tmp_path / "in").items() & _hashes(landing).items()
    assert files


def _good_rows(landing: Path) -> dict[str, list[list[str]]]:
    planted = pl.read_parquet(landing.parent / "planted.parquet")
    rows = {}
    for path in landing.rglob("*.csv"):
        read = read_by_hand(path)
        bad = set(planted.filter(pl.col("file_name") == path.name)["row_number"])
        own = [name for name in read.columns if name != "row_no"]
        rows[path.name] = [[read.cell(n, name) for name in own] for n in read.data if n not in bad]
    return rows


def test_the_good_rows_are_the_same_at_every_rate(tmp_path: Path) -> None:
    found = []
    for rate in (0.0, 0.01, 0.2):
        out = tmp_path / str(rate) / "landing"
        generate(
            out, scale=Scale.TINY, seed=SEED, first=LAST, last=LAST, defects=rate, sources=["mis", "pension_transfer"]
        )
        found.append(_good_rows(out))
    assert found[0] == found[1] == found[2]


def test_long_files_are_written_in_parts_of_the_same_bytes(
    landing: Path, files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extract, "_AT_ONCE", 37)
    generate(
        tmp_path / "in", scale=Scale.TINY, seed=SEED, first=LAST, last=LAST, defects=RATE, sources=["scan_index", "mis"]
    )
    assert _hashes(tmp_path / "in").items() <= _hashes(landing).items()
    assert files


def test_progress_is_told_by_source_and_month(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    generate(
        tmp_path / "in",
        scale=Scale.TINY,
        seed=1,
        first=FIRST,
        last=LAST,
        defects=0.0,
        sources=["smis", "mis"],
        progress=lambda *arguments: told.append(arguments),
    )
    assert told == [
        ("mis 1399-11", 1, 4),
        ("smis 1399-11", 2, 4),
        ("mis 1399-12", 3, 4),
        ("smis 1399-12", 4, 4),
    ]


def test_the_list_can_lie_elsewhere_but_not_in_the_landing_folder(tmp_path: Path) -> None:
    elsewhere = tmp_path / "lists" / "defects.parquet"
    report = generate(
        tmp_path / "in",
        scale=Scale.TINY,
        seed=1,
        first=LAST,
        last=LAST,
        defects=0.1,
        planted=elsewhere,
        sources=["smis"],
    )
    assert report.planted_path == elsewhere
    assert elsewhere.is_file()
    assert report.identifiers_path == elsewhere.parent / "planted_identifiers.txt"
    with pytest.raises(GenerationError, match="inside the landing folder"):
        generate(
            tmp_path / "in", scale=Scale.TINY, seed=1, first=LAST, last=LAST, defects=0.1, planted=tmp_path / "in" / "x"
        )


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"sources": ["mis", "payroll"]}, "unknown source: payroll"),
        ({"first": "1399-12", "last": "1399-11"}, "last month comes before"),
        ({"defects": 1.5}, "outside 0…1"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, wrong: dict[str, object], error: str) -> None:
    asked = {"scale": Scale.TINY, "seed": 1, "first": LAST, "last": LAST, "defects": 0.0, **wrong}
    with pytest.raises(GenerationError, match=error):
        generate(tmp_path / "in", **asked)  # type: ignore[arg-type]
    assert not (tmp_path / "in").exists()


def test_a_month_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PeriodError):
        generate(tmp_path / "in", scale=Scale.TINY, seed=1, first="1399-13", last="1399-13", defects=0.0)


def test_only_the_published_figures_can_be_asked_for(tmp_path: Path) -> None:
    report = generate(
        tmp_path / "in", scale=Scale.TINY, seed=1, first=LAST, last=LAST, defects=0.0, sources=["published_figures"]
    )
    assert report.rows_by_source == {"published_figures": 250}
    assert SOURCES[-1] == "published_figures"
