"""A cell says the same in every style."""

from dataclasses import replace

import pyarrow as pa
import pytest

from lake.contracts.model import Entity, load_source
from orchestration.generator.days import build_days
from orchestration.generator.draws import Draws
from orchestration.generator.printing import Printer, quoted
from orchestration.generator.styles import ARABIC, ASCII, DATE_FORMS, MONTH_FORMS, PERSIAN, Style, Titles, draw_style
from orchestration.generator.world import unit_codes
from vocabulary.periods import Period, parse_jalali_date, parse_jalali_month
from vocabulary.text import normalise

MONTH = Period.month(1399, 12)
KINDS = ("number", "date", "id")
DAY = MONTH.start.toordinal() + 4


@pytest.fixture(scope="module")
def printer() -> Printer:
    return Printer(build_days(MONTH, MONTH, before=1, after=1), (MONTH.shift(-1), MONTH))


def _entity(source: str) -> Entity:
    return load_source(source).entities[0]


def _style(entity: Entity, **changes: object) -> Style:
    drawn = draw_style(entity, Titles("-", "-", (1400, 1, 9)), Draws.of(1, "style"))
    columns = tuple(column.name for column in entity.received)
    return replace(drawn, columns=columns, is_quoted=False, delimiter=";", **changes)  # type: ignore[arg-type]


def _transfer_rows() -> pa.RecordBatch:
    places = {
        name: pa.array([0, 1, None], pa.int16()) for name in ("event_type", "role", "compare_result", "enrolment_mode")
    }
    units = {
        name: pa.array([3, 5, 7], pa.int32()) for name in ("unit_code", "origin_unit_code", "destination_unit_code")
    }
    ids = ("event_id", "transfer_id", "file_no", "national_id", "operator_code")
    return pa.RecordBatch.from_pydict(
        {
            **places,
            **units,
            **{name: pa.array(["0123456789", "T987", ""], pa.large_string()) for name in ids},
            "event_date": pa.array([DAY, DAY + 1, DAY + 2], pa.int32()),
            "event_time": pa.array([27_000, 30_061, 52_199], pa.int32()),
            "dependant_count": pa.array([None, 1_234_567, 12], pa.int64()),
            "remark": pa.array(["", "۱۲", "x"], pa.large_string()),
        }
    )


@pytest.mark.parametrize("digits", [ASCII, PERSIAN, ARABIC])
@pytest.mark.parametrize("thousands", ["", ",", "٬"])
def test_numbers_and_identifiers_say_the_same_in_all_digits(printer: Printer, digits: str, thousands: str) -> None:
    entity = _entity("pension_transfer")
    style = _style(entity, digits=dict.fromkeys(KINDS, digits), thousands=thousands)
    rows = _transfer_rows()
    for part in (rows, rows.slice(1)):
        cells = printer.cells(part, entity, style, 0)
        skipped = 3 - part.num_rows
        numbers = [normalise(cell or "").replace(",", "") for cell in cells["dependant_count"].to_pylist()]
        assert numbers == ["", "1234567", "12"][skipped:]
        assert [normalise(cell or "") for cell in cells["file_no"].to_pylist()] == ["0123456789", "T987", ""][skipped:]
        assert [normalise(cell) for cell in cells["unit_code"].to_pylist()] == [
            unit_codes()[place] for place in (3, 5, 7)
        ][skipped:]
        assert cells["remark"].to_pylist() == ["", "۱۲", "x"][skipped:]
        assert set("".join(cells["dependant_count"].drop_null().to_pylist())) <= set(digits + thousands)


@pytest.mark.parametrize("form", DATE_FORMS)
@pytest.mark.parametrize("digits", [ASCII, PERSIAN])
def test_every_form_of_a_date_is_read_back(printer: Printer, form: str, digits: str) -> None:
    entity = _entity("pension_transfer")
    style = _style(entity, digits=dict.fromkeys(KINDS, digits), date_form=form)
    cells = printer.cells(_transfer_rows(), entity, style, 0)
    assert [parse_jalali_date(cell).toordinal() for cell in cells["event_date"].to_pylist()] == [DAY, DAY + 1, DAY + 2]
    times = [normalise(cell) for cell in cells["event_time"].to_pylist()]
    assert [time[:5] for time in times] == ["07:30", "08:21", "14:29"]


@pytest.mark.parametrize("form", MONTH_FORMS)
@pytest.mark.parametrize("is_arabic", [True, False])
def test_every_form_of_a_month_is_read_back(printer: Printer, form: str, is_arabic: bool) -> None:
    entity = _entity("mis")
    style = _style(entity, month_form=form, is_arabic=is_arabic, digits=dict.fromkeys(KINDS, PERSIAN))
    printed = printer._months(style).to_pylist()
    assert [parse_jalali_month(text) for text in printed] == [MONTH.shift(-1), MONTH]


def test_row_numbers_go_on_where_a_part_begins(printer: Printer) -> None:
    entity = _entity("pension_transfer")
    style = _style(entity, digits=dict.fromkeys(KINDS, ASCII))
    assert printer.cells(_transfer_rows(), entity, style, 40)["row_no"].to_pylist() == ["41", "42", "43"]


def test_a_cell_with_the_delimiter_in_it_is_quoted() -> None:
    style = _style(_entity("mis"))
    assert quoted("a;b", style) == '"a;b"'
    assert quoted('a "b"', style) == '"a ""b"""'
    assert quoted("a,b", style) == "a,b"
    assert quoted('a;"b"', replace(style, is_quoted=True)) == 'a;""b""'
