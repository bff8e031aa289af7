"""`amar contract check`: what is wrong with a contract, and what would become of a file, in words."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from lake.contracts.model import FOLDER, source_ids
from orchestration.cli.console import FAILED, USAGE
from orchestration.cli.main import app
from vocabulary.periods import Period
from vocabulary.units.load import obliged_units

HEADER = "کد گزارش,کد واحد,دوره,نوع بیمه,جنسیت,گروه سنی,نوع مستمری,نوع پرداخت کننده,عنوان آمار,مقدار,ستون تازه"
ROW = "M01,{unit},1399-12,COMPULSORY,M,25-34,,,PRINCIPAL_INSURED,{value},نو"
UNIT = obliged_units("mis", Period.parse("1399-12").end)[0].code
CONTRACT = str(FOLDER / "mis.yaml")


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, ["contract", "check", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """Return an extract with a good row, a broken one, a bare line of words, and a column of its own."""
    path = tmp_path / "mis_GO-01_139912.csv"
    rows = [ROW.format(unit=UNIT, value=5), ROW.format(unit=UNIT, value="many")]
    path.write_text("\n".join([HEADER, *rows, "پایان گزارش"]) + "\n", encoding="utf-8")
    return path


def test_all_contracts_of_the_product_are_checked_by_default():
    result = run()
    assert result.exit_code == 0, result.output
    assert all(f"{source}.yaml: sound" in result.output for source in source_ids())


def test_a_word_that_means_nothing_is_named(tmp_path: Path):
    document = yaml.safe_load((FOLDER / "mis.yaml").read_text(encoding="utf-8"))
    document["schema"][0]["quality"][0]["implementation"]["rule"] = "dimension"
    path = tmp_path / "mis.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    result = run(str(path))
    assert result.exit_code == FAILED
    assert "mis.yaml: object 'mis_report': check 'dimensions_by_measure': unknown rule 'dimension'" in result.output


def test_a_file_that_is_not_there(tmp_path: Path):
    assert run(str(tmp_path / "none.yaml")).exit_code == USAGE


def test_a_sample_says_what_would_become_of_it_and_leaves_nothing(sample: Path, tmp_path: Path):
    result = run(CONTRACT, "--sample", str(sample), "--json")
    assert result.exit_code == 0, result.output
    tried = json.loads(result.stdout)
    assert (tried["object"], tried["encoding"], tried["records"], tried["silver_rows"]) == ("mis_report", "utf-8", 4, 1)
    assert tried["new_columns"] == ["ستون تازه"]
    assert {"rule": "not_a_number", "column": "value", "severity": "error", "records": 1} in tried["findings"]
    assert {"state": "layout", "rule": "", "records": 2} in tried["set_aside"]
    assert not (tmp_path / "home" / "lake").exists()


def test_a_sample_in_words_holds_no_value_of_a_row(sample: Path):
    result = run(CONTRACT, "--sample", str(sample))
    assert "4 records make" in result.output
    assert "new column, kept in bronze: ستون تازه" in result.output
    assert "many" not in result.output


def test_a_sample_that_is_turned_away_says_why(tmp_path: Path, sample: Path):
    other = tmp_path / "something_else.csv"
    shutil.copy(sample, other)
    result = run(CONTRACT, "--sample", str(other))
    assert result.exit_code == FAILED
    assert "something_else.csv would be turned away: file_name: " in result.output


def test_a_sample_needs_one_contract_of_the_product(sample: Path, tmp_path: Path):
    assert run("--sample", str(sample)).exit_code == USAGE
    elsewhere = tmp_path / "mis.yaml"
    shutil.copy(FOLDER / "mis.yaml", elsewhere)
    assert run(str(elsewhere), "--sample", str(sample)).exit_code == USAGE
