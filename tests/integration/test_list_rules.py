"""Every rule of contribution lists through the real intake: a planted defect that only it catches, in every layout."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from intake_world import take_in_all

from lake import bronze, tables
from lake.contracts.model import load_source
from lake.layout import Home
from orchestration.generator.days import build_days
from orchestration.generator.draws import Draws
from orchestration.generator.list_defects import COPIES, DEFECTS, LIST, WORKER, Defect, spoil
from orchestration.generator.list_files import ARCHIVE, DELIMITED, FOLDER, Form, with_lines, write_lists
from orchestration.generator.lists import Lists
from orchestration.generator.scales import Scale, volume_of
from orchestration.generator.world import build_world
from vocabulary.periods import Period

SOURCE, MONTH, BRANCH, SEED = "contribution_list", Period.month(1400, 2), "011001", 3
FORMS = {
    "short": Form(FOLDER, "short", has_end=True, is_lower=False),
    "specified": Form(ARCHIVE, "specified", has_end=False, is_lower=False),
    "older": Form(FOLDER, "older", has_end=False, is_lower=True),
    "plain": Form(ARCHIVE, "plain", has_end=True, is_lower=True),
    "delimited": Form(DELIMITED, "short", has_end=False, is_lower=False),
}
CASES = [(form, defect) for form in FORMS for defect in DEFECTS if defect in FORMS[form].carried.defects()]
CHECKS = [(entity.name, check) for entity in load_source(SOURCE).entities for check in entity.checks]
WARNINGS = {check.name for _, check in CHECKS if check.severity == "warning"}

Row = tuple[str, int]


@dataclass(frozen=True)
class Taken:
    """What became of a pair of files.

    Attributes:
        planted: Object and row number of each defect, by the place of the defect.
        rules: The rules that each row breaks, `duplicate` among them.
        states: State of each row that silver does not hold.
        used: Rows of silver by object.
    """

    planted: Mapping[int, set[Row]]
    rules: Mapping[Row, set[str]]
    states: Mapping[Row, str]
    used: Mapping[str, pl.DataFrame]


def _month() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return good lists, all of one branch, and their workers."""
    world = build_world(SEED, volume_of(Scale.TINY))
    lists = Lists(world, Draws.of(SEED, "lists"), build_days(MONTH, MONTH, before=1, after=3), Scale.TINY)
    (units,) = lists.pieces(MONTH)
    headers, workers = (frame.with_columns(pl.lit(BRANCH).alias("code")) for frame in lists.month(MONTH, units))
    return headers, workers


def _take_in(folder: Path, form: Form, pair: tuple[pl.DataFrame, pl.DataFrame]) -> Home:
    home = Home(folder / "home")
    landing = home.landing / SOURCE
    landing.mkdir(parents=True)
    entities = load_source(SOURCE).entities
    written = [with_lines(rows, entity, {BRANCH: form}) for entity, rows in zip(entities, pair, strict=True)]
    write_lists(landing, BRANCH, MONTH, written, form)
    intake = take_in_all(home, [SOURCE])[SOURCE]
    assert (len(intake.accepted), bronze.rejected(home, SOURCE)) == (len(entities), [])
    return home


def _text(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.exclude("list").cast(pl.String), pl.lit(None, pl.String).alias("_rule"))


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Taken]:
    """Take in, for each form, one pair of files with a spoilt list for each defect."""
    return {form: _spoilt(tmp_path_factory.mktemp(form), FORMS[form]) for form in FORMS}


def _spoilt(folder: Path, form: Form) -> Taken:
    lists, workers = _month()
    defects = [defect for defect in DEFECTS if defect in form.carried.defects()]
    pair = spoil(lists.filter(pl.col("worker_count") > 1).head(len(defects)), workers, defects, MONTH)
    home = _take_in(folder, form, pair)
    head = 4 if form.kind == DELIMITED else 0
    planted: dict[int, set[Row]] = defaultdict(set)
    for name, rows in zip((LIST, WORKER), pair, strict=True):
        for number, (list_, rule) in enumerate(rows.select("list", "_rule").iter_rows(), start=head + 1):
            if rule:
                planted[DEFECTS.index(defects[-list_ - 1])].add((name, number))
    rules: dict[Row, set[str]] = defaultdict(set)
    for row in tables.read(home, "silver", f"{SOURCE}_finding").to_pylist():
        rules[row["entity"], row["_row_number"]].add(row["rule"])
    states = {}
    for row in tables.read(home, "silver", f"{SOURCE}_row_state").to_pylist():
        if row["state"] != "layout":
            states[row["entity"], row["_row_number"]] = row["state"]
            rules[row["entity"], row["_row_number"]].add(row["rule"] or row["state"])
    used = {name: pl.DataFrame(tables.read(home, "silver", name)) for name in (LIST, WORKER)}
    return Taken(planted, rules, states, used)


def _name(case: object) -> str:
    return f"{case.entity}-{case.rule}-{case.column}".strip("-") if isinstance(case, Defect) else str(case)


@pytest.mark.parametrize(("form", "defect"), CASES, ids=_name)
def test_each_defect_is_caught_by_its_rule_alone(taken: dict[str, Taken], form: str, defect: Defect) -> None:
    found = taken[form]
    rows = found.planted[DEFECTS.index(defect)]
    assert rows
    for row in rows:
        assert found.rules[row] == {defect.rule}
        expected = "duplicate" if defect.rule == "duplicate" else "quarantined"
        assert found.states.get(row) == (None if defect.rule in WARNINGS else expected)


@pytest.mark.parametrize("form", FORMS)
def test_nothing_but_the_planted_rows_is_found_fault_with(taken: dict[str, Taken], form: str) -> None:
    found = taken[form]
    others = {row: rules for row, rules in found.rules.items() if row not in set().union(*found.planted.values())}
    assert not others


@pytest.mark.parametrize("form", FORMS)
def test_clean_lists_break_no_rule(tmp_path: Path, form: str) -> None:
    pair = tuple(_text(rows) for rows in _month())
    home = _take_in(tmp_path, FORMS[form], (pair[0], pair[1]))
    states = tables.read(home, "silver", f"{SOURCE}_row_state")["state"].to_pylist()
    assert set(states) <= {"layout"}
    assert tables.read(home, "silver", f"{SOURCE}_finding").num_rows == 0
    for name, rows in zip((LIST, WORKER), pair, strict=True):
        silver = pl.DataFrame(tables.read(home, "silver", name))
        assert len(silver) == len(rows)
        assert set(silver["unit_code"]) == {BRANCH}
        assert set(silver["period"]) == {MONTH.code}
        assert set(silver["provenance"]) == {"synthetic"}
        assert silver["insurable_rial"].sum() == rows["insurable_rial"].cast(pl.Int64).sum()
        assert silver["workshop_pid"].n_unique() == rows["workshop_code"].n_unique()


def test_every_rule_of_the_contract_has_a_defect() -> None:
    planted = {(defect.entity, defect.rule) for defect in DEFECTS}
    assert {(name, check.name) for name, check in CHECKS} <= planted
    totals = next(check for _, check in CHECKS if check.name == "totals_of_workers")
    assert {defect.column for defect in DEFECTS if defect.rule == totals.name} == set(totals.settings["totals"])
    assert {rule for _, rule in planted} >= set(COPIES)
