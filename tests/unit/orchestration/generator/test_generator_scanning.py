"""Imaging passes its steps in order; counts of leaves and images keep to what they should."""

from itertools import pairwise

import polars as pl
import pytest

from orchestration.generator.coding import places
from orchestration.generator.days import build_days
from orchestration.generator.draws import Draws
from orchestration.generator.lapses import CLEAN, LapseRates
from orchestration.generator.scales import Scale, volume_of
from orchestration.generator.scanning import Imaged, Scanning
from orchestration.generator.world import build_world
from vocabulary.codelists.load import load_codelist
from vocabulary.periods import Period, month_range

FIRST, LAST = Period.month(1398, 1), Period.month(1398, 4)


def _scanning(at_once: int = 40_000, rates: LapseRates = CLEAN) -> Scanning:
    days = build_days(FIRST, LAST, before=3, after=2)
    return Scanning(build_world(3, volume_of(Scale.DEMO)), Draws.of(3, "scan_index"), days, 3_000, at_once, rates)


def _all(scanning: Scanning, month: Period) -> tuple[pl.DataFrame, ...]:
    pieces = [_frames(scanning.month(month, piece)) for piece in scanning.pieces(month)]
    return tuple(pl.concat(frames) for frames in zip(*pieces, strict=True))


def _frames(made: Imaged) -> tuple[pl.DataFrame, ...]:
    return made.events, made.documents, made.acts, made.planted


def _named(column: str, codelist: str) -> pl.Expr:
    names = {place: code for code, place in places(codelist).items()}
    return pl.col(column).replace_strict(names, return_dtype=pl.String)


@pytest.fixture(scope="module")
def made() -> tuple[pl.DataFrame, pl.DataFrame]:
    scanning = _scanning()
    months = [_all(scanning, month) for month in month_range(FIRST, LAST)]
    events = pl.concat([events for events, *_ in months]).with_columns(
        _named("step", "CL_SCAN_STEP"),
        _named("workflow", "CL_SCAN_WORKFLOW"),
        (pl.col("event_date").cast(pl.Int64) * 86_400 + pl.col("event_time")).alias("at"),
    )
    documents = pl.concat([documents for _, documents, *_ in months]).with_columns(
        _named("workflow", "CL_SCAN_WORKFLOW"),
        _named("document_type", "CL_DOCUMENT_TYPE"),
        _named("document_group", "CL_DOCUMENT_GROUP"),
    )
    return events, documents


def test_a_file_passes_the_twelve_steps_in_order(made: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    files = made[0].filter(pl.col("workflow") == "FILE")
    first = files.group_by("file_no", "step").agg(pl.col("at").min()).pivot(on="step", index="file_no", values="at")
    steps = [code for code in load_codelist("CL_SCAN_STEP").codes if code != "WEEDED"]
    assert set(steps) <= set(first.columns)
    for earlier, later in pairwise(steps):
        assert first.filter(pl.col(earlier) >= pl.col(later)).is_empty()
        assert first.filter(pl.col(later).is_not_null() & pl.col(earlier).is_null()).is_empty()


def test_some_are_imaged_again(made: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    imaged = made[0].filter((pl.col("workflow") == "FILE") & (pl.col("step") == "S05")).group_by("file_no").len()
    assert 0.05 < (imaged["len"] > 1).mean() < 0.2  # type: ignore[operator]


def test_first_counts_of_leaves_agree_for_about_98_per_cent(made: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    events = made[0].sort("at")
    counted = events.filter(pl.col("step") == "S02").group_by("file_no").agg(pl.col("leaf_count").last())
    again = events.filter(pl.col("step") == "S09").group_by("file_no").agg(pl.col("leaf_count").first().alias("again"))
    both = counted.join(again, on="file_no")
    assert both.null_count().sum_horizontal().item() == 0
    assert (both["leaf_count"] == both["again"]).mean() == pytest.approx(0.9765, abs=0.01)


def test_images_lie_between_leaves_and_twice_the_leaves(made: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    events = made[0].filter(pl.col("workflow") == "FILE")
    leaves = events.filter(pl.col("step") == "S02").select("file_no", pl.col("leaf_count").alias("leaves"))
    approved = events.filter(pl.col("step").is_in(["S07", "S11"]))
    images = approved.drop_nulls("image_count").join(leaves, on="file_no")
    assert len(images)
    assert images.select(pl.col("image_count").is_between(pl.col("leaves"), 2 * pl.col("leaves")).all()).item()


def test_documents_lie_in_their_files_and_groups(made: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    events, documents = made
    assert documents["document_id"].n_unique() == len(documents)
    assert documents["image_count"].min() >= 1  # type: ignore[operator]
    assert documents["insurance_no"].str.contains(r"^\d{8,10}$").all()
    parents = {item.code: item.parent for item in load_codelist("CL_DOCUMENT_TYPE").items}
    groups = documents["document_type"].replace_strict(parents, return_dtype=pl.String)
    assert (groups == documents["document_group"]).all()
    letters = documents.filter(pl.col("workflow") == "CORRESPONDENCE")
    assert (letters["document_group"] == "CORRESPONDENCE").all()
    images = events.filter(pl.col("step") == "S05").group_by("file_no").agg(pl.col("image_count").max())
    summed = documents.group_by("file_no").agg(pl.col("image_count").sum().alias("summed")).join(images, on="file_no")
    assert (summed["summed"] == summed["image_count"]).all()


def test_brokerages_image_for_themselves(made: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    events = made[0]
    brokerages = build_world(3, volume_of(Scale.DEMO)).units.filter(pl.col("kind") == "BROKERAGE")["unit"].implode()
    by_brokerage = events.select(pl.col("unit_code").is_in(brokerages).alias("is"), pl.col("workflow") == "BROKERAGE")
    assert (by_brokerage["is"] == by_brokerage["workflow"]).all()
    assert set(events["workflow"].unique()) == {"FILE", "NEW_DOCUMENT", "CORRESPONDENCE", "BROKERAGE"}


def test_events_are_unique_and_in_their_month(made: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    assert made[0]["event_id"].n_unique() == len(made[0])
    events, documents, *_ = _all(_scanning(), LAST)
    for days in (events["event_date"], documents["entry_date"]):
        assert LAST.start.toordinal() <= days.min() <= days.max() <= LAST.end.toordinal()  # type: ignore[operator]


def test_the_result_does_not_depend_on_the_pieces_or_the_months_before() -> None:
    whole, parts = _scanning(rates=LapseRates()), _scanning(50, LapseRates())
    _all(whole, LAST.shift(-1))
    assert len(list(parts.pieces(LAST))) > 10
    keys = (
        ("directorate", "event_id"),
        ("directorate", "document_id"),
        ("directorate", "event_id"),
        ("rule", "file_no"),
    )
    for one, other, key in zip(_all(whole, LAST), _all(parts, LAST), keys, strict=True):
        assert len(one)
        assert one.sort(key).equals(other.sort(key))
