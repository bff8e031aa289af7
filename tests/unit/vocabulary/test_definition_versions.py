"""Versions of a definition: the chain from the first to the one in force, and what is registered of each."""

import json
from pathlib import Path

import pytest
import yaml

from vocabulary.indicators import load, lock
from vocabulary.indicators.model import DefinitionError
from vocabulary.indicators.read import FOLDER, read_catalogue
from vocabulary.indicators.rules import FieldChange, changes_between, counting_rule
from vocabulary.measures.load import load_measures

SECOND = {"version": "1.1.0", "replaces": "support_ratio@1.0.0", "valid_from": "1399-01", "decision_id": "WG-7"}
WITHOUT_UI = {"numerator": {"measures": ["principal_insured_ex_ui"], "text": {"fa": "بیمه‌شدگان", "en": "Insured"}}}


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """A catalogue of one indicator."""
    write(tmp_path, "support_ratio")
    return tmp_path


def write(folder: Path, name: str, **changes: object) -> None:
    """Write the support ratio with changes under a name."""
    fields = yaml.safe_load((FOLDER / "support_ratio.yaml").read_text(encoding="utf-8"))
    path = folder / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump({**fields, **changes}, allow_unicode=True), encoding="utf-8")


def keep_first(folder: Path) -> None:
    """Put the first version into the history."""
    write(folder, "history/support_ratio@1.0.0")


def test_a_chain_tells_when_each_version_ends(catalogue: Path) -> None:
    keep_first(catalogue)
    write(catalogue, "support_ratio", **SECOND, **WITHOUT_UI)
    first, second = read_catalogue(catalogue, load_measures())
    assert (first.id, str(first.valid_to)) == ("support_ratio@1.0.0", "1399-01")
    assert (second.id, second.valid_to, second.decision_id) == ("support_ratio@1.1.0", None, "WG-7")
    assert (first.is_break, second.is_break) == (False, True)


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ({**WITHOUT_UI, "decision_id": None}, r"principal_insured → principal_insured_ex_ui.*needs the `decision_id`"),
        ({"kind": "share", "decision_id": None}, "kind: ratio → share.*needs the `decision_id`"),
        ({"scale": 100, "unit_measure": "PERCENT", "decision_id": None}, "scale: 1 → 100.*needs the `decision_id`"),
        ({"replaces": None}, "has to name it in `replaces`"),
        ({"replaces": "support_ratio@0.9.0"}, "has to name it in `replaces`"),
        ({"valid_from": "1380-01"}, "must be later than that of support_ratio@1.0.0"),
        ({"version": "0.9.0"}, "an earlier version is newer than the one in force"),
    ],
)
def test_versions_that_do_not_follow(catalogue: Path, second: dict[str, object], reason: str) -> None:
    keep_first(catalogue)
    write(catalogue, "support_ratio", **{**SECOND, **second})
    with pytest.raises(DefinitionError, match=reason):
        read_catalogue(catalogue, load_measures())


def test_a_new_wording_needs_no_decision(catalogue: Path) -> None:
    keep_first(catalogue)
    write(catalogue, "support_ratio", **{**SECOND, "decision_id": None}, decimals=3)
    assert [each.is_break for each in read_catalogue(catalogue, load_measures())] == [False, False]


def test_the_version_before_must_be_kept(catalogue: Path) -> None:
    write(catalogue, "support_ratio", **SECOND)
    with pytest.raises(DefinitionError, match="not kept in history/"):
        read_catalogue(catalogue, load_measures())


def test_an_indicator_without_a_version_in_force(catalogue: Path) -> None:
    keep_first(catalogue)
    (catalogue / "support_ratio.yaml").unlink()
    with pytest.raises(DefinitionError, match="none is in force"):
        read_catalogue(catalogue, load_measures())


def test_a_file_of_the_history_is_named_by_version(catalogue: Path) -> None:
    write(catalogue, "history/support_ratio@0.9.0")
    with pytest.raises(DefinitionError, match=r"support_ratio@0\.9\.0\.yaml defines support_ratio@1\.0\.0"):
        read_catalogue(catalogue, load_measures())


def test_registering_enters_what_is_new_and_alters_nothing(catalogue: Path) -> None:
    assert lock.register(catalogue, is_trial=True) == ["support_ratio@1.0.0"]
    assert lock.read_registered(catalogue) == {}
    assert lock.register(catalogue) == ["support_ratio@1.0.0"]
    text = (catalogue / lock.FILE).read_text(encoding="utf-8")
    assert json.loads(text)["support_ratio@1.0.0"]["numerator"] == "principal_insured"
    assert lock.register(catalogue) == []
    write(catalogue, "support_ratio", **WITHOUT_UI)
    with pytest.raises(DefinitionError, match="counts otherwise than registered: numerator: principal_insured → "):
        lock.register(catalogue)
    assert (catalogue / lock.FILE).read_text(encoding="utf-8") == text


def test_a_registered_version_is_not_lost(catalogue: Path) -> None:
    lock.register(catalogue)
    write(catalogue, "support_ratio", version="1.1.0")
    with pytest.raises(DefinitionError, match=r"no file holds it: keep it as history/support_ratio@1\.0\.0\.yaml"):
        lock.register(catalogue)
    keep_first(catalogue)
    write(catalogue, "support_ratio", **SECOND, **WITHOUT_UI)
    assert lock.register(catalogue) == ["support_ratio@1.1.0"]
    assert list(lock.read_registered(catalogue)) == ["support_ratio@1.0.0", "support_ratio@1.1.0"]


@pytest.mark.parametrize(
    "read", [load.load_indicators, load.load_versions, lambda: load.load_indicator("support_ratio")]
)
def test_a_changed_measure_stops_every_reading(catalogue: Path, monkeypatch: pytest.MonkeyPatch, read) -> None:
    lock.register(catalogue)
    known = json.loads((catalogue / lock.FILE).read_text(encoding="utf-8"))
    known["support_ratio@1.0.0"]["principal_insured.where.insurance_type"] = "COMPULSORY"
    (catalogue / lock.FILE).write_text(json.dumps(known), encoding="utf-8")
    monkeypatch.setattr(load, "_FOLDER", catalogue)
    with pytest.raises(DefinitionError, match=r"principal_insured\.where\.insurance_type: COMPULSORY → nothing"):
        read()


def test_the_product_is_registered() -> None:
    assert lock.main(["--check"]) == 0


def test_the_command_names_what_is_new(
    catalogue: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lock, "FOLDER", catalogue)
    assert lock.main(["--check"]) == 1
    assert lock.main([]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "not registered: support_ratio@1.0.0",
        "registered: support_ratio@1.0.0",
    ]
    write(catalogue, "support_ratio", **WITHOUT_UI)
    assert lock.main([]) == 1
    assert "support_ratio@1.0.0 counts otherwise than registered" in capsys.readouterr().err


def test_a_rule_holds_all_that_decides_the_figure() -> None:
    rule = counting_rule(load.load_indicator("support_ratio_ex_ui"), load_measures())
    assert rule["numerator"] == "principal_insured_ex_ui"
    assert rule["principal_insured_ex_ui.of"] == "PRINCIPAL_INSURED"
    assert "UI_RECIPIENT" not in rule["principal_insured_ex_ui.where.insurance_type"]
    assert rule["principal_pensioner.over_time"] == "end"
    assert not {"decimals", "name", "notes"} & set(rule)


def test_changes_name_each_field() -> None:
    changes = changes_between({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "5", "d": "4"})
    assert changes == (FieldChange("b", "2", "5"), FieldChange("c", "3", None), FieldChange("d", None, "4"))
    assert [str(change) for change in changes] == ["b: 2 → 5", "c: 3 → nothing", "d: nothing → 4"]
