"""One season for all tests of it, told to a fixed moment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine

from lms.app import create_app
from lms.demo.season import tell_season
from lms.kernel.clock import FixedClock
from lms.kernel.db import db
from lms.kernel.settings import Settings
from lms.kernel.work import Read, begin_read
from tests.conftest import Mailbox
from tests.demo import NOW


@pytest.fixture(scope="package")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("season")
    settings = Settings.from_env({"ENCAMP_MODE": "demo", "INSTANCE_DIR": str(folder), "LOG_LEVEL": "CRITICAL"})
    app = create_app(settings, clock=FixedClock(NOW), mailer=Mailbox())
    with app.app_context():
        db.create_all()
        engine: Engine = db.engine
        tell_season(app)
    yield app
    engine.dispose()


@pytest.fixture
def read(season: Flask) -> Iterator[Read]:
    with season.app_context():
        yield begin_read()
