"""The till: the payment sandbox in the season's own process, on the season's clock, spoken to as in life."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from lms.commerce.gateway.rules import Gateway
from lms.commerce.gateway.service import connect, notice_of, receive
from lms.kernel.settings import SANDBOX_SECRET
from lms.kernel.work import Work
from lms.sandbox.app import create_sandbox
from lms.sandbox.notices import payload_of
from lms.sandbox.resources import accounts, balance, checkout, disputes
from lms.sandbox.resources.payments import Means
from lms.sandbox.sandbox import DEFAULT_KEY, EXTENSION, Sandbox

FILE = "sandbox.sqlite3"


@dataclass
class Till:
    """What buyers, banks and the gateway itself do; what comes of it is told by notices."""

    gateway: Gateway
    _sandbox: Sandbox
    _base: str
    _heard: int = 0

    def pay(self, checkout_id: str, means: Means) -> None:
        """Fill in the gateway's page."""
        with self._sandbox.call(self._base) as call:
            checkout.pay(call, call.get("checkout.session", checkout_id), means)

    def dispute(self, payment_id: str) -> str:
        """Let the buyer's bank take a payment back; gives the dispute."""
        with self._sandbox.call(self._base) as call:
            of_payment = "json_extract(body, '$.payment_intent') = ?"
            charge = call.state.among("charge", of_payment, (payment_id,))[0]
            return str(disputes.open_dispute(call, charge["id"])["id"])

    def decide(self, dispute_id: str, outcome: str) -> None:
        """Let a dispute be won or lost."""
        with self._sandbox.call(self._base) as call:
            disputes.settle(call, dispute_id, outcome)

    def fill_in(self, account_id: str) -> None:
        """Let a partner tell the gateway who they are."""
        with self._sandbox.call(self._base) as call:
            accounts.submit(call, call.get("account", account_id), "6789")

    def empty(self, currency: str) -> None:
        """Send what is available to our bank."""
        with self._sandbox.call(self._base) as call:
            if balance.sums(call, "available").get(currency, 0) > 0:
                balance.pay_out(call, currency)

    def deliver(self, work: Work) -> None:
        """Hand on the notices written since the last time, in their order."""
        rows = self._sandbox.state.run(
            "select seq, body from thing where kind = 'event' and seq > ? order by seq", (self._heard,)
        )
        for row in rows:
            receive(work, notice_of(json.loads(payload_of(json.loads(row["body"])))))
            self._heard = row["seq"]

    def file_notices(self) -> None:
        """Note that every notice was taken."""
        self._sandbox.state.run("update delivery set status = 'taken', attempts = 1, answer = '200'")


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of each call."""


@contextmanager
def open_till(folder: Path, now: Callable[[], datetime], methods: Sequence[str]) -> Iterator[Till]:
    """Open the till on a new file of the folder; the demo's sandbox goes on with the file afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob(f"{FILE}*"):
        stale.unlink()
    app = create_sandbox(folder / FILE, webhook_url=None, webhook_secret=SANDBOX_SECRET, now=now)
    server = make_server("127.0.0.1", 0, app, request_handler=_Quiet)
    base = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=lambda: server.serve_forever(poll_interval=0.05), daemon=True).start()
    sandbox: Sandbox = app.extensions[EXTENSION]
    try:
        yield Till(connect(DEFAULT_KEY, base, methods), sandbox, base)
    finally:
        server.shutdown()
        server.server_close()
        sandbox.close()
