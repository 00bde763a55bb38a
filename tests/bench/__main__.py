"""`make bench`: both engines, 50 and 5,000 students, gunicorn with 2 workers; writes bench/results.md."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psycopg
from flask import Flask
from flask_security import hash_password, verify_password
from sqlalchemy import event, func, select

from lms.app import create_app
from lms.kernel.db import db
from lms.kernel.settings import ROOT, Settings
from tests import postgres
from tests.bench.lines import AIMS, Line, write_table
from tests.bench.load import Cost, Request, run
from tests.bench.serving import prepare_requests, served, write_environ
from tests.bench.settling import measure_settling
from tests.bench.stage import PASSWORD, tell

CLIENTS = 4
HASHES = 20
SETTLED = 240


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
    environ = write_environ(folder, url)
    app = create_app(Settings.from_env(environ))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        db.create_all()
    cast = tell(app, size)
    requests = prepare_requests(app, cast)
    lines = []
    with served("tests.bench.bare:app", {"DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"]}) as (port, pid):
        run(port, Request("/", {}), total=100, clients=CLIENTS, pids=(pid, *database_pids))
        bare = run(port, Request("/", {}), total=most, clients=CLIENTS, pids=(pid, *database_pids))
    with served("tests.bench.served:app", environ) as (port, pid):
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


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--sizes", default="50,5000")
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
                tables.append(write_table(engine, size, *measure(engine, url, size, pids, options.requests)))
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
