import pytest

from vocabulary.periods import Period
from vocabulary.population.load import CENSUS, PopulationError, list_references, load_reference
from vocabulary.units.load import load_provinces

YEAR = Period.parse("1395")
GEOS = [province.geo_code for province in load_provinces()]


def test_the_census_is_the_reference_held() -> None:
    assert list_references() == (CENSUS,)
    census = load_reference(CENSUS)
    assert (census.version, census.reference.code, [each.code for each in census.serves]) == (
        "1.0.0",
        "1395-08",
        ["1395"],
    )
    assert census.source["en"] == "Statistical Centre of Iran" and census.licence["en"] and census.notes["fa"]


def test_the_census_adds_up() -> None:
    census = load_reference(CENSUS)
    assert sum(census.people(geo, period=YEAR) for geo in GEOS) == 79_926_270
    assert {geo for geo, _, _ in census.persons} == set(GEOS)
    for geo in GEOS:
        people = census.people(geo, period=YEAR)
        assert people == sum(census.people(geo, period=YEAR, sex=sex) for sex in ("M", "F"))
        ages = {age: census.people(geo, period=YEAR, age_group=age) for age in ("Y0T14", "Y15T64", "YGE65", "YGE60")}
        assert people == ages["Y0T14"] + ages["Y15T64"] + ages["YGE65"]
        assert ages["YGE65"] < ages["YGE60"]


@pytest.mark.parametrize("code", ["1394", "1396", "1395-08", "1399-12"])
def test_nothing_is_carried_to_another_period(code: str) -> None:
    with pytest.raises(PopulationError, match="does not serve"):
        load_reference(CENSUS).people("IR-00", period=Period.parse(code))


def test_what_it_does_not_count_is_refused() -> None:
    with pytest.raises(PopulationError, match="does not count F, YGE65 in IR-00"):
        load_reference(CENSUS).people("IR-00", period=YEAR, sex="F", age_group="YGE65")
    with pytest.raises(PopulationError, match="no population reference 'census_1405'"):
        load_reference("census_1405")
