"""The register of officials as state of the ledger.

A row names the event that said last who the official is; name and office stand in that event's payload only. What the
register held before waits in `official_before` for the first transaction that can sign (`governance.officials`), which
enters it in the ledger and takes it away here.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the register anew, keeping what it held."""
    op.create_table(
        "official_before",
        sa.Column("code", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("office", sa.String(64), nullable=False),
        sa.Column("is_demo", sa.Boolean, nullable=False),
    )
    op.execute("insert into official_before select code, name, office, is_demo from official")
    op.drop_table("official")
    op.create_table(
        "official",
        sa.Column("code", sa.String(64), primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Refuse: the ledger is never dropped.

    Raises:
        RuntimeError: always.
    """
    raise RuntimeError("the ledger is append-only: its tables are never dropped")
