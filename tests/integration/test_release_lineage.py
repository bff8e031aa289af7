"""From a published number down to its landing files."""

import pytest
from release_world import APPROVER, SHA_INSURED, make_world, rewrite

from governance.lineage import UnknownObservationError, months_of, trace
from governance.releases.flow import withdraw
from governance.releases.manifest import ManifestError

SUPPORT = "INDICATORS@1.0.0/support_ratio.IR/1399-12"


@pytest.fixture
def world(tmp_path):
    world = make_world(tmp_path)
    world.release()
    world.release("INSURED")
    yield world
    world.context.engine.dispose()


def test_the_whole_way_down(world):
    lineage = trace(world.context, SUPPORT)
    number = lineage.observation
    assert (number.value, number.numerator, number.denominator) == ("3.45", "14580188", "4228899")
    assert (number.period_start.isoformat(), number.period_end.isoformat()) == ("2021-02-19", "2021-03-20")
    assert (number.obs_status, number.conf_status, number.revision_status) == ("A", "F", "FIRST")
    assert (number.provenance, number.dimensions) == ("synthetic", {"INDICATOR": "support_ratio", "GEO": "IR"})
    assert lineage.definition["code"] == "support_ratio"
    assert lineage.definition["counting_logic"]["fa"]
    acts = lineage.release.acts
    assert [act.sequence - acts[0].sequence for act in acts] == [0, 1, 2, 3]
    assert [(act.kind, act.clause, act.office) for act in acts] == [
        ("release.proposed", "DASH-B", "HQ-STATISTICS"),
        ("release.checked", "DASH-B", "HQ-STATISTICS"),
        ("release.approved", "HOUSE-10", "HQ-STATISTICS"),
        ("release.published", "OPEN-2", "HQ-STATISTICS"),
    ]
    assert lineage.release.state == "published"
    assert lineage.built_from.mart == "fct_indicator_observation"
    assert {(table.layer, table.name, table.version) for table in lineage.built_from.tables} >= {
        ("gold", "fct_indicator_observation", 0),
        ("silver", "mis_report", 0),
    }
    assert lineage.built_from.code.package == "amar"
    assert lineage.follows_files
    assert [
        (file.part, file.file_name, file.file_sha256, file.lines_read, file.rows_used) for file in lineage.sources
    ] == [
        ("DENOMINATOR", "mis_GO-23-E_139912.csv", SHA_INSURED, 1200, 40),
        ("NUMERATOR", "mis_GO-23-E_139912.csv", SHA_INSURED, 1200, 310),
    ]


def test_a_longer_period_leads_to_the_files_of_the_months_it_is_made_of(world):
    month, quarter = (
        trace(world.context, f"INDICATORS@1.0.0/support_ratio.IR/{period}") for period in ("1399-12", "1399-Q4")
    )
    assert quarter.observation.obs_status == "P"
    # both parts are stocks at the end: the files of the last month stand behind them
    assert quarter.sources == month.sources != ()


@pytest.mark.parametrize(("over_time", "found"), [("end", ["1399-12"]), ("sum", ["1399-10", "1399-11", "1399-12"])])
def test_a_part_is_made_of_the_months_that_its_measures_use(over_time, found):
    measures = [{"code": "a", "over_time": over_time}, {"code": "b", "over_time": "sum"}]
    definition = {"measures": measures, "numerator": {"measures": ["a"]}, "denominator": None}
    assert months_of("1399-Q4", definition) == {"NUMERATOR": found, "DENOMINATOR": ["1399-10", "1399-11", "1399-12"]}


def test_a_withheld_number_keeps_its_counts_to_itself(world):
    for area in ("IR", "IR-23"):
        lineage = trace(world.context, f"INDICATORS@1.0.0/transfer_cycle.{area}/1399-12")
        (file,) = lineage.sources
        assert (file.lines_read, file.rows_used, file.is_count_withheld) == (None, None, True)
    withheld = lineage.observation
    assert (withheld.value, withheld.numerator, withheld.denominator) == (None, None, None)
    assert (withheld.note_code, withheld.clause, withheld.basis) == ("GATE-CONTRIBUTORS", "STAT-N1", "house")


def test_a_cube_ends_at_its_tables(world):
    lineage = trace(world.context, "INSURED@1.0.0/PRINCIPAL_INSURED.IR.TOTAL.TOTAL.TOTAL.TOTAL/1399-12")
    assert (lineage.observation.value, lineage.observation.numerator) == ("14580188", None)
    assert lineage.definition["unit_measure"] == "PERSON"
    assert (lineage.sources, lineage.follows_files) == ((), False)
    assert [table.name for table in lineage.built_from.tables] == ["mart_insured", "mis_report"]


def test_no_person_is_named(world):
    text = trace(world.context, SUPPORT).model_dump_json()
    assert "ساختگی" not in text
    assert "DEMO-" not in text


def test_a_withdrawn_number_is_still_explained_inside(world):
    withdraw(world.context, "INDICATORS@1.0.0", actor=APPROVER, reason="counted twice", now=world.tick())
    lineage = trace(world.context, SUPPORT)
    assert (lineage.release.state, lineage.release.withdrawal_reason) == ("withdrawn", "counted twice")
    assert lineage.release.acts[-1].kind == "release.withdrawn"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "INDICATORS",
        "INDICATORS@1.0.0",
        "INDICATORS@1.0.0/support_ratio.IR",
        "INDICATORS@1.*/support_ratio.IR/1399-12",
        "INDICATORS@1.0.0/support_ratio.IR/1399-10",
        "INDICATORS@1.0.0/unheard_of.IR/1399-12",
        "INDICATORS@9.0.0/support_ratio.IR/1399-12",
        "NOTHING@1.0.0/support_ratio.IR/1399-12",
        "INDICATORS@1.0.0/../../support_ratio.IR/1399-12",
    ],
)
def test_what_is_no_observation(world, text):
    with pytest.raises(UnknownObservationError):
        trace(world.context, text)


@pytest.mark.parametrize("name", ["data.parquet", "lineage.parquet", "structure.json", "manifest.json"])
def test_changed_files_are_not_believed(world, name):
    path = world.context.store.path("INDICATORS", "1.0.0") / name
    rewrite(path, lambda old: old[:-40] + b"x" * 20 + old[-20:])
    with pytest.raises(ManifestError):
        trace(world.context, SUPPORT)


def test_opened_files_are_kept_in_bounds(world):
    store = world.context.store
    trace(world.context, SUPPORT)
    manifest = store.manifest("INDICATORS", "1.0.0")
    assert store.data(manifest) is store.data(manifest)
    store._keep = 2
    store.data(store.manifest("INSURED", "1.0.0"))
    assert len(store._opened) == 2
    with pytest.raises(ManifestError, match="no such file"):
        store.file_path(manifest, "../../../governance.db")
