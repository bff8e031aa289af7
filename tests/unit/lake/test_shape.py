"""Wide rows become long ones, are judged by their sums first, and sentinels are no values."""

from pathlib import Path

import polars as pl
import pytest
import yaml

from lake.contracts.model import ContractError, Entity, read_contract
from lake.contracts.wide import WideError, parse_wide
from lake.shape import AdditiveError, blank_sentinels, equations, rows_made, to_long, wide_breaches

POSITIONED = {
    "value": "count",
    "columns": [
        {"from": 3, "to": 6, "cross": [{"sex": ["M", "F"]}, {"age": ["YOUNG", "OLD"]}]},
        {"from": 7, "to": 8, "age": "T", "cross": [{"sex": ["M", "F"]}], "silver": False},
    ],
}
NAMED = {
    "value": "count",
    "columns": [
        {"name": ["Men", "Males"], "sex": "M", "age": "T"},
        {"names": ["Women young", "Women old"], "sex": "F", "cross": [{"age": ["YOUNG", "OLD"]}]},
    ],
}
AGES = {"rule": "additive", "dimension": "age", "total": "T"}


def read(folder: Path, wide: object, *, rule: dict[str, object] | None = None, severity: str = "error") -> Entity:
    """Return the one object of a contract with the columns region, remark, sex, age and count."""

    def column(name: str, *, words: dict[str, object] | None = None, **more: object) -> dict[str, object]:
        custom = [{"property": word, "value": value} for word, value in (words or {}).items()]
        return {"name": name, "logicalType": "string", "classification": "public", "customProperties": custom, **more}

    quality = {"name": "ages_add_up", "type": "custom", "engine": "amar", "severity": severity, "implementation": rule}
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": "wide_table",
        "version": "1.0.0",
        "status": "active",
        "schema": [
            {
                "name": "cell",
                "quality": [quality] if rule else [],
                "customProperties": [
                    {"property": "filePattern", "value": r"wide\.csv"},
                    {"property": "header", "value": "none"},
                    {"property": "wide", "value": wide},
                ],
                "properties": [
                    column("region", required=True, words={"position": 1}),
                    column("sex"),
                    column("age"),
                    column("count", words={"sentinels": ["-9", "."]}, logicalType="integer"),
                    column("remark", words={"position": 2, "transient": True}),
                ],
            }
        ],
    }
    path = folder / "wide_table.yaml"
    path.write_text(yaml.safe_dump(document))
    return read_contract(path).entities[0]


def bronze(*records: str) -> pl.DataFrame:
    """Return bronze rows, one a record of cells parted by blanks; `~` is null."""
    cells = [[None if cell == "~" else cell for cell in record.split(" ")] for record in records]
    names = ["region", "remark", "c03", "c04", "c05", "c06", "c07", "c08"]
    frame = pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row")
    place = pl.int_range(1, len(cells) + 1, eager=True).alias("_row_number")
    return frame.with_columns(pl.lit("f" * 64).alias("_file_sha256"), place, pl.lit("reported").alias("_provenance"))


def test_a_file_carries_the_wide_columns_and_silver_the_long_ones(tmp_path: Path) -> None:
    entity = read(tmp_path, POSITIONED)
    assert [(column.name, column.position) for column in entity.received] == [
        ("region", 1),
        ("remark", 2),
        *((f"c0{place}", place) for place in range(3, 9)),
    ]
    assert [column.name for column in entity.texts] == ["region", "sex", "age", "count", "remark"]
    assert {column.parse for column in entity.received if column.name.startswith("c0")} == {"integer"}
    assert entity.received[2].label == "age YOUNG, sex M"


def test_columns_of_a_file_with_header_are_told_by_their_names(tmp_path: Path) -> None:
    cells = read(tmp_path, NAMED).received[2:]
    assert [column.headers for column in cells] == [
        ("Men", "Males", "c01"),
        ("Women young", "c02"),
        ("Women old", "c03"),
    ]


def test_a_wide_row_becomes_a_row_a_cell(tmp_path: Path) -> None:
    entity = read(tmp_path, POSITIONED)
    long = to_long(bronze("R1 note 1 2 3 4 3 7", "R2 ~ 5 ~ 7 x 5 7"), entity)
    added = ["_file_sha256", "_row_number", "_provenance"]
    assert long.columns == ["region", "sex", "age", "count", "remark", *added, "_place"]
    assert long.select("region", "sex", "age", "count", "_row_number", "_place").rows() == [
        ("R1", "M", "YOUNG", "1", 1, "c03"),
        ("R1", "M", "OLD", "2", 1, "c04"),
        ("R1", "F", "YOUNG", "3", 1, "c05"),
        ("R1", "F", "OLD", "4", 1, "c06"),
        ("R2", "M", "YOUNG", "5", 2, "c03"),
        ("R2", "M", "OLD", None, 2, "c04"),
        ("R2", "F", "YOUNG", "7", 2, "c05"),
        ("R2", "F", "OLD", "x", 2, "c06"),
    ]
    assert rows_made(entity) == 4
    assert to_long(bronze("R1 n 1 2 3 4 3 7").clear(), entity).is_empty()


def test_a_sum_that_does_not_add_up_is_named_by_its_total(tmp_path: Path) -> None:
    entity = read(tmp_path, POSITIONED, rule=AGES)
    assert entity.checks == ()
    rows = bronze("R1 n 1 2 3 4 3 7", "R2 n 1 2 3 4 4 7", "R3 n 1 2 3 4 4 8", "R4 n 1 ~ 3 4 9 7")
    found = wide_breaches(rows, entity).sort("_row_number", "column")
    assert found.select("_row_number", "rule", "column", "severity").rows() == [
        (2, "ages_add_up", "c07", "error"),
        (3, "ages_add_up", "c07", "error"),
        (3, "ages_add_up", "c08", "error"),
    ]


def test_a_sum_may_miss_by_its_tolerance_and_only_warn(tmp_path: Path) -> None:
    entity = read(tmp_path, POSITIONED, rule={**AGES, "tolerance": 1}, severity="warning")
    found = wide_breaches(bronze("R1 n 1 2 3 4 4 7", "R2 n 1 2 3 4 5 7"), entity)
    assert found.select("_row_number", "severity").rows() == [(2, "warning")]


def test_a_total_that_cannot_be_read_is_a_breach_though_silver_lacks_it(tmp_path: Path) -> None:
    found = wide_breaches(bronze("R1 n 1 2 3 4 3 x", "R2 n 1 2 3 4 - 7"), read(tmp_path, POSITIONED))
    assert found.select("_row_number", "rule", "column").rows() == [(1, "not_a_number", "c08")]


def test_an_equation_can_name_its_columns(tmp_path: Path) -> None:
    rule = {"rule": "additive", "total": "c07", "parts": ["c03", "c04"]}
    found = wide_breaches(bronze("R1 n 1 2 3 4 3 0", "R2 n 1 2 3 4 4 0"), read(tmp_path, POSITIONED, rule=rule))
    assert found["_row_number"].to_list() == [2]


def test_sentinels_are_no_values_and_only_in_their_column(tmp_path: Path) -> None:
    entity = read(tmp_path, POSITIONED)
    clean = blank_sentinels(bronze("-9 -9 -9 . 3 -90 3 7"), entity)
    assert clean.select("region", "remark", "c03", "c04", "c05", "c06").row(0) == ("-9", "-9", None, None, "3", "-90")


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"dimension": "colour", "total": "T"}, "colour is no breakdown"),
        ({"dimension": "sex", "total": "T"}, "no column has the code T of sex"),
        ({"dimension": "age", "total": "T", "when": {}}, "unknown setting when"),
        ({"total": "c99", "parts": ["c03"]}, "no wide column c99"),
        ({"total": "c07", "parts": []}, "among its parts"),
    ],
)
def test_a_rule_over_columns_that_are_not_there(tmp_path: Path, rule: dict[str, object], message: str) -> None:
    entity = read(tmp_path, POSITIONED, rule={"rule": "additive"})
    check = entity.wide_checks[0]
    assert entity.wide is not None
    with pytest.raises(AdditiveError, match=message):
        equations(entity.wide, type(check)("ages", "", {"rule": "additive", **rule}))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ([], "must be a list"),
        ([{"from": 3, "to": 5, "cross": [{"sex": ["M", "F"]}]}], "3 columns for 2 combinations"),
        ([{"from": 3, "to": 4, "cross": {"sex": ["M", "F"]}}], "cross must be a list"),
        ([{"sex": "M"}], "stands at `position`"),
        ([{"position": 3, "name": "Men", "sex": "M"}], "stands at `position`"),
        ([{"position": 3, "sex": "M"}, {"position": 3, "sex": "F"}], "two columns claim c03"),
        ([{"position": 3, "sex": "M"}, {"position": 4, "sex": "M"}], "two columns claim sex M"),
        ([{"position": 3, "sex": "M"}, {"position": 4, "age": "OLD"}], "c04 must have a code for each of sex"),
        ([{"position": 3, "sex": "M"}, {"name": "Women", "sex": "F"}], "all columns have positions"),
        ([{"position": 3, "sex": False}], "put it in quotes"),
    ],
)
def test_a_wide_section_that_contradicts_itself(columns: list[object], message: str) -> None:
    with pytest.raises(WideError, match=message):
        parse_wide({"value": "count", "columns": columns})


def test_a_wide_section_names_properties_of_its_object(tmp_path: Path) -> None:
    columns = [{"position": 3, "colour": "RED"}]
    with pytest.raises(ContractError, match=r"wide_table\.yaml: object 'cell': wide names 'colour'"):
        read(tmp_path, {"value": "count", "columns": columns})
    with pytest.raises(ContractError, match="wide needs `value` and `columns`"):
        read(tmp_path, {"columns": columns})
