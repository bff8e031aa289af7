"""Identifiers are found however they are written, and where they do not stand nothing is said."""

import json
from urllib.parse import quote

import polars as pl
import pytest

from lake.identifiers.known import Known
from lake.identifiers.scan import Leak, columns_of, judge, no_pseudonyms, texts_of
from lake.identifiers.tokens import is_national
from lake.pseudonym import DEVELOPMENT_KEYRING

NATIONAL, INSURED, NAME = "0012345679", "00587213", "زهرا کریمی‌نژاد"
KNOWN = Known(pl.Series("token", [NATIONAL, NATIONAL.lstrip("0"), INSURED, INSURED.zfill(10), INSURED[2:]]), (NAME,))
PERSIAN = NATIONAL.translate({48 + digit: 0x06F0 + digit for digit in range(10)})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"row 12, column national_id: {NATIONAL} is wrong", "known number"),
        (f"id{NATIONAL}x", "known number"),
        (PERSIAN, "known number"),
        (PERSIAN.translate({0x06F0 + digit: 0x0660 + digit for digit in range(10)}), "known number"),
        ("001-234567-9", "known number"),
        ("001 234567 9", "known number"),
        ("001.234.5679", "known number"),
        ("001/234567/9", "known number"),
        (NATIONAL[::-1], "known number"),
        (NATIONAL.lstrip("0"), "known number"),
        (f"/v1?x={quote(PERSIAN)}", "known number"),
        (json.dumps({"x": PERSIAN}), "known number"),
        (INSURED, "known number"),
        (f"کارمند {NAME} گفت", "known name"),
        (json.dumps(NAME), "known name"),
        (quote(NAME), "known name"),
    ],
)
def test_an_identifier_is_found_however_it_is_written(text: str, kind: str) -> None:
    assert {leak.kind for leak in judge(KNOWN, texts_of("log", ["nothing here", text]))} == {kind}


@pytest.mark.parametrize("values", [[int(NATIONAL)], [float(NATIONAL)], [-int(NATIONAL)]])
def test_an_identifier_is_found_as_a_number(values: list[float]) -> None:
    frame = pl.DataFrame({"amount_rial": [*values, 5_000_000], "unit_code": ["001001", "001002"]})
    assert judge(KNOWN, columns_of("gold/x", frame)) == [Leak("gold/x", "amount_rial", "known number", 1)]


def test_an_identifier_is_found_in_bytes_and_in_the_name_of_a_column() -> None:
    frame = pl.DataFrame({"person_pid": [NATIONAL.encode()], f"c{NATIONAL}": [1]})
    assert [leak.column for leak in judge(KNOWN, columns_of("x", frame))] == ["(names of columns)", "person_pid"]


def test_a_column_of_pseudonyms_holds_nothing_else() -> None:
    pid = DEVELOPMENT_KEYRING.pseudonym("person", NATIONAL)
    sound = pl.DataFrame({"person_pid": [pid, b"NA", None]})
    assert list(no_pseudonyms("x", sound)) == []
    assert judge(KNOWN, columns_of("x", sound)) == []
    short = pl.DataFrame({"person_pid": [pid[:8]], "file_pid": ["text of whatever length"]})
    assert [leak.column for leak in no_pseudonyms("x", short)] == ["person_pid", "file_pid"]


def test_a_column_of_national_codes_is_found_though_nobody_knows_them() -> None:
    numbers = pl.DataFrame({"token": [f"{number:010d}" for number in range(1_000_000_000, 1_000_001_000)]})
    codes = numbers.filter(is_national(pl.col("token")))["token"]
    assert len(codes) == 100
    leaks = judge(KNOWN, texts_of("silver/x", codes, "reference"))
    assert [(leak.column, leak.kind) for leak in leaks] == [("reference", "national codes")]
    assert judge(KNOWN, texts_of("silver/x", numbers["token"], "reference")) == []


def test_hashes_dates_units_and_amounts_are_no_identifiers() -> None:
    pid = DEVELOPMENT_KEYRING.pseudonym("person", NATIONAL).hex()
    texts = [pid * 2, "2026-11-22T11:38:31.100200+00:00", "1399-12", "001001", "mis_GO-01_139912.csv", "14580188"]
    assert judge(KNOWN, texts_of("log", texts)) == []


def test_a_time_of_day_is_no_number_and_what_stands_beside_it_is() -> None:
    known = Known(pl.Series("token", ["33980024", "58339800"]), ())
    line = "14:58:33.980024 [info ] [MainThread]: Running with dbt"
    assert judge(known, texts_of("log", [line, "2026-11-22T14:58:33.980024Z", "23:58:33,980024"])) == []
    for told in ("33.980024", "58:33.980024", "33980024 at 14:58:33.980024", "99:58:33.980024"):
        assert [leak.kind for leak in judge(known, texts_of("log", [line, told]))] == ["known number"], told


def test_by_chance_a_large_column_holds_a_number_or_two() -> None:
    known = Known(pl.Series("token", [str(10_000_000 + 97 * number) for number in range(9_000)]), ())
    values = pl.DataFrame({"amount_rial": [10_000_000 + 9_973 * number for number in range(9_000)]})
    assert judge(known, columns_of("gold/x", values)) == []
    copied = pl.DataFrame({"amount_rial": [10_000_000 + 97 * number for number in range(9_000)]})
    assert [leak.kind for leak in judge(known, columns_of("gold/x", copied))] == ["known number"]
