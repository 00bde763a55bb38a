"""A sandbox behind a real socket, the real client before it, and an ear for its notices."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import stripe
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import BaseWSGIServer, make_server

from lms.kernel.clock import FixedClock
from lms.sandbox.app import create_sandbox
from lms.sandbox.sandbox import DEFAULT_KEY, EXTENSION, Sandbox
from tests.pages import CheckingClient

SECRET = "whsec_test"


@dataclass
class Ear:
    """Keeps the notices it is sent; may answer with an error some times."""

    url: str = ""
    heard: list[tuple[bytes, str]] = field(default_factory=list)
    refusals: int = 0

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body, _signature in self.heard]

    def types(self) -> list[str]:
        return [event["type"] for event in self.events()]


@pytest.fixture
def ear() -> Iterator[Ear]:
    found = Ear()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.heard.append((body, self.headers["Stripe-Signature"]))
            status = 500 if found.refusals > 0 else 200
            found.refusals -= 1
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}/webhooks/stripe"
    yield found
    server.shutdown()
    server.server_close()


@dataclass
class Bench:
    """A running sandbox: its client, its clock, its pages and its controls."""

    app: Flask
    sandbox: Sandbox
    url: str
    clock: FixedClock
    client: stripe.StripeClient
    pages: FlaskClient

    def new_client(self, **over: Any) -> stripe.StripeClient:
        return make_client(self.url, **over)

    def session(self, amount: int = 19900, **over: Any) -> stripe.checkout.Session:
        """Create a checkout session over one line."""
        price = {"currency": "cny", "unit_amount": amount, "product_data": {"name": "七天训练营"}}
        params: dict[str, Any] = {
            "mode": "payment",
            "line_items": [{"price_data": price, "quantity": 1}],
            "success_url": "http://127.0.0.1:5000/checkout/done?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1:5000/checkout/left",
            **over,
        }
        return self.client.v1.checkout.sessions.create(params)  # type: ignore[arg-type]

    def pay(self, session_id: str, method: str = "card", outcome: str = "approve") -> Any:
        """Pay on the hosted page."""
        return self.pages.post(f"/c/pay/{session_id}", data={"method": method, "outcome": outcome})

    def paid(self, amount: int = 19900, **over: Any) -> stripe.checkout.Session:
        """Create and pay a session."""
        session = self.session(amount, **over)
        assert self.pay(session.id).status_code == 303
        return self.client.v1.checkout.sessions.retrieve(session.id)

    def do(self, path: str, **sent: Any) -> Any:
        """Press a button of the control page, as JSON."""
        answer = self.pages.post(f"/_sandbox/{path}", json=sent, headers={"Accept": "application/json"})
        return answer.json if answer.status_code == 200 else answer

    def fault(self, kind: str, **over: Any) -> None:
        """Have something go wrong."""
        answer = self.pages.post("/_sandbox/faults", json={"kind": kind, **over})
        assert answer.status_code == 303, answer.text

    def charge_of(self, session: stripe.checkout.Session) -> stripe.Charge:
        """Find the charge of a paid session."""
        intent = self.client.v1.payment_intents.retrieve(str(session.payment_intent))
        return self.client.v1.charges.retrieve(str(intent.latest_charge))

    def ready_account(self) -> str:
        """Make a connected account that may receive transfers."""
        account = self.client.v1.accounts.create({"type": "express", "country": "CN", "email": "ada@example.com"})
        self.do(f"accounts/{account.id}/enable")
        return account.id

    def settle(self) -> None:
        """Wait until every notice is carried."""
        assert self.sandbox.courier.settle()

    def moves(self, **where: Any) -> list[tuple[str, int, int, int]]:
        """List balance transactions, oldest first: type, amount, fee, net."""
        found = self.client.v1.balance_transactions.list({"limit": 100, **where})  # type: ignore[typeddict-item]
        return [(txn.type, txn.amount, txn.fee, txn.net) for txn in reversed(found.data)]


def make_client(url: str, key: str = DEFAULT_KEY, retries: int = 0, timeout: float = 5.0) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": url},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=timeout),
    )


@pytest.fixture
def bench_on(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """`bench_on(webhook_url=None, path=":memory:")` starts a sandbox of its own."""
    running: list[tuple[BaseWSGIServer, Sandbox]] = []

    def start(webhook_url: str | None = None, path: str | Path = ":memory:", at: datetime | None = None) -> Bench:
        clock = FixedClock(at or datetime.now(UTC))
        app = create_sandbox(path, webhook_url=webhook_url, webhook_secret=SECRET, now=clock.now)
        app.test_client_class = CheckingClient
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True).start()
        sandbox: Sandbox = app.extensions[EXTENSION]
        running.append((server, sandbox))
        url = f"http://127.0.0.1:{server.server_port}"
        return Bench(app, sandbox, url, clock, make_client(url), app.test_client())

    yield start
    for server, sandbox in running:
        server.shutdown()
        server.server_close()
        sandbox.close()


@pytest.fixture
def bench(bench_on: Callable[..., Bench]) -> Bench:
    """A sandbox whose notices go nowhere."""
    return bench_on()


@pytest.fixture
def heard(bench_on: Callable[..., Bench], ear: Ear) -> Bench:
    """A sandbox whose notices go to `ear`, tried again after a hundredth of a second."""
    found = bench_on(ear.url)
    found.sandbox.courier.waits = (0.01,) * 3
    return found


def wait_for(holds: Callable[[], bool], seconds: float = 3.0) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.01)


DAY = timedelta(days=1)
