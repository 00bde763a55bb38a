"""Run the sandbox: `python -m lms.sandbox --port 5001 --state instance/sandbox.sqlite3 --webhook http://…/webhooks/stripe`.

`STRIPE_WEBHOOK_SECRET` and `STRIPE_SECRET_KEY` give the secret and the key it takes; `--clock` names the file that the
demo's clock is moved by.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from werkzeug.serving import WSGIRequestHandler, make_server

from lms.kernel.clock import Clock, ShiftedClock, SystemClock
from lms.kernel.settings import SANDBOX_SECRET
from lms.sandbox.app import create_sandbox
from lms.sandbox.sandbox import DEFAULT_KEY, EXTENSION, Sandbox

DEFAULT_PORT = 5001


class _Quiet(WSGIRequestHandler):
    """Writes no line for each request; what happened is on the control page."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def main() -> int:
    """Serve on 127.0.0.1 until SIGINT or SIGTERM; 1 when the port is taken."""
    options = _options()
    clock: Clock = ShiftedClock(options.clock) if options.clock else SystemClock()
    options.state.parent.mkdir(parents=True, exist_ok=True)
    app = create_sandbox(
        options.state,
        webhook_url=options.webhook,
        # The app may take several, one for each endpoint; the sandbox is one endpoint.
        webhook_secret=(os.environ.get("STRIPE_WEBHOOK_SECRET") or SANDBOX_SECRET).replace(",", " ").split()[0],
        now=clock.now,
        api_key=os.environ.get("STRIPE_SECRET_KEY") or DEFAULT_KEY,
    )
    sandbox: Sandbox = app.extensions[EXTENSION]

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, stop)
    try:
        # Loopback only, one process: the state has one lock.
        server = make_server("127.0.0.1", options.port, app, threaded=True, request_handler=_Quiet)
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        sandbox.close()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lms.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--state", type=Path, default=Path("instance/sandbox.sqlite3"))
    parser.add_argument("--webhook", default=None, help="where signed notices go; none without it")
    parser.add_argument("--clock", type=Path, default=None, help="file with the seconds that the clock is ahead")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
