"""Who may act: the register and its roles, on every database."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from governance.appointing import appoint, give_role, take_role
from governance.clauses import RefusedError
from governance.context import Context, open_context
from governance.database import migrations
from governance.database.engine import migrate, open_database, write
from governance.ledger.envelope import Draft
from governance.ledger.ledger import Ledger
from governance.ledger.signing import new_key
from governance.officials import Officials, Role, check_role, roles_of, seed_demo
from governance.register import Entry, Official, entries, held_rows, waits
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


def enter(context, official=SOMEBODY, **other):
    return context.officials.register(official, **{"decision": "WG-1", "now": NOW, **other})


def grant(context, role=Role.APPROVER, decision="WG-7", code="OFF-1"):
    return context.officials.grant(code, role, office="HQ-STATISTICS", decision=decision, now=NOW)


def test_a_role_is_given_and_taken_by_decision(context):
    enter(context)
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
            "official": "OFF-1", "name": SOMEBODY.name, "role": "approver", "decision": "WG-7", "entered_by": None,
        }  # fmt: skip
        assert SOMEBODY.name not in str(ledger.events())


def test_the_register_keeps_one_entry_a_code(context):
    enter(context)
    enter(context)
    with pytest.raises(RefusedError, match="another official"):
        enter(context, Official("OFF-1", "دیگری", "HQ-STATISTICS"))


@pytest.mark.parametrize(("code", "decision"), [("OFF-1", ""), ("OFF-2", "WG-7")])
def test_no_role_without_decision_or_for_nobody(context, code, decision):
    enter(context)
    with pytest.raises(RefusedError) as refused:
        grant(context, decision=decision, code=code)
    assert refused.value.clause == "DASH-F"


def test_a_row_added_by_hand_makes_nobody_an_official(context):
    enter(context)
    with context.engine.begin() as connection:
        connection.execute(text("insert into official (code, sequence) values ('FORGED', 1)"))
    with pytest.raises(RefusedError, match="no official has the code FORGED"):
        context.officials.find("FORGED")
    with context.ledger.reading() as ledger, pytest.raises(RefusedError, match="takes the role approver"):
        check_role(ledger, SOMEBODY, [Role.APPROVER], act="approve")


def test_an_entry_is_an_event_and_its_row_in_one_transaction(context):
    by = Official("SEC", "دبیر ساختگی", "HQ-LEGAL")
    event = enter(context, entered_by=by)
    assert (event.kind, event.subject, event.office) == ("official.registered", "official/OFF-1", "HQ-LEGAL")
    assert enter(context) is None
    moved = Official("OFF-1", SOMEBODY.name, "HQ-PLANNING")
    corrected = context.officials.correct(moved, decision="WG-2", now=NOW)
    assert context.officials.find("OFF-1") == moved
    with context.ledger.reading() as ledger:
        assert ledger.payload(event.sequence) == {
            "official": "OFF-1", "name": SOMEBODY.name, "office": "HQ-STATISTICS", "is_demo": False,
            "decision": "WG-1", "entered_by": "SEC",
        }  # fmt: skip
        assert held_rows(ledger) == {"OFF-1": corrected.sequence}
        assert SOMEBODY.name not in str(ledger.events())
    with pytest.raises(RefusedError, match="no official has the code"):
        context.officials.correct(Official("OFF-2", "x", "HQ-PLANNING"), decision="WG-2", now=NOW)
    with pytest.raises(RefusedError, match="by a decision"):
        enter(context, Official("OFF-2", "x", "HQ-PLANNING"), decision=" ")


def test_an_erased_entry_reads_erased_until_it_is_said_anew(context):
    event = enter(context)
    grant(context)
    with context.ledger.writing() as ledger:
        ledger.erase(event.sequence, office="HQ-LEGAL", clause="OPEN-1", reason="asked for", now=NOW)
    with context.ledger.reading() as ledger:
        assert entries(ledger) == [Entry("OFF-1", event.sequence, None)]
    with pytest.raises(RefusedError, match="was erased"):
        context.officials.find("OFF-1")
    context.officials.correct(SOMEBODY, decision="WG-3", now=NOW)
    assert context.officials.find("OFF-1") == SOMEBODY
    assert roles(context, "OFF-1") == {Role.APPROVER}


def test_other_events_about_a_role_give_none(context):
    enter(context)
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
    strict = Officials(context.ledger, admits_demo=False)
    with pytest.raises(RefusedError, match="production"):
        strict.find("DEMO-APPROVER")
    with pytest.raises(RefusedError, match="production"):
        seed_demo(strict, now=NOW)


def test_the_register_of_an_older_home_is_entered_in_the_ledger(database_url):
    engine = open_database(database_url)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    with write(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        row = {"code": "OFF-1", "name": SOMEBODY.name, "office": SOMEBODY.office, "no": False}
        connection.execute(text("insert into official values (:code, :name, :office, :no)"), row)
    migrate(engine)
    ledger = Ledger(engine, key=lambda: new_key("example.org/ledger"))
    officials = Officials(ledger, admits_demo=False, clock=lambda: NOW)
    with ledger.reading() as reader:
        assert (reader.head(), waits(reader)) == (0, [SOMEBODY])
    assert officials.find("OFF-1") == SOMEBODY
    assert [held.official for held in officials.entries()] == [SOMEBODY]
    with ledger.reading() as reader:
        assert (reader.head(), held_rows(reader), waits(reader)) == (1, {"OFF-1": 1}, [])
        assert reader.payload(1)["entered_by"] is None
    engine.dispose()


SECRETARY = Official("SEC-1", "دبیر ساختگی", "HQ-STATISTICS")
APPOINTED = {"decision": "WG-5", "now": NOW}


def test_the_first_officials_are_entered_by_nobody_and_the_rest_by_the_secretary(context):
    appoint(context, SECRETARY, actor=None, correct=False, **APPOINTED)
    give_role(context, "SEC-1", Role.SECRETARY, actor=None, **APPOINTED)
    with pytest.raises(RefusedError, match="say who does"):
        appoint(context, SOMEBODY, actor=None, correct=False, **APPOINTED)
    event = appoint(context, SOMEBODY, actor="SEC-1", correct=False, **APPOINTED)
    given = give_role(context, "OFF-1", Role.APPROVER, actor="SEC-1", **APPOINTED)
    with context.ledger.reading() as ledger:
        assert [ledger.payload(each.sequence)["entered_by"] for each in (event, given)] == ["SEC-1", "SEC-1"]
    assert take_role(context, "OFF-1", Role.APPROVER, actor="SEC-1", **APPOINTED).kind == "role.revoked"
    assert take_role(context, "OFF-1", Role.APPROVER, actor="SEC-1", **APPOINTED) is None
    with pytest.raises(RefusedError, match="themselves"):
        give_role(context, "SEC-1", Role.APPROVER, actor="SEC-1", **APPOINTED)
    with pytest.raises(RefusedError, match="takes the role secretary"):
        give_role(context, "SEC-1", Role.APPROVER, actor="OFF-1", **APPOINTED)


@pytest.mark.parametrize(
    ("official", "sentence"),
    [
        (Official("off 1", "x", "HQ-PLANNING"), "no code of an official"),
        (Official("GO-16", "x", "HQ-PLANNING"), "no code of an official"),
        (Official("OFF-1", "x", "HQ-NOWHERE"), "has no office"),
        (Official("OFF-1", " ", "HQ-PLANNING"), "has a name"),
    ],
)
def test_what_is_no_official(context, official, sentence):
    with pytest.raises(RefusedError, match=sentence):
        appoint(context, official, actor=None, correct=False, **APPOINTED)
