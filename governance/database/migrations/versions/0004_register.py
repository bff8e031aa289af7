"""The register of officials as state of the ledger.

A row names the event that said last who the official is; name and office stand in that event's payload only. What the
register held before is handed to `governance.database.engine.migrate`, which enters it in the ledger in the same
transaction.
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the register anew, keeping what it held."""
    rows = op.get_bind().execute(sa.text("select code, name, office, is_demo from official order by code"))
    context.config.attributes["officials"] = [(code, name, office, bool(demo)) for code, name, office, demo in rows]
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
