"""The structures of the published datasets agree with themselves and the vocabulary."""

import pytest
import yaml

from governance.datasets import load
from governance.datasets.load import StructureError, codelist_version, codes_of, list_structures, load_structure
from governance.releases.definitions import rules_for
from vocabulary.codelists.load import list_codelists, load_codelist


def test_the_seven_datasets():
    assert list_structures() == ("INDICATORS", "INSURED", "LISTS", "PENSIONERS", "SCANNING", "TRANSFERS", "TREATMENT")


@pytest.mark.parametrize("dataset", list_structures())
def test_a_structure(dataset):
    structure = load_structure(dataset)
    assert structure.id == dataset
    assert "GEO" in structure.dimension_ids
    assert len(set(structure.dimension_ids)) == len(structure.dimension_ids)
    units = load_codelist("CL_UNIT_MEASURE").codes
    assert all(measure.unit_measure in units for measure in structure.measures)
    assert bool(structure.measures) == (structure.kind == "cube")
    for dimension in structure.dimensions[1:]:
        assert dimension.codelist in (load.CL_GEO, *list_codelists())
        assert codes_of(dimension.codelist)
    rules = rules_for(structure)
    assert all(rule.code == code and rule.document["counting_logic"] for code, rule in rules.items())


def test_codes():
    geo = codes_of("CL_GEO")
    assert len(geo) == 32
    assert geo["IR"].en == "Iran"
    assert {"M", "F", "TOTAL", "NA"} == set(codes_of("CL_SEX"))
    assert codelist_version("CL_SEX") == load_codelist("CL_SEX").version
    assert codelist_version("CL_GEO") is None


@pytest.mark.parametrize("dataset", ["NOTHING", "../INDICATORS", ""])
def test_an_unknown_dataset(dataset):
    with pytest.raises(StructureError, match="there is no dataset"):
        load_structure(dataset)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.update(id="OTHER"),
        lambda data: data.update(kind="heap"),
        lambda data: data.update(surprise=1),
        lambda data: data.pop("dimensions"),
    ],
)
def test_a_wrong_file_is_named(monkeypatch, tmp_path, spoil):
    data = yaml.safe_load((load._FOLDER / "INDICATORS.yaml").read_text())
    spoil(data)
    (tmp_path / "SPOILT.yaml").write_text(yaml.safe_dump(data))
    monkeypatch.setattr(load, "_FOLDER", tmp_path)
    load.list_structures.cache_clear()
    load.load_structure.cache_clear()
    try:
        with pytest.raises(StructureError, match=r"SPOILT\.yaml"):
            load_structure("SPOILT")
    finally:
        load.list_structures.cache_clear()
        load.load_structure.cache_clear()


def test_a_structure_that_is_not_a_mapping():
    with pytest.raises(ValueError, match="dict"):
        load.Structure.model_validate(["INDICATORS"])
