"""Kills a process at any step it takes, and puts the world back for the next try.

The process is a forked child. Its steps are the moments before and after every commit, every errand's
work and every removal of a file of clicks: whatever lies between two of them is one thing to the world.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from lms.affiliates.tracking.spool import Segment, Spool
from lms.kernel.db import db
from lms.kernel.parts import EXTENSION, Parts
from tests.rows import NAME, KeptRows

T = TypeVar("T")

LONGEST_SECONDS = 60
# In the long profile every step is a place to be killed at.
EVERY_STEP = os.environ.get("HYPOTHESIS_PROFILE") == "long"


@dataclass(frozen=True)
class Ended:
    """How a child ended: the steps it took by name, and whether it was killed at the last one."""

    steps: list[str]
    killed: bool


class _Steps:
    """Tells the parent of every step and kills its own process at one of them."""

    def __init__(self, out: int, kill_at: int | None) -> None:
        self._out = out
        self._kill_at = kill_at
        self._taken = 0

    def take(self, name: str) -> None:
        os.write(self._out, f"{name}\n".encode())
        if self._taken == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self._taken += 1

    def around(self, name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*given: Any) -> Any:
            self.take(f"before {name}")
            done = act(*given)
            self.take(f"after {name}")
            return done

        return watched


def run_in_child(app: Flask, act: Callable[[], object], kill_at: int | None = None) -> Ended:
    """Run `act` in a forked child, which dies by SIGKILL at step `kill_at` (from 0) if it gets there.

    Fails with the child's traceback when it ended in any other way.
    """
    _let_go(app)
    back, out = os.pipe()
    with warnings.catch_warnings():
        # Newer Pythons warn of forks beside threads; the child uses none of theirs.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.close(back)
        _be_child(app, act, _Steps(out, kill_at), out)
    os.close(out)
    with os.fdopen(back, "rb") as told:
        said = told.read().decode("utf-8", "replace")
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL and kill_at is not None
    if status and not killed:
        raise AssertionError(f"the child ended with status {status}:\n{said}")
    _wait_for_server(app)
    return Ended(said.splitlines(), killed)


def some_steps(app: Flask, steps: Sequence[T], every: int) -> Sequence[T]:
    """Choose where to kill: every so many steps on SQLite, half as many and others on PostgreSQL.

    In the long profile all of them, on both.
    """
    if EVERY_STEP:
        return steps
    with app.app_context():
        on_sqlite = db.engine.dialect.name == "sqlite"
    return steps[::every] if on_sqlite else steps[every // 2 :: every * 2]


def _be_child(app: Flask, act: Callable[[], object], steps: _Steps, out: int) -> None:
    """Never returns: a child that came back would go on with the tests."""
    code = 1
    try:
        signal.alarm(LONGEST_SECONDS)
        db.engine.dispose(close=False)
        _watch(app, steps)
        act()
        code = 0
    except BaseException:
        os.write(out, traceback.format_exc(limit=-12).encode()[-20_000:])
    finally:
        os._exit(code)


def _watch(app: Flask, steps: _Steps) -> None:
    event.listen(Session, "before_commit", lambda _session: steps.take("before commit"))
    event.listen(Session, "after_commit", lambda _session: steps.take("after commit"))
    parts: Parts = app.extensions[EXTENSION]
    for name, kind in parts.subscriptions.errands.items():
        watched = replace(kind, perform=steps.around(f"errand {name}", kind.perform))
        parts.subscriptions.errands[name] = watched
    Spool.committed = _as_method(steps.around("removing a segment", Spool.committed))  # type: ignore[assignment, method-assign]


def _as_method(watched: Callable[..., Any]) -> Callable[[Spool, Segment], None]:
    def committed(self: Spool, segment: Segment) -> None:
        watched(self, segment)

    return committed


def _let_go(app: Flask) -> None:
    """Close every connection, so that no two processes share one."""
    db.session.remove()
    with app.app_context():
        db.engine.dispose()


def _wait_for_server(app: Flask) -> None:
    """Wait until the server has noticed the death: only then are a killed client's locks gone."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            return
        others = text(
            "SELECT count(*) FROM pg_stat_activity "
            f"WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> '{NAME}'"
        )
        for _ in range(500):
            with db.engine.connect() as connection:
                if connection.scalar(others) == 0:
                    return
            time.sleep(0.01)
    raise AssertionError("the killed client's connection is still there")


# --- Putting back ---------------------------------------------------------------


class Kept:
    """The database and some folders as they are now; `put_back` makes them so again."""

    def __init__(self, app: Flask, place: Path, *folders: Path) -> None:
        """Take an empty place for the copies, and the folders that belong to the world."""
        _let_go(app)
        place.mkdir()
        self._app = app
        self._folders = [(folder, place / f"{n}-{folder.name}") for n, folder in enumerate(folders)]
        self._rows = _keep_rows(app, place)
        for folder, copy in self._folders:
            folder.mkdir(exist_ok=True)
            shutil.copytree(folder, copy)

    def put_back(self) -> None:
        """Make everything as it was."""
        _let_go(self._app)
        self._rows()
        for folder, copy in self._folders:
            shutil.rmtree(folder)
            shutil.copytree(copy, folder)


def _keep_rows(app: Flask, place: Path) -> Callable[[], None]:
    with app.app_context():
        url = db.engine.url
    if url.drivername.startswith("sqlite"):
        return _keep_sqlite(Path(url.database or ""), place / "kept.sqlite3")
    return _keep_postgres(url.set(drivername="postgresql").render_as_string(hide_password=False))


def _keep_sqlite(live: Path, kept: Path) -> Callable[[], None]:
    source, target = sqlite3.connect(live), sqlite3.connect(kept)
    source.backup(target)
    source.close()
    target.close()

    def put_back() -> None:
        for suffix in ("-wal", "-shm"):
            Path(f"{live}{suffix}").unlink(missing_ok=True)
        shutil.copy(kept, live)

    return put_back


def _keep_postgres(url: str) -> Callable[[], None]:
    kept = KeptRows(url, list(db.metadata.tables))

    def put_back() -> None:
        assert kept.put_back(), "the tables themselves were changed"

    return put_back


def count(session: Session, model: Any, *where: Any) -> int:
    """Count rows."""
    return session.scalar(select(func.count()).select_from(model).where(*where)) or 0
