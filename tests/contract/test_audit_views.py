"""The auditor's views on every database: acts, releases, and every exception there is."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from governance.acts.exceptions import RANKS, WORDS, exceptions
from governance.acts.read import Wanted, acts, counts, public_acts
from governance.database.engine import migrate, open_database
from governance.ledger.envelope import Draft
from governance.ledger.ledger import Ledger
from governance.ledger.signing import new_key
from governance.register import REGISTERED, Official, enter

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ONE, TWO, DEMO = (Official(code, f"شخص {code}", "HQ-STATISTICS") for code in ("ONE", "TWO", "DEMO-X"))


@pytest.fixture
def ledger(database_url):
    engine = open_database(database_url)
    migrate(engine)
    key = new_key("example.org/ledger")
    yield Ledger(engine, key=lambda: key)
    engine.dispose()


class Book:
    """Writes events by hand, so that rules can be broken which the product keeps."""

    def __init__(self, writer):
        self.writer = writer

    def official(self, official, *, by=None, is_demo=False):
        entered = Official(official.code, official.name, official.office, is_demo=is_demo)
        said = {"decision": "WG-1", "entered_by": by}
        enter(self.writer, entered, said, office="HQ-STATISTICS", kind=REGISTERED, now=NOW)

    def role(self, official, role, *, kind="role.granted", by="SEC"):
        said = {**official.signature(), "role": role, "decision": "WG-1", "entered_by": by}
        return self.say(kind, f"{official.code}/{role}", said)

    def say(self, kind, subject, said=None, *, by=None, after=timedelta(0), clause="DASH-B"):
        who = by.signature() if by else {}
        return self.writer.append(
            Draft("HQ-STATISTICS", kind, subject, clause, {**who, **(said or {})}), now=NOW + after
        )

    def release(self, name, *, checked, proposer=ONE, approver=TWO, after=DAY):
        self.say("release.proposed", name, by=proposer)
        if checked:
            self.say("release.checked", name, {"outcome": "passed", "provisional": 0, **checked}, by=proposer)
        self.say("release.approved", name, by=approver, after=after)
        self.say("release.published", name, by=approver, after=after)


def open_book(writer):
    book = Book(writer)
    book.official(ONE, by="SEC")
    book.official(TWO, by="SEC")
    book.role(ONE, "statistician")
    book.role(TWO, "approver")
    return book


SOUND = {"outcome": "passed", "provenance": "reported"}


def found(ledger):
    with ledger.reading() as reader:
        return {(each.exception, each.subject): each for each in exceptions(reader.connection)}


def test_a_sound_home_has_no_exception_but_the_missing_witness(ledger):
    with ledger.writing() as writer:
        open_book(writer).release("D@1.0.0", checked=SOUND)
    assert {code for code, _ in found(ledger)} == {"UNWITNESSED"}


def test_every_exception_is_found(ledger):
    with ledger.writing() as writer:
        book = open_book(writer)
        book.official(DEMO, is_demo=True)
        book.official(Official("ALONE", "شخص", "HQ-STATISTICS"))
        book.release("SAME@1.0.0", checked=SOUND, approver=ONE)
        book.release("STRANGER@1.0.0", checked=SOUND, approver=Official("NOBODY", "x", "HQ"))
        book.release("HASTY@1.0.0", checked=SOUND, after=timedelta(minutes=59))
        book.release("FAILED@1.0.0", checked={**SOUND, "outcome": "failed"})
        book.release("FLAGGED@1.0.0", checked={**SOUND, "outcome": "flagged", "provisional": 3})
        book.release("SYNTHETIC@1.0.0", checked={**SOUND, "outcome": "unknown", "provenance": "synthetic"})
        book.release("UNCHECKED@1.0.0", checked=None)
        book.say("release.withdrawn", "UNCHECKED@1.0.0", {"reason": "x"}, by=TWO, after=DAY)
        book.role(TWO, "approver", kind="role.revoked")
        book.release("LATE@1.0.0", checked=SOUND)
        book.say("evaluation.rules.proposed", "rules/1", by=ONE)
        book.say("evaluation.rules.confirmed", "rules/1", by=TWO)
        book.say("access.granted", "GRANT-1", {"valid_to": "2001-01-01"})
        book.say("access.granted", "GRANT-2", {"valid_to": None})
        book.say("access.granted", "GRANT-3", {"valid_to": "2001-01-01"})
        book.say("access.revoked", "GRANT-3")
        soon = (datetime.now(UTC) + 7 * DAY).date().isoformat()
        book.say("access.granted", "GRANT-4", {"valid_to": soon})
        book.say("key.abandoned", "pseudonym-keys/1", by=ONE)
        two = {"proposed_by": "a", "approved_by": "b"}
        book.say("correction", "corrections/mis", {"corrections": [two, {"proposed_by": "a", "approved_by": "a"}]})
        book.say("correction", "corrections/smis", {"corrections": [two]})
        book.say("erasure.confirmed", "erasure/1", by=TWO)
        for digest in ("a", "b"):
            said = {"code": "x", "version": "1.0.0", "decision": None}
            book.say("definition.adopted", f"definition/x@1.0.0/{digest}", said)
        proposal = book.say("evaluation.norms.proposed", "norms/1", by=ONE)
        book.say("evaluation.norms.confirmed", "norms/1", by=TWO)
        writer.erase(proposal.sequence, office="HQ-LEGAL", clause="OPEN-1", reason="asked for", now=NOW)
        lost = book.say("plausibility.judged", "plausibility/1", by=ONE)
        writer.connection.execute(text(f"delete from ledger_payload where sequence = {lost.sequence}"))
    everything = found(ledger)
    assert {code for code, _ in everything} == set(WORDS)
    assert everything.keys() >= {
        ("SAME_PERSON", "SAME@1.0.0"), ("UNREGISTERED", "STRANGER@1.0.0"), ("ROLE_NOT_HELD", "SAME@1.0.0"),
        ("ROLE_NOT_HELD", "LATE@1.0.0"), ("PUBLISHED_WITHIN_AN_HOUR", "HASTY@1.0.0"),
        ("CHECK_FAILED", "FAILED@1.0.0"), ("CHECK_FLAGGED", "FLAGGED@1.0.0"), ("PROVISIONAL", "FLAGGED@1.0.0"),
        ("NOT_CHECKED", "SYNTHETIC@1.0.0"), ("NOT_REPORTED", "SYNTHETIC@1.0.0"), ("NOT_CHECKED", "UNCHECKED@1.0.0"),
        ("WITHDRAWN", "UNCHECKED@1.0.0"), ("GRANT_EXPIRED", "GRANT-1"), ("GRANT_EXPIRES", "GRANT-4"),
        ("CORRECTION_ALONE", "corrections/mis"), ("ENTERED_BY_NOBODY", "official/ALONE"),
        ("SECOND_PERSON_UNKNOWN", "norms/1"), ("PAYLOAD_MISSING", "plausibility/1"),
        ("REWORDED", "definition/x@1.0.0/b"), ("DEMO_OFFICIAL", "official/DEMO-X"),
    }  # fmt: skip
    innocent = {"GRANT-2", "GRANT-3", "corrections/smis", "rules/1", "definition/x@1.0.0/a"}
    assert {subject for code, subject in everything if code != "NO_DECISION"}.isdisjoint(innocent)
    ordered = [each.rank for each in everything.values()]
    assert ordered == sorted(ordered)
    assert set(ordered) == set(RANKS)
    assert everything["NO_DECISION", "definition/x@1.0.0/a"].detail == "2"


def test_acts_are_found_by_who_what_and_when(ledger):
    with ledger.writing() as writer:
        book = open_book(writer)
        book.release("D@1.0.0", checked=SOUND)
        erased = book.say("release.proposed", "D@2.0.0", by=ONE, after=2 * DAY)
        writer.erase(erased.sequence, office="HQ-LEGAL", clause="OPEN-1", reason="x", now=NOW + 2 * DAY)
    with ledger.reading() as reader:

        def told(limit=100, **wanted):
            return [(act.kind, act.payload, act.official) for act in acts(reader, Wanted(**wanted), limit=limit)]

        assert told(kind="release.approved") == [("release.approved", "kept", "TWO")]
        assert told(subject="D@2.0.0") == [("release.proposed", "erased", None)]
        assert [kind for kind, _, _ in told(subject="D@")].count("release.proposed") == 2
        assert told(office="HQ-LEGAL", clause="OPEN-1") == [("payload.erased", "kept", None)]
        assert told(kind="role.", limit=1) == [("role.granted", "kept", "SEC")]
        assert len(told(since="2026-11-23")) == 2
        assert told(subject="D@1.0.0' or '1'='1") == []
        assert counts(reader.connection)["release.proposed"] == 2
        seen = public_acts(reader, Wanted(), after=0, limit=10)
        assert [event.kind for event in seen] == [f"release.{step}" for step in STEPS]
        assert [event.kind for event in public_acts(reader, Wanted(kind="release.a"), after=0, limit=10)] == []
        assert len(public_acts(reader, Wanted(kind="release."), after=seen[0].sequence, limit=2)) == 2
        assert public_acts(reader, Wanted(office="HQ-LEGAL"), after=0, limit=10) == []
        assert "شخص" not in str(acts(reader, Wanted(), limit=100))


STEPS = ("proposed", "checked", "approved", "published")


def test_the_view_of_releases(ledger):
    with ledger.writing() as writer:
        open_book(writer).release("D@1.0.0", checked=SOUND)
    with ledger.reading() as reader:
        row = reader.connection.execute(text("select * from audit_release")).one()
    assert (row.release, row.proposed_by, row.approved_by, row.checked) == ("D@1.0.0", "ONE", "TWO", "passed")
    assert (row.published_at, row.withdrawn_at) == ("2026-11-22T08:00:00.000000Z", None)
