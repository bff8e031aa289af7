"""Flows that are published as totals of years: the months share them out exactly, those between are smooth."""

from importlib import resources
from io import BytesIO
from itertools import pairwise

import polars as pl
import pytest

from orchestration.generator.flows import Flow, benefits, injuries
from vocabulary.periods import Period, month_range


@pytest.fixture(scope="module")
def published() -> dict[int, float]:
    """Published figures by number."""
    data = resources.files("orchestration.generator").joinpath("data", "sso_published_figures.csv").read_bytes()
    figures = pl.read_csv(BytesIO(data), infer_schema=False)
    return dict(figures.select(pl.col("fact_no").cast(pl.Int64), pl.col("value").cast(pl.Float64)).iter_rows())


_KINDS = {
    "SICKNESS_NON_WORK": (166, 176),
    "SICKNESS_WORK": (167, 177),
    "MATERNITY": (168, 178),
    "MARRIAGE_GRANT": (169, 179),
    "FUNERAL_GRANT": (170, 180),
    "TRAVEL_COMPANION": (171, 181),
    "PROSTHESIS_ORTHOSIS": (172, 182),
    "LUMP_SUM_IMPAIRMENT": (173, 183),
    "OTHER": (174, 184),
}


@pytest.mark.parametrize(("span", "place"), [("1393", 0), ("1395-H1", 1)])
def test_benefits_are_the_published_ones(published: dict[int, float], span: str, place: int) -> None:
    months = [benefits(month) for month in Period.parse(span).months()]
    found = {kind: sum(month[kind] for month in months) for kind in _KINDS}
    assert found == {kind: round(published[facts[place]] * 1000) for kind, facts in _KINDS.items()}
    assert set(months[0]) == set(_KINDS)


@pytest.mark.parametrize(
    ("span", "fact"), [("1388-Q1", 186), ("1393", 206), ("1395-M9", 224), ("1397", 217), ("1398", 216)]
)
def test_injuries_are_the_published_ones(published: dict[int, float], span: str, fact: int) -> None:
    assert sum(sum(injuries(month).values()) for month in Period.parse(span).months()) == published[fact]


def test_outcomes_of_injuries_are_the_published_ones(published: dict[int, float]) -> None:
    months = [injuries(month) for month in Period.parse("1393").months()]
    found = {outcome: sum(month[outcome] for month in months) for outcome in months[0]}
    facts = {"RECOVERED": 207, "DISABLED": 208, "IMPAIRMENT": 209, "FATAL": 210}
    assert found == {outcome: published[fact] for outcome, fact in facts.items()}


def test_flows_go_on_smoothly_between_and_beyond_what_is_published() -> None:
    flow = Flow({"1393": 12_000_000, "1395-H1": 12_000_000}, 1.2)
    rates = [flow.at(month) / month.days for month in month_range(Period.month(1394, 1), Period.month(1394, 12))]
    assert all(1.0 < later / earlier < 1.06 for earlier, later in pairwise(rates))
    assert rates[0] > 12_000_000 / 365
    assert rates[-1] < 12_000_000 / 186
    later = flow.at(Period.month(1398, 5)) / flow.at(Period.month(1397, 5))
    assert later == pytest.approx(1.2, rel=0.01)
    assert flow.at(Period.month(1391, 5)) / flow.at(Period.month(1390, 5)) == pytest.approx(1.2, rel=0.01)
    assert all(value >= 0 for month in Period.parse("1404").months() for value in injuries(month).values())
