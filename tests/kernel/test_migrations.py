"""Migrations run forward from empty on both engines and end where the models are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import IntegrityError

from lms.app import create_app
from lms.kernel.db import db
from lms.kernel.settings import Settings
from tests import postgres

pytestmark = pytest.mark.filterwarnings("ignore:.*expression-based index")


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


LANDED = "fa638d0a924d"
"""The newest revision that people have data in."""

# SQLite cannot show an index on an expression; PostgreSQL's run compares those.
UNSEEN_ON_SQLITE = {"uq_person_email_lower"}


@pytest.mark.both_engines
def test_from_empty_to_the_models(empty: Flask) -> None:
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": db.metadata})
        left = compare_metadata(context, db.metadata)
        if connection.dialect.name == "sqlite":
            left = [change for change in left if getattr(change[1], "name", "") not in UNSEEN_ON_SQLITE]
    assert not left, f'`flask db migrate -m "rooms add …"` is missing: {left}'


def _unseen_by_alembic(connection: Connection) -> set[str]:
    """Give what the comparison above does not look at: checks and triggers."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT sql FROM sqlite_master WHERE type = 'trigger'"))
        return {row[0] for row in rows}
    checks = text("SELECT conrelid::regclass, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'")
    triggers = text("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal")
    found = {f"{table}: {check}" for table, check in connection.execute(checks)}
    return found | {row[0] for row in connection.execute(triggers)}


@contextmanager
def _made_from_models() -> Iterator[Connection]:
    engine = db.engine if db.engine.dialect.name == "postgresql" else create_engine("sqlite://")
    with engine.connect() as connection:
        if engine is db.engine:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        db.metadata.create_all(connection)
        yield connection
    engine.dispose()


@pytest.mark.both_engines
def test_checks_and_triggers_are_the_models_too(empty: Flask) -> None:
    upgrade()
    with db.engine.connect() as connection:
        migrated = _unseen_by_alembic(connection)
    with _made_from_models() as connection:
        wanted = _unseen_by_alembic(connection)
    assert migrated == wanted, f"missing: {wanted - migrated}; too much: {migrated - wanted}"


@pytest.mark.both_engines
def test_from_what_people_have_data_in(empty: Flask) -> None:
    """Rows of tables that are built anew stay, and what refers to them still does."""
    upgrade(revision=LANDED)
    at = "2026-11-22 04:00:00"
    with db.engine.begin() as connection:
        person = "id, email, password, active, fs_uniquifier, fs_webauthn_user_handle, code, display_name, language"
        values = "1, 'ada@example.com', 'x', true, 'u', 'h', 'P1', 'Ada', 'zh', 'UTC', 'light'"
        connection.execute(
            text(f"INSERT INTO person ({person}, time_zone, theme, created_at) VALUES ({values}, '{at}')")
        )
        connection.execute(
            text(
                "INSERT INTO partner (id, code, person_id, state, name, about, applied_at, reason) "
                f"VALUES (1, 'ada', 1, 'approved', 'Ada', '', '{at}', '')"
            )
        )
        connection.execute(text(f"INSERT INTO partner_handle (code, partner_id, taken_at) VALUES ('ada', 1, '{at}')"))
    upgrade()
    with db.engine.connect() as connection:
        found = connection.execute(text("SELECT name, lock_reason, lock_number, group_id FROM partner")).all()
        assert [tuple(row) for row in found] == [("Ada", "", 0, None)]
        assert connection.scalar(text("SELECT count(*) FROM partner_handle")) == 1
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(text("DELETE FROM partner"))
