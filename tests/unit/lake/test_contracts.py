"""The contracts are ODCS, and say what the lake needs to know."""

import json
from pathlib import Path

import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from lake.contracts.model import FOLDER, ContractError, load_source, load_sources, read_contract, source_ids
from vocabulary.codelists.load import list_codelists

PUBLIC, PRIVATE, CAPITAL = "public", "private", "capital"


def test_the_six_sources_have_a_contract_and_others_may_be_added() -> None:
    ours = {
        "contribution_list",
        "mis",
        "pension_payroll",
        "pension_transfer",
        "published_figures",
        "scan_index",
        "smis",
    }
    assert ours <= set(source_ids())
    assert list(source_ids()) == sorted(source_ids())


@pytest.mark.parametrize("source", source_ids())
def test_a_contract_keeps_to_the_standard(source: str) -> None:
    document = yaml.safe_load((FOLDER / f"{source}.yaml").read_text())
    schema = OpenDataContractStandard.json_schema()
    schema = json.loads(schema) if isinstance(schema, str) else schema
    assert set(document) <= set(schema["properties"])
    assert document["apiVersion"] in schema["properties"]["apiVersion"]["enum"]


@pytest.mark.parametrize("source", load_sources(), ids=lambda source: source.id)
def test_every_column_has_an_access_class_and_a_meaning(source: object) -> None:
    columns = [column for entity in source.entities for column in entity.columns]
    assert columns
    assert {column.access_class for column in columns} <= {PUBLIC, PRIVATE, CAPITAL}
    assert all(column.description for column in columns)


@pytest.mark.parametrize("source", load_sources(), ids=lambda source: source.id)
def test_codelists_named_by_a_contract_exist(source: object) -> None:
    named = {column.codelist for entity in source.entities for column in entity.columns if column.codelist}
    assert named - {"UNIT"} <= set(list_codelists())


def test_identifiers_leave_bronze_only_as_pseudonyms() -> None:
    identifiers = {
        (entity.name, column.name): column.silver_name
        for source in load_sources()
        for entity in source.entities
        for column in entity.columns
        if column.identifier
    }
    assert identifiers[("pension_transfer_event", "national_id")] == "person_pid"
    assert identifiers[("scan_step_event", "operator_code")] == "operator_pid"
    assert all(name.endswith("_pid") for name in identifiers.values())


def test_free_text_stays_in_bronze() -> None:
    remarks = [
        column
        for source in load_sources()
        for entity in source.entities
        for column in entity.columns
        if column.name == "remark"
    ]
    assert remarks
    assert all(column.transient and column.access_class == PRIVATE for column in remarks)


def test_an_unknown_source_is_named_with_the_known_ones() -> None:
    with pytest.raises(ContractError, match="no contract for source 'nothing'; known: contribution_list, "):
        load_source("nothing")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": []}, "id, version and schema"),
        ({"nonsense": 1}, "not an ODCS contract"),
        ({"version": None}, "id, version and schema"),
    ],
)
def test_a_broken_contract_says_what_is_wrong(tmp_path: Path, change: dict[str, object], message: str) -> None:
    document = yaml.safe_load((FOLDER / "mis.yaml").read_text()) | change
    path = tmp_path / "mis.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True))
    with pytest.raises(ContractError, match=message):
        read_contract(path)


def test_an_identifier_without_a_pseudonym_is_refused(tmp_path: Path) -> None:
    document = yaml.safe_load((FOLDER / "pension_transfer.yaml").read_text())
    column = next(item for item in document["schema"][0]["properties"] if item["name"] == "national_id")
    del column["encryptedName"]
    path = tmp_path / "broken.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True))
    with pytest.raises(ContractError, match="'national_id': an identifier needs an encryptedName"):
        read_contract(path)
