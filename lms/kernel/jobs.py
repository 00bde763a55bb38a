"""huey: wakes the worker when something was told, and runs it in a process of its own.

The queue never holds the truth. A wake-up that is lost costs a second, because the worker also looks by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask
from huey import Huey, RedisHuey, SqliteHuey

from lms.kernel.db import db
from lms.kernel.settings import Settings
from lms.kernel.worker import run_due_schedules, work_on

LOOK_EVERY_SECONDS = 1.0

log = structlog.get_logger("worker")


def make_huey(settings: Settings) -> Huey:
    """Open the queue named by JOBS_URL: a SQLite file beside the database, or Redis at scale."""
    if settings.jobs_url.startswith("sqlite:///"):
        return SqliteHuey("encamp", filename=settings.jobs_url.removeprefix("sqlite:///"), fsync=False)
    return RedisHuey("encamp", url=settings.jobs_url)


def _drain_task(huey: Huey, run: Callable[[], None]) -> Any:
    return huey.task(name="drain")(run)


def waker(huey: Huey) -> Callable[[], None]:
    """Give the function that wakes the worker after a commit."""
    drain = _drain_task(huey, lambda: None)

    def wake() -> None:
        try:
            drain()
        except Exception as error:  # the commit stands; the worker finds the row by itself within a second
            log.warning("wake.failed", error=repr(error))

    return wake


class Worker:
    """The worker process: huey's threads run wake-ups, one more thread follows the clock."""

    def __init__(self, app: Flask, huey: Huey, threads: int = 2) -> None:
        self._app = app
        self._stop = threading.Event()
        _drain_task(huey, lambda: work_on(app, seconds=30))
        self._consumer = huey.create_consumer(workers=threads, periodic=False, check_worker_health=True)

    def run(self) -> None:
        """Work until the process is told to stop."""
        ticker = threading.Thread(target=self._tick, name="clock", daemon=True)
        ticker.start()
        try:
            self._consumer.run()
        finally:
            self._stop.set()
            ticker.join(timeout=10)

    def _tick(self) -> None:
        while not self._stop.wait(LOOK_EVERY_SECONDS):
            try:
                with self._app.app_context():
                    run_due_schedules()
                work_on(self._app, seconds=30)
            except Exception:  # the clock must go on; the database may be back in a moment
                log.exception("tick.failed")
                with self._app.app_context():
                    db.session.remove()
