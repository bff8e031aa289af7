"""One counting rule is changed in YAML: which figures change, which are marked as a break, which stay as they were."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from mart_worlds import BREAK
from small_lake import FULL, MONTHS

from lake import tables
from lake.layout import Home
from orchestration.definition_figures import changed_figures
from vocabulary.periods import Period

SINCE = Period.parse(BREAK)


def observations(home: Home) -> dict[tuple[str, ...], dict[str, Any]]:
    """All figures of the country and the provinces, by indicator, area and period."""
    rows = pl.DataFrame(tables.read(home, "gold", "fct_indicator_observation")).to_dicts()
    return {(row["indicator_code"], row["geo_code"], row["period"]): row for row in rows}


@pytest.fixture(scope="module")
def before(world: Path) -> dict[tuple[str, ...], dict[str, Any]]:
    return observations(Home(world / "second"))


@pytest.fixture(scope="module")
def after(world: Path) -> dict[tuple[str, ...], dict[str, Any]]:
    return observations(Home(world / "revised"))


def test_the_build_holds(seen: dict[str, Any]) -> None:
    assert seen["revised"]["failures"] == {}
    assert seen["revised"]["success"], seen["revised"]["error"]


def test_exactly_the_figures_of_the_new_version_change(before: Any, after: Any) -> None:
    assert before.keys() == after.keys()
    changed = {key for key in before if before[key] != after[key]}
    ends = {key: Period.parse(key[2]).months()[-1] for key in before if key[0] == "support_ratio"}
    assert changed == {key for key, end in ends.items() if end.start >= SINCE.start}
    assert {after[key]["definition_version"] for key in changed} == {"1.1.0"}
    assert {after[key]["definition_version"] for key in ends.keys() - changed} == {"1.0.0"}


def test_a_figure_of_the_new_version_is_that_without_recipients(after: Any) -> None:
    for (code, geo, period), row in after.items():
        if code == "support_ratio" and row["definition_version"] == "1.1.0":
            without = after["support_ratio_ex_ui", geo, period]
            assert (row["numerator"], row["value"]) == (without["numerator"], without["value"])


def test_the_first_figure_of_each_length_is_a_break(after: Any) -> None:
    marked = {(geo, period) for (code, geo, period), row in after.items() if row["obs_status"] == "B"}
    assert {code for (code, _, _), row in after.items() if row["obs_status"] == "B"} == {"support_ratio"}
    assert {period for geo, period in marked if geo == "IR-16"} == {"1399-05", "1399-Q2", "1399-H1", "1399-M9", "1399"}


def test_both_versions_stand_side_by_side(world: Path) -> None:
    assert tables.count(Home(world / "second"), "gold", "fct_definition_comparison") == 0
    home = Home(world / "revised")
    held = pl.DataFrame(tables.read(home, "gold", "fct_definition_comparison"))
    assert held["indicator_code"].unique().to_list() == ["support_ratio"]
    assert sorted(held["definition_version"].unique()) == ["1.0.0", "1.1.0"]
    figures = changed_figures(home, "support_ratio", "1.0.0", "1.1.0")
    province = {row["period"]: row for row in figures if row["geo_code"] == FULL}
    assert len([period for period in province if len(period) == 7 and period[5].isdigit()]) == len(MONTHS)
    assert all(row["after"] < row["before"] for row in province.values())
