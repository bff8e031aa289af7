"""Who may see what: the truth table of levels, and that every answer agrees with every other."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from governance.access.labels import AccessClass, Granularity, Label
from governance.access.levels import Grant, HolderKind, Person
from governance.access.territory import Rows, check_territory, own_or_below, territory
from governance.access.verdict import Question, check_see, decide, may_see, units_open
from governance.clauses import Basis, RefusedError
from vocabulary.units.load import load_units

CLASSES = (AccessClass.PUBLIC, AccessClass.PRIVATE, AccessClass.CAPITAL, AccessClass.PRIVATE | AccessClass.CAPITAL)
LABELS = [Label(access, granularity) for access in CLASSES for granularity in Granularity]
DAY = date(2026, 11, 21)
TABLE = "gold.mart_insured"

# a line a label, a column a ceiling of the grant, both in the order of LABELS: public, private, capital, both ×
# protected, aggregate, record. O: open to anybody. y: the grant opens it. n: it does not
CEILINGS = """
    OOO OOO OOO OOO
    OOO OOO OOO OOO
    nny nny nny nny
    nnn yyy nnn yyy
    nnn nyy nnn nyy
    nnn nny nnn nny
    nnn nnn yyy yyy
    nnn nnn nyy nyy
    nnn nnn nny nny
    nnn nnn nnn yyy
    nnn nnn nnn nyy
    nnn nnn nnn nny
"""

# office, rows, counted from → rows of: the office itself, a unit below it, a unit elsewhere, every unit.
# A, B, C: outside the territory by STAT-A1, STAT-A2, STAT-C
ASKED = {
    "HQ-STATISTICS": ("HQ-STATISTICS", "161001", "TM-17", None),
    "GO-16": ("GO-16", "162001", "171001", None),
    "TM-16": ("TM-16", "165001", "161001", None),
    "161001": ("161001", "162001", "161002", None),
    "162001": ("162001", "162001", "161001", None),
    "SUB-MACHINE-SERVICES": ("SUB-MACHINE-SERVICES", "SUB-MACHINE-SERVICES", "161001", None),
}
SCOPES = {
    ("HQ-STATISTICS", "own", "HQ-STATISTICS"): "ynnn",
    ("HQ-STATISTICS", "below", "HQ-STATISTICS"): "ynnn",
    ("HQ-STATISTICS", "below", "GO-16"): "nynn",
    ("HQ-STATISTICS", "every", "HQ-STATISTICS"): "yyyy",
    ("GO-16", "own", "GO-16"): "ynnn",
    ("GO-16", "below", "GO-16"): "yynn",
    ("GO-16", "below", "161001"): "nynn",
    ("GO-16", "own", "161001"): "nnnn",
    ("GO-16", "below", "GO-17"): "BBBB",
    ("GO-16", "own", "171001"): "BBBB",
    ("GO-16", "every", "GO-16"): "BBBB",
    ("TM-16", "below", "TM-16"): "yynn",
    ("TM-16", "own", "GO-16"): "BBBB",
    ("TM-16", "every", "TM-16"): "BBBB",
    ("161001", "own", "161001"): "ynnn",
    ("161001", "below", "161001"): "yynn",
    ("161001", "below", "GO-16"): "AAAA",
    ("161001", "own", "161002"): "AAAA",
    ("161001", "every", "161001"): "AAAA",
    ("162001", "own", "162001"): "yynn",
    ("162001", "below", "161001"): "AAAA",
    ("SUB-MACHINE-SERVICES", "own", "SUB-MACHINE-SERVICES"): "yynn",
    ("SUB-MACHINE-SERVICES", "below", "GO-16"): "CCCC",
    ("SUB-MACHINE-SERVICES", "every", "SUB-MACHINE-SERVICES"): "CCCC",
}
CLAUSE_OF = {"A": "STAT-A1", "B": "STAT-A2", "C": "STAT-C", "n": "DASH-F"}

# first day, last day, decision, revoked by → whether the grant stands on DAY
VALIDITY = {
    (date(2026, 1, 1), None, "WG-1", ""): True,
    (date(2026, 1, 1), date(2027, 1, 1), "WG-1", ""): True,
    (DAY, DAY, "WG-1", ""): True,
    (date(2026, 11, 22), None, "WG-1", ""): False,
    (date(2026, 1, 1), date(2026, 11, 20), "WG-1", ""): False,
    (date(2026, 1, 1), None, "WG-1", "WG-2"): False,
    (date(2026, 1, 1), None, "", ""): False,
}

PERSON = Person("OFF-1", "GO-16", frozenset({"statistician"}))
GRANT = Grant(
    "GRANT-1", HolderKind.OFFICE, "GO-16", Label(AccessClass.PRIVATE, Granularity.RECORD), frozenset(), Rows.BELOW,
    "GO-16", date(2026, 1, 1), None, "WG-1",
)  # fmt: skip
QUESTION = Question(PERSON, f"{TABLE}.value", TABLE, Label(AccessClass.PRIVATE, Granularity.RECORD), "161001", DAY)


def agrees(question: Question, grants: list[Grant]) -> bool:
    """Answer by `may_see`, after making sure that `check_see` and `decide` say the same."""
    allowed, verdict = may_see(question, grants), decide(question, grants)
    assert verdict.allowed is allowed
    assert bool(verdict.failed) is bool(verdict.missing) is not allowed
    try:
        check_see(question, grants)
    except RefusedError as refused:
        assert not allowed
        assert refused.clause == verdict.failed[0].clause
    else:
        assert allowed
    return allowed


def test_the_tables_cover_every_label_office_scope_and_validity():
    assert [len(line) for line in GRID] == [len(LABELS)] * len(LABELS)
    kinds = {unit.code: unit.kind for unit in load_units()}
    assert {kinds[office] for office in ASKED} >= {
        "HQ_OFFICE", "GENERAL_OFFICE", "TREATMENT_MANAGEMENT", "BRANCH", "SATELLITE_BRANCH", "SUBSIDIARY",
    }  # fmt: skip
    assert {rows for _, rows, _ in SCOPES} == {rows.value for rows in Rows}
    assert {office for office, _, _ in SCOPES} == set(ASKED)


GRID = [line.replace(" ", "") for line in CEILINGS.split("\n") if line.strip()]


@pytest.mark.parametrize(("office", "ceilings"), [*product(ASKED, [(2, 4, 11)]), ("GO-16", range(len(LABELS)))])
def test_the_truth_table_of_class_granularity_office_scope_and_validity(office, ceilings):
    """Every label, office, scope and validity under three ceilings, and every ceiling in one office."""
    person = Person("OFF-1", office)
    scopes = [(rows, unit, answers) for (holder, rows, unit), answers in SCOPES.items() if holder == office]
    if len(ceilings) == len(LABELS):
        scopes = scopes[:2]
    for (rows, unit, answers), (validity, stands), column in product(scopes, VALIDITY.items(), ceilings):
        first, last, decision, revoked = validity
        terms = (LABELS[column], frozenset(), Rows(rows), unit, first, last, decision, revoked)
        grants = [Grant("GRANT-1", HolderKind.OFFICE, office, *terms)]
        for (asked, answer), (line, label) in product(zip(ASKED[office], answers, strict=True), enumerate(LABELS)):
            cell = GRID[line][column]
            expected = cell == "O" or (cell == "y" and answer == "y" and stands)
            question = Question(person, "x", TABLE, label, asked, DAY)
            assert may_see(question, grants) is expected, (office, rows, unit, validity, LABELS[column], label, asked)


@pytest.mark.parametrize(("office", "rows", "unit"), SCOPES)
def test_a_level_outside_its_territory_is_refused_when_it_is_granted_and_when_it_is_used(office, rows, unit):
    answers = SCOPES[office, rows, unit]
    grant = replace(GRANT, holder=office, rows=Rows(rows), unit=unit)
    for asked, answer in zip(ASKED[office], answers, strict=True):
        question = replace(QUESTION, person=Person("OFF-1", office), unit=asked)
        assert agrees(question, [grant]) is (answer == "y")
        if answer != "y":
            assert decide(question, [grant]).failed[0].clause == CLAUSE_OF[answer]
    if set(answers) <= set("ABC"):
        with pytest.raises(RefusedError) as refused:
            check_territory(office, Rows(rows), unit)
        assert (refused.value.clause, refused.value.basis) == (CLAUSE_OF[answers[0]], Basis.INFERENCE)
    else:
        check_territory(office, Rows(rows), unit)


HOLDERS = {
    (HolderKind.OFFICE, "GO-16"): True,
    (HolderKind.OFFICE, "GO-17"): False,
    (HolderKind.OFFICE, "OFF-1"): False,
    (HolderKind.SEAT, "GO-16/statistician"): True,
    (HolderKind.SEAT, "GO-16/auditor"): False,
    (HolderKind.SEAT, "GO-17/statistician"): False,
    (HolderKind.SEAT, "GO-16"): False,
    (HolderKind.OFFICIAL, "OFF-1"): True,
    (HolderKind.OFFICIAL, "OFF-2"): False,
    (HolderKind.OFFICIAL, "GO-16"): False,
}
TABLES = {(): True, (TABLE,): True, ("gold.*",): True, ("gold.mart_x", TABLE): True, ("gold.mart",): False,
          ("silver.*",): False, ("silver.mart_insured",): False}  # fmt: skip


def test_the_truth_table_of_holders_and_tables():
    for ((kind, holder), named), (tables, listed) in product(HOLDERS.items(), TABLES.items()):
        grant = replace(GRANT, kind=kind, holder=holder, tables=frozenset(tables))
        assert agrees(QUESTION, [grant]) is (named and listed), (kind, holder, tables)
        assert agrees(QUESTION, [replace(grant, holder="NOBODY"), grant]) is (named and listed)
        assert not agrees(replace(QUESTION, person=None), [grant])


REFUSALS = {
    "untagged": ({"label": None}, {}, "HOUSE-6", "no access class"),
    "nobody": ({"person": None}, {}, "DASH-F", "nobody is named"),
    "no grant": ({}, {"holder": "GO-17"}, "DASH-F", "no grant names OFF-1"),
    "no decision": ({}, {"decision": ""}, "DASH-F", "no decision of the working group"),
    "revoked": ({}, {"revoked_by": "WG-9"}, "DASH-F", "revoked by decision WG-9"),
    "expired": ({}, {"valid_to": date(2026, 2, 1)}, "DASH-F", "valid from 2026-01-01 to 2026-02-01"),
    "not yet": ({}, {"valid_from": date(2027, 1, 1)}, "DASH-F", "valid from 2027-01-01, which 2026-11-21 is not"),
    "another table": ({}, {"tables": frozenset({"gold.x"})}, "DASH-F", "not for gold.mart_insured"),
    "too near": (
        {}, {"ceiling": Label(AccessClass.PRIVATE, Granularity.AGGREGATE)}, "DASH-F",
        "up to private × aggregate, and gold.mart_insured.value is private × record",
    ),
    "another class": ({"label": Label(CLASSES[3], Granularity.RECORD)}, {}, "DASH-F", "is private|capital × record"),
    "outside": ({}, {"rows": Rows.EVERY}, "STAT-A2", "not rows of every unit"),
    "another unit": ({"unit": "171001"}, {}, "DASH-F", "rows of unit 171001"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_names_the_clause_and_what_is_missing(case):
    asked, granted, clause, sentence = REFUSALS[case]
    question, grant = replace(QUESTION, **asked), replace(GRANT, **granted)
    assert not agrees(question, [grant])
    with pytest.raises(RefusedError) as refused:
        check_see(question, [grant])
    assert refused.value.clause == clause
    assert sentence in str(refused.value)
    verdict = decide(question, [grant])
    assert all(ground.text and ground.text_fa for ground in (*verdict.failed, *verdict.missing))
    assert "missing" in str(refused.value) or clause == "HOUSE-6"


def test_the_nearest_grant_is_told():
    far, near = replace(GRANT, id="FAR", decision="", revoked_by="WG-9"), replace(GRANT, id="NEAR", decision="")
    assert decide(QUESTION, [far, near]).grant == near
    assert decide(QUESTION, [far, near, GRANT]).grant == GRANT


def test_the_units_that_are_open_are_those_that_may_be_seen():
    grants = [
        replace(GRANT, rows=Rows.OWN, unit="161002"),
        replace(GRANT, rows=Rows.BELOW, unit="161001"),
        replace(GRANT, rows=Rows.BELOW, unit="GO-17"),
        replace(GRANT, rows=Rows.BELOW, unit="161003", ceiling=Label(AccessClass.PUBLIC, Granularity.RECORD)),
    ]
    opened = units_open(PERSON, TABLE, QUESTION.label, grants, DAY)
    assert opened == own_or_below("161001") | {"161002"}
    assert opened == {unit.code for unit in load_units() if may_see(replace(QUESTION, unit=unit.code), grants)}
    assert units_open(None, TABLE, QUESTION.label, grants, DAY) == frozenset()
    assert units_open(PERSON, TABLE, None, grants, DAY) == frozenset()
    assert units_open(None, TABLE, LABELS[1], [], DAY) is None
    everywhere = replace(GRANT, holder="HQ-STATISTICS", rows=Rows.EVERY, unit="HQ-STATISTICS")
    assert units_open(Person("OFF-2", "HQ-STATISTICS"), TABLE, QUESTION.label, [everywhere], DAY) is None


def test_territories():
    assert territory("HQ-STATISTICS") is None
    assert territory("162001") == {"162001"}
    assert territory("nowhere") == frozenset()
    assert {"GO-16", "161001", "162001"} <= territory("GO-16")
    with pytest.raises(RefusedError, match="no unit of the registry"):
        check_territory("nowhere", Rows.OWN, "161001")
