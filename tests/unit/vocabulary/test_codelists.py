import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest

import vocabulary.codelists.load as module
from vocabulary.codelists.load import (
    NA,
    TOTAL,
    Codelist,
    CodelistError,
    CodelistItem,
    list_codelists,
    load_codelist,
    read_items,
)
from vocabulary.text import fold, normalise

HEADER = "code,name_fa,name_en,parent,valid_from,valid_to,successor,aliases"
EXPECTED = {
    "CL_SEX": "M F",
    "CL_AGE_GROUP": "Y15T24 Y25T34 Y35T44 Y45T54 YGE55",
    "CL_INSURANCE_CLASS": "COMPULSORY SPECIAL UI_RECIPIENT AGREEMENT",
    "CL_INSURANCE_TYPE": (
        "COMPULSORY UI_RECIPIENT AGREEMENT VOLUNTARY SELF_EMPLOYED DRIVER WEAVER CONSTRUCTION GUILD_EMPLOYER PORTER"
        " MOSQUE_SERVANT BEEKEEPER"
    ),
    "CL_PENSION_KIND": "RETIREMENT TOTAL_DISABILITY PARTIAL_DISABILITY SURVIVORS LUMP_SUM_IMPAIRMENT",
    "CL_ACTIVITY": "A B C D E F G H I J K L M N O P Q R S T U",
    "CL_CENTRE_KIND": "HOSPITAL CLINIC DAY_CLINIC",
    "CL_PATIENT_INSURER": "SSO HEALTH_INSURANCE ARMED_FORCES RELIEF_COMMITTEE OTHER UNINSURED",
    "CL_TREATMENT_KIND": (
        "SURGERY_MAJOR SURGERY_MEDIUM SURGERY_MINOR VISIT_GENERAL VISIT_SPECIALIST VISIT_DENTAL PARACLINIC"
    ),
    "CL_PAYER_TYPE": "PRIVATE_EMPLOYER PUBLIC_EMPLOYER SELF_INSURED STATE",
    "CL_TRANSFER_EVENT": (
        "REFERRED FORM_SAVED HEAD_APPROVED SENT_TO_CENTRE PAPER_SENT RECEIVED_FROM_CENTRE PAPER_RECEIVED ORDERS_VIEWED"
        " COMPARED ENROLLED REGISTRATION_CONFIRMED ACTIVATED RETURNED CORRECTED CANCELLED ORIGIN_CLOSED"
    ),
    "CL_TRANSFER_ROLE": "PENSIONS_TECHNICAL_HEAD BRANCH_HEAD INSURANCE_DEPUTY PENSIONS_EXPERT OTHER",
    "CL_COMPARE_RESULT": "MATCH MISMATCH",
    "CL_SCAN_WORKFLOW": "FILE NEW_DOCUMENT CORRESPONDENCE BROKERAGE",
    "CL_SCAN_STEP": "S01 S02 S03 S04 S05 S06 S07 S08 S09 S10 S11 S12 WEEDED",
    "CL_MIS_REPORT": "M01 M02 M03 M04 M05 M06 M07 M08 M09 M10 M11 M12",
    "CL_INJURY_OUTCOME": "RECOVERED DISABLED IMPAIRMENT FATAL",
    "CL_SMIS_REPORT": "S01 S02 S03 S04",
    "CL_PERIOD_CERTAINTY": "EXACT UNCERTAIN CUMULATIVE",
    "CL_FIGURE_ROLE": "TOTAL PART",
    "CL_ACCESS_CLASS": "PUBLIC PRIVATE CAPITAL",
    "CL_LIST_KIND": "0 1",
    "CL_NATIONALITY": "IR AF IQ PK TR SY IN BD CN AM AZ TM OTHER",
}
MEASURES = {
    "CL_MIS_MEASURE": {
        "PRINCIPAL_INSURED": ("M01", "insurance_type|sex|age_group", "PERSON", "STOCK"),
        "DEPENDENT_INSURED": ("M02", "sex", "PERSON", "STOCK"),
        "PRINCIPAL_PENSIONER": ("M03", "pension_kind|sex", "PERSON", "STOCK"),
        "DEPENDENT_PENSIONER": ("M03", "sex", "PERSON", "STOCK"),
        "PENSION_CASE": ("M04", "pension_kind", "CASE", "STOCK"),
        "NEW_PENSION": ("M05", "pension_kind|sex", "AWARD", "FLOW"),
        "PENSION_FILE_PAID": ("M06", "pension_kind", "FILE", "FLOW"),
        "PENSION_AMOUNT_REGULAR": ("M06", "pension_kind", "RIAL", "FLOW"),
        "CONTRIBUTION_ASSESSED": ("M07", "payer_type", "RIAL", "FLOW"),
        "CONTRIBUTION_RECEIVED": ("M07", "payer_type", "RIAL", "FLOW"),
        "CONTRIBUTION_PAYER": ("M07", "payer_type", "PAYER", "FLOW"),
        "OBLIGED_WORKSHOPS": ("M08", "", "WORKSHOP", "FLOW"),
        "BENEFIT_AMOUNT": ("M09", "benefit_kind", "RIAL", "FLOW"),
        "BENEFIT_RECIPIENT": ("M09", "", "PERSON", "FLOW"),
        "WORK_INJURY": ("M10", "injury_outcome", "INJURY", "FLOW"),
        "FULL_SERVICE_CASE": ("M11", "", "CASE", "STOCK"),
        "MINIMUM_PENSION_CASE": ("M11", "", "CASE", "STOCK"),
        "EMPLOYER_DEBT": ("M12", "", "RIAL", "STOCK"),
        "DEBTOR_EMPLOYER": ("M12", "", "PAYER", "STOCK"),
        "INSURABLE_PAY": ("M07", "", "RIAL", "FLOW"),
    },
    "CL_SMIS_MEASURE": {
        "ACTIVE_BED": ("S01", "", "BED", "STOCK"),
        "AVAILABLE_BED_DAY": ("S01", "", "BED_DAY", "FLOW"),
        "OCCUPIED_BED_DAY": ("S01", "", "BED_DAY", "FLOW"),
        "INPATIENT": ("S02", "patient_insurer", "PATIENT", "FLOW"),
        "SURGERY": ("S03", "treatment_kind", "OPERATION", "FLOW"),
        "OUTPATIENT_CONTACT": ("S04", "treatment_kind", "CONTACT", "FLOW"),
    },
}


def write(folder: Path, *lines: str, header: str = HEADER) -> Path:
    path = folder / "CL_X.csv"
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


def make(*items: CodelistItem) -> Codelist:
    return Codelist("CL_X", "1.0.0", "ایکس", "X", "house", True, None, items)


@pytest.mark.parametrize("codelist_id", list_codelists())
def test_every_codelist_is_sound(codelist_id: str) -> None:
    codelist = load_codelist(codelist_id)
    assert codelist.id == codelist_id
    assert re.fullmatch(r"\d+\.\d+\.\d+", codelist.version)
    assert codelist.name_fa and codelist.name_en and codelist.source
    assert codelist.items
    for item in codelist.items:
        for word in item.words():
            assert codelist.labels()[fold(word)] == item.code
            assert codelist.labels()[normalise(word).casefold()] == item.code


def test_every_file_is_indexed() -> None:
    folder = Path(__file__).parents[3] / "vocabulary" / "codelists"
    assert tuple(sorted(path.stem for path in folder.glob("*.csv"))) == list_codelists()


@pytest.mark.parametrize(("codelist_id", "codes"), EXPECTED.items())
def test_codes(codelist_id: str, codes: str) -> None:
    assert load_codelist(codelist_id).codes == tuple(codes.split())


@pytest.mark.parametrize("codelist_id", list_codelists())
def test_persian_names_survive_cp1256(codelist_id: str) -> None:
    for item in load_codelist(codelist_id).items:
        assert item.name_fa.replace("ی", "ي").encode("cp1256")


@pytest.mark.parametrize(
    ("codelist_id", "word", "code"),
    [
        ("CL_SEX", "مرد", "M"),
        ("CL_SEX", "آقا", "M"),
        ("CL_SEX", "male", "M"),
        ("CL_SEX", "خانم", "F"),
        ("CL_SEX", "زن", "F"),
        ("CL_SEX", "FEMALE", "F"),
        ("CL_AGE_GROUP", "۱۵ تا ۲۴ سال", "Y15T24"),
        ("CL_AGE_GROUP", "55+", "YGE55"),
        ("CL_AGE_GROUP", "Y_GE55", "YGE55"),
        ("CL_INSURANCE_TYPE", "قاليبافان", "WEAVER"),
        ("CL_INSURANCE_TYPE", "مقرری‌بگیر بیمه بیکاری", "UI_RECIPIENT"),
        ("CL_PENSION_KIND", "ازکارافتادگی جزیی", "PARTIAL_DISABILITY"),
        ("CL_PATIENT_INSURER", "تامین اجتماعی", "SSO"),
        ("CL_SCAN_STEP", "1", "S01"),
        ("CL_SCAN_STEP", "09", "S09"),
        ("CL_FIGURE_ROLE", "total", "TOTAL"),
        ("CL_FIGURE_ROLE", "part", "PART"),
        ("CL_PROVENANCE", "published_elsewhere", "PUBLISHED_ELSEWHERE"),
        ("CL_RESERVED", "کل", TOTAL),
        ("CL_RESERVED", "not applicable", NA),
    ],
)
def test_words_of_files(codelist_id: str, word: str, code: str) -> None:
    assert load_codelist(codelist_id).labels()[fold(word)] == code


def test_insurance_types_stand_under_classes() -> None:
    types = load_codelist("CL_INSURANCE_TYPE")
    assert {item.parent for item in types.items} == set(load_codelist("CL_INSURANCE_CLASS").codes)
    assert len(types.children("SPECIAL")) == 9
    assert [item.code for item in types.children("COMPULSORY")] == ["COMPULSORY"]


def test_kept_originals_are_those_of_the_directive() -> None:
    kept = [item for item in load_codelist("CL_DOCUMENT_TYPE").items if item.attributes["after_imaging"] == "KEEP"]
    assert [item.attributes["clause"] for item in kept] == ["SCAN-2.1a", "SCAN-2.1b", "SCAN-2.1c", "SCAN-2.1d"]


def test_scan_steps_follow_the_clauses() -> None:
    clauses = [item.attributes["clause"] for item in load_codelist("CL_SCAN_STEP").items]
    assert clauses == [*(f"SCAN-1.{number}" for number in range(1, 13)), "SCAN-4.1"]


def test_findings_of_imaging_say_whose_rule_they_are_and_whether_they_can_be_seen() -> None:
    findings = load_codelist("CL_SCAN_FINDING").items
    known = {*load_codelist("CL_SCAN_STEP").codes, *load_codelist("CL_SCAN_ACT").codes, "ENTERED", ""}
    for item in findings:
        told = item.attributes
        assert told["clause"].startswith("SCAN-")
        assert told["basis"] in ("text", "inference", "house")
        assert set(told["workflows"].split("|")) <= set(load_codelist("CL_SCAN_WORKFLOW").codes)
        assert {told["before"], told["since"], told["opening"], *told["acts"].split("|")} <= known
        assert (told["observability"] == "NOT_OBSERVABLE") == (told["acts"] == "")
        assert (told["before"] == "") == (told["opening"] == "")


@pytest.mark.parametrize("codelist_id", MEASURES)
def test_measures(codelist_id: str) -> None:
    codelist = load_codelist(codelist_id)
    found = {
        item.code: tuple(item.attributes[name] for name in ("report", "dimensions", "unit_measure", "stock_flow"))
        for item in codelist.items
    }
    assert found == MEASURES[codelist_id]
    units = load_codelist("CL_UNIT_MEASURE").codes
    reports = load_codelist(codelist_id.replace("MEASURE", "REPORT")).codes
    for item in codelist.items:
        assert item.attributes["unit_measure"] in units
        assert item.attributes["report"] in reports
        assert item.attributes["contributor"] in codelist.codes
        for values in filter(None, item.attributes["dimension_values"].split("|")):
            dimension, codes = values.split(":")
            assert dimension in item.attributes["dimensions"].split("|")
            assert set(codes.split(",")) < set(load_codelist(f"CL_{dimension.upper()}").codes)


def test_unknown_codelist() -> None:
    with pytest.raises(CodelistError, match="no codelist 'CL_NONE'"):
        load_codelist("CL_NONE")


def test_item_of_a_code() -> None:
    sex = load_codelist("CL_SEX")
    assert sex.item("F").name_fa == "زن"
    with pytest.raises(CodelistError, match="CL_SEX: no code 'X'"):
        sex.item("X")


def test_codelists_can_be_hashed_and_copied() -> None:
    sex = load_codelist("CL_SEX")
    assert deepcopy(sex) == sex
    assert len({sex, load_codelist("CL_SEX")}) == 1


@pytest.mark.parametrize(
    ("day", "is_valid"),
    [
        (date(2019, 3, 20), False),
        (date(2019, 3, 21), True),
        (date(2020, 3, 19), True),
        (date(2020, 3, 20), False),
    ],
)
def test_validity_includes_both_ends(day: date, is_valid: bool) -> None:
    item = CodelistItem("A", "الف", "A", valid_from=date(2019, 3, 21), valid_to=date(2020, 3, 19))
    assert item.is_valid_on(day) is is_valid


def test_open_validity() -> None:
    assert CodelistItem("A", "الف", "A").is_valid_on(date(1, 1, 1))


def test_items_are_read_with_validity_and_extra_columns(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "A,الف,Alpha,,2001-03-21,2019-03-20,B,اول|نخست,x",
        "B,ب,Beta,A,,,,,",
        header=f"{HEADER},extra",
    )
    first, second = read_items(path)
    assert first == CodelistItem(
        "A", "الف", "Alpha", None, date(2001, 3, 21), date(2019, 3, 20), "B", ("اول", "نخست"), {"extra": "x"}
    )
    assert (second.parent, second.aliases, second.attributes) == ("A", (), {"extra": ""})


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["a,الف,A,,,,,"], "malformed code 'a'"),
        (["_A,الف,A,,,,,"], "malformed code '_A'"),
        (["A,الف,Alpha,,,,,", "A,ب,Beta,,,,,"], "code A stands twice"),
        (["A,,Alpha,,,,,"], "code A lacks a name"),
        (["A,الف,,,,,,"], "code A lacks a name"),
        (["A,الف,Alpha,,,,,یک", "B,ب,Beta,,,,,يك"], "'يك' stands for two codes"),
        (["A,الف,Alpha,,,,Z,"], "successor Z of A is no code"),
    ],
)
def test_contradictions_are_refused(tmp_path: Path, lines: list[str], reason: str) -> None:
    with pytest.raises(CodelistError, match=reason):
        read_items(write(tmp_path, *lines))


@pytest.mark.parametrize(
    "header", ["code,name_fa", "name_fa,code,name_en,parent,valid_from,valid_to,successor,aliases"]
)
def test_missing_columns_are_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(CodelistError, match="columns must begin with code"):
        read_items(write(tmp_path, header=header))


def test_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "CL_X.csv"
    path.touch()
    with pytest.raises(CodelistError, match="columns must begin with code"):
        read_items(path)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give an empty folder that the loader reads instead of its own."""
    caches = (module._index, module._load)
    monkeypatch.setattr(module, "_FOLDER", tmp_path)
    for cache in caches:
        cache.cache_clear()
    yield tmp_path
    for cache in caches:
        cache.cache_clear()


@pytest.mark.parametrize("parent_codelist", ["", ", parent_codelist: CL_UP"])
def test_parents_must_be_codes(folder: Path, parent_codelist: str) -> None:
    entry = 'version: "1.0.0", name: {fa: "ایکس", en: "X"}, source: house, is_invented: true'
    (folder / "index.yaml").write_text(
        f"codelists:\n  - {{id: CL_X, {entry}{parent_codelist}}}\n  - {{id: CL_UP, {entry}}}\n", encoding="utf-8"
    )
    (folder / "CL_UP.csv").write_text(f"{HEADER}\nUP,بالا,Up,,,,,\n", encoding="utf-8")
    write(folder, "A,الف,Alpha,Z,,,,")
    with pytest.raises(CodelistError, match="CL_X: parent Z of A is no code"):
        load_codelist("CL_X")


def test_children_of_a_code() -> None:
    child = CodelistItem("B", "ب", "Beta", parent="A")
    assert make(CodelistItem("A", "الف", "Alpha"), child).children("A") == (child,)
