"""The catalogue against the first list of fifty: each is computed, another name, or says which source it needs."""

import csv

import pytest

from vocabulary.indicators.aliases import load_aliases, read_alias
from vocabulary.indicators.load import list_indicators, load_indicator, load_unsourced
from vocabulary.indicators.model import DefinitionError
from vocabulary.indicators.read import FOLDER

with (FOLDER / "draft.csv").open(encoding="utf-8", newline="") as stream:
    DRAFT = list(csv.DictReader(stream))
UNSOURCED = {
    "coverage_population",
    "coverage_workforce",
    "coverage_workingage",
    "oldage_effective_coverage",
    "sdg131_total",
    "sdg131_unemployed",
    "sdg131_maternity",
    "sdg131_injury",
    "cost_ratio",
    "stat_timeliness",
    "stat_single_source",
    "revision_mar",
    "request_response_time",
}
ALIAS = (FOLDER / "aliases" / "dependency_ratio.yaml").read_text(encoding="utf-8")


def standing(code: str) -> str:
    """How the catalogue holds a code."""
    found = {
        "computed": code in list_indicators(),
        "unsourced": code in {each.code for each in load_unsourced()},
        "alias": code in {each.code for each in load_aliases()},
    }
    return " and ".join(name for name, holds in found.items() if holds)


def test_the_first_list_has_fifty() -> None:
    assert len({row["code"] for row in DRAFT}) == 50


@pytest.mark.parametrize("code", [row["code"] for row in DRAFT])
def test_each_has_one_standing(code: str) -> None:
    expected = "alias" if code == "dependency_ratio" else "unsourced" if code in UNSOURCED else "computed"
    assert standing(code) == expected


@pytest.mark.parametrize("row", [row for row in DRAFT if row["correction_en"]], ids=lambda row: row["code"])
def test_a_correction_is_told_in_both_languages(row: dict[str, str]) -> None:
    assert row["correction_fa"]


def test_another_name_has_no_figure_of_its_own() -> None:
    (alias,) = load_aliases()
    assert (alias.code, alias.formula) == ("dependency_ratio", "100 / support_ratio")
    assert load_indicator(alias.of).sources


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        ("other_name", ALIAS, "has the code of its file"),
        ("dependency_ratio", ALIAS.replace("of: support_ratio", "of: avg_pension"), "its formula names"),
        ("dependency_ratio", ALIAS.replace("formula:", "formulas:"), "malformed alias: TypeError"),
        ("dependency_ratio", "{", "malformed alias"),
        ("dependency_ratio", "code: dependency_ratio", "malformed alias: KeyError"),
    ],
)
def test_unsound_aliases_are_refused(code: str, text: str, reason: str) -> None:
    with pytest.raises(DefinitionError, match=reason):
        read_alias(code, text)
