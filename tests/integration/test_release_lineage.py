"""From a published number down to its landing files."""

from xml.etree import ElementTree

import pytest
from release_world import APPROVER, SHA_CASES, SHA_EARLIER, SHA_INSURED, make_world, rewrite

from governance.lineage.files import months_of
from governance.lineage.model import UnknownObservationError
from governance.lineage.picture.canvas import Canvas, Card
from governance.lineage.picture.draw import draw
from governance.lineage.picture.page import page
from governance.lineage.published import trace
from governance.lineage.text import file_rows, lines_of
from governance.releases.flow import withdraw
from governance.releases.manifest import ManifestError
from governance.releases.store import FILES, MEASURES, SET_ASIDE

SUPPORT = "INDICATORS@1.0.0/support_ratio.IR/1399-12"
INSURED = "INSURED@1.0.0/PRINCIPAL_INSURED.IR.TOTAL.TOTAL.TOTAL.TOTAL/1399-12"


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


def test_a_cube_ends_at_the_files_of_its_area_and_month(world):
    lineage = trace(world.context, INSURED)
    assert (lineage.observation.value, lineage.observation.numerator) == ("14580188", None)
    assert lineage.definition["unit_measure"] == "PERSON"
    assert lineage.follows_files
    assert [(file.part, file.file_sha256, file.lines_read, file.rows_used) for file in lineage.sources] == [
        ("VALUE", SHA_INSURED, 1200, 1)
    ]
    assert [table.name for table in lineage.built_from.tables][:3] == ["mart_insured", "received_file", "mis_report"]
    assert (lineage.formula.written.en, lineage.decided_by) == ("14,580,188", ())


def test_a_file_of_another_month_that_tells_of_the_same_case_decides_too(world):
    lineage = trace(world.context, "INDICATORS@1.0.0/transfer_cycle.IR/1399-12")
    assert [(file.part, file.file_sha256, file.rows_used) for file in lineage.decided_by] == [
        ("DECIDES", SHA_EARLIER, None),
        ("DECIDES", SHA_CASES, None),
    ]
    assert trace(world.context, SUPPORT).decided_by == ()


def test_what_was_set_aside_is_counted_by_rule(world):
    found = [(step.kind, step.rule, step.files, step.rows) for step in trace(world.context, SUPPORT).set_aside]
    assert found == [("corrected", "MIS-1", 1, 1), ("quarantined", "unknown_code", 1, 2)]


def test_the_formula_is_written_out(world):
    formula = trace(world.context, SUPPORT).formula
    assert formula.written.en == "14,580,188 ÷ 4,228,899 = 3.45"
    assert [(part.role, part.value, [each.value for each in part.measures]) for part in formula.parts] == [
        ("NUMERATOR", "14580188", ["14580188"]),
        ("DENOMINATOR", "4228899", ["4228899"]),
    ]
    withheld = trace(world.context, "INDICATORS@1.0.0/transfer_cycle.IR-23/1399-12")
    assert withheld.formula.written.en == "median of — records, — of them closed = —"
    assert (withheld.disclosure.is_withheld, withheld.disclosure.clause) == (True, "STAT-N1")


def test_the_country_is_made_of_its_provinces_as_far_as_they_are_published(world):
    found = trace(world.context, SUPPORT).contributions
    assert [(each.kind, each.code, each.value, each.is_withheld) for each in found] == [
        ("area", "IR-16", None, True),
        ("area", "IR-23", "3.89", False),
    ]
    quarter = trace(world.context, "INDICATORS@1.0.0/support_ratio.IR/1399-Q4").contributions
    assert [(each.kind, each.period, each.value) for each in quarter] == [
        ("period", "1399-11", "3.45"),
        ("period", "1399-12", "3.45"),
    ]


def test_a_release_from_before_says_what_it_does_not_record(world):
    def without(manifest):
        files = tuple(entry for entry in manifest.files if entry.name not in (FILES, SET_ASIDE, MEASURES))
        return manifest.model_copy(update={"files": files})

    store = world.context.store
    read = store.manifest
    store.manifest = lambda dataset, version: without(read(dataset, version))
    older, cube = trace(world.context, SUPPORT), trace(world.context, INSURED)
    assert (older.not_recorded, len(older.sources)) == (("decided_by", "set_aside", "formula.measures"), 2)
    assert (cube.not_recorded, cube.sources, cube.follows_files) == (("sources", "set_aside"), (), False)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_picture_tells_number_formula_files_and_acts(world, language):
    lineage = trace(world.context, SUPPORT)
    drawn = draw(lineage, language)
    parsed = ElementTree.fromstring(drawn)  # noqa: S314 - our own
    assert parsed.get("direction") == ("rtl" if language == "fa" else None)
    number, formula = ("۳٫۴۵", "۱۴٬۵۸۰٬۱۸۸ ÷ ۴٬۲۲۸٬۸۹۹ = ۳٫۴۵") if language == "fa" else ("3.45", "= 3.45")
    for word in (number, formula, "mis_GO-23-E_139912.csv", "HQ-STATISTICS", "HOUSE-10", "support_ratio"):
        assert word in drawn
    assert "DEMO-" not in drawn
    whole = page(lineage, language, ["2 rows are gone"])
    assert whole.count("<svg") == 2
    assert all(word in whole for word in (SHA_INSURED, "2 rows are gone", 'dir="rtl"', "unknown_code"))
    assert "<script" not in whole


def test_a_name_in_a_picture_is_text_and_nothing_else():
    canvas = Canvas(rtl=False)
    canvas.row([Card("<b>&", ["</svg><script>"], "file")])
    assert "<script>" not in canvas.svg("<i>")


@pytest.mark.parametrize(
    ("observation", "lines"),
    [
        (SUPPORT, ["formula (ratio): 14,580,188 ÷ 4,228,899 = 3.45", "quarantined in mis: 2 rows by unknown_code"]),
        ("INDICATORS@1.0.0/transfer_cycle.IR-23/1399-12", ["disclosure: Withheld: fewer than 20"]),
    ],
)
def test_the_text_reads_from_the_number_down(world, observation, lines):
    lineage = trace(world.context, observation)
    told = lines_of(lineage)
    assert all(any(line.startswith(wanted) for line in told) for wanted in lines)
    assert {row["sha256"] for row in file_rows(lineage)} >= {file.file_sha256 for file in lineage.sources}


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
