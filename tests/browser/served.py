"""The app on a real port: demo mode, so that form tokens, cookies and the movable clock are as people meet them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from lms.app import create_app
from lms.kernel.clock import ShiftedClock
from lms.kernel.db import db
from lms.kernel.parts import EXTENSION, Parts
from lms.kernel.settings import Settings
from lms.kernel.work import Work, begin_work
from lms.kernel.worker import drain
from lms.people.accounts.models import Person
from lms.web.limits import limiter

ZONE = ZoneInfo("Asia/Shanghai")
STORY_HOUR = timedelta(hours=18, minutes=48)

Cookie = dict[str, str]


class _QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # one connection for a page and its parts, as behind a real server

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: failures are in the app's own log."""


@dataclass(frozen=True)
class Served:
    """A running app and its address."""

    app: Flask
    url: str

    def settle(self) -> None:
        """Let the worker do what is due."""
        with self.app.app_context():
            db.session.remove()
        drain(self.app)

    @contextmanager
    def work(self) -> Iterator[Work]:
        """Open a work beside the browser; what it told is done before the block is left."""
        with self.app.app_context():
            try:
                with begin_work() as work:
                    yield work
            finally:
                db.session.remove()
        self.settle()

    def session_of(self, person_id: int) -> Cookie:
        """Give the cookie of somebody signed in, without the form."""
        with self.app.app_context():
            sign = db.session.scalars(select(Person.fs_uniquifier).where(Person.id == person_id)).one()
            db.session.remove()
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = str(sign)
            session["_fresh"] = True
        found = client.get_cookie("session")
        assert found is not None
        return {"name": "session", "value": found.value, "url": self.url}


def _settings(folder: Path, url: str) -> Settings:
    return Settings.from_env(
        {"ENCAMP_MODE": "demo", "INSTANCE_DIR": str(folder), "PUBLIC_URL": url, "LOG_LEVEL": "ERROR"}
    )


def _to_the_evening(folder: Path) -> None:
    """Move the demo clock to the next 18:48 in Shanghai, so that the hour of a run does not change its days."""
    now = datetime.now(ZONE)
    evening = datetime.combine(now.date(), datetime.min.time(), ZONE) + STORY_HOUR
    if evening < now:
        evening += timedelta(days=1)
    ShiftedClock(folder / "demo-clock").move(evening.astimezone(UTC) - now.astimezone(UTC))


@contextmanager
def serve(folder: Path) -> Iterator[Served]:
    """Serve an app with an empty database from `folder` until the block is left."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    made: list[Flask] = []

    def door(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        return made[0](environ, start)

    server = make_server("127.0.0.1", 0, door, threaded=True, request_handler=_QuietHandler)
    server.daemon_threads = True  # type: ignore[attr-defined]
    url = f"http://127.0.0.1:{server.server_port}"
    _to_the_evening(folder)
    app = create_app(_settings(folder, url))
    parts: Parts = app.extensions[EXTENSION]
    parts.wake = lambda: None
    with app.app_context():
        db.create_all()
        db.session.remove()
    made.append(app)
    thread = threading.Thread(target=server.serve_forever, name="server", daemon=True)
    thread.start()
    limited, limiter.enabled = limiter.enabled, False
    try:
        yield Served(app, url)
    finally:
        limiter.enabled = limited
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
