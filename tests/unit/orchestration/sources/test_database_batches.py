"""What names of batches say about how far a table is known, and how a database's values are written."""

import datetime as dt
import itertools
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pytest
import sqlalchemy as sa

from lake.contracts.database import Query, QueryError, read_query
from orchestration.sources.sql.coverage import coverage
from orchestration.sources.sql.errors import is_passing
from orchestration.sources.sql.fingerprint import Fingerprint
from orchestration.sources.sql.printing import Family, as_json, family_of, jalali_day, printer
from orchestration.sources.sql.watermark import text_of

QUERY = Query(table="payment", watermark="at", period="month", order_by=())


@dataclass(frozen=True)
class Batch:
    file_name: str
    object: str = "payment"


def batch(after: str, to: str, slice_: str, part: str, plan: str = "aaaaaaaa") -> Batch:
    return Batch(f"sql:payment.at@{after}..{to}/{slice_}/{part}.{plan}")


PLAN = [
    batch("", "5", "1399-11", "1of3"),
    batch("", "3", "1399-12", "2of3"),
    batch("3", "5", "1399-12", "3of3"),
]


@pytest.mark.parametrize("count", range(4))
def test_a_table_is_known_up_to_plans_that_are_whole(count: int) -> None:
    for committed in itertools.permutations(PLAN, count):
        known = coverage(committed, "payment", QUERY)
        assert known.complete == ("5" if count == 3 else "")
        held = {(name, *pair) for name, pairs in known.intervals.items() for pair in pairs}
        missing = {(name, *pair) for name in ("1399-11", "1399-12") for pair in known.gaps(name, "5")}
        everything = {("1399-11", "", "5"), ("1399-12", "", "3"), ("1399-12", "3", "5")}
        if ("1399-12", "", "5") in missing:
            missing = missing - {("1399-12", "", "5")} | {("1399-12", "", "3"), ("1399-12", "3", "5")}
        if count < 3:
            assert held | missing == everything
            assert not held & missing
        else:
            assert not missing


def test_what_is_newer_than_a_whole_plan_is_missing() -> None:
    known = coverage([*PLAN, batch("5", "7", "1399-12", "1of2", "bbbbbbbb")], "payment", QUERY)
    assert known.complete == "5"
    assert known.gaps("1399-12", "9") == [("7", "9")]
    assert known.gaps("1400-01", "9") == [("5", "9")]
    assert known.gaps("1399-12", "6") == []


def test_parts_of_two_plans_make_no_whole_one() -> None:
    mixed = [PLAN[0], batch("", "3", "1399-12", "2of3", "bbbbbbbb"), batch("3", "5", "1399-12", "3of3", "bbbbbbbb")]
    assert coverage(mixed, "payment", QUERY).complete == ""


@pytest.mark.parametrize(
    "other",
    [
        Batch("payment_139912.csv"),
        Batch("sql:payment.at@..9/1399-12/1of1.aaaaaaaa", object="other"),
        Batch("sql:payment.other_mark@..9/1399-12/1of1.aaaaaaaa"),
        Batch("sql:payments.at@..9/1399-12/1of1.aaaaaaaa"),
        Batch("sql:payment.at@9..9/1399-12/whole-1of1.aaaaaaaa"),
    ],
)
def test_files_other_tables_and_corrections_say_nothing(other: Batch) -> None:
    known = coverage([other], "payment", QUERY)
    assert (known.complete, known.intervals) == ("", {})


def test_texts_of_a_watermark_sort_as_its_values() -> None:
    utc = dt.datetime(2021, 3, 1, 8, tzinfo=dt.UTC)
    tehran = dt.timezone(dt.timedelta(hours=3, minutes=30))
    instants = [utc, (utc + dt.timedelta(microseconds=1)).astimezone(tehran), utc + dt.timedelta(days=400)]
    for values in ([9, 10, 2_000_000_000_000], [dt.date(999, 1, 1), dt.date(2021, 3, 1)], instants):
        texts = [text_of(value) for value in (None, *values)]
        assert texts == sorted(texts)
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    ("kind", "parse", "value", "text"),
    [
        (sa.BigInteger(), "integer", 12, "12"),
        (sa.Numeric(38, 0), "integer", Decimal(10) ** 30, "1" + "0" * 30),
        (sa.Numeric(10, 2), "decimal", Decimal("1E+3"), "1000"),
        (sa.Numeric(10, 2), "decimal", Decimal("1.50"), "1.50"),
        (sa.Float(), "decimal", 0.1, "0.1"),
        (sa.Boolean(), None, True, "true"),
        (sa.Date(), None, dt.date(2021, 3, 20), "2021-03-20"),
        (sa.Date(), "jalali_date", dt.date(2021, 3, 20), "1399-12-30"),
        (sa.Date(), "jalali_date", dt.date(1399, 12, 30), "1399-12-30 AD"),
        (sa.DateTime(), "jalali_date", dt.datetime(2021, 3, 20), "1399-12-30"),  # noqa: DTZ001
        (sa.DateTime(), "jalali_date", dt.datetime(2021, 3, 20, 23), "2021-03-20T23:00:00.000000"),  # noqa: DTZ001
        (sa.DateTime(timezone=True), None, dt.datetime(2021, 3, 1, tzinfo=dt.UTC), "2021-03-01T00:00:00.000000Z"),
        (sa.Time(), "time", dt.time(14, 5), "14:05:00"),
        (sa.Text(), "text", " علي ", " علي "),
        (sa.LargeBinary(), None, b"\x00\xff", "00ff"),
        (sa.JSON(), None, {"b": 1, "a": [2]}, '{"a": [2], "b": 1}'),
    ],
)
def test_values_have_one_text(kind: sa.types.TypeEngine, parse: str | None, value: object, text: str) -> None:
    assert printer(family_of(kind), parse)([value, None]).to_pylist() == [text, None]


def test_a_day_outside_the_calendar_is_not_taken_for_one_in_it() -> None:
    assert jalali_day(dt.date(1405, 1, 1)) == "1405-01-01 AD"
    assert family_of(sa.Numeric(10, 0)) is Family.INTEGER


def test_unknown_columns_are_kept_as_json() -> None:
    texts = as_json({"الف": pa.array(["۱", None]), "b": pa.array(['"', "x"])})
    assert texts.to_pylist() == ['{"الف": "۱", "b": "\\""}', '{"الف": null, "b": "x"}']


def test_a_fingerprint_knows_rows_not_batches() -> None:
    rows = pa.table({"a": ["x", None, "", "yz"], "b": ["1", "2", "3", "4"]})

    def mark(*tables: pa.Table, subject: str = "s") -> str:
        fingerprint = Fingerprint(subject, ["a", "b"])
        for table in tables:
            fingerprint.add(table)
        return fingerprint.hexdigest()

    whole = mark(rows)
    assert mark(rows.slice(0, 1), rows.slice(1)) == whole
    others = [
        mark(rows, subject="t"),
        mark(rows.slice(1)),
        mark(pa.table({"a": ["x", "", None, "yz"], "b": ["1", "2", "3", "4"]})),
        mark(pa.table({"a": ["", None, "x", "yz"], "b": ["1", "2", "3", "4"]})),
        mark(pa.table({"a": ["x", None, "y", "z"], "b": ["1", "2", "3", "4"]})),
        mark(pa.table({"a": ["1", "2", "3", "4"], "b": ["x", None, "", "yz"]})),
    ]
    assert len({whole, *others}) == len(others) + 1


class _DriverError(Exception):
    def __init__(self, text: str = "", sqlstate: str | None = None) -> None:
        super().__init__(text)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("statement", "driver", "invalidated", "passing"),
    [
        (None, _DriverError("connection refused"), False, True),
        (None, _DriverError('password authentication failed for user "x"'), False, False),
        (None, _DriverError('database "x" does not exist'), False, False),
        ("select", _DriverError("whatever"), True, True),
        ("select", _DriverError(sqlstate="57P01"), False, True),
        ("select", _DriverError(sqlstate="08006"), False, True),
        ("select", _DriverError(sqlstate="42501"), False, False),
        ("select", _DriverError("connection refused"), False, False),
    ],
)
def test_only_what_passes_is_tried_again(
    statement: str | None, driver: _DriverError, invalidated: bool, passing: bool
) -> None:
    error = sa.exc.OperationalError(statement or "", {}, driver, connection_invalidated=invalidated)
    error.statement = statement
    assert is_passing(error) is passing
    assert not is_passing(ValueError())


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ({"table": "t"}, "table and watermark"),
        ({"table": "t", "watermark": "w", "sql": "select 1"}, "table and watermark"),
        ("select 1", "table and watermark"),
        ({"table": "t", "watermark": "w"}, "needs a period"),
        ({"table": "t", "watermark": "w", "period": "p", "lag": -1}, "lag"),
        ({"table": "t", "watermark": "w", "period": "p", "zone": "Asia/Nowhere"}, "zone"),
    ],
)
def test_a_query_with_a_wrong_word_is_refused(section: object, says: str) -> None:
    with pytest.raises(QueryError, match=says):
        read_query(section, partitioned=True, correction_slice=())


def test_a_query_does_not_go_with_slices() -> None:
    section = {"table": "t", "watermark": "w", "period": "p"}
    with pytest.raises(QueryError, match="correctionSlice"):
        read_query(section, partitioned=True, correction_slice=("unit",))
    assert read_query(section, partitioned=False, correction_slice=()) == Query("t", "w", None, ())
