"""The app under gunicorn, and what is asked of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from flask import Flask

from lms.kernel.db import db
from lms.kernel.settings import ROOT
from tests.bench.load import Request
from tests.bench.stage import PASSWORD, Cast

SECRET = "bench-only-secret-of-enough-length-0123456789"
BIN = Path(sys.executable).parent
AGENT = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0"}


def write_environ(folder: Path, url: str) -> dict[str, str]:
    """Give the settings of an app in production, with its files in a folder."""
    return {
        "ENCAMP_MODE": "production",
        "SECRET_KEY": SECRET,
        "PUBLIC_URL": "http://127.0.0.1",
        "MAIL_URL": f"folder://{folder / 'mail'}",
        "DATABASE_URL": url,
        "INSTANCE_DIR": str(folder),
        "LOG_LEVEL": "ERROR",
    }


@contextmanager
def served(target: str, environ: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Serve an app by gunicorn with 2 workers × 4 threads; give port and process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [str(BIN / "gunicorn"), target, "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"]
    command += ["--worker-class", "gthread", "--log-level", "error", "--preload"]
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environ})
    try:
        path = "/" if "bare" in target else "/healthz"
        for _ in range(200):
            try:
                with urlopen(f"http://127.0.0.1:{port}{path}", timeout=2):
                    break
            except OSError:
                time.sleep(0.1)
        yield port, server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)


def _cookie(app: Flask, person_id: int, place: str = "student") -> str:
    """Sign a session as the app would after signing in and opening a page of the place."""
    from lms.people.accounts.models import Person

    # A session is bound to the browser it began in; one that is not is written anew with every answer.
    with app.test_request_context(headers=AGENT, environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        found = db.session.get(Person, person_id)
        browser = app.login_manager._session_identifier_generator()  # type: ignore[attr-defined]
        assert found is not None
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        signed = serializer.dumps(
            {"_user_id": found.fs_uniquifier, "_fresh": True, "_id": browser, "csrf_token": "bench", "place": place}
        )
        db.session.remove()
    return f"session={signed}"


def prepare_requests(app: Flask, cast: Cast) -> dict[str, Request]:
    """Give the request of every line but settling, by the line's name."""
    student = {"Cookie": _cookie(app, cast.students[0]), **AGENT}
    tutor = {"Cookie": _cookie(app, cast.tutor, "tutor"), **AGENT}
    partner = {"Cookie": _cookie(app, cast.partner, "partner"), **AGENT}
    texts = tuple(urlencode({"text": f"第 {n} 次写的一段话。"}).encode() for n in range(2000))
    day = f"/learn/{cast.cohort}/days/{cast.day}"
    return {
        "landing": Request(f"/c/{cast.camp}", {}),
        "today": Request("/today", student),
        "day of 30 tasks": Request(day, student),
        "hand in a text": Request(
            f"/learn/{cast.cohort}/tasks/{cast.tasks[0]}",
            {"Content-Type": "application/x-www-form-urlencoded", **AGENT},
            method="POST",
            bodies=texts,
            cookies=tuple(_cookie(app, person) for person in cast.students[:50]),
            expect=303,
        ),
        "desk": Request("/desk", tutor),
        "class progress": Request(f"/desk/cohorts/{cast.cohort}/progress", tutor),
        "partner home": Request("/partner", partner),
        "leaderboard": Request("/partner/board?period=week", partner),
        "sign in, besides the hash": Request(
            "/login",
            {"Content-Type": "application/x-www-form-urlencoded", **AGENT},
            method="POST",
            bodies=(urlencode({"email": cast.email, "password": PASSWORD}).encode(),),
            expect=302,
        ),
        "click redirect": Request(f"/r/{cast.link}", AGENT, expect=302),
    }
