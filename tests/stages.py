"""An app on each engine whose database can be made as new, and the mailbox of its mails."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import Engine, event

from lms.app import create_app
from lms.kernel.clock import FixedClock
from lms.kernel.db import db
from lms.kernel.mail import Mail
from lms.kernel.settings import Settings
from tests import postgres
from tests.rows import KeptRows

STORY_NOW = datetime(2026, 11, 21, 18, 48, tzinfo=ZoneInfo("Asia/Shanghai"))


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


def sqlite_stage(folder: Path) -> Stage:
    """Build an app on SQLite; its file is copied back."""
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


def postgres_stage(folder: Path, server: str) -> Stage:
    """Build an app on a PostgreSQL server; its rows are put back."""
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
