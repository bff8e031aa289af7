"""A column whose type changed is named as such, in the check, the alert and the command line's summary."""

import dagster as dg
import pytest
from intake_world import take_in_all

from lake.contracts.model import load_source
from lake.layout import Home
from lake.retyped import RetypedColumn, find_retyped
from orchestration import pipeline
from orchestration.alerts import alert_for
from orchestration.runs import instance
from orchestration.settings import Settings

MIS = load_source("mis")


def write(home: Home, name: str, values: list[str], *, unit: str = "001001", title: str = "") -> None:
    """Write a report whose data rows hold these values."""
    folder = home.landing / "mis"
    folder.mkdir(parents=True, exist_ok=True)
    names = (
        *("report_code", "unit_code", "period", "measure", "sex", "insurance_type", "age_group"),
        *("pension_kind", "payer_type", "value"),
    )
    groups = ["Y15T24", "Y25T34", "Y35T44", "Y45T54", "Y55T64"]
    rows = [
        (
            "M01",
            unit,
            "1399/12",
            "PRINCIPAL_INSURED",
            ("M", "F")[place % 2],
            "COMPULSORY",
            groups[place % 5],
            "",
            "",
            value,
        )
        for place, value in enumerate(values)
    ]
    lines = [*([title] if title else []), ",".join(names), *(",".join(row) for row in rows)]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def found(home: Home) -> list[RetypedColumn]:
    take_in_all(home, ["mis"])
    return find_retyped(home, MIS, ["1399-12"])


def test_a_column_of_which_no_value_can_be_read_is_named_with_its_file(home: Home) -> None:
    write(home, "mis_GO-01_139912.csv", ["n/a"] * 39 + ["7"], title="a title")
    assert [(item.file_name, item.column, item.rule, item.rows, item.data_rows) for item in found(home)] == [
        ("mis_GO-01_139912.csv", "value", "not_a_number", 39, 40)
    ]


@pytest.mark.parametrize("values", [["n/a"] * 19, ["n/a"] * 37 + ["7"] * 3, [""] * 40], ids=["few", "less", "blank"])
def test_bad_rows_and_blanks_do_not_make_a_bad_column(home: Home, values: list[str]) -> None:
    write(home, "mis_GO-01_139912.csv", values)
    assert found(home) == []


def test_a_list_of_other_codes_is_named_by_the_column_that_holds_them(home: Home) -> None:
    write(home, "mis_GO-01_139912.csv", ["7"] * 30, unit="999999")
    assert [(item.column, item.rule) for item in found(home)] == [("unit_code", "unknown_unit")]


def test_a_run_with_a_retyped_column_fails_its_check_and_alerts_and_tells_the_person_who_ran_it(home: Home) -> None:
    write(home, "mis_GO-01_139912.csv", ["n/a"] * 40)
    summary = pipeline.ingest(Settings(), ["mis"])
    assert [(item.file_name, item.column) for item in summary.retyped] == [("mis_GO-01_139912.csv", "value")]
    with instance(home) as dagster:
        (run,) = dagster.get_runs(dg.RunsFilter(job_name="ingest_mis"))
        alert = alert_for(dagster, run.run_id)
    assert alert is not None
    (finding,) = alert["findings"]
    named = {"what": "check failed", "asset": "silver/mis_report", "check": "retyped_column"}
    assert finding == {**named, "columns": 1, "rows": 40}
