"""Every bronze row ends in exactly one state, by the first rule it breaks."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lake.bronze import table_schema
from lake.chunk import silver_schema
from lake.contracts.model import Entity, load_source
from lake.layout import Home
from lake.normalise import is_blank, map_distinct
from lake.pseudonym import DEVELOPMENT_KEYRING, Keyring
from lake.silver import Slice, signature
from lake.spill import SpillFolder

PERIOD = "1399-12"
MIS = load_source("mis").entities[0]
TRANSFER = load_source("pension_transfer").entities[0]
FIGURES = load_source("published_figures").entities[0]
INSURED = {
    "report_code": "M01",
    "unit_code": "001001",
    "period": "1399/12",
    "insurance_type": "COMPULSORY",
    "sex": "مرد",
    "age_group": "Y15T24",
    "measure": "PRINCIPAL_INSURED",
    "value": "1,234",
}
EVENT = {
    "event_id": "E1",
    "transfer_id": "T1",
    "file_no": "123456",
    "national_id": "0012345679",
    "event_type": "REFERRED",
    "event_date": "1399/12/05",
    "event_time": "10:30",
    "unit_code": "001001",
    "origin_unit_code": "001001",
    "destination_unit_code": "011001",
    "operator_code": "u17",
    "role": "OTHER",
    "dependant_count": "2",
}


def bronze(entity: Entity, *rows: dict[str, Any]) -> pl.DataFrame:
    """Return bronze rows of one file, in order; a row may set `_shape` and `_raw`."""
    schema = table_schema(load_source(entity.source))
    filled = [
        {**dict.fromkeys(schema), **{column.name: "" for column in entity.received}, "_shape": "data", **row}
        | {
            "_row_number": place,
            "_entity": entity.name,
            "_provenance": "synthetic",
            "_sender": "GO-00",
            "_file_sha256": "f" * 64,
        }
        for place, row in enumerate(rows, start=1)
    ]
    return pl.DataFrame(filled, schema=schema)


def judge(rows: pl.DataFrame, entity: Entity, period: str | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return an object's silver rows and the states of the others."""
    source = load_source(entity.source)
    folder = SpillFolder(Home(Path("no rows are set down")))
    slice_ = Slice(source, period, DEVELOPMENT_KEYRING, ["f" * 64], (), folder)
    slice_.add(slice_.judge(rows, lambda places: rows.join(places, on=places.columns, how="semi")))
    with ThreadPoolExecutor(1) as pool:
        settled = slice_.settle(pool)
    frames = [settled.silver(entity, place) for place in range(settled.frames(entity))]
    return pl.concat([pl.DataFrame(schema=silver_schema(entity)), *frames]), pl.concat(settled.states())


def states(entity: Entity, *rows: dict[str, Any]) -> dict[int, tuple[str, str | None]]:
    """Return state and rule of each row that is not used."""
    _, state = judge(bronze(entity, *rows), entity, PERIOD)
    return {row["_row_number"]: (row["state"], row["rule"]) for row in state.to_dicts()}


def test_a_good_row_is_typed_and_keyed() -> None:
    silver, state = judge(bronze(MIS, INSURED), MIS, PERIOD)
    assert state.is_empty()
    assert silver.to_dicts() == [
        {
            "report_code": "M01",
            "unit_code": "001001",
            "period": "1399-12",
            "insurance_type": "COMPULSORY",
            "sex": "M",
            "age_group": "Y15T24",
            "pension_kind": "NA",
            "payer_type": "NA",
            "benefit_kind": "NA",
            "injury_outcome": "NA",
            "measure": "PRINCIPAL_INSURED",
            "value": 1234,
            "provenance": "synthetic",
            "_file_sha256": "f" * 64,
            "_row_number": 1,
        }
    ]
    assert dict(silver.schema) == silver_schema(MIS)


def test_a_row_of_the_old_form_is_as_one_of_the_new_form_with_nothing_in_its_columns() -> None:
    old = INSURED | {column.name: None for column in MIS.received if column.optional}
    (silver, _), (other, _) = (judge(bronze(MIS, row), MIS, PERIOD) for row in (old, INSURED))
    assert silver.equals(other)
    assert states(MIS, INSURED, old) == {2: ("duplicate", None)}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"value": ""}, "required"),
        ({"value": " - "}, "required"),
        ({"value": "12x"}, "not_a_number"),
        ({"value": "12.5"}, "not_a_number"),
        ({"value": "1,5"}, "not_a_number"),
        ({"value": "1e5"}, "not_a_number"),
        ({"value": "99999999999999999999"}, "not_a_number"),
        ({"value": "-5"}, "below_minimum"),
        ({"sex": "نامعلوم"}, "unknown_code"),
        ({"measure": "NO_SUCH"}, "unknown_code"),
        ({"unit_code": "999999"}, "unknown_unit"),
        ({"unit_code": ""}, "required"),
        ({"period": "1399/13"}, "bad_period"),
        ({"period": "1399/11"}, "period_mismatch"),
        ({"sex": ""}, "dimensions_by_measure"),
        ({"payer_type": "STATE"}, "dimensions_by_measure"),
        (
            {
                "measure": "PENSION_CASE",
                "insurance_type": "",
                "sex": "",
                "age_group": "",
                "pension_kind": "LUMP_SUM_IMPAIRMENT",
            },
            "dimensions_by_measure",
        ),
    ],
)
def test_a_broken_report_row_is_quarantined_with_its_rule(change: dict[str, str], rule: str) -> None:
    assert states(MIS, INSURED, {**INSURED, "age_group": "Y25T34", **change}) == {2: ("quarantined", rule)}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"event_date": "1399/12/31"}, "bad_date"),
        ({"event_date": ""}, "required"),
        ({"event_time": "25:00"}, "bad_time"),
        ({"event_time": "१०:३०"}, "bad_time"),
        ({"event_date": "1400/01/05"}, "period_mismatch"),
        ({"national_id": "12345"}, "bad_format"),
        ({"file_no": ""}, "required"),
        ({"destination_unit_code": "000000"}, "unknown_unit"),
        ({"dependant_count": "-1"}, "below_minimum"),
    ],
)
def test_a_broken_event_is_quarantined_with_its_rule(change: dict[str, str], rule: str) -> None:
    assert states(TRANSFER, EVENT, {**EVENT, "event_id": "E2", **change}) == {2: ("quarantined", rule)}


@pytest.mark.parametrize("spelling", ["۱۲۳۴", "١٢٣٤", "1,234", "۱٬۲۳۴", " 1 234 ", "1234", "\u200f1234"])
def test_numbers_are_read_in_every_spelling(spelling: str) -> None:
    silver, _ = judge(bronze(MIS, {**INSURED, "value": spelling}), MIS, PERIOD)
    assert silver["value"].to_list() == [1234]


def test_events_get_an_instant_in_utc() -> None:
    silver, _ = judge(bronze(TRANSFER, EVENT), TRANSFER, PERIOD)
    assert silver["event_date"].to_list() == [dt.date(2021, 2, 23)]
    assert silver["event_at"].to_list() == [dt.datetime(2021, 2, 23, 7, 0, tzinfo=dt.UTC)]


def test_no_identifier_reaches_silver() -> None:
    silver, _ = judge(bronze(TRANSFER, {**EVENT, "remark": "کد ملی 0012345679"}), TRANSFER, PERIOD)
    assert {"file_pid", "person_pid", "operator_pid", "_key_version"} <= set(silver.columns)
    assert not {"file_no", "national_id", "operator_code", "remark"} & set(silver.columns)
    assert "0012345679" not in str(silver.to_dicts())
    assert silver["person_pid"].to_list() == [DEVELOPMENT_KEYRING.pseudonym("person", "0012345679")]


def test_an_identifier_is_the_same_in_any_digits() -> None:
    persian = "0012345679".translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    rows = bronze(TRANSFER, EVENT, {**EVENT, "event_id": "E2", "national_id": persian})
    silver, _ = judge(rows, TRANSFER, PERIOD)
    assert silver["person_pid"].n_unique() == 1


def test_the_same_row_again_is_a_duplicate_another_value_a_conflict() -> None:
    found = states(MIS, INSURED, INSURED, {**INSURED, "value": "5"}, INSURED)
    assert found == {2: ("duplicate", None), 3: ("quarantined", "key_conflict"), 4: ("duplicate", None)}


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({"_shape": "title", "_raw": "[]"}, ("layout", None)),
        ({"_shape": "blank"}, ("layout", None)),
        ({"_shape": "header"}, ("layout", None)),
        ({"unit_code": "جمع كل", "value": "99"}, ("layout", None)),
        ({"_shape": "ragged", "_raw": ",,جمع کل,1234"}, ("layout", None)),
        ({"_shape": "ragged", "_raw": "تهیه کننده"}, ("layout", None)),
        ({"_shape": "ragged", "_raw": "001001,M01,12"}, ("quarantined", "row_shape")),
        ({"_shape": "ragged", "_raw": "17"}, ("quarantined", "row_shape")),
        ({"_shape": "ragged", "_raw": "001001;جمع کلینیک;12"}, ("quarantined", "row_shape")),
    ],
)
def test_titles_totals_and_blanks_are_layout_and_cut_rows_are_not(
    row: dict[str, str], state: tuple[str, str | None]
) -> None:
    assert states(MIS, INSURED, row) == {2: state}


def test_printed_periods_keep_their_certainty() -> None:
    figure = {
        "fact_no": "1",
        "source_id": "S",
        "measure": "m",
        "dimension_value": "d",
        "value": "8069.628",
        "unit": "u",
        "role": "total",
        "source": "s",
    }
    rows = [
        {**figure, "fact_no": str(place), "as_of_jalali": text}
        for place, text in enumerate(["1399-12", "1399-12?", "1392 9 months"], start=1)
    ]
    silver, state = judge(bronze(FIGURES, *rows), FIGURES, None)
    assert state.is_empty()
    assert silver.select("period", "period_certainty").rows() == [
        ("1399-12", "EXACT"),
        (None, "UNCERTAIN"),
        (None, "CUMULATIVE"),
    ]
    assert str(silver["value"][0]) == "8069.628"


def test_an_empty_slice_is_lawful() -> None:
    silver, state = judge(bronze(MIS), MIS, PERIOD)
    assert silver.is_empty()
    assert state.is_empty()
    assert dict(silver.schema) == silver_schema(MIS)


def test_a_slice_depends_on_contract_files_and_key_only() -> None:
    source = load_source("mis")
    first = signature(source, DEVELOPMENT_KEYRING, ["a", "b"])
    assert first == signature(source, DEVELOPMENT_KEYRING, ["b", "a"])
    assert first != signature(source, DEVELOPMENT_KEYRING, ["a"])
    assert first != signature(source, Keyring((b"one", b"two")), ["a", "b"])


@pytest.mark.parametrize("cells", [["a", "b", None, "a"], ["a", None, "a"], ["a", "a"], [None], []])
def test_distinct_values_are_mapped_once(cells: list[str | None]) -> None:
    asked: list[str] = []

    def upper(text: str) -> str:
        asked.append(text)
        return text.upper()

    mapped = map_distinct(pl.Series("v", cells, dtype=pl.String), upper, pl.String())
    assert (mapped.name, mapped.dtype, mapped.to_list()) == ("v", pl.String, [cell and cell.upper() for cell in cells])
    assert sorted(asked) == sorted({cell for cell in cells if cell})


def test_what_counts_as_blank() -> None:
    assert is_blank(pl.Series("v", [None, " ", "-", "0"])).to_list() == [True, True, True, False]
