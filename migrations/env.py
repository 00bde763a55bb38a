"""Runs migrations with the app's own engine and tables."""

from alembic import context
from flask import current_app

from lms.kernel.db import db

database = current_app.extensions["migrate"].db


def include(_object, _name, _kind, _reflected, _compared_to):
    """Everything in the database is ours."""
    return True


def run() -> None:
    """Migrate in one transaction per step; SQLite rebuilds tables where it cannot alter them."""
    with database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            # The app reads without transactions; a migration is made whole or not at all.
            connection = connection.execution_options(isolation_level="READ COMMITTED")
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            include_object=include,
            render_as_batch=True,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
