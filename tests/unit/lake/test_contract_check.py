"""Every word of a contract is checked before a file comes, and a fault names object, column and word."""

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from lake.checks.lists import LIST_CHECKS
from lake.checks.rows import CHECKS
from lake.contracts.check import OBJECT_WORDS, PROPERTY_WORDS, SOURCE_WORDS, contract_faults
from lake.contracts.model import FOLDER, source_ids
from lake.normalise import DERIVATIONS

DOC = Path(__file__).parents[3] / "docs" / "add-a-source.md"
SOUND = yaml.safe_load((FOLDER / "pension_transfer.yaml").read_text(encoding="utf-8"))

Document = dict[str, Any]


class Parts(NamedTuple):
    """A contract, its object, and the object's column `event_id`."""

    document: Document
    item: Document
    column: Document


def faults(folder: Path, change: Callable[[Parts], object]) -> list[str]:
    """Return the faults of a sound contract after a change to it."""
    document = copy.deepcopy(SOUND)
    item = document["schema"][0]
    column = next(column for column in item["properties"] if column["name"] == "event_id")
    change(Parts(document, item, column))
    path = folder / "pension_transfer.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return contract_faults(path)


def say(item: Document, word: str, value: object) -> None:
    """Set a custom property."""
    others = [custom for custom in item.get("customProperties", []) if custom["property"] != word]
    item["customProperties"] = [*others, {"property": word, "value": value}]


@pytest.mark.parametrize("source", source_ids())
def test_the_contracts_of_the_product_are_sound(source: str) -> None:
    assert contract_faults(FOLDER / f"{source}.yaml") == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda of: say(of.document, "sendr", "X"), "the contract: unknown word 'sendr' in customProperties"),
        (lambda of: say(of.item, "totalMarker", []), "object 'pension_transfer_event': unknown word 'totalMarker'"),
        (
            lambda of: (of.column.pop("encryptedName"), of.column.pop("customProperties")),
            "column 'event_id': text of any kind may hold an identifier and stays in bronze (OPEN-1)",
        ),
        (lambda of: say(of.column, "code_list", "X"), "column 'event_id': unknown word 'code_list'"),
        (lambda of: say(of.column, "codelist", "CL_NONE"), "column 'event_id': unknown codelist 'CL_NONE'"),
        (lambda of: say(of.column, "parse", "jalali"), "column 'event_id': parse must be one of"),
        (lambda of: of.column.update(logicalTypeOptions={"maximum": 3}), "column 'event_id': unknown option 'maximum'"),
        (
            lambda of: of.column.update(logicalTypeOptions={"pattern": "(?=x)"}),
            "column 'event_id': pattern '(?=x)' is no",
        ),
        (
            lambda of: of.column.update(classification="secret"),
            "column 'event_id': classification must be one of capital",
        ),
        (
            lambda of: of.column.update(logicalType="array"),
            "column 'event_id': logicalType 'array' is kept in bronze only",
        ),
        (lambda of: of.column.update(encryptedName="Event"), "column 'event_id': a name must be lower case"),
        (
            lambda of: of.column.update(transformLogic="guess"),
            "column 'event_id': unknown transformLogic 'guess'; known:",
        ),
        (
            lambda of: of.column.update(transformSourceObjects=["x"]),
            "transformSourceObjects names 'x', which is no column",
        ),
        (lambda of: of.item["properties"].append(copy.deepcopy(of.column)), "column 'event_id' stands 2 times"),
        (lambda of: say(of.item, "filePattern", "(a"), "object 'pension_transfer_event': filePattern: missing )"),
        (lambda of: say(of.item, "filePattern", "a(?P<month>1)"), "filePattern: unknown group 'month'"),
        (lambda of: say(of.item, "filePattern", "a"), "filePattern has no group `period`"),
        (lambda of: say(of.item, "correctionSlice", ["x"]), "correctionSlice names 'x', which is no column"),
        (lambda of: say(of.item, "header", "none"), "column 'event_id' needs a position: the file has no header"),
        (lambda of: say(of.item, "wide", {"value": "x"}), "object 'pension_transfer_event': wide needs `value` and"),
        (lambda of: of.document.update(id="other"), "the file must be named after its id: other.yaml"),
        (
            lambda of: of.item.update(quality=[{"name": "sums", "implementation": {"rule": "sum"}}]),
            "object 'pension_transfer_event': check 'sums': unknown rule 'sum'; known: additive",
        ),
        (lambda of: of.item.update(quality=[{"name": "sums"}]), "check 'sums' needs an implementation with a rule"),
        (
            lambda of: of.item.update(
                quality=[{"name": "s", "severity": "info", "implementation": {"rule": "additive"}}]
            ),
            "check 's': severity is error or warning",
        ),
        (lambda of: [item.pop("primaryKey", 0) for item in of.item["properties"]], "no column is a primaryKey"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, change: Callable[[Parts], object], fault: str) -> None:
    found = faults(tmp_path, change)
    assert any(fault in line for line in found), found
    assert all(line.startswith("pension_transfer.yaml: ") for line in found)


def test_kinds_of_identifiers_are_known(tmp_path: Path) -> None:
    def change(of: Parts) -> None:
        say(of.column, "identifier", "visit")

    assert any("unknown kind of identifier 'visit'" in line for line in faults(tmp_path, change))


def test_the_sections_of_a_wide_object_fit_each_other(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "examples" / "monthly_insured" / "monthly_insured.yaml"
    document = yaml.safe_load(example.read_text(encoding="utf-8"))
    item = document["schema"][0]
    sex = next(column for column in item["properties"] if column["name"] == "sex")
    del sex["primaryKey"]
    item["quality"][0]["implementation"]["total"] = "ALL"
    next(custom for custom in item["customProperties"] if custom["property"] == "wide")["value"]["columns"][0]["cross"][
        0
    ] = {"sex": ["M", "W"]}
    path = tmp_path / "monthly_insured.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    found = "\n".join(contract_faults(path))
    assert "sex is a breakdown of wide and must be part of the primaryKey" in found
    assert "wide: CL_SEX has no code 'W' for sex" in found
    assert "rule ages_add_up: no column has the code ALL of age_group beside others" in found


def test_rules_over_lists_name_what_is_there(tmp_path: Path) -> None:
    document = yaml.safe_load((FOLDER / "contribution_list.yaml").read_text(encoding="utf-8"))
    header, worker = document["schema"]
    rules = {item["name"]: item["implementation"] for item in header["quality"]}
    rules["totals_of_workers"]["totals"] = {"worker_count": "count", "day_total": "days"}
    rules["list_without_workers"]["object"] = "worker"
    del {item["name"]: item["implementation"] for item in worker["quality"]}["worker_without_list"]["keys"]
    number = next(item for item in worker["properties"] if item["name"] == "list_no")
    number["customProperties"][0]["value"] = "file"
    path = tmp_path / "contribution_list.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
    found = "\n".join(contract_faults(path))
    assert "'totals_of_workers': 'day_total' is no column of silver" in found
    assert "'totals_of_workers': 'days' is no column of silver's contribution_list_worker" in found
    assert "'totals_of_workers': list_pid is list here and file in contribution_list_worker" in found
    assert "'list_without_workers': 'worker' is no object of the contract" in found
    assert "'worker_without_list': names no keys" in found


WORDS = [*SOURCE_WORDS, *OBJECT_WORDS, *PROPERTY_WORDS, *DERIVATIONS, *CHECKS, *LIST_CHECKS]


@pytest.mark.parametrize("word", sorted(set(WORDS)))
def test_the_page_on_adding_a_source_explains_every_word(word: str) -> None:
    assert re.search(rf"^\| `{word}` \|", DOC.read_text(encoding="utf-8"), re.MULTILINE), word
