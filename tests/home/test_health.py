"""Is it alive, may it take requests."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from unittest import mock

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from lms.home.queries import health
from lms.kernel.db import db
from lms.kernel.outbox import OutboxRow, RowKind, RowState
from lms.kernel.work import Work
from tests.conftest import counting

Works = Callable[[], AbstractContextManager[Work]]


@pytest.fixture
def migrated(app: Flask, work: Works, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the database stand at the newest migration; test databases are made without migrations."""
    monkeypatch.setattr(health, "_heads", lambda: frozenset({"h1"}))
    with work() as w:
        w.session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        w.session.execute(text("INSERT INTO alembic_version VALUES ('h1')"))
    yield
    db.session.rollback()


def test_the_process_lives_without_asking_the_database(app: Flask, client: FlaskClient) -> None:
    with counting(app) as count:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.text, count.statements) == (200, "ok", 0)


@pytest.mark.both_engines
@pytest.mark.usefixtures("migrated")
def test_a_migrated_database_with_a_true_clock_is_ready(client: FlaskClient, work: Works) -> None:
    with work() as w:
        row = {"kind": RowKind.ERRAND, "payload": {}, "state": RowState.WAITING, "created_at": w.now}
        w.add(OutboxRow(name="mail", run_at=w.now - timedelta(seconds=90), **row))
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.json
    assert answer.json is not None
    assert answer.json["ready"] is True
    assert answer.json["migration"] == "h1"
    assert answer.json["outbox"] == {"waiting": 1, "dead": 0, "oldest_waiting_seconds": 90}


@pytest.mark.usefixtures("migrated")
def test_a_database_behind_the_code_takes_no_requests(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_heads", lambda: frozenset({"h2"}))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["problems"] == ["migrations"]


@pytest.mark.usefixtures("migrated")
def test_a_wrong_clock_takes_no_requests(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_clock_skew", lambda _read: timedelta(seconds=-3))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["problems"] == ["clock"]
    assert answer.json["clock_skew_seconds"] == -3.0


def test_a_database_that_does_not_answer_is_told_as_such(client: FlaskClient) -> None:
    broken = OperationalError("select 1", {}, Exception("gone"))
    with mock.patch.object(health, "_clock_skew", side_effect=broken):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["problems"] == ["database"]
