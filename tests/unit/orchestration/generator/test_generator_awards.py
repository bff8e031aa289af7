"""Award orders one by one agree with the awards that the same units report."""

from pathlib import Path

import polars as pl
import pytest

from orchestration.generator.awards import LONGEST
from orchestration.generator.batches import Plan, make_plan
from orchestration.generator.coding import places
from orchestration.generator.scales import Scale
from vocabulary.periods import Period

MONTH = Period.month(1399, 12)


def _plan(scale: Scale) -> Plan:
    return make_plan(Path("unused"), scale=scale, seed=5, months=[MONTH], defects=0.0)


def _awarded(reports: pl.DataFrame, *by: str) -> dict[tuple[int, ...], int]:
    awards = reports.filter(pl.col("measure") == places("CL_MIS_MEASURE")["NEW_PENSION"])
    counted = awards.group_by(*by).agg(pl.col("value").sum()).filter(pl.col("value") > 0)
    return {tuple(key): value for *key, value in counted.iter_rows()}


@pytest.fixture(scope="module", params=[Scale.TINY, Scale.DEMO])
def made(request: pytest.FixtureRequest) -> tuple[Scale, pl.DataFrame, pl.DataFrame]:
    plan = _plan(request.param)
    reports = plan.mis.month(MONTH)
    return request.param, reports, plan.awards.orders(reports, MONTH)


def test_there_are_as_many_as_reported_or_one_in_twelve(made: tuple[Scale, pl.DataFrame, pl.DataFrame]) -> None:
    scale, reports, orders = made
    by = ("unit_code", "pension_kind") if scale is Scale.TINY else ("unit_code",)
    reported = _awarded(reports, *by)
    listed = {tuple(key): many for *key, many in orders.group_by(by).len().iter_rows()}
    step = 1 if scale is Scale.TINY else 12
    assert set(orders["sample_step"]) == {step}
    assert set(listed) <= set(reported)
    assert all(abs(listed.get(key, 0) * step - many) < step for key, many in reported.items())
    assert len(orders) <= 2000


def test_an_order_is_of_the_month_and_follows_its_claim(made: tuple[Scale, pl.DataFrame, pl.DataFrame]) -> None:
    _, _, orders = made
    assert orders["order_date"].is_between(MONTH.start.toordinal(), MONTH.end.toordinal()).all()
    days = orders["order_date"] - orders["claim_date"]
    assert days.is_between(1, LONGEST).all()
    assert 30 < days.median() < 50  # type: ignore[operator]
    assert orders.select(pl.col("order_no").n_unique(), pl.col("file_no").n_unique()).row(0) == (len(orders),) * 2


def test_orders_are_the_same_again(made: tuple[Scale, pl.DataFrame, pl.DataFrame]) -> None:
    scale, reports, orders = made
    assert _plan(scale).awards.orders(reports, MONTH).equals(orders)
