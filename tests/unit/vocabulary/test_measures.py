from pathlib import Path

import pytest
import yaml

import vocabulary.measures.load as module
from lake.contracts.model import load_sources
from vocabulary.measures.load import MeasureError, OverTime, load_measures, read_measures

MODELS = Path(module.__file__).parents[2] / "dbt_project" / "models" / "intermediate"
PLAIN = {
    "code": "insured",
    "names": {"fa": "بیمه‌شدگان", "en": "Insured"},
    "unit_measure": "PERSON",
    "over_time": "end",
    "of": "PRINCIPAL_INSURED",
}


def read(*entries: dict[str, object], source: str = "mis") -> dict[str, module.Measure]:
    return read_measures({source: yaml.safe_dump({"measures": list(entries)}, allow_unicode=True)})


def changed(**changes: object) -> dict[str, object]:
    return {key: value for key, value in {**PLAIN, **changes}.items() if value is not None}


def test_a_reported_measure_is_one_entry() -> None:
    found = read(PLAIN)["insured"]
    assert (found.source, found.of, found.where, found.over_time) == ("mis", "PRINCIPAL_INSURED", (), OverTime.END)
    assert (found.contributors, found.once, found.model, found.records) == ("insured", False, None, None)


def test_a_filter_names_the_codes_that_count() -> None:
    counted = read(changed(where={"sex": {"in": ["F"]}, "insurance_type": {"not_in": ["UI_RECIPIENT"]}}))["insured"]
    kinds, sexes = counted.where
    assert (kinds.dimension, sexes.dimension, sexes.codes) == ("insurance_type", "sex", frozenset({"F"}))
    assert "UI_RECIPIENT" not in kinds.codes
    assert {"COMPULSORY", "DRIVER", "NA"} <= kinds.codes


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"of": "PRINCIPAL"}, "insured: mis reports no measure PRINCIPAL"),
        ({"where": {"pension_kind": {"in": ["RETIREMENT"]}}}, "insured: PRINCIPAL_INSURED is not broken down by pens"),
        ({"where": {"sex": {"in": ["X"]}}}, "insured: unknown codes of sex: X"),
        ({"where": {"sex": {"only": ["F"]}}}, "insured: a filter on sex is `in` or `not_in`"),
        ({"where": {"sex": ["F"]}}, "insured: a filter on sex is `in` or `not_in`"),
        ({"contributors": "nobody"}, "insured: unknown contributors nobody"),
        ({"unit_measure": "HEAD"}, "insured: HEAD is not in CL_UNIT_MEASURE"),
        ({"unit_measure": "CASE"}, "insured: PRINCIPAL_INSURED is counted in PERSON"),
        ({"over_time": "sum"}, "insured: PRINCIPAL_INSURED is a stock"),
        ({"over_time": "mean"}, "insured: malformed: ValueError"),
        ({"names": None}, "insured: malformed: KeyError"),
        ({"code": "Insured"}, "mis: malformed code 'Insured'"),
        ({"formula": "a/b"}, "insured: unknown keys formula"),
        ({"model": "int_a__measure"}, "insured: give one of of, model, records"),
        ({"of": None}, "insured: give one of of, model, records"),
        ({"of": None, "model": "int_a__measure", "where": {}}, "insured: give one of of, model, records"),
        ({"of": None, "model": "select 1"}, "insured: select 1 is no name of an intermediate model"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, object], message: str) -> None:
    with pytest.raises(MeasureError, match=message.replace("(", r"\(")):
        read(changed(**changes))


def test_a_flow_is_summed() -> None:
    flow = changed(of="NEW_PENSION", unit_measure="AWARD", over_time="end")
    with pytest.raises(MeasureError, match="insured: NEW_PENSION is a flow"):
        read(flow)


def test_a_measure_stands_once() -> None:
    with pytest.raises(MeasureError, match="mis: the measure insured stands twice"):
        read(PLAIN, PLAIN)


@pytest.mark.parametrize("text", ["measures: [", "[]", "measures: {}\nother: 1"])
def test_a_file_that_is_no_list_of_measures_is_refused(text: str) -> None:
    with pytest.raises(MeasureError, match="mis: "):
        read_measures({"mis": text})


def test_the_measures_of_the_house_name_sources_and_models_that_exist() -> None:
    sources = {source.id for source in load_sources()} | {"reporting"}
    for measure in load_measures().values():
        assert measure.source in sources
        model = measure.model or measure.records
        assert model is None or (MODELS / f"{model}.sql").is_file()
