"""Rows pulled from real databases: each once, in step with what was committed, whatever happens in between."""

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from database_world import IMPATIENT, START, VARIABLE, World, ids, postgresql_world, rows_of, sqlite_world, take_in

from lake import bronze
from lake.contracts.model import read_contract
from lake.row_states import in_order_of_receipt
from orchestration.sources.database import has_news, month_pulls, open_pull, pending_pulls
from orchestration.sources.sql import plan, reading
from orchestration.sources.sql.connect import Patience, ask
from orchestration.sources.sql.errors import DatabaseSourceError
from vocabulary.periods import Period

ESFAND = Period.month(1399, 12)


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    made = sqlite_world if request.param == "sqlite" else postgresql_world
    with made(tmp_path) as (world, url):
        monkeypatch.setenv(VARIABLE, url)
        yield world


@pytest.fixture
def postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with postgresql_world(tmp_path) as (world, url):
        monkeypatch.setenv(VARIABLE, url)
        yield world


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "BATCH_ROWS", 10)
    monkeypatch.setattr(reading, "FETCHED_ROWS", 4)


def test_a_batch_holds_the_values_as_text(world: World) -> None:
    world.insert([7])
    (pull,) = pending_pulls(world.home, world.source())
    received = open_pull(pull)
    (row,) = rows_of(pull)
    assert row == {
        "payment_id": "7",
        "month": "139912",
        "paid_on": "1399-12-11",
        "amount_rial": "7000.00",
        "note": "یادداشت 7",
        "_row_number": 1,
        "_shape": "data",
        "_raw": None,
        "_extra": row["_extra"],
    }
    assert "2021-03-01T08:00:00.000000" in row["_extra"]
    assert received.new_columns == ()
    assert (received.claim.period, received.claim.sender_code, received.encoding) == (ESFAND, "HQ-01", "database")
    assert received.prepared_on == START.date()


def test_only_what_is_new_is_pulled(world: World) -> None:
    source = world.source()
    assert has_news(world.home, source) is None
    world.insert(range(5), step=1)
    assert ids(take_in(world, source)) == [0, 1, 2, 3, 4]
    assert has_news(world.home, source) is None
    assert pending_pulls(world.home, source) == []
    world.insert([5, 6], minute=10)
    news = has_news(world.home, source)
    assert news is not None
    assert news.cursor.startswith("payment=2021-03-01T08:10:00")
    assert ids(take_in(world, source)) == [5, 6]
    assert has_news(world.home, source) is None


def test_rows_go_to_the_month_that_they_say(world: World) -> None:
    world.insert([1], month="1399/12")
    world.insert([2], month="اسفند ۹۹")
    world.insert([3], month="9911")
    world.insert([4], month="?")
    pulls = pending_pulls(world.home, world.source())
    found = {pull.name.split("/")[1]: ids(rows_of(pull)) for pull in pulls}
    assert found == {"1399-11": [3], "1399-12": [1, 2], "unreadable": [4]}
    assert all(pull.period is not None for pull in pulls)


def test_a_row_without_a_month_is_pulled_too(world: World) -> None:
    world.insert([1], month="139912")
    world.run("update {t} set month = null")
    assert ids(take_in(world, world.source())) == [1]


def test_rows_of_one_watermark_stay_together(world: World, small_batches: None) -> None:
    world.insert(range(25))  # one watermark, more rows than a batch
    world.insert(range(25, 60), minute=1, step=1)
    source = world.source()
    pulls = pending_pulls(world.home, source)
    found = [ids(rows_of(pull)) for pull in pulls]
    assert found[0][:25] == list(range(25))
    assert sorted(number for batch in found for number in batch) == list(range(60))
    assert len(pulls) > 2
    assert ids(take_in(world, source)) == list(range(60))
    assert pending_pulls(world.home, source) == []


@pytest.mark.parametrize("committed", [[0], [2], [1, 2, 3]])
def test_what_was_not_committed_is_pulled_again(world: World, small_batches: None, committed: list[int]) -> None:
    world.insert(range(22), step=1)
    world.insert(range(22, 30), month="139911")
    source = world.source()
    pulls = pending_pulls(world.home, source)
    assert len(pulls) == 4
    first = ids(take_in(world, source, pulls=[pulls[place] for place in committed]))
    world.insert([30], minute=5)
    assert has_news(world.home, source) is not None
    rest = ids(take_in(world, source))
    assert sorted([*first, *rest]) == list(range(31))
    assert has_news(world.home, source) is None


def test_the_same_rows_have_the_same_hash(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.insert(range(30), step=1)
    (pull,) = pending_pulls(world.home, world.source())
    once = open_pull(pull).file
    monkeypatch.setattr(reading, "FETCHED_ROWS", 7)
    assert open_pull(pull).file == once
    world.run("update {t} set note = 'x' where payment_id = 3")
    assert open_pull(pull).file.sha256 != once.sha256


def test_a_changed_row_comes_again_in_a_newer_batch(world: World) -> None:
    source = world.source()
    world.insert(range(3), step=1)
    take_in(world, source)
    with world.engine.begin() as connection:
        changed = world.table.update().where(world.table.c.payment_id == 1)
        connection.execute(changed.values(amount=5, changed_at=START + dt.timedelta(minutes=1)))
    (row,) = take_in(world, source)
    assert (row["payment_id"], row["amount_rial"]) == ("1", "5.00")
    records = bronze.registered(world.home, source.id)
    newest = max(records, key=lambda record: record.file_name)
    assert newest.lines_read == 1
    assert in_order_of_receipt(records)[-1] == newest.file_sha256


def test_a_row_within_the_lag_waits(world: World) -> None:
    source = world.source()
    world.insert([1])
    now = int((dt.datetime.now(dt.UTC) - START).total_seconds() // 60)
    world.insert([2], minute=now)
    assert ids(take_in(world, source)) == [1]
    assert has_news(world.home, source) is None
    assert ids(
        take_in(world, world.source("{table: payment, watermark: changed_at, period: month, zone: UTC, lag: 0}"))
    ) == [2]


def test_a_number_can_be_the_watermark(world: World) -> None:
    source = world.source("{table: payment, watermark: payment_id, period: month, lag: 2}")
    world.insert(range(1, 8))
    assert ids(take_in(world, source)) == [1, 2, 3, 4, 5]
    world.insert(range(8, 11))
    assert ids(take_in(world, source)) == [6, 7, 8]


def test_a_month_read_again_is_a_correction(world: World) -> None:
    source = world.source()
    world.insert(range(3), step=1)
    world.insert([9], month="139911")
    assert month_pulls(world.home, source, ESFAND) == []
    take_in(world, source)
    assert take_in(world, source, pulls=month_pulls(world.home, source, ESFAND)) == []  # nothing changed
    world.run("update {t} set note = 'mended' where payment_id = 1")  # its watermark forgotten
    world.insert([4], minute=5)
    assert pending_pulls(world.home, source)
    again = take_in(world, source, pulls=month_pulls(world.home, source, ESFAND))
    assert ids(again) == [0, 1, 2]
    correction = in_order_of_receipt(bronze.registered(world.home, source.id))[-1]
    assert ids(take_in(world, source)) == [4]
    order = in_order_of_receipt(bronze.registered(world.home, source.id))
    assert order.index(correction) == len(order) - 2


def test_a_new_column_is_kept_and_told(world: World) -> None:
    world.run("alter table {t} add column branch integer")
    world.insert([1])
    world.run("update {t} set branch = 12")
    (pull,) = pending_pulls(world.home, world.source())
    assert open_pull(pull).new_columns == ("branch",)
    assert '"branch": "12"' in rows_of(pull)[0]["_extra"]


@pytest.mark.parametrize(
    ("change", "rule", "named"),
    [
        ("alter table {t} drop column note", "missing_column", "note"),
        ("alter table {t} rename column amount to sum_of_it", "missing_column", "amount_rial"),
        ("alter table {t} add column amount_rial integer", "ambiguous_column", "amount_rial"),
        ("drop table {t}", "missing_table", "payment"),
    ],
)
def test_a_table_unlike_its_contract_is_refused_by_name(world: World, change: str, rule: str, named: str) -> None:
    world.insert([1])
    (pull,) = pending_pulls(world.home, world.source())
    world.run(change)
    for attempt in (lambda: pending_pulls(world.home, world.source()), lambda: open_pull(pull)):
        with pytest.raises(DatabaseSourceError) as raised:
            attempt()
        assert (raised.value.rule, raised.value.source, raised.value.entity) == (rule, "payment", "payment")
        assert named in raised.value.reason


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("alter column payment_id type text", None),
        ("alter column note type integer using 1", "payment.note holds integer, the contract wants text"),
        ("alter column amount type timestamp using now()", "payment.amount holds timestamp"),
        ("alter column paid_on type timestamptz", "payment.paid_on holds timestamp with time zone"),
        ("alter column changed_at type text", "payment.changed_at holds text"),
    ],
)
def test_a_retyped_column_is_refused_by_name(postgresql: World, change: str, named: str | None) -> None:
    postgresql.insert([1])
    postgresql.run(f"alter table {{t}} {change}")
    if named is None:
        assert ids(take_in(postgresql, postgresql.source())) == [1]
        return
    with pytest.raises(DatabaseSourceError, match=f"retyped_column: {named}"):
        pending_pulls(postgresql.home, postgresql.source())


def test_a_watermark_that_may_lose_rows_is_refused(world: World) -> None:
    with pytest.raises(DatabaseSourceError, match="missing_column: payment lacks changed_on"):
        pending_pulls(world.home, world.source("{table: payment, watermark: changed_on, period: month}"))
    world.run("alter table {t} add column touched date")
    world.insert([1])
    with pytest.raises(DatabaseSourceError, match="null_watermark: touched is null"):
        pending_pulls(world.home, world.source("{table: payment, watermark: touched, period: month}"))


def test_a_number_below_zero_is_no_watermark(world: World) -> None:
    world.insert([-1, 5])
    with pytest.raises(DatabaseSourceError, match="negative_watermark: payment_id"):
        pending_pulls(world.home, world.source("{table: payment, watermark: payment_id, period: month}"))


def test_a_timestamp_without_zone_needs_one_in_the_contract(postgresql: World) -> None:
    postgresql.run("alter table {t} alter column changed_at type timestamp using changed_at at time zone 'UTC'")
    postgresql.insert([1])
    with pytest.raises(DatabaseSourceError, match="watermark_zone"):
        pending_pulls(postgresql.home, postgresql.source("{table: payment, watermark: changed_at, period: month}"))
    assert ids(take_in(postgresql, postgresql.source())) == [1]


def drop_midway(world: World, monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """Let another session end the one that streams, between two batches, `times` times; return rows seen till then."""
    seen: list[int] = []
    stream = reading._batches
    ending = sa.text(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where application_name = 'amar/payment' and query like 'FETCH FORWARD%'"
    )

    def dropping(*given: object) -> Iterator[object]:
        for place, batch in enumerate(stream(*given)):
            yield batch
            if place == 2 and len(seen) < times:
                seen.append(batch.num_rows * 3)
                with world.engine.connect() as connection:
                    assert connection.execute(ending).scalar_one() == 1

    monkeypatch.setattr(reading, "FETCHED_ROWS", 100)
    monkeypatch.setattr(reading, "_batches", dropping)
    return seen


def test_a_connection_dropped_midway_loses_and_doubles_nothing(
    postgresql: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = postgresql.source()
    postgresql.insert(range(1000), step=1)
    seen = drop_midway(postgresql, monkeypatch, times=2)
    assert ids(take_in(postgresql, source)) == list(range(1000))
    assert seen == [300, 300]
    assert pending_pulls(postgresql.home, source) == []


def test_a_connection_dropped_each_time_leaves_all_for_the_next_run(
    postgresql: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = postgresql.source()
    postgresql.insert(range(1000), step=1)
    seen = drop_midway(postgresql, monkeypatch, times=IMPATIENT.attempts)
    with pytest.raises(DatabaseSourceError, match="payment/payment: unreachable"):
        take_in(postgresql, source)
    assert len(seen) == IMPATIENT.attempts
    assert ids(take_in(postgresql, source)) == list(range(1000))


PULL_AND_TELL_GROWTH = """
import pathlib, sys
from lake.contracts.model import read_contract
from lake.layout import Home
from orchestration.sources.database import open_pull, pending_pulls
from orchestration.sources.sql import reading
reading.FETCHED_ROWS = 1000
peaks = []
folder = pathlib.Path(sys.argv[1])
pulls = pending_pulls(Home(folder / "home"), read_contract(folder / "payment.yaml"))
for pull in sorted(pulls, key=lambda pull: pull.rows.rows):
    rows = sum(batch.num_rows for batch in open_pull(pull).batches)
    (peak,) = (line for line in pathlib.Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    peaks.append(int(peak.split()[1]) // 1024)
print(rows, peaks[-1] - peaks[0])
"""


def test_memory_does_not_grow_with_a_batch(postgresql: World) -> None:
    postgresql.source()
    for month, rows in (("139911", 2_000), ("139912", 40_000)):
        postgresql.run(
            f"insert into {{t}} select {rows} + g, '{month}', null, g, repeat('x', 1000), timestamptz '2021-03-01'"
            f" from generate_series(1, {rows}) g"
        )
    command = [sys.executable, "-c", PULL_AND_TELL_GROWTH, str(postgresql.folder)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    rows, growth_mib = (int(word) for word in told)
    assert rows == 40_000  # 40 MB of text
    assert growth_mib < 20


def test_nobody_is_tried_twice_with_a_wrong_password(postgresql: World, monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgresql.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv(VARIABLE, url.replace("//amar@", "//nobody:s3cr3t-word@"))
    waits = Patience(attempts=2, first_wait=600, longest_wait=600)  # a second try would hang the test
    with pytest.raises(DatabaseSourceError) as raised:
        pending_pulls(postgresql.home, postgresql.source(), patience=waits)
    assert raised.value.rule == "refused"
    assert VARIABLE in str(raised.value)
    assert "s3cr3t-word" not in repr(raised.value) + str(raised.value) + str(raised.value.__cause__)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("", "no_credentials"),
        ("s3cr3t", "bad_url"),
        ("mysql://u:s3cr3t@127.0.0.1:1/x", "wrong_kind"),
        ("sqlite:////nowhere/s3cr3t.db", "unreachable"),
    ],
)
def test_a_wrong_address_is_told_without_the_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, rule: str
) -> None:
    with sqlite_world(tmp_path) as (world, _):
        monkeypatch.setenv(VARIABLE, url)
        with pytest.raises(DatabaseSourceError) as raised:
            pending_pulls(world.home, world.source(), patience=IMPATIENT)
        assert raised.value.rule == rule
        assert "s3cr3t" not in str(raised.value)


def test_a_server_that_is_away_is_tried_again_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite_world(tmp_path) as (world, _):
        source = world.source()
        path = tmp_path / "payment.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("type: sqlite", "type: postgresql"), encoding="utf-8")
        monkeypatch.setenv(VARIABLE, "postgresql://amar:s3cr3t@127.0.0.1:1/none")
        with pytest.raises(DatabaseSourceError, match="payment/payment: unreachable") as raised:
            pending_pulls(world.home, read_contract(path), patience=IMPATIENT)
        assert source.id == raised.value.source


def test_nothing_can_be_written_through_a_pull(world: World) -> None:
    world.insert([1])

    def write(connection: sa.Connection) -> None:
        connection.execute(world.table.delete())

    with pytest.raises(DatabaseSourceError, match="query_failed") as raised:
        ask(world.source(), "payment", write, IMPATIENT)
    assert "delete" not in str(raised.value).lower()
    assert ids(take_in(world, world.source())) == [1]
