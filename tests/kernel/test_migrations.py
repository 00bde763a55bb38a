"""Migrations run forward from empty on both engines and end where the models are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import upgrade

from lms.app import create_app
from lms.kernel.db import db
from lms.kernel.settings import Settings
from tests import postgres


@pytest.fixture
def empty(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    if engine == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    else:
        server = request.getfixturevalue("postgres_server")
        postgres.run_sql(server, "DROP DATABASE IF EXISTS migrated WITH (FORCE)", "CREATE DATABASE migrated")
        url = postgres.with_database(server, "migrated")
    environ = {"ENCAMP_MODE": "test", "DATABASE_URL": url, "INSTANCE_DIR": str(tmp_path), "LOG_LEVEL": "CRITICAL"}
    app = create_app(Settings.from_env(environ))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


# SQLite cannot show an index on an expression; PostgreSQL's run compares those.
UNSEEN_ON_SQLITE = {"uq_person_email_lower"}


@pytest.mark.both_engines
@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_from_empty_to_the_models(empty: Flask) -> None:
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": db.metadata})
        left = compare_metadata(context, db.metadata)
        if connection.dialect.name == "sqlite":
            left = [change for change in left if getattr(change[1], "name", "") not in UNSEEN_ON_SQLITE]
    assert not left, f'`flask db migrate -m "rooms add …"` is missing: {left}'
