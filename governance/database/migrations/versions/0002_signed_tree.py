"""The ledger's Merkle tree, its signed checkpoints and their witnesses.

Subtrees are computed for the events that are there already; the first event written afterwards signs a checkpoint
over all of them. As with events, triggers refuse to change the past: subtrees and cosignatures only grow, and a
checkpoint is replaced by a later one only while nobody outside holds it.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from governance.ledger.merkle import Frontier

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BATCH = 5000

_GROWS = ("ledger_subtree", "ledger_cosignature")
_SQLITE = (
    *(
        f"""create trigger {table}_{act} before {act} on {table}
        begin select raise(abort, 'the ledger is append-only'); end"""
        for table in _GROWS
        for act in ("update", "delete")
    ),
    """create trigger ledger_subtree_insert before insert on ledger_subtree
    when exists (select 1 from ledger_subtree where sequence = new.sequence)
    begin select raise(abort, 'the ledger is append-only'); end""",
    """create trigger ledger_cosignature_insert before insert on ledger_cosignature
    when exists (select 1 from ledger_cosignature where tree_size = new.tree_size and vkey = new.vkey)
    begin select raise(abort, 'the ledger is append-only'); end""",
    """create trigger ledger_checkpoint_insert before insert on ledger_checkpoint
    when new.tree_size <= (select coalesce(max(tree_size), 0) from ledger_checkpoint)
    begin select raise(abort, 'checkpoints only follow each other'); end""",
    """create trigger ledger_checkpoint_update before update on ledger_checkpoint
    when old.is_kept and (new.tree_size, new.instant, new.root_hash, new.note, new.vkey, new.is_kept)
        is not (old.tree_size, old.instant, old.root_hash, old.note, old.vkey, old.is_kept)
        or new.tree_size < old.tree_size
    begin select raise(abort, 'a checkpoint that was given out stays as it is'); end""",
    """create trigger ledger_checkpoint_delete before delete on ledger_checkpoint
    begin select raise(abort, 'checkpoints are never deleted'); end""",
)
_POSTGRESQL = (
    *(
        f"""create trigger {table}_change before update or delete on {table}
        for each row execute function ledger_refuse()"""
        for table in _GROWS
    ),
    *(
        f"""create trigger {table}_truncate before truncate on {table}
        for each statement execute function ledger_refuse()"""
        for table in (*_GROWS, "ledger_checkpoint")
    ),
    """create function ledger_checkpoint_follow() returns trigger language plpgsql as $$
    begin
        if new.tree_size <= (select coalesce(max(tree_size), 0) from ledger_checkpoint) then
            raise exception 'checkpoints only follow each other';
        end if;
        return new;
    end $$""",
    """create trigger ledger_checkpoint_insert before insert on ledger_checkpoint
    for each row execute function ledger_checkpoint_follow()""",
    """create trigger ledger_checkpoint_update before update on ledger_checkpoint
    for each row when (old.is_kept and new is distinct from old or new.tree_size < old.tree_size)
    execute function ledger_refuse()""",
    """create trigger ledger_checkpoint_delete before delete on ledger_checkpoint
    for each row execute function ledger_refuse()""",
)


def upgrade() -> None:
    """Make the tables and their triggers, and the subtrees of the events that are there."""
    op.create_index("ledger_event_kind", "ledger_event", ["kind"])
    subtree = op.create_table(
        "ledger_subtree",
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "ledger_checkpoint",
        sa.Column("tree_size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("instant", sa.String(27), nullable=False),
        sa.Column("root_hash", sa.String(64), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("vkey", sa.Text, nullable=False),
        sa.Column("is_kept", sa.Boolean, nullable=False),
    )
    op.create_table(
        "ledger_cosignature",
        sa.Column(
            "tree_size",
            sa.BigInteger,
            sa.ForeignKey("ledger_checkpoint.tree_size"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("vkey", sa.String(512), primary_key=True),
        sa.Column("line", sa.Text, nullable=False),
    )
    for batch in _subtrees(op.get_bind()):
        op.get_bind().execute(subtree.insert(), batch)
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def _subtrees(connection: sa.Connection) -> Iterator[list[dict[str, object]]]:
    """Yield rows of subtrees in batches, reading the events in batches too."""
    query = sa.text(
        "select sequence, leaf_hash from ledger_event where sequence > :after order by sequence limit :batch"
    )
    tree = Frontier()
    while rows := connection.execute(query, {"after": tree.size, "batch": _BATCH}).all():
        completed = [(row.sequence, tree.append(bytes.fromhex(row.leaf_hash))) for row in rows]
        if batch := [{"sequence": sequence, "hashes": b"".join(hashes)} for sequence, hashes in completed if hashes]:
            yield batch


def downgrade() -> None:
    """Refuse: the ledger is never dropped.

    Raises:
        RuntimeError: always.
    """
    raise RuntimeError("the ledger is append-only: its tables are never dropped")
