"""Runs migrations with the app's own engine and tables."""

import warnings

from alembic import context
from flask import current_app

from lms.kernel.db import db

database = current_app.extensions["migrate"].db


def include(_object, _name, _kind, _reflected, _compared_to):
    """Everything in the database is ours."""
    return True


def prepare(connection):
    """Have a migration made whole or not at all: the app itself reads without transactions."""
    if connection.dialect.name == "postgresql":
        return connection.execution_options(isolation_level="READ COMMITTED")
    # The one index on an expression is on a table that nothing builds anew.
    warnings.filterwarnings("ignore", message=".*expression-based index")
    # SQLite alters most things by building a table anew, which must not count as removing its rows.
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    return connection


def check(connection):
    """Refuse to end with rows that refer to nothing; on SQLite nobody else has looked."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"rows that refer to nothing: {broken[:5]}")


def run() -> None:
    """Migrate in one transaction per step; on SQLite in one."""
    with database.engine.connect() as connection:
        connection = prepare(connection)
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            include_object=include,
            render_as_batch=True,
            compare_type=True,
            transaction_per_migration=connection.dialect.name == "postgresql",
        )
        with context.begin_transaction():
            context.run_migrations()
            check(connection)
        connection.commit()
        # The connection goes back into the pool, as it came.
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


run()
