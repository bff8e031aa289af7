"""The five packages are ours alone, and what is declared is used."""

import ast
import re
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("vocabulary", "lake", "governance", "orchestration", "api")
IMPORTED_AS = {
    "dbt-core": "dbt",
    "dbt-duckdb": "dbt",
    "open-data-contract-standard": "open_data_contract_standard",
    "openlineage-python": "openlineage",
    "psycopg": None,  # by SQLAlchemy, from the URL `postgresql+psycopg://`
    "pyyaml": "yaml",
    "python-calamine": "python_calamine",
    "pydantic-settings": "pydantic_settings",
    "dagster-webserver": None,  # by `dagster dev`
    "granian": None,  # run as `python -m granian`
}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_distribution_shadows_a_package(package: str) -> None:
    assert set(packages_distributions()[package]) == {"amar"}


def _imported() -> set[str]:
    names = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names.add(node.module.split(".")[0])
    return names


def test_every_dependency_is_used() -> None:
    imported = _imported()
    for line in requires("amar") or []:
        name = re.split(r"[\[<>=!~ ;]", line)[0].lower()
        module = IMPORTED_AS.get(name, name.replace("-", "_"))
        assert module is None or module in imported, name


def test_every_import_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[\[<>=!~ ;]", line)[0].lower() for line in project["dependencies"]}
    modules = {IMPORTED_AS.get(name, name.replace("-", "_")) for name in declared}
    stdlib = __import__("sys").stdlib_module_names
    assert _imported() - modules - set(stdlib) - set(PACKAGES) - {"dbt_common", "starlette"} == set()


def test_the_readme_names_both_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "make demo" in readme[:2500]
    assert "make test" in readme[:2500]


def test_the_makefile_lists_its_targets() -> None:
    text = (ROOT / "Makefile").read_text()
    for target in ("demo", "test", "check", "docs", "dagster"):
        assert re.search(rf"^{target}:.* ## ", text, re.MULTILINE), target
