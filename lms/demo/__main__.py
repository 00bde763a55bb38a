"""`make demo`: database, season, then web and worker until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from lms.kernel.settings import ROOT
from lms.web.assets import AssetsError, build

BIN = Path(sys.executable).parent
READY_SECONDS = 60
ACCOUNTS = ("student", "tutor", "partner", "operator", "finance")


def main() -> int:
    """Run the demo; the exit code is 0 after Ctrl-C and 1 when a part of it could not start."""
    options = _options()
    env = {
        **os.environ,
        "ENCAMP_MODE": "demo",
        "FLASK_APP": "wsgi",
        "PUBLIC_URL": f"http://127.0.0.1:{options.port}",
        "PYTHONUNBUFFERED": "1",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
    }
    instance = Path(env.get("INSTANCE_DIR", ROOT / "instance"))
    if options.fresh and instance.exists():
        shutil.rmtree(instance)
    instance.mkdir(parents=True, exist_ok=True)
    try:
        build(ROOT)
    except AssetsError as error:
        print(error, file=sys.stderr)
        return 1
    for command in (["db", "upgrade"], ["demo", "season"]):
        done = subprocess.run([str(BIN / "flask"), *command], cwd=ROOT, env=env, check=False)
        if done.returncode:
            return 1
    return _serve(options.port, env)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lms.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--fresh", action="store_true", help="forget what the demo knows and begin anew")
    return parser.parse_args()


def _serve(port: int, env: dict[str, str]) -> int:
    web = [str(BIN / "gunicorn"), "wsgi:app", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"]
    web += ["--worker-class", "gthread", "--graceful-timeout", "5", "--log-level", "warning", "--preload"]
    worker = [str(BIN / "flask"), "work"]
    # Sessions of their own, so that Ctrl-C reaches only this process and it can end them in order.
    parts = [subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True) for command in (web, worker)]

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        if not _wait_ready(port, parts):
            print(f"The demo did not start. Is port {port} taken? Try: make demo PORT=5001", file=sys.stderr)
            return 1
        _greet(port)
        while all(part.poll() is None for part in parts):
            time.sleep(0.5)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        _end(parts)


def _wait_ready(port: int, parts: list[subprocess.Popen[bytes]]) -> bool:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and all(part.poll() is None for part in parts):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def _greet(port: int) -> None:
    print(f"ready http://127.0.0.1:{port}")
    for name in ACCOUNTS:
        print(f"  {name}@example.com  encamp-demo")


def _end(parts: list[subprocess.Popen[bytes]]) -> None:
    """End web and worker: the worker by SIGINT, on which it finishes what it has in hand."""
    for part, sign in zip(parts, (signal.SIGTERM, signal.SIGINT), strict=True):
        if part.poll() is None:
            part.send_signal(sign)
    for part in parts:
        try:
            part.wait(timeout=10)
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait()


if __name__ == "__main__":
    sys.exit(main())
