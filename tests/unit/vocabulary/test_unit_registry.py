import re
from collections import Counter
from datetime import date

import pytest

from vocabulary.codelists.load import load_codelist
from vocabulary.periods import Period
from vocabulary.population.load import CENSUS, load_reference
from vocabulary.units.load import (
    COUNTRY_GEO,
    Unit,
    UnitError,
    directorate_of,
    get_unit,
    load_provinces,
    load_reporting_obligations,
    load_unit_changes,
    load_units,
    obliged_units,
    units_by_code,
)

FIRST_DAY = date(2019, 3, 21)  # 1398-01-01
YEAR = Period.parse("1395")
LAST_DAY = date(2021, 3, 20)  # 1399-12-30
CODES = {
    "BRANCH": r"\d\d1\d{3}",
    "SATELLITE_BRANCH": r"\d\d2\d{3}",
    "BROKERAGE": r"\d\d3\d{3}",
    "TREATMENT_CENTRE": r"\d\d5\d{3}",
    "GENERAL_OFFICE": r"GO-\d\d(-[EWC])?",
    "TREATMENT_MANAGEMENT": r"TM-\d\d",
    "HQ_OFFICE": r"HQ-[A-Z]+",
    "SUBSIDIARY": r"SUB-[A-Z-]+",
}
PARENTS = {
    "BRANCH": {"GENERAL_OFFICE"},
    "SATELLITE_BRANCH": {"BRANCH"},
    "BROKERAGE": {"BRANCH"},
    "TREATMENT_CENTRE": {"TREATMENT_MANAGEMENT"},
    "GENERAL_OFFICE": {None},
    "TREATMENT_MANAGEMENT": {None},
    "HQ_OFFICE": {None, "HQ_OFFICE"},
    "SUBSIDIARY": {None},
}


@pytest.mark.parametrize("day", [FIRST_DAY, LAST_DAY])
def test_numbers_of_units(day: date) -> None:
    assert Counter(unit.kind for unit in load_units() if unit.is_valid_on(day)) == {
        "GENERAL_OFFICE": 33,
        "TREATMENT_MANAGEMENT": 31,
        "BRANCH": 600,
        "SATELLITE_BRANCH": 180,
        "BROKERAGE": 420,
        "TREATMENT_CENTRE": 370,
        "HQ_OFFICE": 10,
        "SUBSIDIARY": 1,
    }


def test_codes_are_unique_and_well_formed() -> None:
    assert len(units_by_code()) == len(load_units())
    assert set(CODES) == set(load_codelist("CL_UNIT_KIND").codes)
    for unit in load_units():
        assert re.fullmatch(CODES[unit.kind], unit.code)
        assert re.fullmatch(r"[A-Z0-9][A-Z0-9_-]*", unit.code)


def test_names_are_unique_in_both_languages() -> None:
    assert max(Counter(unit.name_fa for unit in load_units()).values()) == 1
    assert max(Counter(unit.name_en for unit in load_units()).values()) == 1


def test_units_stand_under_units_of_their_time_and_place() -> None:
    for unit in load_units():
        parent = None if unit.parent_code is None else get_unit(unit.parent_code)
        assert (parent.kind if parent else None) in PARENTS[unit.kind]
        if parent is not None:
            assert parent.valid_from <= unit.valid_from
            assert parent.valid_to is None
            assert parent.province_code == unit.province_code


def test_places_of_units() -> None:
    provinces = {province.code: province.geo_code for province in load_provinces()}
    for unit in load_units():
        if unit.kind in {"HQ_OFFICE", "SUBSIDIARY"}:
            assert (unit.province_code, unit.geo_code, unit.directorate_code) == (None, COUNTRY_GEO, None)
        else:
            assert unit.province_code is not None
            assert unit.geo_code == provinces[unit.province_code]
        if re.fullmatch(r"\d{6}", unit.code):
            assert unit.code[:2] == unit.province_code


def climb(unit: Unit) -> Unit:
    return unit if unit.parent_code is None else climb(get_unit(unit.parent_code))


def test_insurance_and_treatment_are_two_hierarchies() -> None:
    for unit in load_units():
        if unit.province_code is None:
            continue
        top = climb(unit)
        is_treatment = unit.kind in {"TREATMENT_CENTRE", "TREATMENT_MANAGEMENT"}
        assert top.kind == ("TREATMENT_MANAGEMENT" if is_treatment else "GENERAL_OFFICE")
        assert directorate_of(unit.code) == top


def test_every_province_is_served() -> None:
    counts = Counter((unit.province_code, unit.kind) for unit in load_units() if unit.is_valid_on(FIRST_DAY))
    for province in load_provinces():
        assert counts[province.code, "BRANCH"] >= 3
        assert counts[province.code, "SATELLITE_BRANCH"] >= 1
        assert counts[province.code, "GENERAL_OFFICE"] == (3 if province.code == "23" else 1)
        assert counts[province.code, "TREATMENT_MANAGEMENT"] == 1
        assert any(unit.centre_kind == "HOSPITAL" for unit in load_units() if unit.province_code == province.code)


def test_branches_follow_the_census() -> None:
    census = load_reference(CENSUS)
    people = {province.code: census.people(province.geo_code, period=YEAR) for province in load_provinces()}
    counts = Counter(
        unit.province_code for unit in load_units() if unit.kind == "BRANCH" and unit.is_valid_on(FIRST_DAY)
    )
    for province in load_provinces():
        assert abs(counts[province.code] - 600 * people[province.code] / sum(people.values())) < 1


def test_centres_have_a_kind_and_others_have_none() -> None:
    kinds = set(load_codelist("CL_CENTRE_KIND").codes)
    for unit in load_units():
        assert (unit.centre_kind in kinds) is (unit.kind == "TREATMENT_CENTRE")


def test_what_is_not_public_says_that_it_is_invented() -> None:
    public = {"GENERAL_OFFICE", "TREATMENT_MANAGEMENT", "HQ_OFFICE", "SUBSIDIARY"}
    assert all(unit.is_invented is (unit.kind not in public) for unit in load_units())


def test_changes_keep_the_registry_whole() -> None:
    assert {change.kind for change in load_unit_changes()} == {"SPLIT", "MERGE", "MOVE"}
    assert [change.date for change in load_unit_changes()] == sorted(change.date for change in load_unit_changes())
    for change in load_unit_changes():
        assert not FIRST_DAY <= change.date <= LAST_DAY
        before, after = get_unit(change.from_code), get_unit(change.to_code)
        assert after.is_valid_on(change.date)
        assert before.valid_to is None or not before.is_valid_on(change.date)
        assert before.is_valid_on(date.fromordinal(change.date.toordinal() - 1))


def test_units_that_ended_have_a_successor() -> None:
    ended = {unit.code for unit in load_units() if unit.valid_to is not None}
    assert ended <= {change.from_code for change in load_unit_changes()}


@pytest.mark.parametrize(
    ("day", "is_valid"),
    [
        (date(2018, 3, 20), False),
        (date(2018, 3, 21), True),
        (date(2020, 3, 19), True),
        (date(2020, 3, 20), False),
    ],
)
def test_validity_includes_both_ends(day: date, is_valid: bool) -> None:
    unit = Unit(
        "001999",
        "BRANCH",
        "شعبه",
        "Branch",
        "GO-00",
        "00",
        "IR-00",
        date(2018, 3, 21),
        date(2020, 3, 19),
        True,
        None,
        "GO-00",
    )
    assert unit.is_valid_on(day) is is_valid


def test_obligations() -> None:
    branches = ("BRANCH", "SATELLITE_BRANCH")
    expected = {"mis": branches, "smis": ("TREATMENT_CENTRE",), "contribution_list": branches}
    expected |= {"pension_payroll": ("BRANCH",)}
    assert load_reporting_obligations() == expected
    assert len(obliged_units("mis", LAST_DAY)) == 780
    assert len(obliged_units("smis", LAST_DAY)) == 370
    assert len(obliged_units("mis", date(2023, 3, 21))) == 782
    with pytest.raises(UnitError, match="no unit reports to 'press'"):
        obliged_units("press", LAST_DAY)


def test_unknown_units_are_refused() -> None:
    with pytest.raises(UnitError, match="no unit '999999'"):
        get_unit("999999")
    with pytest.raises(UnitError, match="HQ-STATISTICS belongs to no province"):
        directorate_of("HQ-STATISTICS")


def test_the_provinces() -> None:
    provinces = load_provinces()
    assert [province.code for province in provinces] == [f"{number:02d}" for number in range(31)]
    assert [province.geo_code for province in provinces] == [f"IR-{number:02d}" for number in range(31)]
    assert provinces[0].name_fa == "مرکزی"
