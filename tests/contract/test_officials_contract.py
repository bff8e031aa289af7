"""Who may act: the register and its roles, on every database."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from governance.clauses import RefusedError
from governance.context import Context, open_context
from governance.database.engine import migrate
from governance.ledger.envelope import Draft
from governance.officials import Official, Officials, Role, check_role, roles_of, seed_demo
from governance.settings import Settings

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SOMEBODY = Official("OFF-1", "شخص ساختگی", "HQ-STATISTICS")


@pytest.fixture
def context(database_url, tmp_path):
    with open_context(Settings(home=tmp_path, database_url=database_url, environment="development")) as opened:
        migrate(opened.engine)
        yield opened


def roles(context: Context, code: str):
    with context.ledger.reading() as ledger:
        return roles_of(ledger, code)


def grant(context, role=Role.APPROVER, decision="WG-7", code="OFF-1"):
    return context.officials.grant(code, role, office="HQ-STATISTICS", decision=decision, now=NOW)


def test_a_role_is_given_and_taken_by_decision(context):
    context.officials.register(SOMEBODY)
    assert context.officials.find("OFF-1") == SOMEBODY
    assert roles(context, "OFF-1") == frozenset()
    event = grant(context)
    assert (event.kind, event.subject, event.clause) == ("role.granted", "OFF-1/approver", "DASH-F")
    assert grant(context) is None
    grant(context, Role.AUDITOR)
    assert roles(context, "OFF-1") == {Role.APPROVER, Role.AUDITOR}
    taken = context.officials.revoke("OFF-1", Role.APPROVER, office="HQ-STATISTICS", decision="WG-8", now=NOW)
    assert taken.kind == "role.revoked"
    assert context.officials.revoke("OFF-1", Role.APPROVER, office="HQ", decision="WG-8", now=NOW) is None
    assert roles(context, "OFF-1") == {Role.AUDITOR}
    grant(context)
    assert roles(context, "OFF-1") == {Role.APPROVER, Role.AUDITOR}
    with context.ledger.reading() as ledger:
        assert ledger.payload(event.sequence) == {
            "official": "OFF-1", "name": SOMEBODY.name, "role": "approver", "decision": "WG-7",
        }  # fmt: skip
        assert SOMEBODY.name not in str(ledger.events())


def test_the_register_keeps_one_entry_a_code(context):
    context.officials.register(SOMEBODY)
    context.officials.register(SOMEBODY)
    with pytest.raises(RefusedError, match="another official"):
        context.officials.register(Official("OFF-1", "دیگری", "HQ-STATISTICS"))


@pytest.mark.parametrize(("code", "decision"), [("OFF-1", ""), ("OFF-2", "WG-7")])
def test_no_role_without_decision_or_for_nobody(context, code, decision):
    context.officials.register(SOMEBODY)
    with pytest.raises(RefusedError) as refused:
        grant(context, decision=decision, code=code)
    assert refused.value.clause == "DASH-F"


def test_a_row_added_by_hand_gives_no_role(context):
    with context.engine.begin() as connection:
        connection.execute(
            text("insert into official (code, name, office, is_demo) values ('FORGED', 'x', 'HQ-CEO', :no)"),
            {"no": False},
        )
    official = context.officials.find("FORGED")
    with context.ledger.reading() as ledger, pytest.raises(RefusedError, match="takes the role approver"):
        check_role(ledger, official, [Role.APPROVER], act="approve")


def test_other_events_about_a_role_give_none(context):
    context.officials.register(SOMEBODY)
    with context.ledger.writing() as ledger:
        ledger.append(Draft("HQ", "role.wished", "OFF-1/approver", "DASH-F", {}), now=NOW)
    assert roles(context, "OFF-1") == frozenset()


def test_the_demo_register(context):
    seeded = seed_demo(context.officials, now=NOW)
    named = ["STATISTICIAN", "APPROVER", "AUDITOR", "PLANNER", "PROVINCE", "SECRETARY"]
    assert [official.code for official in seeded] == [f"DEMO-{name}" for name in named]
    assert all(official.is_demo for official in seeded)
    assert [roles(context, official.code) for official in seeded] == [
        {Role.STATISTICIAN},
        {Role.APPROVER},
        {Role.AUDITOR},
        {Role.PLANNER},
        set(),
        {Role.SECRETARY},
    ]
    with context.ledger.reading() as ledger:
        before = ledger.head()
    seed_demo(context.officials, now=NOW)
    with context.ledger.reading() as ledger:
        assert ledger.head() == before


def test_production_admits_no_demo_official(context):
    seed_demo(context.officials, now=NOW)
    strict = Officials(context.engine, context.ledger, admits_demo=False)
    with pytest.raises(RefusedError, match="production"):
        strict.find("DEMO-APPROVER")
    with pytest.raises(RefusedError, match="production"):
        seed_demo(strict, now=NOW)
