"""Leaks that take a whole dbt project: a macro, a seed, an ephemeral model, a snapshot, views, a variable, a hook.

The project is compiled by dbt once for all; nothing of it is run.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from dbt.cli.main import dbtRunner

from governance.proof.model import Refusal
from governance.proof.project import prove

PROJECT = Path(__file__).with_name("leaking_project")
PERSON = "silver.contribution_list_worker.person_pid"


def compiled(folder: Path, name: str, *arguments: str) -> Mapping[str, list[Refusal]]:
    """Compile the project and return what is refused of each model."""
    target = folder / name
    places = {"project-dir": folder / "project", "profiles-dir": folder / "project"}
    places |= {"target-path": target, "log-path": target}
    options = [text for key, path in places.items() for text in (f"--{key}", str(path))]
    done = dbtRunner().invoke(["--quiet", "--log-level-file=none", "compile", "--no-introspect", *options, *arguments])
    assert done.success, done.exception
    kinds = ("model.", "snapshot.")
    sql = {
        result.node.unique_id: result.node.compiled_code
        for result in done.result.results
        if result.node.unique_id.startswith(kinds)
    }
    found: dict[str, list[Refusal]] = {}
    for refusal in prove(json.loads((target / "manifest.json").read_text()), sql).refusals:
        found.setdefault(refusal.model.removeprefix("leaking."), []).append(refusal)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("leaking")
    shutil.copytree(PROJECT, folder / "project")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LEAKING_FOLDER", str(folder))
        yield folder


@pytest.fixture(scope="module")
def refused(folder) -> Mapping[str, list[Refusal]]:
    return compiled(folder, "all")


@pytest.mark.parametrize(
    ("model", "way"),
    [
        ("by_macro", [PERSON]),
        ("by_seed", ["leaking.known_person.person"]),
        ("by_ephemeral", [PERSON]),
        ("by_snapshot", [PERSON, "leaking.kept.person_pid"]),
        ("by_views", [PERSON, "leaking.narrow.value", "leaking.narrower.value"]),
    ],
)
def test_a_leak_of_a_project_is_refused_with_its_whole_way(refused, model, way):
    refusal = next(each for each in refused[model] if each.column == "value")
    assert refusal.clause == "STAT-N1"
    path = " → ".join([*way, f"leaking.{model}.value"])
    assert path in [line.strip() for line in str(refusal).splitlines()]


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("by_untagged_seed", "untagged_seed"),
        ("undeclared", "more has no access class"),
        ("unknown_class", "value has no access class"),
        ("by_hook", "hook"),
    ],
)
def test_what_is_undeclared_unknown_or_unjudged_is_refused(refused, model, said):
    assert [each for each in refused[model] if each.clause == "HOUSE-6" and said in str(each)]


def test_honest_models_of_the_project_pass(refused):
    assert set(refused) & {"honest", "passing", "narrow", "narrower", "kept", "by_variable"} == set()


def test_a_leak_that_only_some_runs_compile_is_refused_in_their_form(folder):
    months = ("--vars", '{"periods": ["1399-12"]}', "--select", "by_variable")
    assert [each.column for each in compiled(folder, "months", *months)["by_variable"] if each.column == "value"]
