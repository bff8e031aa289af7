"""A source of another country's shape is added by data files only: contract, codelists, SQL.

The product is copied, the files of `tests/examples/monthly_insured` are laid into the copy, and the copy is run as a
user runs it. No Python file of the copy is touched.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest

from lake import duck, tables
from lake.balance import file_balances
from lake.contracts.model import read_contract
from lake.layout import Home

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests" / "examples" / "monthly_insured"
ROOMS = ("vocabulary", "lake", "governance", "orchestration", "api", "dbt_project")
SOURCE, SILVER, MART = "monthly_insured", "monthly_insured_count", "mart_monthly_insured"
CLEAN, FAULTY, REVISED = "insured_202403.txt", "insured_202404.txt", "insured_202403_b.txt"
CELLS = 70

AGES_OFF, SEXES_OFF, GRAND_OFF, UNREAD_TOTAL, SENTINEL, UNKNOWN, NEGATIVE, UNREAD, RAGGED = range(1, 10)
"""Records of the faulty file with a fault each; the records that it repeats are added at its end."""


@dataclass(frozen=True)
class World:
    """A copy of the product with the example in it, after it took files in and built the mart."""

    product: Path
    home: Home
    said: dict[str, Any] = field(repr=False)
    before: dict[Path, bytes] = field(repr=False)


def load_maker() -> ModuleType:
    """Load the example's generator, which belongs to no package."""
    spec = importlib.util.spec_from_file_location("make_extract", EXAMPLE / "make_extract.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def python_of(product: Path) -> dict[Path, bytes]:
    """Return the Python files of a product."""
    return {path: path.read_bytes() for path in product.rglob("*.py")}


def add_example(product: Path) -> None:
    """Lay the example's files into the product."""
    shutil.copy(EXAMPLE / f"{SOURCE}.yaml", product / "lake" / "contracts")
    for path in (EXAMPLE / "codelists").glob("*.csv"):
        shutil.copy(path, product / "vocabulary" / "codelists")
    with (product / "vocabulary" / "codelists" / "index.yaml").open("a", encoding="utf-8") as index:
        index.write((EXAMPLE / "codelists" / "index.yaml").read_text(encoding="utf-8"))
    shutil.copytree(EXAMPLE / "models", product / "dbt_project" / "models", dirs_exist_ok=True)


def write_files(folder: Path) -> None:
    """Write a clean month, a month with a fault for each rule, and a revision of the clean one."""
    maker = load_maker()
    clean, faulty = maker.table("202403"), maker.table("202404")
    maker.write(folder / CLEAN, clean)
    twice, conflicting = list(faulty[20]), revised(faulty[21])
    add(faulty[AGES_OFF - 1], 10, 1)
    add(faulty[SEXES_OFF - 1], 85, 1)
    add(faulty[GRAND_OFF - 1], 89, 1)
    faulty[UNREAD_TOTAL - 1][80 - 1] = "n/a"
    faulty[SENTINEL - 1][4 - 1], faulty[SENTINEL - 1][5 - 1] = " . ", "99999999"
    faulty[UNKNOWN - 1][0] = "77"
    below_nought = -5 - int(faulty[NEGATIVE - 1][30 - 1])
    for place in (30, 75, 85, 89):
        add(faulty[NEGATIVE - 1], place, below_nought)
    faulty[UNREAD - 1][40 - 1] = "1x"
    faulty[RAGGED - 1].pop()
    maker.write(folder / FAULTY, [*faulty, twice, conflicting])
    maker.write(folder / REVISED, [revised(clean[0]), clean[1]])


def revised(row: list[str]) -> list[str]:
    """Return a line with one cell changed, and all totals with it: 69 cells say what they said before."""
    changed = list(row)
    for place in (4, 74, 84, 89):
        add(changed, place, 7)
    return changed


def add(row: list[str], position: int, number: int) -> None:
    """Change a number of a row."""
    row[position - 1] = str(int(row[position - 1]) + number)


DRIVER = """
import contextlib, io, json, sys
from pathlib import Path
from dbt.cli.main import dbtRunner
from lake import dbt_sources
from orchestration.cli.main import app

steps = json.loads(sys.argv[1])
printed = {}
for name in ("try", "ingest"):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        app(steps[name], standalone_mode=False)
    printed[name] = out.getvalue()
dbt_sources.main([])
done = dbtRunner().invoke(steps["build"])
printed["built"] = {result.node.name: result.status for result in done.result or []}
print(json.dumps(printed))
"""


def run(product: Path, home: Home, steps: dict[str, list[str]]) -> dict[str, Any]:
    """Run the commands of docs/add-a-source.md in the copied product, in one process, and return what they say."""
    settings = {"PYTHONPATH": str(product), "AMAR_HOME": str(home.root), "AMAR_DBT_SCRATCH": str(home.root / "dbt")}
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, json.dumps(steps)],
        cwd=product,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Add the source and use it, as docs/add-a-source.md says."""
    root = tmp_path_factory.mktemp("add_a_source")
    product, home = root / "product", Home(root / "home")
    ignore = shutil.ignore_patterns("__pycache__", "target", "logs")
    for room in ROOMS:
        shutil.copytree(ROOT / room, product / room, ignore=ignore)
    before = python_of(product)
    add_example(product)
    landing = home.landing / SOURCE
    write_files(landing)
    places = {"--project-dir": product / "dbt_project", "--profiles-dir": product / "dbt_project"}
    places |= {"--target-path": root / "target", "--log-path": root / "logs"}
    options = [str(item) for pair in places.items() for item in pair]
    steps = {
        "try": ["contract", "check", f"lake/contracts/{SOURCE}.yaml", "--sample", str(landing / FAULTY), "--json"],
        "ingest": ["ingest", SOURCE],
        "build": ["--quiet", "build", *options, "--select", f"+{MART}"],
    }
    return World(product, home, run(product, home, steps), before)


def file_hash(world: World, name: str) -> str:
    return hashlib.sha256((world.home.landing / SOURCE / name).read_bytes()).hexdigest()


def states(world: World, name: str) -> dict[int, tuple[str, str | None, str | None]]:
    """Return state, rule and column of a file's records that silver does not hold."""
    frame = pl.DataFrame(tables.read(world.home, "silver", f"{SOURCE}_row_state"))
    rows = frame.filter(_file_sha256=file_hash(world, name)).select("_row_number", "state", "rule", "column")
    found = {row[0]: row[1:] for row in rows.iter_rows()}
    assert len(found) == len(rows)
    return found


def silver(world: World, name: str) -> pl.DataFrame:
    frame = pl.DataFrame(tables.read(world.home, "silver", SILVER))
    return frame.filter(_file_sha256=file_hash(world, name))


def test_no_python_of_the_product_was_touched(world: World) -> None:
    assert python_of(world.product) == world.before


def test_the_printed_table_is_in_silver_cell_by_cell(world: World) -> None:
    row = load_maker().table("202403")[7]
    used = silver(world, CLEAN).filter(region="02", branch="A")
    assert used["insured_count"].to_list() == [int(number) for number in row[3 : 3 + CELLS]]
    first, last = used.row(0, named=True), used.row(-1, named=True)
    assert (first["sex"], first["age_group"], first["insurance_class"]) == ("M", "Y0T19", "EMPLOYEE")
    assert (last["sex"], last["age_group"], last["insurance_class"]) == ("F", "Y65", "APPRENTICE")
    assert set(used["month"]) == {"202403"}
    assert "note" not in used.columns


def test_a_line_with_a_fault_is_set_aside_whole_by_the_rule_that_it_breaks(world: World) -> None:
    found = states(world, FAULTY)
    expected = {
        AGES_OFF: ("quarantined", "ages_add_up", "c75"),
        SEXES_OFF: ("quarantined", "sexes_add_up", "c85"),
        GRAND_OFF: ("quarantined", "classes_add_up", "c89"),
        UNREAD_TOTAL: ("quarantined", "not_a_number", "c80"),
        UNKNOWN: ("quarantined", "unknown_code", "region"),
        NEGATIVE: ("quarantined", "below_minimum", "c30"),
        UNREAD: ("quarantined", "not_a_number", "c40"),
        RAGGED: ("quarantined", "row_shape", None),
        43: ("layout", None, None),
        44: ("duplicate", None, None),
        45: ("quarantined", "key_conflict", None),
    }
    assert {
        number: (state[0], state[1], state[2] if number < 43 else None) for number, state in found.items()
    } == expected
    used = silver(world, FAULTY)
    assert not set(used["_row_number"]) & set(expected)
    assert dict(used.group_by("_row_number").len().iter_rows()) == dict.fromkeys(
        set(range(1, 43)) - set(expected), CELLS
    )


def test_a_line_lists_every_rule_that_it_breaks(world: World) -> None:
    findings = pl.DataFrame(tables.read(world.home, "silver", f"{SOURCE}_finding"))
    of_line = findings.filter(_file_sha256=file_hash(world, FAULTY), _row_number=SEXES_OFF)
    assert set(of_line.select("rule", "column", "severity").rows()) == {
        ("sexes_add_up", "c85", "error"),
        ("classes_add_up", "c89", "error"),
    }


def test_what_the_fund_withholds_is_no_number_and_no_fault(world: World) -> None:
    used = silver(world, FAULTY).filter(_row_number=SENTINEL)
    assert used["insured_count"].null_count() == 2
    assert used["insured_count"].to_list()[:2] == [None, None]


def test_quarantine_keeps_the_line_as_received(world: World) -> None:
    kept = pl.DataFrame(tables.read(world.home, "quarantine", SOURCE))
    line = kept.filter(_file_sha256=file_hash(world, FAULTY), _row_number=UNREAD_TOTAL).row(0, named=True)
    assert (line["c80"], line["region"]) == ("n/a", "01")
    assert "c80" in line["reason"]


def test_a_revision_replaces_the_line_and_what_it_repeats_is_a_duplicate(world: World) -> None:
    assert {state[0] for state in states(world, REVISED).values()} == set()
    assert {number: state[0] for number, state in states(world, CLEAN).items()} == {
        1: "superseded",
        2: "duplicate",
        43: "layout",
    }
    count = silver(world, REVISED).filter(region="01", branch="A")["insured_count"]
    assert count.to_list() == [int(number) for number in revised(load_maker().table("202403")[0])[3 : 3 + CELLS]]


def test_every_line_has_one_state_however_many_silver_rows_it_makes(world: World) -> None:
    source = read_contract(EXAMPLE / f"{SOURCE}.yaml")
    balances = {balance.file_name: balance for balance in file_balances(world.home, source)}
    assert {name: balance.lines_read for name, balance in balances.items()} == {CLEAN: 43, FAULTY: 45, REVISED: 2}
    assert all(balance.balanced for balance in balances.values())
    assert balances[CLEAN].states == {
        "used": 40,
        "quarantined": 0,
        "duplicate": 1,
        "superseded": 1,
        "layout": 1,
        "erased": 0,
    }


def test_a_line_of_which_silver_lacks_a_row_is_not_counted_as_used(world: World, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(world.home.lake, home.lake)
    lines = pl.DataFrame(tables.read(home, "silver", SILVER))
    short = lines.filter(~((pl.col("_row_number") == 5) & (pl.col("sex") == "F") & (pl.col("age_group") == "Y65")))
    tables.replace(home, "silver", SILVER, short.to_arrow(compat_level=pl.CompatLevel.oldest()), partition=None)
    balances = file_balances(home, read_contract(EXAMPLE / f"{SOURCE}.yaml"))
    assert {balance.file_name for balance in balances if not balance.balanced} == {CLEAN, FAULTY}


def test_trying_a_file_says_beforehand_what_becomes_of_it(world: World) -> None:
    tried: dict[str, Any] = json.loads(world.said["try"])
    assert tried["records"] == 45
    assert {(item["state"], item["rule"]): item["records"] for item in tried["set_aside"]} == {
        ("layout", ""): 1,
        ("quarantined", "ages_add_up"): 1,
        ("quarantined", "sexes_add_up"): 1,
        ("quarantined", "classes_add_up"): 1,
        ("quarantined", "not_a_number"): 2,
        ("quarantined", "unknown_code"): 1,
        ("quarantined", "below_minimum"): 1,
        ("quarantined", "row_shape"): 1,
    }


def test_the_models_and_their_tests_hold(world: World) -> None:
    built = world.said["built"]
    assert {"stg_monthly_insured__count", MART, "a_cell_without_figure_is_counted_not_guessed"} <= set(built)
    assert set(built.values()) <= {"success", "pass"}


def test_the_mart_counts_what_silver_holds(world: World) -> None:
    with duck.connect(world.home) as connection:
        mart = duck.relation_sql(world.home, "gold", MART)
        rows = connection.sql(f"select * from {mart} where region = '02' and sex = 'F'").to_arrow_table()
    built = pl.DataFrame(rows).filter(insurance_class="FARMER", month_start=pl.date(2024, 3, 1)).row(0, named=True)
    printed = load_maker().table("202403")[7:14]
    farmers = [range(3 + 35 + 2, 3 + CELLS, 5)] * len(printed)
    assert built["insured_count"] == sum(
        int(row[place]) for row, places in zip(printed, farmers, strict=True) for place in places
    )
    assert built["cells_without_figure"] == 0
    assert built["provenance"] == "synthetic"
