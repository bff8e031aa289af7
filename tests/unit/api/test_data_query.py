"""Reading a data request: filters, periods, cursors, formats. No server."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.answer import json_number, most_restrictive, noticed
from api.data.formats import Format, negotiate
from api.data.query import (
    Cursor,
    Selection,
    check_cursor,
    read_condition,
    read_cursor,
    read_selection,
)
from api.problems.problem import ProblemError
from vocabulary.periods import Period

DIMENSIONS = [
    {"id": "INDICATOR", "codes": [{"code": "support_ratio"}, {"code": "female_share"}]},
    {"id": "GEO", "codes": [{"code": "IR"}, {"code": "IR-23"}]},
]


def select(*parameters, periods=(), frequency=None):
    return read_selection(parameters, periods, DIMENSIONS, frequency)


def test_codes_by_dimension():
    selection = select(("GEO", "IR,IR-23"), ("indicator", "support_ratio"), ("format", "csv"), ("limit", "5"))
    assert selection.codes == {"GEO": ("IR", "IR-23"), "INDICATOR": ("support_ratio",)}
    assert select(("GEO", "IR"), ("geo", "IR-23")).codes == {"GEO": ("IR", "IR-23")}
    assert not selection.is_everything
    assert select(("version", "1.*")).is_everything
    assert not select(periods=["1399-12"]).is_everything


@pytest.mark.parametrize(
    ("parameter", "text"), [("GEO", "IR-99"), ("GEO", ""), ("GEO", "IR,,IR-23"), ("INDICATOR", "IR"), ("nonsense", "1")]
)
def test_a_wrong_parameter_is_named(parameter, text):
    with pytest.raises(ProblemError) as problem:
        select((parameter, text))
    assert (problem.value.status, problem.value.more) == (400, {"parameter": parameter})
    assert text not in problem.value.detail.split() or not text


def test_a_frequency_keeps_periods_of_its_length():
    months, longer = select(frequency="month", periods=["ge:1399-01"]), select(frequency="quarter,year")
    codes = ("1398-12", "1399-01", "1399-12", "1399-Q4", "1399-H2", "1399-M9", "1399")
    assert [code for code in codes if months.covers(Period.parse(code))] == ["1399-01", "1399-12"]
    assert [code for code in codes if longer.covers(Period.parse(code))] == ["1399-Q4", "1399"]
    assert not longer.is_everything
    assert longer.digest() == select(frequency="year,quarter").digest() != select().digest()
    with pytest.raises(ProblemError) as problem:
        select(frequency="annual")
    assert (problem.value.status, problem.value.more) == (400, {"parameter": "frequency"})


def test_the_same_selection_has_the_same_name():
    one = select(("GEO", "IR,IR-23"), periods=["ge:1399-01", "le:1399-12"])
    two = select(("GEO", "IR-23"), ("geo", "IR"), periods=["le:1399-12", "ge:1399-01"])
    assert one.digest() == two.digest()
    assert one.digest() != select(("GEO", "IR"), periods=["ge:1399-01", "le:1399-12"]).digest()
    assert select(periods=["1399-12"]).digest() == select(periods=["eq:1399-12"]).digest()


@pytest.mark.parametrize(
    ("condition", "period", "holds"),
    [
        ("1399-12", "1399-12", True),
        ("1399-12", "1399-11", False),
        ("1399-11,1399-12", "1399-11", True),
        ("eq:1399", "1399-12", False),
        ("ne:1399-12", "1399-11", True),
        ("ne:1399-12", "1399-12", False),
        ("ge:1399-06", "1399-06", True),
        ("ge:1399-06", "1399-05", False),
        ("ge:1399", "1399-01", True),
        ("gt:1399-06", "1399-06", False),
        ("gt:1399-06", "1399-07", True),
        ("gt:1399", "1399-12", False),
        ("le:1399-06", "1399-06", True),
        ("le:1399-Q2", "1399-06", True),
        ("le:1399-06", "1399-07", False),
        ("lt:1399-06", "1399-05", True),
        ("lt:1399-06", "1399-06", False),
        ("lt:1399", "1398-12", True),
    ],
)
def test_conditions_on_the_period(condition, period, holds):
    assert read_condition(condition).holds(Period.parse(period)) is holds


@pytest.mark.parametrize(
    "text", ["", "1399-13", "xx:1399-12", "ge:", "ge:ge:1399-12", "1399-12,", "2021-02-19", "ge: 1399-12"]
)
def test_a_wrong_period_is_named(text):
    with pytest.raises(ProblemError) as problem:
        read_condition(text)
    assert problem.value.more == {"parameter": "period"}


@given(st.tuples(st.integers(0, 99), st.integers(0, 99)).map("1.{0[0]}.{0[1]}".format), st.integers(0, 10**9))
def test_cursors_come_back(version, offset):
    cursor = Cursor(version, select(("GEO", "IR")).digest(), offset)
    assert read_cursor(cursor.encode()) == cursor
    check_cursor(cursor, select(("GEO", "IR")))


@pytest.mark.parametrize("text", ["", "x", "***", "W10", "bnVsbA", "WzEsIDIsIDNd", "WyIxLjAuMCIsICJhIiwgLTFd", "é"])
def test_cursors_that_nobody_gave_out(text):
    with pytest.raises(ProblemError) as problem:
        read_cursor(text)
    assert problem.value.more == {"parameter": "cursor"}


def test_a_cursor_keeps_its_filters():
    cursor = Cursor("1.0.0", select(("GEO", "IR")).digest(), 10)
    with pytest.raises(ProblemError, match="other filters"):
        check_cursor(cursor, Selection({}, ()))


@pytest.mark.parametrize(
    ("asked", "accept", "chosen"),
    [
        (None, "", Format.JSON),
        (None, "*/*", Format.JSON),
        (None, "application/*", Format.JSON),
        (None, "text/*", Format.CSV),
        (None, "text/csv", Format.CSV),
        (None, "TEXT/CSV; q=0.5, application/json; q=0.4", Format.CSV),
        (None, "text/html, application/xhtml+xml, */*;q=0.8", Format.JSON),
        (None, "application/vnd.apache.parquet", Format.PARQUET),
        (None, "application/json;q=0, */*", Format.CSV),
        ("csv", "application/json", Format.CSV),
        ("parquet", "image/png", Format.PARQUET),
    ],
)
def test_the_format(asked, accept, chosen):
    assert negotiate(asked, accept) is chosen


@pytest.mark.parametrize("accept", ["image/png", "text/html", "application/json;q=0", "text/csv;q=much"])
def test_no_acceptable_format(accept):
    with pytest.raises(ProblemError) as problem:
        negotiate(None, accept)
    assert problem.value.status == 406


@pytest.mark.parametrize("asked", ["", "JSON", "xlsx", "jsonstat"])
def test_an_unknown_format(asked):
    with pytest.raises(ProblemError) as problem:
        negotiate(asked, "*/*")
    assert (problem.value.status, problem.value.more) == (400, {"parameter": "format"})


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("3.450000", 3.45),
        ("14580188.000", 14580188),
        ("-0.130000", -0.13),
        ("0", 0),
        ("9007199254740991", 9007199254740991),
        ("9007199254740992", "9007199254740992"),
        ("-9007199254740992", "-9007199254740992"),
        ("123456789012345678.250000", "123456789012345678.25"),
        ("800000000000.123", 800000000000.123),
        ("80000000000000.123", "80000000000000.123"),
        ("9000000000000000.001", "9000000000000000.001"),
    ],
)
def test_numbers_that_json_can_carry(text, sent):
    value = json_number(Decimal(text))
    assert value == sent
    assert type(value) is type(sent)
    assert json_number(None) is None


def test_notices():
    assert most_restrictive([]) is None
    assert most_restrictive(["reported", "synthetic", "published_elsewhere"]) == "synthetic"
    assert noticed({"a": 1}, None) == {"a": 1}
    assert noticed({"a": 1}, "reported") == {"provenance": "reported", "a": 1}
    assert "generator" in noticed({}, "synthetic")["notice"]["en"]
    assert noticed({}, "published_elsewhere")["notice"]["provenance"] == "published_elsewhere"
