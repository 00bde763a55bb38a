"""`make demo`: database, season, then payment sandbox, web and worker until Ctrl-C.

The app is loaded once and forked, since loading it is most of what a start takes. Database connections
do not survive a fork, so this process opens none: preparing is a child's work too.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import FrameType

from flask import Flask
from flask_migrate import upgrade
from gunicorn.app.base import BaseApplication
from werkzeug.serving import make_server

from lms.demo.till import FILE
from lms.kernel.clock import ShiftedClock
from lms.kernel.jobs import Worker, make_huey
from lms.kernel.parts import current_parts
from lms.kernel.settings import ROOT, SANDBOX_SECRET
from lms.sandbox.app import create_sandbox
from lms.sandbox.sandbox import DEFAULT_KEY, current_sandbox
from lms.web.assets import AssetsError, build

READY_SECONDS = 60
END_SECONDS = 10
ACCOUNTS = ("student", "tutor", "partner", "operator", "finance")


class _Web(BaseApplication):  # type: ignore[misc]
    """Two gunicorn workers with four threads each."""

    def __init__(self, app: Flask, held: socket.socket) -> None:
        self._app = app
        self._held = held
        super().__init__()

    def load_config(self) -> None:
        chosen = {
            "bind": f"fd://{self._held.fileno()}",
            "workers": 2,
            "threads": 4,
            "worker_class": "gthread",
            "graceful_timeout": 5,
            "loglevel": "warning",
            "preload_app": True,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


def main() -> int:
    """Run the demo; the exit code is 0 after Ctrl-C and 1 when a part of it could not start."""
    options = _options()
    os.environ["ENCAMP_MODE"] = "demo"
    os.environ["PUBLIC_URL"] = f"http://127.0.0.1:{options.port}"
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    # Held from here on: seeding takes its time, and another demo would take the port meanwhile.
    web = _hold(options.port)
    if web is None:
        print(f"Port {options.port} is taken. Try: make demo PORT={options.port + 1}", file=sys.stderr)
        return 1
    instance = Path(os.environ.get("INSTANCE_DIR", ROOT / "instance"))
    if options.fresh and instance.exists():
        shutil.rmtree(instance)
    try:
        build(ROOT)
    except AssetsError as error:
        print(error, file=sys.stderr)
        return 1
    sandbox = _stand_in_for_stripe(options.port)
    # By name, since the wiring lies above every room.
    app: Flask = import_module("wsgi").app
    _stop_on_signals()
    parts: dict[int, signal.Signals] = {}
    try:
        prepared = _fork(lambda: _prepare(app))
        parts[prepared] = signal.SIGTERM
        status = os.waitpid(prepared, 0)[1]
        del parts[prepared]
        if os.waitstatus_to_exitcode(status):
            return 1
        if sandbox is not None:
            # Only now, since the season has a sandbox of its own that leaves its file to this one.
            parts[_fork(lambda: _serve_sandbox(instance, options.port, sandbox))] = signal.SIGTERM
        return _serve(app, web, parts, sandbox)
    except KeyboardInterrupt:
        return 0
    finally:
        _end(parts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lms.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--fresh", action="store_true", help="forget what the demo knows and begin anew")
    return parser.parse_args()


def _hold(port: int) -> socket.socket | None:
    """Listen on a port for whoever serves it later; None when it is taken."""
    try:
        return socket.create_server(("127.0.0.1", port), backlog=128)
    except OSError:
        return None


def _stop_on_signals() -> None:
    """End in order on SIGTERM and on SIGINT, which would be ignored when started in the background."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, stop)


def _stand_in_for_stripe(port: int) -> socket.socket | None:
    """Have the app speak with the sandbox, on the next free port; None when a key says that Stripe is meant."""
    if os.environ.get("STRIPE_SECRET_KEY"):
        return None
    found = next(held for one in range(port + 1, port + 100) if (held := _hold(one)))
    os.environ["STRIPE_SECRET_KEY"] = DEFAULT_KEY
    os.environ["STRIPE_WEBHOOK_SECRET"] = SANDBOX_SECRET
    os.environ["STRIPE_API_BASE"] = f"http://127.0.0.1:{_port_of(found)}"
    return found


def _port_of(held: socket.socket) -> int:
    port: int = held.getsockname()[1]
    return port


def _serve_sandbox(instance: Path, web_port: int, held: socket.socket) -> None:
    """Play the payment gateway on the demo's clock until SIGTERM."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    instance.mkdir(parents=True, exist_ok=True)
    app = create_sandbox(
        instance / FILE,
        webhook_url=f"http://127.0.0.1:{web_port}/webhooks/stripe",
        webhook_secret=SANDBOX_SECRET,
        now=ShiftedClock(instance / "demo-clock").now,
    )
    try:
        make_server("127.0.0.1", _port_of(held), app, threaded=True, fd=held.fileno()).serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        with app.app_context():
            current_sandbox().close()


def _prepare(app: Flask) -> None:
    with app.app_context():
        upgrade()
    outcome = app.test_cli_runner().invoke(args=["demo", "season"])
    print(outcome.output.strip())
    sys.exit(outcome.exit_code)


def _work(app: Flask) -> None:
    with app.app_context():
        settings = current_parts().settings
    Worker(app, make_huey(settings)).run()


def _fork(run: Callable[[], None]) -> int:
    """Run something in a process of its own session, so that Ctrl-C reaches only the parent, which ends it."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.setsid()
        run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _serve(app: Flask, web: socket.socket, parts: dict[int, signal.Signals], sandbox: socket.socket | None) -> int:
    """Run web and worker beside the parts that run already, until one of them ends or Ctrl-C."""
    parts[_fork(_Web(app, web).run)] = signal.SIGTERM
    parts[_fork(lambda: _work(app))] = signal.SIGINT
    if not _wait_ready(_port_of(web), parts):
        print("The demo did not start; what went wrong stands above.", file=sys.stderr)
        return 1
    _greet(_port_of(web), _port_of(sandbox) if sandbox else None)
    while _all_live(parts):
        time.sleep(0.5)
    return 1


def _all_live(parts: dict[int, signal.Signals]) -> bool:
    """Look whether all children live; one that ended is forgotten."""
    ended = [child for child in parts if os.waitpid(child, os.WNOHANG)[0]]
    for child in ended:
        del parts[child]
    return not ended


def _wait_ready(port: int, parts: dict[int, signal.Signals]) -> bool:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and _all_live(parts):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    return False


def _greet(port: int, sandbox_port: int | None) -> None:
    print(f"ready http://127.0.0.1:{port}")
    if sandbox_port is not None:
        print(f"payments are played by http://127.0.0.1:{sandbox_port}/_sandbox")
    for name in ACCOUNTS:
        print(f"  {name}@example.com  encamp-demo", flush=True)


def _end(parts: dict[int, signal.Signals]) -> None:
    """End web and worker: the worker by SIGINT, on which it finishes what it has in hand."""
    for child, sign in parts.items():
        os.kill(child, sign)
    until = time.monotonic() + END_SECONDS
    while parts and time.monotonic() < until:
        _all_live(parts)
        time.sleep(0.05)
    for child in parts:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    sys.exit(main())
