"""Weights, limits and peer groups of evaluation: what a version may say."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import vocabulary.evaluation.load as module
from vocabulary.evaluation.load import check_definitions, load_rules, read_rules, rules_text
from vocabulary.evaluation.model import PeerGroup, RulesError
from vocabulary.norms.model import Standing
from vocabulary.periods import Period

FOLDER = Path(module.__file__).parent
TEXT = (FOLDER / "demonstration" / "0.1.0.yaml").read_text(encoding="utf-8")

Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> str:
    entry = yaml.safe_load(TEXT)
    change(entry)
    return yaml.safe_dump(entry, allow_unicode=True)


def test_no_version_is_invented():
    assert {rules.status for rules in load_rules()} == {Standing.DEMONSTRATION}


def test_the_versions_held_are_in_the_form_of_the_schema():
    schema = json.loads((FOLDER / "evaluation.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for path in [*FOLDER.glob("*.yaml"), *(FOLDER / "demonstration").glob("*.yaml")]:
        jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_a_version_is_read_as_it_stands():
    rules = read_rules(TEXT)
    assert rules_text(rules.version) == TEXT
    sizes = {item.indicator: item.minimum_size for domain in rules.domains for item in domain.indicators}
    assert sizes["list_receipt_rate"] == rules.minimum_size
    assert sizes["transfer_cycle"] == 10


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda entry: entry.pop("peers"), "malformed"),
        (lambda entry: entry.update(version="1"), "version"),
        (lambda entry: entry.update(decision_id=" "), "no decision"),
        (lambda entry: entry.update(decision_id="A-1"), "demonstration"),
        (lambda entry: entry.update(status="decided"), "demonstration"),
        (lambda entry: entry["funnel"].update(warning_z=4), "warning limit"),
        (lambda entry: entry.update(minimum_evaluated_percent=0), "out of range"),
        (lambda entry: entry.update(trend_months=0), "out of range"),
        (lambda entry: entry.update(period_kinds=["WEEK"]), "kind of period"),
        (lambda entry: entry["domains"][0].update(weight=29), "domains do not add up"),
        (lambda entry: entry["domains"][0].update(domain="NOTHING"), "unknown domain"),
        (lambda entry: entry["domains"][0].update(applies_to=["NOBODY"]), "unknown domain or kind"),
        (lambda entry: entry["domains"][0]["indicators"][0].update(weight=1), "LISTS: the weights"),
        (lambda entry: entry["domains"][0]["indicators"][0].update(size="contributors"), "goes by the denominator"),
        (lambda entry: entry["domains"][2].update(domain="FINANCE"), "weighted twice"),
        (lambda entry: entry["domains"][0]["indicators"][1].update(indicator="list_receipt_rate"), "weighted twice"),
        (lambda entry: entry["peers"]["groups"][0].update(below=10001), "another peer group"),
        (lambda entry: entry["peers"]["groups"][0].update(size_measure=None), "another peer group"),
        (lambda entry: entry["peers"]["groups"][0].update(size_measure="pension_case"), "another peer group"),
    ],
)
def test_what_does_not_agree_is_refused(change, words):
    with pytest.raises(RulesError, match=words):
        read_rules(changed(change))


def test_no_weight_is_below_one_percent():
    def zero(entry: dict[str, Any]) -> None:
        first, second, *_ = entry["domains"][0]["indicators"]
        first["weight"], second["weight"] = 0, 80

    with pytest.raises(RulesError, match="below one percent"):
        read_rules(changed(zero))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda entry: entry["domains"][0]["indicators"][0].update(indicator="support_ratio_cases"), "no computed"),
        (lambda entry: entry["domains"][0]["indicators"][0].update(indicator="nothing"), "no computed"),
    ],
)
def test_an_indicator_stands_in_its_own_domain(change, words):
    with pytest.raises(RulesError, match=words):
        check_definitions(read_rules(changed(change)))


def test_a_size_by_the_denominator_needs_one():
    def count(entry: dict[str, Any]) -> None:
        entry["domains"][-1]["indicators"][0].update(indicator="new_pension_flow", funnel="poisson")

    with pytest.raises(RulesError, match="no denominator"):
        check_definitions(read_rules(changed(count)))


def test_two_versions_do_not_hold_for_one_month(tmp_path, monkeypatch):
    (tmp_path / "0.1.0.yaml").write_text(TEXT, encoding="utf-8")
    later = changed(lambda entry: entry.update(version="0.2.0", valid_from="1400"))
    (tmp_path / "0.2.0.yaml").write_text(later, encoding="utf-8")
    monkeypatch.setattr(module, "_DEMONSTRATION", tmp_path)
    with pytest.raises(RulesError, match="hold for one month"):
        load_rules.__wrapped__()
    (tmp_path / "0.1.0.yaml").write_text(changed(lambda entry: entry.update(valid_to="1399")), encoding="utf-8")
    assert [rules.version for rules in load_rules.__wrapped__()] == ["0.1.0", "0.2.0"]


def test_a_file_is_named_after_its_version(tmp_path, monkeypatch):
    (tmp_path / "0.3.0.yaml").write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(module, "_DEMONSTRATION", tmp_path)
    with pytest.raises(RulesError, match=r"holds 0\.1\.0"):
        load_rules.__wrapped__()
    with pytest.raises(RulesError, match="no version"):
        rules_text("9.9.9")


def test_peer_groups_of_other_kinds_do_not_meet():
    group = PeerGroup("A", ("BRANCH",), "principal_insured", 0, 100)
    assert group.overlaps(replace(group, code="B", size_from=99, size_below=None))
    assert not group.overlaps(replace(group, code="B", size_from=100, size_below=None))
    assert not group.overlaps(replace(group, code="B", kinds=("TREATMENT_CENTRE",)))


def test_validity_is_in_months():
    rules = replace(load_rules()[0], valid_from=Period.parse("1400"), valid_to=Period.parse("1401-Q2"))
    assert rules.months == ("1400-01", "1401-06")
