"""Transfers follow the partial order of XFER; those that are to break it are tried by conformance itself."""

import polars as pl
import pytest

from orchestration.generator.breaches import NO_BREACHES, USUAL_BREACHES, BreachRates
from orchestration.generator.coding import places
from orchestration.generator.days import build_days
from orchestration.generator.draws import Draws
from orchestration.generator.scales import Scale, volume_of
from orchestration.generator.transfers import LOG_START, LOOKBACK, ROSTER_MONTHS, Transfers
from orchestration.generator.world import build_world
from vocabulary.periods import Period, month_range

FIRST, LAST = Period.month(1398, 1), Period.month(1398, 10)
ORDER = (  # earlier, later: for the first event of each kind in a transfer
    ("REFERRED", "FORM_SAVED"),
    ("FORM_SAVED", "HEAD_APPROVED"),
    ("HEAD_APPROVED", "SENT_TO_CENTRE"),
    ("SENT_TO_CENTRE", "RECEIVED_FROM_CENTRE"),
    ("PAPER_SENT", "PAPER_RECEIVED"),
    ("PAPER_RECEIVED", "ORDERS_VIEWED"),
    ("RECEIVED_FROM_CENTRE", "ORDERS_VIEWED"),
    ("ORDERS_VIEWED", "COMPARED"),
    ("COMPARED", "REGISTRATION_CONFIRMED"),
    ("REGISTRATION_CONFIRMED", "ACTIVATED"),
    ("ACTIVATED", "ORIGIN_CLOSED"),
    ("RETURNED", "CORRECTED"),
)
ORIGIN_EVENTS = ("REFERRED", "FORM_SAVED", "HEAD_APPROVED", "SENT_TO_CENTRE", "PAPER_SENT", "CORRECTED", "CANCELLED")


def _transfers(rates: BreachRates = NO_BREACHES) -> Transfers:
    volume = volume_of(Scale.DEMO)
    days = build_days(FIRST, LAST, before=LOOKBACK + ROSTER_MONTHS + 1, after=LOOKBACK + 1)
    return Transfers(build_world(3, volume), Draws.of(3, "pension_transfer"), days, 600, rates)


def _named(column: str, codelist: str) -> pl.Expr:
    names = {place: code for code, place in places(codelist).items()}
    return pl.col(column).replace_strict(names, default=None, return_dtype=pl.String)


@pytest.fixture(scope="module")
def events() -> pl.DataFrame:
    transfers = _transfers()
    return pl.concat([transfers.month(month) for month in month_range(FIRST, LAST)]).with_columns(
        _named("event_type", "CL_TRANSFER_EVENT"),
        _named("role", "CL_TRANSFER_ROLE"),
        _named("compare_result", "CL_COMPARE_RESULT"),
        (pl.col("event_date").cast(pl.Int64) * 86_400 + pl.col("event_time")).alias("at"),
    )


@pytest.fixture(scope="module")
def first(events: pl.DataFrame) -> pl.DataFrame:
    return (
        events.group_by("transfer_id", "event_type")
        .agg(pl.col("at").min())
        .pivot(on="event_type", index="transfer_id", values="at")
    )


@pytest.mark.parametrize(("earlier", "later"), ORDER)
def test_events_come_in_their_order(first: pl.DataFrame, earlier: str, later: str) -> None:
    both = first.drop_nulls([earlier, later])
    assert len(both)
    assert (both[earlier] >= both[later]).sum() == 0


def test_a_later_event_has_its_earlier_ones(first: pl.DataFrame) -> None:
    for earlier, later in ORDER[:3]:
        assert first.filter(pl.col(later).is_not_null() & pl.col(earlier).is_null()).is_empty()


def test_a_mismatch_goes_back_and_only_a_match_goes_on(events: pl.DataFrame) -> None:
    compared = events.filter(pl.col("event_type") == "COMPARED")
    assert compared["compare_result"].null_count() == 0
    assert events.filter(pl.col("event_type") != "COMPARED")["compare_result"].null_count() == len(events) - len(
        compared
    )
    assert 0.02 < (compared["compare_result"] == "MISMATCH").mean() < 0.12  # type: ignore[operator]
    last = compared.sort("at").group_by("transfer_id").last().select("transfer_id", "compare_result")
    confirmed = events.filter(pl.col("event_type") == "REGISTRATION_CONFIRMED").join(last, on="transfer_id")
    assert (confirmed["compare_result_right"] == "MATCH").all()


def test_each_event_is_recorded_where_it_happens(events: pl.DataFrame) -> None:
    at_origin = pl.col("event_type").is_in([*ORIGIN_EVENTS, "ORIGIN_CLOSED"])
    where = pl.when(at_origin).then(pl.col("origin_unit_code")).otherwise(pl.col("destination_unit_code"))
    assert events.select((where == pl.col("unit_code")).all()).item()
    assert events.select((pl.col("origin_unit_code") != pl.col("destination_unit_code")).all()).item()


def test_roles_are_those_of_the_text(events: pl.DataFrame) -> None:
    approved = events.filter(pl.col("event_type") == "HEAD_APPROVED")
    assert (approved["role"] == "PENSIONS_TECHNICAL_HEAD").all()
    sent = events.filter(pl.col("event_type") == "SENT_TO_CENTRE")["role"]
    assert sent.is_in(["BRANCH_HEAD", "INSURANCE_DEPUTY"]).all()


def test_cancelling_comes_before_sending_and_ends_it(events: pl.DataFrame, first: pl.DataFrame) -> None:
    cancelled = first.filter(pl.col("CANCELLED").is_not_null())
    assert 0.01 < len(cancelled) / len(first) < 0.05
    assert cancelled["SENT_TO_CENTRE"].null_count() == len(cancelled)
    last = events.sort("at").group_by("transfer_id", maintain_order=True).last()
    of_them = last.join(cancelled, on="transfer_id", how="semi")
    assert (of_them["event_type"] == "CANCELLED").all()


def test_the_cycle_takes_about_twenty_days_with_a_heavy_tail(first: pl.DataFrame) -> None:
    done = first.drop_nulls(["REFERRED", "ACTIVATED"]).select(
        ((pl.col("ACTIVATED") // 86_400) - (pl.col("REFERRED") // 86_400)).alias("days")
    )["days"]
    assert 16 <= done.median() <= 24  # type: ignore[operator]
    assert done.quantile(0.98) > 2.2 * done.median()  # type: ignore[operator]
    still_open = 1 - len(done) / len(first.drop_nulls("REFERRED"))
    assert 0.03 < still_open < 0.2


def test_identifiers_are_unique_and_well_formed(events: pl.DataFrame) -> None:
    assert events["event_id"].n_unique() == len(events)
    assert events["national_id"].str.contains(r"^000\d{7}$").all()
    for code in events["national_id"].head(50):
        total = sum(int(digit) * (10 - place) for place, digit in enumerate(code[:9]))
        rest = total % 11
        assert int(code[9]) == (rest if rest < 2 else 11 - rest)
    assert events.group_by("transfer_id").agg(pl.col("file_no").n_unique())["file_no"].max() == 1


def test_a_few_transfers_break_rules_alone_or_in_pairs() -> None:
    usual = _transfers(USUAL_BREACHES)
    broken = pl.concat([usual.planted(month) for month in month_range(FIRST, LAST)])
    files = broken.group_by("file_no").len()["len"]
    assert 0.005 < len(files) / 6_000 < 0.02
    assert set(files) <= {1, 2}
    assert broken["rule"].n_unique() > 10


def test_a_month_is_the_same_whatever_was_made_before() -> None:
    late, early = _transfers(), _transfers()
    months = list(month_range(FIRST, LAST))
    for month in months[:-1]:
        early.month(month)
    assert early.month(LAST).equals(late.month(LAST))


def test_nothing_referred_before_the_log_begins_is_in_it(first: pl.DataFrame) -> None:
    assert FIRST == LOG_START
    assert first["REFERRED"].null_count() == 0
