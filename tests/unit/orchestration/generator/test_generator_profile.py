"""The national figures hit the published ones."""

from importlib import resources
from io import BytesIO
from itertools import pairwise

import polars as pl
import pytest

from orchestration.generator.profile import INSURED_1399, average_pension, months_since_anchor, national
from vocabulary.periods import Period, month_range

MARCH_2019, MARCH_2021 = Period.month(1397, 12), Period.month(1399, 12)


@pytest.fixture(scope="module")
def published() -> dict[int, int]:
    """Published figures by number."""
    data = resources.files("orchestration.generator").joinpath("data", "sso_published_figures.csv").read_bytes()
    figures = pl.read_csv(BytesIO(data), infer_schema=False)
    numbers = figures.select(pl.col("fact_no").cast(pl.Int64), pl.col("value").cast(pl.Float64).cast(pl.Int64))
    return dict(numbers.iter_rows())


def _total(period: Period, measure: str) -> int:
    return sum(value for (name, _), value in national(period).items() if name == measure)


@pytest.mark.parametrize(
    ("measure", "fact"), [("PRINCIPAL_INSURED", 58), ("DEPENDENT_INSURED", 59), ("PRINCIPAL_PENSIONER", 61)]
)
def test_totals_of_1399_are_the_published_ones(published: dict[int, int], measure: str, fact: int) -> None:
    assert _total(MARCH_2021, measure) == published[fact]


def test_pensions_of_1399_are_the_published_ones(published: dict[int, int]) -> None:
    assert _total(MARCH_2021, "DEPENDENT_PENSIONER") == published[62]
    assert _total(MARCH_2021, "PENSION_CASE") == published[79]
    assert national(MARCH_2021)["PENSION_CASE", "RETIREMENT"] == published[80]


def test_types_of_1399_are_the_published_ones(published: dict[int, int]) -> None:
    facts = {
        "COMPULSORY": 64,
        "UI_RECIPIENT": 66,
        "AGREEMENT": 67,
        "MOSQUE_SERVANT": 70,
        "PORTER": 71,
        "GUILD_EMPLOYER": 72,
        "WEAVER": 73,
        "VOLUNTARY": 74,
        "CONSTRUCTION": 75,
        "DRIVER": 76,
        "SELF_EMPLOYED": 77,
    }
    found = {code: national(MARCH_2021)["PRINCIPAL_INSURED", code] for code in facts}
    assert found == {code: published[fact] for code, fact in facts.items()}
    assert INSURED_1399["BEEKEEPER"] == 3008  # the note to fact 68


def test_totals_of_1397_are_the_published_ones(published: dict[int, int]) -> None:
    assert _total(MARCH_2019, "PRINCIPAL_INSURED") == published[51]
    assert _total(MARCH_2019, "DEPENDENT_INSURED") == published[52]


def test_months_between_are_smooth() -> None:
    months = month_range(MARCH_2019, MARCH_2021)
    assert months_since_anchor(MARCH_2021) == 24
    totals = [_total(month, "PRINCIPAL_INSURED") for month in months]
    assert all(abs(later / earlier - 1) < 0.015 for earlier, later in pairwise(totals))
    assert all(min(national(month).values()) >= 0 for month in months)


def test_pensions_are_of_the_order_they_should_be() -> None:
    assert 25e6 < average_pension(1398) < average_pension(1399) < 35e6
    quarter = sum(_total(Period.month(1398, month), "NEW_PENSION") for month in (4, 5, 6))
    assert quarter == pytest.approx(61_815, rel=0.08)
