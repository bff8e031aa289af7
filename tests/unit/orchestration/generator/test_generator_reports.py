"""The reports of a month add up to the national figures, at every unit, in every breakdown that there should be."""

import polars as pl
import pytest

from orchestration.generator.coding import places
from orchestration.generator.flows import benefits
from orchestration.generator.mis import DIMENSIONS, Mis, build_mis
from orchestration.generator.profile import national
from orchestration.generator.scales import Scale, volume_of
from orchestration.generator.smis import Smis, build_smis
from orchestration.generator.workshops import workshop_count
from orchestration.generator.world import World, build_world, unit_codes
from vocabulary.codelists.load import load_codelist
from vocabulary.periods import Period
from vocabulary.population.load import CENSUS, load_reference
from vocabulary.units.load import load_provinces, obliged_units

MARCH_2021, AUGUST_2019 = Period.month(1399, 12), Period.month(1398, 5)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(5, volume_of(Scale.DEMO))


@pytest.fixture(scope="module")
def mis(world: World) -> Mis:
    return build_mis(5, world, Scale.DEMO)


@pytest.fixture(scope="module")
def smis(world: World) -> Smis:
    return build_smis(5, world)


def _coded(rows: pl.DataFrame, measures: str) -> pl.DataFrame:
    names = {place: code for code, place in places(measures).items()}
    return rows.with_columns(pl.col("measure").replace_strict(names, return_dtype=pl.String))


def _sum(rows: pl.DataFrame, measure: str) -> int:
    return int(rows.filter(pl.col("measure") == measure)["value"].sum())


@pytest.mark.parametrize("period", [MARCH_2021, AUGUST_2019], ids=str)
def test_units_add_up_to_the_nation_by_type_and_kind(mis: Mis, period: Period) -> None:
    rows = _coded(mis.month(period), "CL_MIS_MEASURE")
    types = {place: code for code, place in places("CL_INSURANCE_TYPE").items()}
    kinds = {place: code for code, place in places("CL_PENSION_KIND").items()}
    outcomes = {place: code for code, place in places("CL_INJURY_OUTCOME").items()}
    first = pl.coalesce(
        pl.col("insurance_type").replace_strict(types, default=None, return_dtype=pl.String),
        pl.col("pension_kind").replace_strict(kinds, default=None, return_dtype=pl.String),
        pl.col("injury_outcome").replace_strict(outcomes, default=None, return_dtype=pl.String),
        pl.lit(""),
    )
    found = {
        (measure, category): value
        for measure, category, value in rows.group_by("measure", first.alias("first"))
        .agg(pl.col("value").sum())
        .iter_rows()
    }
    wanted = {key: value for key, value in national(period).items() if key[0] in {name for name, _ in found}}
    assert wanted
    assert {key: found[key] for key in wanted} == wanted


def test_the_published_totals_hold(mis: Mis) -> None:
    rows = _coded(mis.month(MARCH_2021), "CL_MIS_MEASURE")
    assert _sum(rows, "PRINCIPAL_INSURED") == 14_580_188
    assert _sum(rows, "DEPENDENT_INSURED") == 22_735_281
    assert _sum(rows, "PRINCIPAL_PENSIONER") == 4_228_899
    assert _sum(rows, "DEPENDENT_PENSIONER") == 2_980_643
    assert _sum(rows, "PENSION_CASE") == 3_309_720


@pytest.mark.parametrize("period", [MARCH_2021, AUGUST_2019], ids=str)
def test_benefits_add_up_to_what_the_nation_pays(mis: Mis, period: Period) -> None:
    rows = _coded(mis.month(period), "CL_MIS_MEASURE").filter(pl.col("measure") == "BENEFIT_AMOUNT")
    kinds = {place: code for code, place in places("CL_BENEFIT_KIND").items()}
    found = {kinds[kind]: value for kind, value in rows.group_by("benefit_kind").agg(pl.col("value").sum()).iter_rows()}
    assert found.pop("UNEMPLOYMENT") > 0
    assert found == {kind: million * 10**6 for kind, million in benefits(period).items()}


def test_a_lump_sum_is_paid_where_one_was_awarded(mis: Mis) -> None:
    rows = _coded(mis.month(AUGUST_2019), "CL_MIS_MEASURE").filter(pl.col("value") > 0)
    awarded = pl.col("pension_kind") == places("CL_PENSION_KIND")["LUMP_SUM_IMPAIRMENT"]
    paid = pl.col("benefit_kind") == places("CL_BENEFIT_KIND")["LUMP_SUM_IMPAIRMENT"]
    assert set(rows.filter(paid)["unit_code"]) == set(rows.filter(awarded)["unit_code"])


def test_cases_at_the_minimum_are_some_of_those_on_a_full_entitlement(mis: Mis) -> None:
    rows = _coded(mis.month(AUGUST_2019), "CL_MIS_MEASURE")
    by_unit = rows.pivot("measure", index="unit_code", values="value", aggregate_function="sum")
    ordered = by_unit.select(
        (pl.col("MINIMUM_PENSION_CASE") <= pl.col("FULL_SERVICE_CASE")).all().alias("minimum"),
        (pl.col("FULL_SERVICE_CASE") <= pl.col("PENSION_CASE")).all().alias("full"),
        (pl.col("DEBTOR_EMPLOYER") <= pl.col("CONTRIBUTION_PAYER")).all().alias("debtors"),
    )
    assert ordered.row(0) == (True, True, True)
    assert 0.5 < _sum(rows, "MINIMUM_PENSION_CASE") / _sum(rows, "FULL_SERVICE_CASE") < 0.65


def test_every_obliged_unit_reports_in_1399_12_and_few_are_silent_else(mis: Mis, smis: Smis) -> None:
    obliged = len(obliged_units("mis", MARCH_2021.end))
    assert mis.month(MARCH_2021)["unit_code"].n_unique() == obliged
    assert smis.month(MARCH_2021)["unit_code"].n_unique() == len(obliged_units("smis", MARCH_2021.end))
    silent = [obliged - mis.month(Period.month(1398, month))["unit_code"].n_unique() for month in range(1, 13)]
    assert 0 < sum(silent) < 12 * obliged * 0.006


def test_a_figure_has_the_breakdowns_of_its_measure_and_once(mis: Mis, smis: Smis) -> None:
    for rows, measures, dimensions in (
        (mis.month(AUGUST_2019), "CL_MIS_MEASURE", DIMENSIONS),
        (smis.month(AUGUST_2019), "CL_SMIS_MEASURE", ("patient_insurer", "treatment_kind")),
    ):
        for item in load_codelist(measures).items:
            of_it = _coded(rows, measures).filter(pl.col("measure") == item.code)
            filled = {name for name in dimensions if of_it[name].null_count() < len(of_it)}
            assert filled == set(item.attributes["dimensions"].split("|")) - {""}, item.code
            assert all(of_it[name].null_count() in (0, len(of_it)) for name in dimensions)
        assert not rows.select("unit_code", "measure", *dimensions).is_duplicated().any()
        assert rows["value"].min() >= 0  # type: ignore[operator]


def test_provinces_follow_the_census(mis: Mis, world: World) -> None:
    rows = _coded(mis.month(MARCH_2021), "CL_MIS_MEASURE").filter(pl.col("measure") == "PRINCIPAL_INSURED")
    found = dict(
        rows.group_by(pl.col("directorate").str.slice(3, 2).alias("province")).agg(pl.col("value").sum()).iter_rows()
    )
    census, year = load_reference(CENSUS), Period.parse("1395")
    people = {
        province.code: census.people(province.geo_code, period=year, age_group="Y15T64")
        for province in load_provinces()
    }
    for province in load_provinces():
        quota = 14_580_188 * people[province.code] / sum(people.values())
        assert found[province.code] == pytest.approx(quota, rel=0.35)
    assert rows["directorate"].n_unique() == 33


def test_shares_and_ratios_are_plausible(mis: Mis, smis: Smis) -> None:
    rows = _coded(mis.month(AUGUST_2019), "CL_MIS_MEASURE")
    insured = rows.filter(pl.col("measure") == "PRINCIPAL_INSURED")
    women = insured.filter(pl.col("sex") == places("CL_SEX")["F"])["value"].sum() / insured["value"].sum()
    assert women == pytest.approx(0.188, abs=0.01)
    paying = rows.filter(pl.col("payer_type") != places("CL_PAYER_TYPE")["STATE"])
    assert _sum(paying, "CONTRIBUTION_RECEIVED") / _sum(paying, "CONTRIBUTION_ASSESSED") == pytest.approx(0.9, abs=0.03)
    assert 25e6 < _sum(rows, "PENSION_AMOUNT_REGULAR") / _sum(rows, "PENSION_FILE_PAID") < 35e6
    assert _sum(rows, "PENSION_FILE_PAID") < _sum(rows, "PENSION_CASE")
    care = _coded(smis.month(AUGUST_2019), "CL_SMIS_MEASURE")
    assert _sum(care, "AVAILABLE_BED_DAY") == _sum(care, "ACTIVE_BED") * AUGUST_2019.days
    assert _sum(care, "OCCUPIED_BED_DAY") / _sum(care, "AVAILABLE_BED_DAY") == pytest.approx(0.735, abs=0.03)
    assert _sum(care, "INPATIENT") == pytest.approx(78_000, rel=0.05)
    assert _sum(care, "SURGERY") == pytest.approx(44_000, rel=0.05)
    assert _sum(care, "OUTPATIENT_CONTACT") == pytest.approx(8.5e6, rel=0.05)


def test_a_unit_reports_the_workshops_that_its_lists_are_made_for(mis: Mis) -> None:
    rows = _coded(mis.month(MARCH_2021), "CL_MIS_MEASURE").filter(pl.col("measure") == "OBLIGED_WORKSHOPS")
    codes = unit_codes().gather(rows["unit_code"])
    assert rows["value"].to_list() == [workshop_count(code, Scale.DEMO) for code in codes]
    assert len(rows) == len(obliged_units("mis", MARCH_2021.end))
    assert set(rows["value"]) == {0, *range(4, 10)}  # 0 where the office takes no lists in
    assert min(workshop_count(code, Scale.NATIONAL) for code in codes) > 1000


def test_a_month_is_the_same_whatever_was_made_before(world: World, mis: Mis) -> None:
    mis.month(AUGUST_2019)
    assert mis.month(MARCH_2021).equals(
        build_mis(5, build_world(5, volume_of(Scale.DEMO)), Scale.DEMO).month(MARCH_2021)
    )
    assert not mis.month(MARCH_2021).equals(build_mis(6, world, Scale.DEMO).month(MARCH_2021))
