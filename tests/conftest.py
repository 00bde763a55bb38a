"""An app on each engine, a settable clock, a mailbox, and a database as new for every test."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from lms.app import create_app
from lms.kernel.clock import FixedClock
from lms.kernel.db import db
from lms.kernel.mail import Mail
from lms.kernel.parts import EXTENSION, Parts
from lms.kernel.settings import Settings
from lms.kernel.text import speak
from lms.kernel.work import Read, Work, begin_read, begin_work
from lms.kernel.worker import drain as drain_rows
from lms.web.limits import limiter
from tests import postgres
from tests.fake_gateway import FakeGateway
from tests.pages import CheckingClient
from tests.rows import KeptRows

STORY_NOW = datetime(2026, 11, 21, 18, 48, tzinfo=ZoneInfo("Asia/Shanghai"))
BOTH = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Services, flows and tests marked `both_engines` run on both engines, the others on SQLite."""
    if "engine" not in metafunc.fixturenames:
        return
    path = Path(str(metafunc.definition.path))
    both = path.name.startswith("test_service") or "flows" in path.parts
    both = both or metafunc.definition.get_closest_marker("both_engines") is not None
    if metafunc.definition.get_closest_marker("sqlite_only") is not None:
        both = False
    metafunc.parametrize("engine", BOTH if both else ("sqlite",), scope="session")


def _hurry(connection: Any, _record: object) -> None:
    """Tests need no disk that survives a power cut; without this, each commit waits for it."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("pragma synchronous=off")


event.listen(Engine, "connect", _hurry)


@dataclass
class Mailbox:
    """Keeps mails instead of sending them; may be told to fail."""

    sent: list[Mail] = field(default_factory=list)
    broken: bool = False

    def send(self, mail: Mail) -> None:
        if self.broken:
            raise ConnectionError("the mail server does not answer")
        self.sent.append(mail)

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.sent if mail.to == address]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    try:
        with postgres.server() as url:
            yield url
    except postgres.NoPostgres as reason:
        pytest.exit(str(reason), returncode=3)


def _settings(folder: Path, url: str) -> Settings:
    return Settings.from_env(
        {
            "ENCAMP_MODE": "test",
            "DATABASE_URL": url,
            "INSTANCE_DIR": str(folder),
            "PUBLIC_URL": "http://localhost",
            "LOG_LEVEL": "CRITICAL",
        }
    )


@dataclass
class Stage:
    """An app whose database can be made as new."""

    app: Flask
    reset: Callable[[], None]


def _sqlite_stage(folder: Path) -> Stage:
    live, fresh = folder / "live.sqlite3", folder / "fresh.sqlite3"
    app = create_app(_settings(folder, f"sqlite:///{live}"), clock=FixedClock(STORY_NOW), mailer=Mailbox())
    with app.app_context():
        db.create_all()
        db.session.remove()
        db.engine.dispose()
    shutil.copy(live, fresh)

    def reset() -> None:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            Path(f"{live}{suffix}").unlink(missing_ok=True)
        shutil.copy(fresh, live)

    return Stage(app, reset)


def _postgres_stage(folder: Path, server: str) -> Stage:
    name = f"live_{folder.name.replace('-', '_')}".lower()
    fresh, live = f"{name}_fresh", name
    postgres.run_sql(server, f"CREATE DATABASE {fresh}")
    make = create_app(_settings(folder, postgres.with_database(server, fresh)))
    with make.app_context():
        db.create_all()
        db.session.remove()
        db.engine.dispose()
    url = postgres.with_database(server, live)
    app = create_app(_settings(folder, url), clock=FixedClock(STORY_NOW), mailer=Mailbox())
    begin_anew = (f"DROP DATABASE IF EXISTS {live} WITH (FORCE)", f"CREATE DATABASE {live} TEMPLATE {fresh}")
    postgres.run_sql(server, *begin_anew)
    kept = KeptRows(url, list(db.metadata.tables))

    def reset() -> None:
        with app.app_context():
            db.session.remove()
        if not kept.put_back():
            with app.app_context():
                db.engine.dispose()
            postgres.run_sql(server, *begin_anew)

    return Stage(app, reset)


@pytest.fixture(scope="session")
def _stages() -> Iterator[dict[str, Stage]]:
    """The stages built so far, by engine; one is built once and kept, whatever the order of the tests."""
    stages: dict[str, Stage] = {}
    yield stages
    for stage in stages.values():
        with stage.app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="session")
def _stage(
    engine: str,
    _stages: dict[str, Stage],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Stage:
    if engine not in _stages:
        folder = tmp_path_factory.mktemp(engine)
        if engine == "sqlite":
            _stages[engine] = _sqlite_stage(folder)
        else:
            _stages[engine] = _postgres_stage(folder, request.getfixturevalue("postgres_server"))
    return _stages[engine]


@pytest.fixture(autouse=True)
def _chinese_first() -> None:
    """A test speaks the default language until it says otherwise, whatever the one before it spoke."""
    speak("zh")


@pytest.fixture
def app(_stage: Stage) -> Iterator[Flask]:
    """The app on a database as new; the clock stands at the story's moment."""
    _stage.reset()
    parts: Parts = _stage.app.extensions[EXTENSION]
    parts.clock = FixedClock(STORY_NOW)
    parts.mailer = Mailbox()
    parts.gateway = None
    if limiter.enabled:
        limiter.reset()
    with _stage.app.app_context():
        yield _stage.app
        db.session.remove()


def _parts(app: Flask) -> Parts:
    parts: Parts = app.extensions[EXTENSION]
    return parts


@pytest.fixture
def clock(app: Flask) -> FixedClock:
    found = _parts(app).clock
    assert isinstance(found, FixedClock)
    return found


@pytest.fixture
def mailbox(app: Flask) -> Mailbox:
    found = _parts(app).mailer
    assert isinstance(found, Mailbox)
    return found


@pytest.fixture
def gateway(app: Flask) -> FakeGateway:
    """A payment gateway in memory, on the test's clock; without this fixture none is set up."""
    parts = _parts(app)
    found = FakeGateway(lambda: parts.clock.now())
    parts.gateway = found
    return found


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    app.test_client_class = CheckingClient
    return app.test_client()


@pytest.fixture
def new_client(app: Flask) -> Callable[[], FlaskClient]:
    app.test_client_class = CheckingClient
    return app.test_client


@pytest.fixture
def work(app: Flask) -> Callable[[], AbstractContextManager[Work]]:
    """`with work() as w:` opens a work."""
    return begin_work


@pytest.fixture
def read(app: Flask) -> Callable[[], Read]:
    """`read()` looks afresh."""

    def fresh() -> Read:
        db.session.rollback()
        return begin_read()

    return fresh


@pytest.fixture
def drain(app: Flask) -> Callable[[], int]:
    """Run everything that is due."""

    def run() -> int:
        db.session.rollback()
        return drain_rows(app)

    return run


def _uniquifier(person_id: int) -> str:
    from lms.people.accounts.models import Person

    found = db.session.scalar(select(Person.fs_uniquifier).where(Person.id == person_id))
    assert found is not None, f"there is no person {person_id}"
    return str(found)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[FlaskClient, Any], None]:
    """`sign_in(client, person)` without the form; `person` has an id."""

    def enter(client: FlaskClient, person: Any) -> None:
        with client.session_transaction() as session:
            session.clear()
            session["_user_id"] = _uniquifier(person.id)
            session["_fresh"] = True
            session["fs_paa"] = time.time()

    return enter


@dataclass
class Count:
    """Statements sent inside the block."""

    said: list[str] = field(default_factory=list)

    @property
    def statements(self) -> int:
        return len([s for s in self.said if not s.startswith(("BEGIN", "SAVEPOINT", "RELEASE"))])


@contextmanager
def counting(app: Flask) -> Iterator[Count]:
    """Count the statements that reach the database."""
    count = Count()

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        count.said.append(statement)

    with app.app_context():
        engine: Engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield count
    finally:
        event.remove(engine, "before_cursor_execute", note)
