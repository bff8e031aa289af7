"""Officials and the append-only ledger.

The triggers are the promise: no statement through SQL changes or deletes an event, and a payload can be erased but
not rewritten. `insert or replace` on SQLite deletes without firing a delete trigger, hence the check of the sequence
on insert, which also refuses gaps.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SQLITE = (
    """create trigger ledger_event_insert before insert on ledger_event
    when new.sequence is not (select coalesce(max(sequence), 0) + 1 from ledger_event)
    begin select raise(abort, 'the ledger is append-only: not the next sequence'); end""",
    """create trigger ledger_event_update before update on ledger_event
    begin select raise(abort, 'the ledger is append-only'); end""",
    """create trigger ledger_event_delete before delete on ledger_event
    begin select raise(abort, 'the ledger is append-only'); end""",
    """create trigger ledger_payload_insert before insert on ledger_payload
    when exists (select 1 from ledger_payload where sequence = new.sequence)
    begin select raise(abort, 'a payload can be erased, not changed'); end""",
    """create trigger ledger_payload_update before update on ledger_payload
    begin select raise(abort, 'a payload can be erased, not changed'); end""",
)
_POSTGRESQL = (
    """create function ledger_event_append() returns trigger language plpgsql as $$
    begin
        if new.sequence is distinct from (select coalesce(max(sequence), 0) + 1 from ledger_event) then
            raise exception 'the ledger is append-only: not the next sequence';
        end if;
        return new;
    end $$""",
    """create function ledger_refuse() returns trigger language plpgsql as $$
    begin raise exception 'the ledger is append-only'; end $$""",
    """create trigger ledger_event_insert before insert on ledger_event
    for each row execute function ledger_event_append()""",
    """create trigger ledger_event_change before update or delete on ledger_event
    for each row execute function ledger_refuse()""",
    """create trigger ledger_event_truncate before truncate on ledger_event
    for each statement execute function ledger_refuse()""",
    """create trigger ledger_payload_update before update on ledger_payload
    for each row execute function ledger_refuse()""",
    """create trigger ledger_payload_truncate before truncate on ledger_payload
    for each statement execute function ledger_refuse()""",
)


def upgrade() -> None:
    """Make the tables and their triggers."""
    op.create_table(
        "official",
        sa.Column("code", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("office", sa.String(64), nullable=False),
        sa.Column("is_demo", sa.Boolean, nullable=False),
    )
    op.create_table(
        "ledger_event",
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("instant", sa.String(27), nullable=False),
        sa.Column("office", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("clause", sa.String(64), nullable=False),
        sa.Column("commitment", sa.String(64), nullable=False),
        sa.Column("leaf_hash", sa.String(64), nullable=False),
    )
    op.create_index("ledger_event_subject", "ledger_event", ["subject"])
    op.create_table(
        "ledger_payload",
        sa.Column(
            "sequence",
            sa.BigInteger,
            sa.ForeignKey("ledger_event.sequence"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
    )
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Refuse: the ledger is never dropped.

    Raises:
        RuntimeError: always.
    """
    raise RuntimeError("the ledger is append-only: its tables are never dropped")
