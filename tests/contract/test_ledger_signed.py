"""Checkpoints, proofs and keys of the ledger, on every database it can live in."""

from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from ledger_world import KEY, NOW, ORIGIN, TABLES, draft, fill, tamper
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from governance.database import migrations
from governance.database.engine import migrate, open_database, write
from governance.database.schema import LEDGER_EVENT, LEDGER_PAYLOAD
from governance.ledger.checkpoint import Checkpoint, cosign, cosigned_at, sign, verify_note
from governance.ledger.checkpoints import NoCheckpointError
from governance.ledger.envelope import Event, canonical_bytes, commitment, instant_text
from governance.ledger.keyfile import NoKeyError
from governance.ledger.ledger import ForgedEventError, Ledger
from governance.ledger.merkle import root_hash, verify_consistency, verify_inclusion
from governance.ledger.note import NoteError
from governance.ledger.proofs import NoProofError
from governance.ledger.signing import Kind, new_key
from governance.ledger.tree import DamagedTreeError
from governance.ledger.verify import Finding, verify

WITNESS = new_key("example.net/witness", Kind.WITNESS)


def test_each_transaction_signs_one_checkpoint_of_its_end(ledger):
    for count in (3, 1, 4):
        written = fill(ledger, count)
        with ledger.reading() as reader:
            found, leaves = reader.checkpoint(), [event.leaf_hash() for event in reader.events()]
            assert len(reader.checkpoints()) == 1
        said = verify_note(found.note, KEY.verifying)
        assert said == Checkpoint(ORIGIN, written[-1].sequence, root_hash(leaves))
        assert (found.tree_size, found.root_hash, found.vkey) == (said.tree_size, said.root_hash, KEY.verifying.vkey)
        assert not found.is_kept


def test_a_transaction_that_appends_nothing_signs_nothing(ledger):
    with ledger.writing() as writer:
        writer.head()
    with ledger.reading() as reader, pytest.raises(NoCheckpointError):
        reader.checkpoint()


def test_the_newest_the_last_of_each_day_and_those_given_out_are_kept(ledger):
    for day in range(3):
        for hour in range(3):
            fill(ledger, 1, now=NOW + timedelta(days=day, hours=hour))
            if (day, hour) == (1, 1):
                with ledger.writing() as writer:
                    writer.keep(5)
    with ledger.reading() as reader:
        assert [(each.tree_size, each.is_kept) for each in reader.checkpoints()] == [
            (3, False),
            (5, True),
            (6, False),
            (9, False),
        ]
        assert [each.tree_size for each in reader.checkpoints(after=3, limit=2)] == [5, 6]
        assert reader.checkpoint().tree_size == 9
        assert reader.checkpoint(5).tree_size == 5
        with pytest.raises(NoCheckpointError, match="size 4"):
            reader.checkpoint(4)


def test_a_witness_cosigns(ledger, engine):
    fill(ledger)
    with ledger.reading() as reader:
        note = reader.checkpoint().note
    cosigned = cosign(note, WITNESS, time=1_800_000_000)
    for _ in range(2):
        with ledger.writing() as writer:
            found = writer.cosign(cosigned, WITNESS.verifying.vkey)
    assert (found.note, found.is_kept, found.witnesses) == (cosigned, True, (WITNESS.verifying.vkey,))
    assert cosigned_at(found.note, WITNESS.verifying) == 1_800_000_000
    assert verify(engine).witnessed == 1
    fill(ledger)
    with ledger.reading() as reader:
        assert [each.tree_size for each in reader.checkpoints()] == [5, 10]
    assert verify(engine).is_sound
    tamper(engine, "update ledger_cosignature set line = replace(line, 'A', 'B')")
    assert Finding(5, "cosignature") in verify(engine).findings


def test_what_a_witness_signed_must_be_the_ledgers(ledger):
    fill(ledger)
    other = sign(Checkpoint(ORIGIN, 5, "ab" * 32), KEY)
    beyond = sign(Checkpoint(ORIGIN, 7, "ab" * 32), KEY)
    vkey = WITNESS.verifying.vkey
    with ledger.writing() as writer:
        with pytest.raises(NoteError, match="not the ledger's"):
            writer.cosign(cosign(other, WITNESS, time=1), vkey)
        with pytest.raises(NoCheckpointError):
            writer.cosign(cosign(beyond, WITNESS, time=1), vkey)
        with pytest.raises(NoteError, match="signed 0 times"):
            writer.cosign(writer.checkpoint().note, vkey)


@pytest.mark.parametrize(
    "statement",
    [
        "delete from ledger_checkpoint",
        "update ledger_checkpoint set note = 'x' where tree_size = 5",
        "update ledger_checkpoint set is_kept = (1 = 0) where tree_size = 5",
        "update ledger_checkpoint set tree_size = 4 where tree_size = 6",
        "update ledger_subtree set hashes = hashes",
        "delete from ledger_subtree",
        "update ledger_cosignature set line = 'x'",
        "delete from ledger_cosignature",
    ],
)
def test_the_database_refuses_to_change_what_was_signed(ledger, engine, statement):
    fill(ledger)
    with ledger.writing() as writer:
        writer.cosign(cosign(writer.checkpoint().note, WITNESS, time=1), WITNESS.verifying.vkey)
    fill(ledger, 1)
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text(statement))
    assert verify(engine).is_sound


def test_every_event_and_every_size_is_proved(ledger):
    for _ in range(11):
        fill(ledger, 1)
    with ledger.reading() as reader:
        leaves = [event.leaf_hash() for event in reader.events()]
        heads = {size: root_hash(leaves[:size]) for size in range(1, 12)}
        for size, head in heads.items():
            for sequence in range(1, size + 1):
                proof = reader.inclusion(sequence, size)
                assert (proof.leaf_hash, proof.root_hash) == (leaves[sequence - 1], head)
                assert verify_inclusion(proof.leaf_hash, sequence - 1, size, proof.hashes, head)
                steps = reader.consistency(sequence, size)
                assert (steps.old_root, steps.new_root) == (heads[sequence], head)
                assert verify_consistency(sequence, size, steps.hashes, heads[sequence], head)
        assert reader.inclusion(3) == reader.inclusion(3, 11)
        assert reader.consistency(3) == reader.consistency(3, 11)
        for ask in (lambda: reader.inclusion(0), lambda: reader.inclusion(5, 4), lambda: reader.inclusion(1, 12)):
            with pytest.raises(NoProofError):
                ask()
        for sizes in ((0, 3), (4, 3), (3, 12)):
            with pytest.raises(NoProofError):
                reader.consistency(*sizes)


def test_events_are_iterated(ledger):
    written = fill(ledger, 7)
    with ledger.reading() as reader:
        assert list(reader.iterate()) == written
        assert list(reader.iterate(3, 5)) == written[2:5]
        assert list(reader.iterate(8)) == []


def test_a_ledger_without_key_is_read_but_not_written(ledger, engine):
    fill(ledger)
    keyless = Ledger(engine)
    with keyless.reading() as reader:
        assert reader.checkpoint().tree_size == 5
    with pytest.raises(NoKeyError, match="without a key"):
        fill(keyless)
    with pytest.raises(NoKeyError, match="another key"):
        fill(Ledger(engine, key=lambda: new_key(ORIGIN)))
    assert verify(engine).tree_size == 5


@pytest.mark.parametrize(
    ("statements", "error"),
    [
        (["delete from ledger_payload where sequence = 5", "delete from ledger_event where sequence = 5"], "signed"),
        (["update ledger_subtree set hashes = substr(hashes, 1, 32) where sequence = 4"], "no whole node"),
        (["update ledger_event set leaf_hash = commitment where sequence = 5"], "signed last"),
        (["update ledger_checkpoint set tree_size = 4"], "signed last"),
    ],
)
def test_nothing_is_signed_over_a_changed_ledger(ledger, engine, statements, error):
    fill(ledger)
    tamper(engine, *statements)
    with pytest.raises((ForgedEventError, DamagedTreeError), match=error):
        fill(Ledger(engine, key=lambda: KEY), 1)


def test_nothing_is_proved_of_an_event_that_is_missing(ledger, engine):
    fill(ledger)
    tamper(engine, "delete from ledger_payload where sequence = 3", "delete from ledger_event where sequence = 3")
    with ledger.reading() as reader, pytest.raises(DamagedTreeError, match="event 3 of the ledger is missing"):
        reader.inclusion(3)


def test_a_ledger_that_others_wrote_to_is_read_anew(ledger, engine):
    other = Ledger(engine, key=lambda: KEY)
    for number in range(1, 20):
        fill(ledger if number % 3 else other, 1 + number % 2)
        with pytest.raises(RuntimeError, match="killed"), ledger.writing() as writer:
            writer.append(draft(), now=NOW)
            raise RuntimeError("killed")
    assert verify(engine).is_sound


def test_a_ledger_from_before_the_tree_is_migrated(database_url):
    """The events of schema 0001 get their subtrees; the next event signs over all of them."""
    engine = open_database(database_url)
    upgrade_to(engine, "0001")
    written = old_events(engine, 2500)
    migrate(engine)
    before = verify(engine)
    assert (before.is_sound, before.tree_size, before.signed_size, before.vkey) == (True, 2500, 0, "")
    ledger = Ledger(engine, key=lambda: KEY)
    with ledger.reading() as reader:
        proof = reader.inclusion(1234)
        assert verify_inclusion(written[1233], 1233, 2500, proof.hashes, root_hash(written))
    fill(ledger, 1)
    after = verify(engine)
    assert (after.is_sound, after.tree_size, after.signed_size) == (True, 2501, 2501)
    engine.dispose()


def upgrade_to(engine, revision):
    """Migrate to an earlier schema."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with write(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def old_events(engine, count):
    """Append events as schema 0001 had them and return their leaf hashes."""
    salt, payload = bytes(32), canonical_bytes(dict(draft().payload))
    events = [
        Event(number, instant_text(NOW), "HQ", "release.proposed", "D@1.0.0", "DASH-B", commitment(salt, payload))
        for number in range(1, count + 1)
    ]
    rows = [{**vars(event), "leaf_hash": event.leaf_hash()} for event in events]
    said = [{"sequence": event.sequence, "salt": salt, "payload": payload.decode()} for event in events]
    with engine.begin() as connection:
        connection.execute(LEDGER_EVENT.insert(), rows)
        connection.execute(LEDGER_PAYLOAD.insert(), said)
    return [row["leaf_hash"] for row in rows]


def test_all_tables_of_the_ledger_are_guarded(engine):
    """No table of the ledger is without triggers."""
    if engine.dialect.name == "sqlite":
        query = "select distinct tbl_name from sqlite_master where type = 'trigger'"
    else:
        query = "select distinct relname from pg_trigger join pg_class on tgrelid = pg_class.oid where not tgisinternal"
    with engine.connect() as connection:
        assert set(TABLES) <= set(connection.execute(text(query)).scalars())
