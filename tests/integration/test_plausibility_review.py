"""The plausibility check over a home's gold table, and a reviewer's verdict in its ledger."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from governance.clauses import RefusedError
from governance.context import open_context
from governance.database.engine import migrate
from governance.officials import seed_demo
from governance.plausibility.results import ADJUSTED, ADJUSTMENT, FLAGS, OBSERVATIONS, check
from governance.plausibility.review import NoFlagError, flags, judge_flag, open_flags, reviews
from governance.plausibility.verdicts import Verdict
from governance.settings import Settings
from lake import tables
from lake.layout import Home
from vocabulary.periods import Period, month_range

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MONTHS = [month.code for month in month_range(Period.parse("1397-01"), Period.parse("1398-12"))]
OUT_OF_LINE = "1398-05"


@pytest.fixture
def home(tmp_path):
    """A home whose gold holds two years of one indicator, one month of it a tenth too high, and a year's figure."""
    home = Home(tmp_path)
    values = [3.5 - 0.002 * place + 0.004 * (place * 7 % 5) for place in range(len(MONTHS))]
    values[MONTHS.index(OUT_OF_LINE)] *= 1.1
    _write(home, [*zip(MONTHS, values, strict=True), ("1398", 99.0)])
    return home


def _write(home, points):
    rows = pl.DataFrame(
        [
            {
                "indicator_code": "support_ratio",
                "geo_code": "IR",
                "period": period,
                "value": value,
                "obs_status": "A",
                "provenance": "synthetic",
            }
            for period, value in points
        ]
    )
    tables.replace(home, "gold", OBSERVATIONS, rows.to_arrow())


@pytest.fixture
def context(home):
    with open_context(Settings(home=home.root)) as context:
        migrate(context.engine)
        seed_demo(context.officials, now=NOW)
        yield context


def test_the_check_keeps_flags_and_adjusted_series(home):
    assert check(home) == (1, 1)
    (flag,) = flags(home).to_dicts()
    assert (flag["period"], flag["kind"], flag["provenance"]) == (OUT_OF_LINE, "OUTLIER", "synthetic")
    adjusted = pl.DataFrame(tables.read(home, "gold", ADJUSTED))
    assert adjusted["period"].to_list() == MONTHS
    assert adjusted["adjustment"].unique().to_list() == [ADJUSTMENT]
    before = tables.versions(home, "gold")
    assert check(home) == (1, 1)
    assert tables.versions(home, "gold") == before


def test_a_verdict_is_kept_and_belongs_to_the_figure_as_it_was(home, context):
    assert open_flags(context) is None
    check(home)
    assert open_flags(context) == 1
    flag = flags(home)["flag_id"].item()
    judge_flag(context, flag, Verdict.WRONG, reason="sent twice", actor="DEMO-STATISTICIAN", now=NOW)
    later = NOW + timedelta(days=1)
    judge_flag(context, flag, Verdict.EXPLAINED, reason="a merger", actor="DEMO-APPROVER", now=later)
    with context.ledger.reading() as ledger:
        found = reviews(ledger)
    assert open_flags(context) == 0
    assert (found[flag].verdict, found[flag].reason, found[flag].office) == (
        Verdict.EXPLAINED,
        "a merger",
        "HQ-STATISTICS",
    )
    _write(home, [*zip(MONTHS, [3.5 - 0.002 * place for place in range(len(MONTHS))], strict=True)])
    check(home)
    assert tables.count(home, "gold", FLAGS) == 0
    with pytest.raises(NoFlagError):
        judge_flag(context, flag, Verdict.CONFIRMED, reason="late", actor="DEMO-STATISTICIAN", now=later)


def test_an_erased_verdict_reads_erased(home, context):
    check(home)
    flag = flags(home)["flag_id"].item()
    judge_flag(context, flag, Verdict.CONFIRMED, reason="true", actor="DEMO-STATISTICIAN", now=NOW)
    with context.ledger.writing() as ledger:
        ledger.erase(ledger.head(), office="HQ-STATISTICS", clause="OPEN-1", reason="asked", now=NOW)
        found = reviews(ledger)
    assert (found[flag].verdict, found[flag].reason) == (None, None)


@pytest.mark.parametrize(
    ("actor", "reason"), [("DEMO-AUDITOR", "true"), ("DEMO-STATISTICIAN", "  "), ("NOBODY", "true")]
)
def test_who_may_not_judge_is_refused(home, context, actor, reason):
    check(home)
    with pytest.raises(RefusedError):
        judge_flag(context, flags(home)["flag_id"].item(), Verdict.CONFIRMED, reason=reason, actor=actor, now=NOW)
