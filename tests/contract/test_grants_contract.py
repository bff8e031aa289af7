"""Grants of access as events: entering, revoking, what stands, on every database."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from governance.access.labels import AccessClass, Granularity, Label
from governance.access.levels import HolderKind, Person
from governance.access.territory import Rows
from governance.clauses import RefusedError
from governance.context import open_context
from governance.database.engine import migrate
from governance.grants import Terms, enter, grants_of, kind_of, person_of, revoke, seed_demo
from governance.officials import Officials
from governance.officials import seed_demo as seed_officials
from governance.settings import Settings

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
TERMS = Terms(HolderKind.OFFICE, "GO-16", "private", "aggregate", Rows.BELOW, "WG-1405-3", date(2026, 3, 21))


@pytest.fixture
def context(database_url, tmp_path):
    with open_context(Settings(home=tmp_path, database_url=database_url, environment="development")) as opened:
        migrate(opened.engine)
        seed_officials(opened.officials, now=NOW)
        yield opened


def entered(context, terms=TERMS, actor="DEMO-SECRETARY"):
    return enter(context, terms, actor=actor, now=NOW)


def test_a_grant_is_entered_once_and_revoked_by_decision(context):
    grant = entered(context)
    assert (grant.id, grant.unit, grant.decision) == ("GRANT-1", "GO-16", "WG-1405-3")
    assert grant.ceiling == Label(AccessClass.PRIVATE, Granularity.AGGREGATE)
    assert entered(context) is None
    limited = replace(TERMS, tables=("gold.b", "gold.a"), valid_to=date(2027, 3, 20))
    assert entered(context, limited).id == "GRANT-2"
    revoked = revoke(context, "GRANT-1", decision="WG-1405-9", actor="DEMO-SECRETARY", now=NOW)
    assert revoked.revoked_by == "WG-1405-9"
    assert revoke(context, "GRANT-1", decision="WG-1405-9", actor="DEMO-SECRETARY", now=NOW) is None
    assert entered(context).id == "GRANT-3"
    assert [(item.id, item.revoked_by) for item in grants_of(context)] == [
        ("GRANT-1", "WG-1405-9"), ("GRANT-2", ""), ("GRANT-3", ""),
    ]  # fmt: skip
    with context.ledger.reading() as ledger:
        first = ledger.events(kind="access.")[0]
        assert (first.kind, first.office, first.clause) == ("access.granted", "HQ-STATISTICS", "DASH-F")
        assert ledger.payload(first.sequence)["official"] == "DEMO-SECRETARY"


SEAT = replace(TERMS, kind=HolderKind.SEAT, holder="HQ-STATISTICS/secretary")
REFUSED = {
    "no decision": (replace(TERMS, decision=" "), "DASH-F", "only by a decision"),
    "unknown class": (replace(TERMS, access_class="secret"), "HOUSE-6", "is no access class"),
    "unknown granularity": (replace(TERMS, granularity="person"), "HOUSE-6", "is no access class"),
    "unknown office": (replace(TERMS, holder="GO-99"), "DASH-F", "no office GO-99"),
    "unknown official": (replace(TERMS, kind=HolderKind.OFFICIAL, holder="X"), "DASH-F", "no official"),
    "no seat": (replace(TERMS, kind=HolderKind.SEAT), "DASH-F", "no seat"),
    "unknown post": (replace(SEAT, holder="GO-16/king"), "DASH-F", "no seat"),
    "an office that is a seat": (replace(SEAT, kind=HolderKind.OFFICE), "DASH-F", "no office"),
    "a table that is none": (replace(TERMS, tables=("mart_insured",)), "DASH-F", "no table"),
    "ends before it begins": (replace(TERMS, valid_to=date(2020, 1, 1)), "DASH-F", "before it begins"),
    "another province": (replace(TERMS, unit="GO-17"), "STAT-A2", "own units or below"),
    "every unit": (replace(TERMS, rows=Rows.EVERY), "STAT-A2", "every unit"),
    "a unit that is none": (replace(TERMS, unit="999999"), "STAT-A2", "own units or below"),
    "a branch's province": (replace(TERMS, holder="161001", unit="GO-16"), "STAT-A1", "own units or below"),
    "a subsidiary": (replace(TERMS, holder="SUB-MACHINE-SERVICES", unit="GO-16"), "STAT-C", "own units"),
    "oneself": (replace(SEAT, unit="HQ-STATISTICS"), "DASH-F", "themselves"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_entered(context, case):
    terms, clause, sentence = REFUSED[case]
    with pytest.raises(RefusedError, match=sentence) as refused:
        entered(context, terms)
    assert refused.value.clause == clause
    assert grants_of(context) == []


def test_only_the_secretary_enters_and_revokes(context):
    with pytest.raises(RefusedError, match="secretary"):
        entered(context, actor="DEMO-APPROVER")
    entered(context)
    for grant, decision, actor in [
        ("GRANT-1", "WG-9", "DEMO-APPROVER"), ("GRANT-1", "", "DEMO-SECRETARY"), ("GRANT-7", "WG-9", "DEMO-SECRETARY"),
    ]:  # fmt: skip
        with pytest.raises(RefusedError) as refused:
            revoke(context, grant, decision=decision, actor=actor, now=NOW)
        assert refused.value.clause == "DASH-F"
    assert grants_of(context)[0].revoked_by == ""


def test_an_erased_grant_or_revocation_gives_nothing(context):
    entered(context)
    entered(context, replace(TERMS, decision="WG-2"))
    revoke(context, "GRANT-2", decision="WG-3", actor="DEMO-SECRETARY", now=NOW)
    with context.ledger.writing() as ledger:
        first, _, revocation = ledger.events(kind="access.")
        for event in (first, revocation):
            ledger.erase(event.sequence, office="HQ-STATISTICS", clause="HOUSE-4", reason="test", now=NOW)
    assert grants_of(context) == []


def test_demo_grants_are_seeded_once_and_never_in_production(context):
    assert len(seed_demo(context, now=NOW)) == len(grants_of(context)) > 3
    assert seed_demo(context, now=NOW) == []
    strict = replace(context, officials=Officials(context.ledger, admits_demo=False))
    with pytest.raises(RefusedError, match="demo official"):
        seed_demo(strict, now=NOW)


def test_a_person_has_office_and_posts(context):
    assert person_of(context, "DEMO-AUDITOR") == Person("DEMO-AUDITOR", "HQ-SECURITY", frozenset({"auditor"}))
    with pytest.raises(RefusedError, match="no official"):
        person_of(context, "NOBODY")


def test_a_code_tells_what_kind_of_holder_it_names():
    assert [kind_of(code) for code in ("GO-16", "HQ-SECURITY/auditor", "DEMO-AUDITOR")] == list(HolderKind)
