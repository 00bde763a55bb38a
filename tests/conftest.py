"""An app on each engine, a settable clock, a mailbox, and a database as new for every test."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from lms.kernel.clock import FixedClock
from lms.kernel.db import db
from lms.kernel.parts import EXTENSION, Parts
from lms.kernel.text import speak
from lms.kernel.work import Read, Work, begin_read, begin_work
from lms.kernel.worker import drain as drain_rows
from lms.web.limits import limiter
from tests import postgres
from tests.fake_gateway import FakeGateway
from tests.pages import CheckingClient
from tests.stages import STORY_NOW, Mailbox, Stage, postgres_stage, sqlite_stage

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


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    try:
        with postgres.server() as url:
            yield url
    except postgres.NoPostgres as reason:
        pytest.exit(str(reason), returncode=3)


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
            _stages[engine] = sqlite_stage(folder)
        else:
            _stages[engine] = postgres_stage(folder, request.getfixturevalue("postgres_server"))
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
