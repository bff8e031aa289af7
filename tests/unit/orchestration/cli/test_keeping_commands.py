"""What `amar reproduce`, `backup` and `restore` tell their user."""

import json
from pathlib import Path
from typing import Any

import pytest
from release_world import make_world
from typer.testing import CliRunner

from governance.releases.diff import DefinitionChange, ValueChange
from orchestration.cli.main import app
from orchestration.reproducing import reproduce
from orchestration.reproducing.reproduce import Reproduction
from vocabulary.indicators.rules import FieldChange

CELL = ValueChange(("support_ratio", "IR", "1399-12"), "OBS_VALUE", "3.45", "3.5")
DEFINITION = DefinitionChange("support_ratio", "1.0.0", "1.0.0", None, (FieldChange("decimals", "2", "1"),))


def found(**changes: Any) -> Reproduction:
    values: dict[str, Any] = {
        "release": "INDICATORS@1.0.0",
        "is_identical": False,
        "published_hash": "sha256:00",
        "reproduced_hash": "sha256:11",
        "code": "the code that built it",
        "key": ("INDICATOR", "GEO", "PERIOD"),
        "cells": (CELL,) * 30,
        "only_published": (("insured_growth", "IR", "1399-12"),),
        "only_reproduced": (),
        "definitions": (DEFINITION,),
        "is_structure_changed": True,
        "notes": ("identical but for 4 erased rows: 1 files, decision WG-7, event 9 (OPEN-1)",),
    }
    return Reproduction(**{**values, **changes})


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with one release."""
    world = make_world(tmp_path / "home")
    world.release()
    world.context.engine.dispose()
    return tmp_path / "home"


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def test_a_difference_is_told_cell_by_cell(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reproduce, "reproduce", lambda *_, **__: found())
    told = run("reproduce", "INDICATORS", "1.0.0")
    lines = told.stdout.splitlines()
    assert told.exit_code == 1
    assert "INDICATORS@1.0.0 differs in 31 cells, made by the code that built it" in lines
    cell = "INDICATORS@1.0.0/support_ratio.IR/1399-12  OBS_VALUE: published 3.45, reproduced 3.5"
    assert lines.count(cell) == 20
    tail = ["… and 11 more: --json", "definition support_ratio: decimals: 2 → 1", "the structure differs"]
    assert lines[-4:] == [*tail, found().notes[0]]
    cells = json.loads(run("reproduce", "INDICATORS", "1.0.0", "--json").stdout[-200000:].split("scratch home\n")[-1])
    assert len(cells["cells"]) == 30
    assert cells["only_published"] == ["INDICATORS@1.0.0/insured_growth.IR/1399-12"]


def test_identical_is_exit_0_and_what_cannot_be_is_4(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("reproduce", "INDICATORS", "9.0.0").exit_code == 4
    monkeypatch.setattr(reproduce, "reproduce", lambda *_, **__: found(is_identical=True))
    told = run("reproduce", "INDICATORS", "1.0.0")
    assert (told.exit_code, "INDICATORS@1.0.0 is identical: sha256:11" in told.stdout) == (0, True)


def test_a_backup_and_its_restore_say_what_is_in_it_and_what_to_do(home: Path, tmp_path: Path) -> None:
    archive, target = str(tmp_path / "a.tar.zst"), str(tmp_path / "again")
    told = run("backup", archive)
    assert told.exit_code == 0, told.output
    assert "keys are not in it: keep ledger.key and pseudonym keys apart" in told.stdout
    assert "amar.invalid/ledger" in told.stdout
    assert run("backup", archive).exit_code == 4
    put_back = run("restore", archive, "--home", target)
    assert put_back.exit_code == 0, put_back.output
    assert "1 releases" in put_back.stdout
    assert "ledger.key is not in it: put it there" in put_back.stdout
    assert run("restore", archive, "--home", target).exit_code == 4
    since = run("restore", archive, "--home", f"{target}2", "--ledger", str(home / "governance.db"))
    assert "0 events of the later ledger are not here: none" in since.stdout
