"""What the ledger promises, on every database it can live in."""

import threading
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from ledger_world import NOW, PERSON, draft, fill, tamper
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from governance.database import migrations
from governance.database.engine import DatabaseNotReadyError, check_ready, migrate, open_database
from governance.database.schema import METADATA, REVISION
from governance.ledger.envelope import canonical_bytes, commitment, leaf_hash
from governance.ledger.ledger import NoPayloadError
from governance.ledger.merkle import root_hash
from governance.ledger.verify import Finding, verify

COPY_FIRST = """
insert into ledger_event select {sequence}, instant, office, kind, subject, clause, commitment, leaf_hash
from ledger_event where sequence = 1
"""


def test_migrating_makes_what_the_code_expects(engine):
    migrate(engine)
    check_ready(engine)
    with engine.connect() as connection:
        for table in METADATA.sorted_tables:
            assert connection.execute(table.select()).all() == []
        assert connection.execute(text("select version_num from alembic_version")).scalar() == REVISION


def test_the_ledger_is_never_migrated_away():
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert script.get_current_head() == REVISION
    with pytest.raises(RuntimeError, match="never dropped"):
        script.get_revision(REVISION).module.downgrade()


def test_an_empty_or_foreign_database_is_not_used(database_url):
    engine = open_database(database_url)
    with pytest.raises(DatabaseNotReadyError, match="no tables yet"):
        check_ready(engine)
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(DatabaseNotReadyError, match="9999"):
        check_ready(engine)
    engine.dispose()


def test_events_are_numbered_and_read_in_order(ledger):
    written = fill(ledger)
    with ledger.reading() as reader:
        assert reader.head() == 5
        assert reader.events() == written
        assert [event.sequence for event in written] == [1, 2, 3, 4, 5]
        assert reader.events(subject="D@1.0.3") == [written[3]]
        assert reader.events(kind="release.") == written
        assert reader.events(kind="release.proposed") == written
        assert reader.events(kind="release") == []
        assert reader.payload(2) == {"name": PERSON, "number": 1}
        with pytest.raises(NoPayloadError):
            reader.payload(6)


def test_the_envelope_holds_the_office_and_a_commitment_but_no_person(ledger, engine):
    event = fill(ledger, 1)[0]
    assert event.office == "HQ-STATISTICS"
    assert event.instant == "2026-11-21T08:00:00.000000Z"
    with engine.connect() as connection:
        stored = connection.execute(text("select * from ledger_event")).one()
        salt, payload = connection.execute(text("select salt, payload from ledger_payload")).one()
    assert PERSON not in str(stored)
    assert commitment(bytes(salt), canonical_bytes({"name": PERSON, "number": 0})) == event.commitment
    assert payload.encode() == canonical_bytes({"name": PERSON, "number": 0})
    assert stored.leaf_hash == leaf_hash(event.canonical())


def test_equal_payloads_have_different_commitments(ledger):
    with ledger.writing() as writer:
        first, second = (writer.append(draft(), now=NOW) for _ in range(2))
    assert first.commitment != second.commitment


def test_a_failing_transaction_leaves_nothing(ledger):
    fill(ledger, 1)
    with pytest.raises(RuntimeError, match="killed"), ledger.writing() as writer:
        writer.append(draft(), now=NOW)
        raise RuntimeError("killed")
    with pytest.raises(ValueError, match="canonical"), ledger.writing() as writer:
        writer.append(draft(too_big=2**60), now=NOW)
    with ledger.reading() as reader:
        assert reader.head() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_event set office = 'HQ-CEO' where sequence = 2",
        "update ledger_event set sequence = 99 where sequence = 5",
        "delete from ledger_event where sequence = 5",
        "delete from ledger_event",
        "update ledger_payload set payload = '{}' where sequence = 2",
        COPY_FIRST.format(sequence=7),
        COPY_FIRST.format(sequence=5),
        "insert into ledger_payload select 2, salt, '{}' from ledger_payload where sequence = 1",
    ],
)
def test_the_database_refuses_to_change_the_past(ledger, engine, statement):
    fill(ledger)
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text(statement))
    assert verify(engine).is_sound


@pytest.mark.parametrize("table", ["ledger_event", "ledger_payload"])
def test_nothing_replaces_or_truncates(ledger, engine, table):
    fill(ledger)
    if engine.dialect.name == "sqlite":
        statement = f"insert or replace into {table} select * from {table} where sequence = 2"
    else:
        statement = f"truncate {table} cascade"
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text(statement))
    assert verify(engine).tree_size == 5


def test_writers_queue_up(ledger, engine):
    errors = []

    def work():
        try:
            for number in range(10):
                with ledger.writing() as writer:
                    writer.append(draft(number=number), now=NOW)
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    checked = verify(engine)
    assert (checked.tree_size, checked.is_sound) == (40, True)


def test_a_reader_sees_one_state(ledger):
    fill(ledger, 2)
    with ledger.reading() as reader:
        assert reader.head() == 2
        with ledger.writing() as writer:
            writer.append(draft(), now=NOW)
        assert reader.head() == 2
        assert len(reader.events()) == 2


def test_verification_of_a_sound_ledger(ledger, engine):
    empty = verify(engine)
    assert (empty.tree_size, empty.findings, empty.root_hash) == (0, (), root_hash([]))
    written = fill(ledger)
    sound = verify(engine)
    assert sound.is_sound
    assert sound.root_hash == root_hash([event.leaf_hash() for event in written])


def test_erasure_keeps_the_envelope_verifiable(ledger, engine):
    written = fill(ledger)
    with ledger.writing() as writer:
        erasure = writer.erase(3, office="HQ-LEGAL", clause="STAT-N1", reason="asked for", now=NOW)
    assert (erasure.kind, erasure.subject, erasure.sequence) == ("payload.erased", "ledger/3", 6)
    checked = verify(engine)
    assert (checked.findings, checked.erased, checked.tree_size) == ((), 1, 6)
    with ledger.reading() as reader:
        assert reader.events()[2] == written[2]
        with pytest.raises(NoPayloadError):
            reader.payload(3)
    with engine.connect() as connection:
        left = connection.execute(text("select * from ledger_payload where sequence = 3")).all()
    assert left == []
    with pytest.raises(NoPayloadError), ledger.writing() as writer:
        writer.erase(3, office="HQ-LEGAL", clause="STAT-N1", reason="again", now=NOW)
    with ledger.reading() as reader:
        assert reader.head() == 6


@pytest.mark.parametrize(
    ("statements", "findings"),
    [
        (
            ["update ledger_event set office = 'HQ-CEO' where sequence = 2"],
            [(2, "leaf_hash"), (2, "subtree"), (5, "checkpoint")],
        ),
        (
            ["update ledger_event set instant = 'yesterday' where sequence = 5"],
            [(5, "instant"), (5, "leaf_hash"), (5, "checkpoint")],
        ),
        (
            ["delete from ledger_payload where sequence = 3", "delete from ledger_event where sequence = 3"],
            [(4, "gap"), (4, "subtree"), (5, "checkpoint")],
        ),
        (
            ["delete from ledger_payload where sequence = 5", "delete from ledger_event where sequence = 5"],
            [(5, "checkpoint")],
        ),
        (["delete from ledger_payload where sequence = 4"], [(4, "payload_missing")]),
        (["""update ledger_payload set payload = '{"name":"x"}' where sequence = 1"""], [(1, "commitment")]),
        (["update ledger_payload set salt = substr(salt, 1, 5) where sequence = 1"], [(1, "commitment")]),
        (["delete from ledger_subtree where sequence = 4"], [(4, "subtree")]),
        (["update ledger_subtree set hashes = substr(hashes, 1, 32) where sequence = 4"], [(4, "subtree")]),
        (["update ledger_subtree set sequence = 5 where sequence = 4"], [(4, "subtree")]),
        (["insert into ledger_subtree select 8, hashes from ledger_subtree where sequence = 4"], [(8, "subtree")]),
        ([f"update ledger_checkpoint set root_hash = '{'ab' * 32}'"], [(5, "checkpoint"), (5, "signature")]),
        (["update ledger_checkpoint set note = replace(note, 'ledger', 'ledgex')"], [(5, "signature")]),
        (["update ledger_checkpoint set note = note || note"], [(5, "signature")]),
        (["update ledger_checkpoint set vkey = ''"], [(5, "signature")]),
        (["update ledger_checkpoint set tree_size = 4"], [(4, "checkpoint"), (4, "signature"), (5, "unsigned")]),
    ],
)
def test_verification_finds_tampering(ledger, engine, statements, findings):
    fill(ledger)
    tamper(engine, *statements)
    checked = verify(engine)
    assert checked.findings == tuple(Finding(*finding) for finding in findings)
    assert not checked.is_sound


def test_cutting_the_tail_with_its_checkpoint_shows_only_against_a_kept_head(ledger, engine):
    fill(ledger, 4)
    with ledger.reading() as reader:
        earlier = reader.checkpoint()
    fill(ledger, 1)
    kept = verify(engine)
    with engine.connect() as connection:
        statement = (
            text("update ledger_checkpoint set tree_size = 4, root_hash = :root, note = :note")
            .bindparams(root=earlier.root_hash, note=earlier.note)
            .compile(connection, compile_kwargs={"literal_binds": True})
        )
    cuts = [f"delete from {table} where sequence = 5" for table in ("ledger_payload", "ledger_event")]
    tamper(engine, *cuts, str(statement))
    cut = verify(engine)
    assert cut.is_sound
    assert (cut.tree_size, cut.root_hash) != (kept.tree_size, kept.root_hash)
