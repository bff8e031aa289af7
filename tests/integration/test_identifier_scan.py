"""A leak planted in each place that lies after bronze is found there: a search that cannot fail would show nothing."""

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
import yaml
from intake_world import LAST, SEED, take_in_all
from release_world import AUDITOR, make_world

from governance.audit.export import Audience, export
from governance.audit.proof import prove
from governance.officials import DEMO_REGISTER
from lake import tables
from lake.identifiers.home import scan_home
from lake.identifiers.known import known_identifiers
from lake.layout import Home
from orchestration.generator.generate import generate
from orchestration.generator.scales import Scale

NAME = "خدیجه پورآزمون"


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Return a home that took in transfers and lists of a month; nothing in it leaks."""
    home = Home(tmp_path_factory.mktemp("taken") / "home")
    sources = ["pension_transfer", "contribution_list"]
    generate(home.landing, scale=Scale.TINY, seed=SEED, first=LAST, last=LAST, defects=0.02, sources=sources)
    take_in_all(home, sources)
    return home


@pytest.fixture(scope="module")
def codes(taken: Home) -> list[str]:
    """Return some national codes that bronze holds."""
    known = set(known_identifiers(taken).numbers)
    held = pl.DataFrame(tables.read(taken, "bronze", "pension_transfer"))["national_id"]
    return sorted({code for code in held if code in known and code.isascii()})[:20]


def _table(home: Home, layer: str, frame: pl.DataFrame) -> str:
    tables.append(home, layer, "mart_leaking", frame.to_arrow(compat_level=pl.CompatLevel.oldest()))  # type: ignore[arg-type]
    return f"{layer}/mart_leaking"


def _file(home: Home, name: str, text: str) -> str:
    path = home.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return name


def _database(home: Home, name: str, *values: object) -> str:
    path = home.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("create table ledger_payload (sequence integer, payload)")
        database.executemany("insert into ledger_payload values (?, ?)", list(enumerate(["sound", *values])))
    return f"{name}:ledger_payload"


def _parquet(home: Home, code: str) -> str:
    path = home.release_path("LISTS", "1.0.0") / "data.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame({"GEO": ["IR"], "NOTE": [code]}).write_parquet(path)
    return str(path.relative_to(home.root))


def _workbook(home: Home, code: str) -> str:
    path = home.root / "lake/release/LISTS/1.0.0/data.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", f"<t>{code}</t>")
    return f"{path.relative_to(home.root)}!xl/sharedStrings.xml"


PLACES: dict[str, Callable[[Home, list[str]], str]] = {
    "text of silver": lambda home, codes: _table(home, "silver", pl.DataFrame({"remark": [f"کد {codes[0]}", "x"]})),
    "whole numbers of gold": lambda home, codes: _table(home, "gold", pl.DataFrame({"amount": [*map(int, codes), 5]})),
    "bytes of gold": lambda home, codes: _table(home, "gold", pl.DataFrame({"person_pid": [codes[0].encode()]})),
    "name of a column": lambda home, codes: _table(home, "gold", pl.DataFrame({f"of_{codes[0]}": [1]})),
    "release in Parquet": lambda home, codes: _parquet(home, codes[0]),
    "release as a workbook": lambda home, codes: _workbook(home, codes[0]),
    "release in CSV": lambda home, codes: _file(
        home, "lake/release/LISTS/1.0.0/data.csv", f"GEO,NOTE\nIR,{codes[0]}\n"
    ),
    "manifest": lambda home, codes: _file(home, "lake/release/LISTS/1.0.0/manifest.json", json.dumps({"of": codes[0]})),
    "ledger": lambda home, codes: _database(home, "governance.db", json.dumps({"name": codes[0]})),
    "ledger, a name in escapes": lambda home, _: _database(home, "governance.db", json.dumps({"name": NAME})),
    "Dagster's metadata": lambda home, codes: _database(
        home, "dagster/history/runs/index.db", f'{{"row": "{codes[0]}"}}'
    ),
    "Dagster's metadata, numbers": lambda home, codes: _database(home, "dagster/schedules.db", *map(int, codes)),
    "log": lambda home, codes: _file(home, "dagster/storage/run/compute_logs/x.err", f"WARN row 7: {codes[0]}\n"),
    "log, in groups": lambda home, codes: _file(
        home, "scratch/dbt.log", f"{codes[0][:3]}-{codes[0][3:9]}-{codes[0][9]}"
    ),
    "log, turned round": lambda home, codes: _file(home, "scratch/dbt.log", codes[0][::-1]),
    "dbt artifact": lambda home, codes: _file(
        home, "scratch/dbt/last/run_results.json", json.dumps({"message": codes[0]})
    ),
    "dbt artifact, a name": lambda home, _: _file(home, "scratch/dbt/last/manifest.json", f"owner: {NAME}"),
    "name of a file": lambda home, codes: _file(home, f"scratch/{codes[0]}.json", "{}"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_planted_leak_is_found_where_it_lies(taken: Home, codes: list[str], tmp_path: Path, place: str) -> None:
    home = Home(tmp_path / "home")
    (home.lake).mkdir(parents=True)
    (home.lake / "bronze").symlink_to(taken.lake / "bronze")
    leaking = PLACES[place](home, codes)
    report = scan_home(home, [NAME])
    assert {leak.place for leak in report.leaks} == {leaking.replace(codes[0], "…")}
    assert not [code for code in codes if code in str(report.leaks)]


def test_silver_as_it_is_taken_in_holds_none(taken: Home) -> None:
    report = scan_home(taken, [NAME])
    assert report.leaks == ()
    assert report.known > 1_000
    assert report.names > 50


def test_rows_as_received_are_not_searched_but_told_apart(taken: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(taken.lake / "bronze" / "pension_transfer", home.lake / "bronze" / "pension_transfer")
    assert scan_home(home).leaks == ()
    shutil.copytree(taken.lake / "bronze" / "pension_transfer", home.lake / "silver" / "pension_transfer_raw")
    found = {leak.column for leak in scan_home(home).leaks}
    assert {"national_id", "file_no"} <= found


def test_what_is_exported_for_outsiders_holds_none(taken: Home, tmp_path: Path) -> None:
    """Bundles and proofs beside the rows as received of the same home; names stand in an auditor's payloads alone."""
    world = make_world(tmp_path / "home")
    for table in (taken.lake / "bronze").iterdir():
        if not (world.home.lake / "bronze" / table.name).exists():
            (world.home.lake / "bronze" / table.name).symlink_to(table)
    world.release()
    for audience in Audience:
        export(world.context, tmp_path / "home/audit" / audience, audience=audience, actor=AUDITOR)
    proof = tmp_path / "home/audit/proof.json"
    proof.write_bytes(prove(world.context, "INDICATORS@1.0.0/support_ratio.IR/1399-12"))
    world.context.engine.dispose()
    names = [entry["name"] for entry in yaml.safe_load(DEMO_REGISTER.read_text("utf-8"))["officials"]]
    report = scan_home(world.home, names)
    assert report.known > 1_000
    found = {leak.place for leak in report.leaks}
    assert found == {"governance.db:ledger_payload", "audit/auditor/payloads.jsonl"}
