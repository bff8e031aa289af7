"""Alembic's entry: runs the migrations on the connection that `governance.database.engine.migrate` hands over."""

from alembic import context

from governance.database.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
