"""Alembic's entry: always inside the transaction that `warehouse.ledger` opens."""

from alembic import context

from warehouse.ledger_tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
