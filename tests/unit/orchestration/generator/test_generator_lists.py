"""Contribution lists: pairs in three forms and four layouts, of invented people, by the list disk's own rules."""

import csv
import hashlib
import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from lake.contracts.model import load_source
from orchestration.generator.days import build_days
from orchestration.generator.dbf import LAYOUTS, columns_of, dbf_bytes, fields_of, records
from orchestration.generator.draws import Draws
from orchestration.generator.generate import GenerationReport, generate
from orchestration.generator.list_defects import COPIES, DEFECTS, Carried, spoil
from orchestration.generator.lists import SUMMED, Lists
from orchestration.generator.scales import Scale, volume_of
from orchestration.generator.workshops import workshop_count
from orchestration.generator.world import build_world
from vocabulary.iransystem import decode
from vocabulary.periods import Period

LIST, WORKER = load_source("contribution_list").entities
MONTH, SEED = Period.month(1400, 2), 7
TOTALS = [name for name in SUMMED if name not in ("seniority_rial", "spouse_rial")]


@pytest.fixture(scope="module")
def month() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the lists of a month, and their workers."""
    world = build_world(SEED, volume_of(Scale.TINY))
    lists = Lists(world, Draws.of(SEED, "lists"), build_days(MONTH, MONTH, before=1, after=3), Scale.TINY)
    (units,) = lists.pieces(MONTH)
    return lists.month(MONTH, units)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, GenerationReport]:
    """Return a landing folder of lists with defects, and what was written."""
    out = tmp_path_factory.mktemp("lists") / "landing"
    return out, _write(out, "1399-11", "1399-12")


def _write(out: Path, first: str, last: str, *, seed: int = SEED, defects: float = 0.2) -> GenerationReport:
    sources = ["contribution_list"]
    return generate(out, scale=Scale.TINY, seed=seed, first=first, last=last, defects=defects, sources=sources)


def _hashes(out: Path) -> dict[str, str]:
    files = (path for path in (out / "contribution_list").rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _members(out: Path) -> Iterator[tuple[str, bytes]]:
    """Give every file and member of an archive, as the landing folder names them."""
    for path in sorted((out / "contribution_list").rglob("*")):
        name = path.relative_to(out / "contribution_list").as_posix()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                yield from ((f"{name}!{member}", archive.read(member)) for member in archive.namelist())
        elif path.is_file():
            yield name, path.read_bytes()


def _dbf_by_hand(body: bytes) -> tuple[list[str], list[list[bytes]]]:
    """Read a dBASE file without the product's reader: field names, and the fields of each record."""
    count, header, length = struct.unpack_from("<IHH", body, 4)
    fields = [body[start : start + 32] for start in range(32, header - 1, 32)]
    widths = [field[16] for field in fields]
    assert body[29] == 0x7E
    assert body[header - 1] == 0x0D
    assert length == 1 + sum(widths)
    assert body[header + count * length :] in (b"", b"\x1a")
    rows = []
    for start in range(header, header + count * length, length):
        at, row = start + 1, []
        assert body[start : start + 1] == b" "
        for width in widths:
            row.append(body[at : at + width])
            at += width
        rows.append(row)
    return [field[:11].rstrip(b"\x00").decode() for field in fields], rows


def test_the_same_seed_gives_the_same_bytes_month_by_month(
    written: tuple[Path, GenerationReport], tmp_path: Path
) -> None:
    out, _ = written
    _write(tmp_path / "part", "1399-12", "1399-12")
    part, whole = _hashes(tmp_path / "part"), _hashes(out)
    assert 0 < len(part) < len(whole)
    assert part.items() <= whole.items()
    _write(tmp_path / "other", "1399-12", "1399-12", seed=SEED + 1)
    assert _hashes(tmp_path / "other").items() != part.items()


def test_the_names_are_those_of_the_contract(written: tuple[Path, GenerationReport]) -> None:
    out, report = written
    found = {"LIST": 0, "WORKER": 0, "note": 0}
    for name, body in _members(out):
        if name.endswith("PROVENANCE.txt"):
            assert body == b"PROVENANCE=synthetic\n"
            found["note"] += 1
            continue
        fits = [entity.file_pattern.fullmatch(name) for entity in (LIST, WORKER)]
        assert sum(map(bool, fits)) == 1, name
        found["LIST" if fits[0] else "WORKER"] += 1
    assert found["LIST"] == found["WORKER"]
    assert report.files == found["LIST"] * 2
    assert 0 < found["note"] < found["LIST"]


def test_every_form_is_there(written: tuple[Path, GenerationReport]) -> None:
    out, _ = written
    names = [name for name, _ in _members(out)]
    assert any("!" in name for name in names)
    assert any("/" in name and "!" not in name for name in names)
    assert any(name.endswith("_lists.csv") for name in names)
    assert {body[-1:] == b"\x1a" for name, body in _members(out) if name.lower().endswith("dbf")} == {True, False}
    assert {name.split("/")[-1].split("!")[-1] for name in names if name.lower().endswith(".dbf")} >= {"DSKKAR00.DBF"}


def test_delimited_files_say_that_they_are_synthetic(written: tuple[Path, GenerationReport]) -> None:
    out, _ = written
    for name, body in _members(out):
        if name.endswith(".csv"):
            records_ = list(csv.reader(io.StringIO(body.decode())))
            assert ["PROVENANCE=synthetic"] in records_[:3]
            assert "کد کارگاه" in records_[3]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("entity", "place"), [(LIST, 0), (WORKER, 1)], ids=["lists", "workers"])
def test_a_dbf_holds_the_rows_in_iran_system(
    month: tuple[pl.DataFrame, pl.DataFrame], layout: str, entity: object, place: int
) -> None:
    entity = (LIST, WORKER)[place]
    rows = month[place].with_columns(pl.all().cast(pl.String))
    columns = columns_of(layout, entity)
    lines = records(rows, columns)
    for has_end in (True, False):
        body = dbf_bytes(lines, fields_of(layout, entity.name), changed=MONTH.end, has_end=has_end)
        names, read = _dbf_by_hand(body)
        assert body.endswith(b"\x1a") == has_end
        assert names == [field.name for field in fields_of(layout, entity.name)]
        assert len(read) == len(rows)
        for column, cells in zip(columns, zip(*read, strict=True), strict=True):
            texts = [decode(cell).strip() for cell in cells]
            plain = [(text or "").replace("\u200c", "") for text in rows[column]]
            assert [text.replace("\u200c", "") for text in texts] == plain, column


def test_the_layouts_are_those_in_use() -> None:
    widths = {layout: [len(fields_of(layout, entity.name)) for entity in (LIST, WORKER)] for layout in LAYOUTS}
    assert widths == {"short": [25, 29], "older": [26, 31], "specified": [23, 27], "plain": [23, 27]}
    names = {layout: [field.name for field in fields_of(layout, WORKER.name)] for layout in LAYOUTS}
    assert names["older"].index("DSW_JOB") > names["older"].index("PER_NATCOD")
    assert names["short"].index("DSW_JOB") < names["short"].index("PER_NATCOD")


def test_years_have_two_digits_with_a_blank_for_a_leading_nought(month: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    rows = month[0].head(1).with_columns(pl.lit("5").alias("list_year"))
    rows = rows.with_columns(pl.all().cast(pl.String))
    names, ((*cells,),) = _dbf_by_hand(
        dbf_bytes(
            records(rows, columns_of("short", LIST)), fields_of("short", LIST.name), changed=MONTH.end, has_end=False
        )
    )
    assert cells[names.index("DSK_YY")] == b" 5"


def test_lists_keep_to_the_rules_of_the_list_disk(month: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    lists, workers = month
    sums = workers.group_by("list").agg(pl.len().alias("worker_count"), pl.col(SUMMED).sum())
    joined = lists.join(sums, on="list", suffix="_of_workers")
    assert len(joined) == len(lists)
    for name in ("worker_count", *SUMMED):
        assert joined[name].to_list() == joined[f"{name}_of_workers"].to_list()
    assert (workers["monthly_wage_rial"] == workers["daily_wage_rial"] * workers["day_count"]).all()
    assert (workers["insurable_rial"] == workers["monthly_wage_rial"] + workers["benefit_rial"]).all()
    assert (workers["total_pay_rial"] >= workers["insurable_rial"]).all()
    assert workers["day_count"].is_between(1, MONTH.days).all()
    assert workers.select("list", "insurance_no").is_unique().all()


def test_a_branch_sends_no_more_lists_than_its_workshops_allow(month: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    lists, workers = month
    filed = lists.group_by("code").agg(pl.col("workshop_code").n_unique().alias("shops"), pl.len())
    for code, shops, many in filed.iter_rows():
        assert shops <= workshop_count(code, Scale.TINY)
        assert shops <= many <= 2 * shops
    assert 150 <= len(workers) <= 450


def test_people_are_invented(month: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    _, workers = month
    assert workers["national_code"].drop_nulls().str.starts_with("000").all()
    assert workers["insurance_no"].str.starts_with("000").all()
    assert workers["workshop_code"].str.starts_with("000").all()
    by_person = workers.group_by("insurance_no").agg(pl.col("sex", "birth_date").n_unique())
    assert (by_person["sex"] == 1).all()


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect.entity}-{defect.rule}-{defect.column}")
def test_a_spoilt_list_names_the_rows_that_break_its_rule(
    month: tuple[pl.DataFrame, pl.DataFrame], defect: object
) -> None:
    lists, workers = month
    headers, hired = spoil(lists.filter(pl.col("worker_count") > 1).head(1), workers, [defect], MONTH)
    rows = headers if defect.entity == LIST.name else hired
    assert set(rows["_rule"].drop_nulls()) == {defect.rule}
    assert set(pl.concat([headers["_rule"], hired["_rule"]]).drop_nulls()) == {defect.rule}
    if defect.rule in COPIES:
        assert rows["_rule"].to_list()[-1] == defect.rule
        assert rows["_rule"].null_count() == len(rows) - 1


def test_what_a_file_can_carry_says_how_it_can_be_spoilt() -> None:
    text, pair, bare = (Carried(*flags).defects() for flags in ((True, True), (False, True), (False, False)))
    assert set(text) == set(DEFECTS)
    assert {defect.rule for defect in set(text) - set(pair)} == {"row_shape", "bad_date"}
    assert {defect.column for defect in set(pair) - set(bare)} == {"seniority_rial", "spouse_rial"}


def test_planted_rows_are_listed_by_file_and_state(written: tuple[Path, GenerationReport]) -> None:
    out, report = written
    planted = pl.read_parquet(report.planted_path)
    assert set(planted["file_name"]) <= {name for name, _ in _members(out)}
    states = dict(planted.select(pl.col("rule").fill_null("duplicate"), "state").unique().iter_rows())
    warnings = {check.name for entity in (LIST, WORKER) for check in entity.checks if check.severity == "warning"}
    assert {rule for rule, state in states.items() if state == "finding"} == warnings & set(states)
    assert states["duplicate"] == "duplicate"
    assert len(planted) == sum(report.planted.values())


def test_the_good_lists_are_the_same_at_every_rate(tmp_path: Path) -> None:
    found = []
    for rate in (0.0, 0.1):
        report = _write(tmp_path / str(rate) / "landing", "1399-12", "1399-12", defects=rate)
        bad = pl.read_parquet(report.planted_path)
        assert bad.is_empty() == (rate == 0)
        cells = {
            name: {tuple(row) for row in csv.reader(io.StringIO(body.decode())) if len(row) > 20 and row[7][:1] != "9"}
            for name, body in _members(tmp_path / str(rate) / "landing")
            if name.endswith("_lists.csv")
        }
        found.append(cells)
    assert found[0] == found[1]
    assert all(found[0].values())
