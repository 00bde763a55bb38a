"""`make bench`: both engines, 50 and 1,000 students, gunicorn with 2 workers; writes bench/results.md."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import psycopg
from flask import Flask
from flask_security import hash_password, verify_password
from sqlalchemy import event, func, select

from lms.app import create_app
from lms.kernel.db import db
from lms.kernel.settings import ROOT, Settings
from tests import postgres
from tests.bench.load import Cost, Request, run
from tests.bench.settling import measure_settling
from tests.bench.stage import PASSWORD, Cast, tell

SECRET = "bench-only-secret-of-enough-length-0123456789"
BIN = Path(sys.executable).parent
CLIENTS = 4
AGENT = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0"}
HASHES = 20


@dataclass(frozen=True)
class Aim:
    """What `docs/decisions.md` and the page's peers ask for; None where only the figure is wanted."""

    cpu_ms: float | None = None
    queries: int | None = None
    kilobytes: int | None = None
    per_second: float | None = None


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    page: str
    cost: Cost
    queries: int | None
    aim: Aim

    def verdict(self) -> str:
        checks = [
            (self.aim.cpu_ms is None or self.cost.cpu_ms <= self.aim.cpu_ms),
            (self.aim.queries is None or self.queries is None or self.queries <= self.aim.queries),
            (self.aim.kilobytes is None or self.cost.bytes <= self.aim.kilobytes * 1024),
            (self.aim.per_second is None or self.cost.per_second >= self.aim.per_second),
        ]
        return "met" if all(checks) else "missed"


AIMS = {
    "landing": Aim(queries=8),
    "today": Aim(cpu_ms=12, queries=10, kilobytes=60),
    "day of 30 tasks": Aim(cpu_ms=10, queries=8, kilobytes=60),
    "hand in a text": Aim(cpu_ms=9, queries=12),
    "desk": Aim(),
    "class progress": Aim(cpu_ms=15, queries=8),
    "partner home": Aim(cpu_ms=12, queries=10),
    "leaderboard": Aim(cpu_ms=30, queries=3),
    "sign in, besides the hash": Aim(cpu_ms=6),
    "click redirect": Aim(cpu_ms=0.7, per_second=1500),
    "settle a paid order": Aim(queries=15, per_second=300),
}
SETTLED = 240


def _environ(folder: Path, url: str) -> dict[str, str]:
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
def _served(target: str, environ: dict[str, str]) -> Iterator[tuple[int, int]]:
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


def _requests(app: Flask, cast: Cast) -> dict[str, Request]:
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


def _count_queries(app: Flask, request: Request) -> int:
    """Count the statements of one request, as the second one of a warm process."""
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            said.append(statement)

    client = app.test_client(use_cookies=False)
    with app.app_context():
        engine = db.engine
    for n in (-1, -2):
        said.clear()
        event.listen(engine, "before_cursor_execute", note)
        client.open(request.path, method=request.method, data=request.body_of(n), headers=request.headers_of(n))
        event.remove(engine, "before_cursor_execute", note)
    return len(said)


def _count_versions(app: Flask) -> int:
    from lms.learning.checkins.models import CheckInRevision

    with app.app_context():
        found = db.session.scalar(select(func.count()).select_from(CheckInRevision)) or 0
        db.session.remove()
    return found


def _hash_ms(app: Flask) -> float:
    """Measure what checking a password costs by itself: it is dear on purpose."""
    with app.app_context():
        kept = hash_password(PASSWORD)
        started = time.process_time()
        for _ in range(HASHES):
            verify_password(PASSWORD, kept)
        return (time.process_time() - started) * 1000 / HASHES


def measure(engine: str, url: str, size: int, database_pids: tuple[int, ...], most: int) -> tuple[float, list[Line]]:
    """Tell the story on one engine at one size and measure every page; the yardstick comes first."""
    folder = Path(tempfile.mkdtemp(prefix="encamp-bench-"))
    environ = _environ(folder, url)
    app = create_app(Settings.from_env(environ))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        db.create_all()
    cast = tell(app, size)
    requests = _requests(app, cast)
    lines = []
    with _served("tests.bench.bare:app", {"DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"]}) as (port, pid):
        run(port, Request("/", {}), total=100, clients=CLIENTS, pids=(pid, *database_pids))
        bare = run(port, Request("/", {}), total=most, clients=CLIENTS, pids=(pid, *database_pids))
    with _served("tests.bench.served:app", environ) as (port, pid):
        for page, request in requests.items():
            total = most * 4 if page == "click redirect" else max(40, most // (5 if size > 100 else 1))
            warm, written = max(20, total // 10), _count_versions(app)
            run(port, request, total=warm, clients=CLIENTS, pids=(pid,))
            cost = run(port, request, total=total, clients=CLIENTS, pids=(pid, *database_pids), first=warm)
            if page == "sign in, besides the hash":
                cost = replace(cost, cpu_ms=cost.cpu_ms - _hash_ms(app))
            if page == "hand in a text" and _count_versions(app) - written != warm + total:
                raise RuntimeError("not every hand-in was written")
            lines.append(Line(page, cost, _count_queries(app, request), AIMS[page]))
            print(f"{engine:10} {size:5} {page:16} {cost.per_second:8.0f}/s {cost.cpu_ms:7.2f} ms CPU")
    if size <= 100:
        lines.append(_settled(app, cast.camp, engine, database_pids))
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return bare.cpu_ms, lines


def _settled(app: Flask, camp: str, engine: str, database_pids: tuple[int, ...]) -> Line:
    """Measure settling by 8 clients without a request; the commission's work is in the time, not in the queries."""
    found = measure_settling(app, camp, SETTLED, database_pids)
    page = "settle a paid order"
    print(f"{engine:10} {page} {found.per_second:8.0f}/s {found.cpu_ms:7.2f} ms CPU, statements {found.statements}")
    return Line(page, Cost(found.per_second, found.cpu_ms, 0), found.statements[0], AIMS[page])


def _postmaster(url: str) -> int:
    """Find the process of a database server on this machine: the parent of any of its backends."""
    with psycopg.connect(url) as connection:
        backend = connection.info.backend_pid
        return int((Path("/proc") / str(backend) / "stat").read_text().rsplit(")", 1)[1].split()[1])


def _table(engine: str, size: int, bare: float, lines: list[Line]) -> str:
    rows = [
        f"\n## {engine}, {size:,} students\n",
        f"Bare page of the same stack in the same run: {bare:.2f} ms CPU.\n",
        "| page | requests/s | CPU ms | × bare | queries | kB | aim | |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- | --- |",
    ]
    for line in lines:
        aim = line.aim
        asked = [
            f"≤ {aim.cpu_ms} ms" if aim.cpu_ms else "",
            f"≤ {aim.queries} queries" if aim.queries else "",
            f"≤ {aim.kilobytes} kB" if aim.kilobytes else "",
            f"≥ {aim.per_second:.0f}/s" if aim.per_second else "",
        ]
        rows.append(
            f"| {line.page} | {line.cost.per_second:.0f} | {line.cost.cpu_ms:.2f} | {line.cost.cpu_ms / bare:.1f} | "
            f"{line.queries if line.queries is not None else ''} | {line.cost.bytes / 1024:.0f} | "
            f"{', '.join(part for part in asked if part)} | {line.verdict() if any(asked) else ''} |"
        )
    return "\n".join(rows)


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--sizes", default="50,1000")
    parser.add_argument("--requests", type=int, default=1000)
    options = parser.parse_args()
    tables = []
    with postgres.server() as server:
        database_pids = (_postmaster(server),)
        for size in (int(n) for n in options.sizes.split(",")):
            name = f"bench_{size}"
            postgres.run_sql(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
            sqlite = Path(tempfile.mkdtemp(prefix="encamp-bench-db-")) / "bench.sqlite3"
            for engine, url, pids in (
                ("SQLite", f"sqlite:///{sqlite}", ()),
                ("PostgreSQL", postgres.with_database(server, name), database_pids),
            ):
                tables.append(_table(engine, size, *measure(engine, url, size, pids, options.requests)))
    head = (
        "# Measurements\n\n`make bench` writes this page. CPU ms is user and system time of all server processes, the "
        "database's included, per request; requests/s is with the load on the same cores. Times move with the machine: "
        "quote the ratio to the bare page of the same run.\n\n"
        f"{os.cpu_count()} cores, Python {platform.python_version()}, gunicorn 2 workers × 4 threads, "
        f"{CLIENTS} clients.\n"
    )
    target = ROOT / "bench" / "results.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text(head + "\n".join(tables) + "\n", "utf-8")
    print(f"written: {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
