"""`sources.yml` is written from the contracts and says so when it is stale."""

from pathlib import Path

import pytest
import yaml

from lake import dbt_sources
from lake.contracts.model import load_sources


def test_the_committed_file_is_current() -> None:
    assert dbt_sources.main(["--check"]) == 0


def test_a_stale_file_is_told_and_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "sources.yml"
    assert dbt_sources.main(["--check", "--file", str(path)]) == 1
    path.write_text("version: 2\n", encoding="utf-8")
    assert dbt_sources.main(["--check", "--file", str(path)]) == 1
    assert "sources.yml is stale" in capsys.readouterr().err
    assert dbt_sources.main(["--file", str(path)]) == 0
    assert dbt_sources.main(["--check", "--file", str(path)]) == 0


def test_every_column_has_type_meaning_and_tags() -> None:
    document = yaml.safe_load(dbt_sources.render())
    columns = [column for source in document["sources"] for table in source["tables"] for column in table["columns"]]
    assert len(columns) > 100
    for column in columns:
        assert column["description"]
        assert column["data_type"]
        assert column["config"]["meta"]["access_class"] in ("public", "private", "capital")
        assert column["config"]["meta"]["granularity"] in ("record", "aggregate", "protected")


def test_identifiers_are_private_records() -> None:
    document = yaml.safe_load(dbt_sources.render())
    silver = next(source for source in document["sources"] if source["name"] == "silver")
    pids = [column for table in silver["tables"] for column in table["columns"] if column["name"].endswith("_pid")]
    identifiers = [column for source in load_sources() for entity in source.entities for column in entity.columns]
    assert len(pids) == sum(bool(column.identifier) for column in identifiers) > 0
    assert {(pid["config"]["meta"]["access_class"], pid["config"]["meta"]["granularity"]) for pid in pids} == {
        ("private", "record")
    }
