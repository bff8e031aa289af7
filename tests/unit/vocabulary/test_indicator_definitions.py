import json
from pathlib import Path

import jsonschema
import pytest
import yaml

import vocabulary.indicators.load as module
from vocabulary.indicators.load import list_indicators, load_indicator, load_indicators, load_unsourced
from vocabulary.indicators.model import DefinitionError, Kind
from vocabulary.indicators.read import read_definition
from vocabulary.measures.load import load_measures

FOLDER = Path(module.__file__).parent
COVERED = ("principal_insured", "dependent_insured", "principal_pensioner", "dependent_pensioner")
PAID = ("pension_amount_regular", "benefit_shortterm", "benefit_unemployment")
# code: kind, numerator, denominator, unit, scale, decimals; of the first list, one that is added needs no line
TABLE = {
    "support_ratio": ("ratio", ("principal_insured",), ("principal_pensioner",), "RATIO", 1, 2),
    "support_ratio_cases": ("ratio", ("principal_insured",), ("pension_case",), "RATIO", 1, 2),
    "support_ratio_ex_ui": ("ratio", ("principal_insured_ex_ui",), ("principal_pensioner",), "RATIO", 1, 2),
    "compulsory_share": ("share", ("compulsory_insured",), ("principal_insured",), "PERCENT", 100, 2),
    "female_share": ("share", ("female_principal_insured",), ("principal_insured",), "PERCENT", 100, 2),
    "dependency_burden": ("ratio", ("dependent_insured",), ("principal_insured",), "RATIO", 1, 3),
    "insured_growth": ("growth", ("principal_insured",), ("principal_insured",), "PERCENT", 100, 2),
    "new_pension_flow": ("flow", ("new_pension",), None, "AWARD", 1, 0),
    "new_pension_per_day": ("flow_per_day", ("new_pension",), None, "AWARD_PER_DAY", 1, 1),
    "avg_pension": ("average", ("pension_amount_regular",), ("pension_file_paid",), "RIAL_PER_FILE", 1, 0),
    "collection_ratio": ("ratio", ("contribution_received",), ("contribution_assessed",), "PERCENT", 100, 2),
    "bed_occupancy": ("share", ("occupied_bed_day",), ("available_bed_day",), "PERCENT", 100, 1),
    "reporting_coverage": ("coverage", ("unit_reported",), ("unit_obliged",), "PERCENT", 100, 1),
    "transfer_cycle": ("median", ("transfer_days_median",), (), "DAY", 1, 1),
    "transfer_mismatch": ("share", ("transfer_compared_mismatch",), ("transfer_compared",), "PERCENT", 100, 2),
    "transfer_to_sending": ("median", ("transfer_days_to_sent",), (), "DAY", 1, 1),
    "transfer_to_receipt": ("median", ("transfer_days_to_received",), (), "DAY", 1, 1),
    "transfer_to_comparison": ("median", ("transfer_days_to_compared",), (), "DAY", 1, 1),
    "transfer_to_activation": ("median", ("transfer_days_to_activated",), (), "DAY", 1, 1),
    "undue_overlap": ("ratio", ("transfer_file_month_twice",), ("transfer_file_month_paid",), "PER_1000", 1000, 2),
    "list_receipt_rate": ("coverage", ("list_workshop_received",), ("list_workshop_obliged",), "PERCENT", 100, 2),
    "list_timeliness": ("share", ("list_on_time",), ("list_due",), "PERCENT", 100, 2),
    "list_error_rate": ("share", ("list_row_failed",), ("list_row_received",), "PERCENT", 100, 3),
    "avg_insurable_wage": ("average", ("list_insurable_pay",), ("list_insured_day",), "RIAL_PER_DAY", 1, 0),
    "avg_insured_days": ("share", ("list_insured_day",), ("list_possible_day",), "PERCENT", 100, 2),
    "scan_progress": ("share", ("scan_register_file_complete",), ("scan_register_file",), "PERCENT", 100, 2),
    "rescan_rate": ("share", ("scan_image_rescanned",), ("scan_image_produced",), "PERCENT", 100, 2),
    "destruction_timeliness": ("share", ("scan_destruction_held",), ("scan_destruction_due",), "PERCENT", 100, 2),
    "scan_page_match": ("share", ("scan_file_matched",), ("scan_file_recounted",), "PERCENT", 100, 2),
    "arrears_ratio": ("ratio", ("employer_debt",), ("contribution_assessed_employer",), "PERCENT", 100, 2),
    "award_lag": ("median", ("award_days_median",), (), "DAY", 1, 1),
    "bed_per_1000": ("rate", ("active_bed",), COVERED, "PER_1000", 1000, 3),
    "claims_ratio": ("ratio", PAID, ("contribution_received",), "PERCENT", 100, 2),
    "direct_sso_share": ("share", ("inpatient_sso",), ("inpatient",), "PERCENT", 100, 2),
    "injury_fatality": ("share", ("injury_fatal",), ("injury_case",), "PERCENT", 100, 2),
    "injury_rate": ("rate", ("injury_case",), ("insured_exposed",), "PER_1000", 1000, 2),
    "min_pension_share": ("share", ("pension_case_minimum",), ("pension_case_full",), "PERCENT", 100, 2),
    "outpatient_per_capita": ("rate", ("outpatient_contact",), COVERED, "CONTACT_PER_PERSON", 1, 3),
    "pension_wage_ratio": ("ratio", ("pension_amount_regular",), ("insurable_pay",), "PERCENT", 100, 1),
    "shortterm_per_insured": (
        "average",
        ("benefit_shortterm",),
        ("principal_insured_average",),
        "RIAL_PER_PERSON",
        1,
        0,
    ),
    "ui_share": ("rate", ("unemployment_recipient",), ("principal_insured",), "PER_1000", 1000, 2),
}


def entry(**changes: object) -> str:
    fields = yaml.safe_load((FOLDER / "support_ratio.yaml").read_text(encoding="utf-8"))
    return yaml.safe_dump({**fields, **changes}, allow_unicode=True)


def test_the_first_indicators_are_among_those_that_are_computed() -> None:
    assert set(TABLE) <= set(list_indicators())
    assert tuple(definition.code for definition in load_indicators()) == list_indicators()


@pytest.mark.parametrize("path", [*FOLDER.glob("*.yaml"), *FOLDER.glob("history/*.yaml")], ids=lambda path: path.stem)
def test_definitions_meet_the_schema(path: Path) -> None:
    schema = json.loads((FOLDER / "indicator.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("code", TABLE)
def test_how_each_is_computed(code: str) -> None:
    found = load_indicator(code)
    below = None if found.denominator is None else found.denominator.measures
    assert (found.kind, found.numerator.measures, below, found.unit_measure, found.scale, found.decimals) == TABLE[code]


@pytest.mark.parametrize("code", list_indicators())
def test_percentages_and_rates_are_scaled(code: str) -> None:
    found = load_indicator(code)
    assert found.scale == {"PERCENT": 100, "PER_1000": 1000}.get(found.unit_measure, 1)


@pytest.mark.parametrize(
    "code", [found.code for found in load_indicators() if found.kind in (Kind.SHARE, Kind.COVERAGE)]
)
def test_a_share_counts_alike_above_and_below(code: str) -> None:
    units = {load_measures()[measure].unit_measure for measure in load_indicator(code).measures}
    assert len(units) == 1 and load_indicator(code).unit_measure == "PERCENT"


@pytest.mark.parametrize("code", list_indicators())
def test_no_decision_is_claimed_and_the_owner_is_the_office_of_statistics(code: str) -> None:
    found = load_indicator(code)
    assert (found.decision_id, found.replaces, found.owner) == (None, None, "HQ-STATISTICS")
    assert found.valid_from.code == "1380-01"


def test_what_no_source_carries_is_defined_and_says_what_it_needs() -> None:
    for found in load_unsourced():
        assert found.sources == () and found.measures == ()
        assert found.needs is not None and found.needs.fa and found.needs.en
        assert found.code not in list_indicators()
    assert load_indicator("cost_ratio") in load_unsourced()


def test_only_the_case_basis_is_of_low_reliability() -> None:
    assert {found.code: found.obs_status for found in load_indicators() if found.obs_status != "A"} == {
        "support_ratio_cases": "U"
    }
    note = load_indicator("support_ratio_cases").status_note
    assert note is not None
    assert "another source with an uncertain date" in note.en
    assert "منبعی دیگر با تاریخ نامطمئن" in note.fa


def test_every_measure_is_used_by_an_indicator_or_counts_the_contributors_of_one_that_is() -> None:
    used = {measure for found in load_indicators() for measure in found.measures}
    behind = {load_measures()[code].contributors for code in used}
    # an obligation counts in the lists' denominators, a record's cohort in its median's
    counted = {"workshop_obliged", "transfer_file_referred", "transfer_file_activated"}
    assert used | behind | counted == set(load_measures())


def test_measures_of_both_parts_stand_once() -> None:
    assert load_indicator("insured_growth").measures == ("principal_insured",)
    assert load_indicator("new_pension_flow").measures == ("new_pension",)


def test_unknown_indicator() -> None:
    with pytest.raises(DefinitionError, match="no indicator 'happiness'"):
        load_indicator("happiness")


def test_a_file_defines_its_namesake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other_ratio.yaml").write_text(entry(), encoding="utf-8")
    monkeypatch.setattr(module, "_FOLDER", tmp_path)
    with pytest.raises(DefinitionError, match=r"other_ratio\.yaml defines support_ratio"):
        load_indicator("other_ratio")


def test_a_sound_definition_is_read() -> None:
    assert read_definition(entry()) == load_indicator("support_ratio")
    assert read_definition(entry(frequency="annual", direction="down")).kind is Kind.RATIO


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"code": "Support"}, "malformed code or version"),
        ({"version": "1.0"}, "malformed code or version"),
        ({"denominator": None}, "a flow has no denominator"),
        ({"kind": "flow"}, "a flow has no denominator"),
        ({"obs_status": "U"}, "a status note goes with"),
        ({"status_note": {"code": "X", "fa": "یادداشت", "en": "note"}}, "a status note goes with"),
        ({"scale": 10}, "unknown scale or rounding"),
        ({"rounding": "half_even"}, "unknown scale or rounding"),
        ({"unit_measure": "FURLONG"}, "FURLONG is not in CL_UNIT_MEASURE"),
        ({"obs_status": "Y", "status_note": {"code": "X", "fa": "ی", "en": "n"}}, "Y is not in CL_OBS_STATUS"),
        ({"owner": "HQ-NOBODY"}, "the owner HQ-NOBODY is no unit"),
        (
            {"numerator": {"measures": ["b_none", "a_none"], "text": {"fa": "هیچ", "en": "none"}}},
            "unknown measures a_none, b_none",
        ),
        ({"kind": "guess"}, "malformed definition: ValueError"),
        ({"valid_from": "1399/12"}, "malformed definition: PeriodError"),
        ({"name": {"fa": "نام"}}, "malformed definition: TypeError"),
        ({"sources": []}, "it has sources, or says which one it needs"),
        ({"needs": {"fa": "منبع", "en": "a source"}}, "it has sources, or says which one it needs"),
        ({"sources": [], "needs": {"fa": "منبع", "en": "a source"}}, "nothing can be counted without a source"),
        ({"domain": "WEATHER"}, "WEATHER is not in CL_INDICATOR_DOMAIN"),
        ({"is_controllable_by": "everybody"}, "malformed definition: ValueError"),
        ({"valid_from": "1399-Q1"}, "it holds from a month on"),
        ({"extra": 1}, "malformed definition: TypeError"),
        ({"numerator": {}}, "malformed definition: KeyError"),
    ],
)
def test_unsound_definitions_are_refused(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(DefinitionError, match=reason):
        read_definition(entry(**changes))


@pytest.mark.parametrize("text", ["", "{", "code: x", "- 1"])
def test_texts_that_are_no_definition(text: str) -> None:
    with pytest.raises(DefinitionError, match="malformed definition"):
        read_definition(text)


def test_both_parts_of_a_ratio_are_averages_or_neither() -> None:
    found = load_indicator("pension_wage_ratio")
    assert found.denominator is not None
    assert (found.numerator.per, found.denominator.per) == (("pension_case_average",), ("compulsory_insured_average",))
    assert set(found.measures) == {
        "pension_amount_regular",
        "pension_case_average",
        "insurable_pay",
        "compulsory_insured_average",
    }
    text = {"fa": "متن", "en": "text"}
    averaged = {"measures": ["principal_insured"], "per": ["pension_case"], "text": text}
    for wrong in ({"numerator": averaged}, {"numerator": averaged, "denominator": averaged, "kind": "share"}):
        with pytest.raises(DefinitionError, match="averages of their own"):
            read_definition(entry(**wrong))
