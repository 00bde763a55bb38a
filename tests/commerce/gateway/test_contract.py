"""The same cases against the gateway in memory, the sandbox, and Stripe's test mode where a key is given.

STRIPE_TEST_KEY=sk_test_… runs the last; what needs a person on a hosted page is left out there.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4

import pytest
import stripe
from werkzeug.serving import make_server

from lms.commerce.gateway.rules import (
    Checkout,
    CheckoutRequest,
    CheckoutState,
    Gateway,
    GatewayRefused,
    GatewayUnreachable,
    RefundState,
)
from lms.commerce.gateway.stripe_gateway import StripeGateway
from lms.sandbox.app import create_sandbox
from lms.sandbox.sandbox import DEFAULT_KEY, EXTENSION, Sandbox
from tests.fake_gateway import FakeGateway

_unique = count(1)


def _cannot(*_: object) -> None:
    pytest.skip("needs a person on a hosted page")


@dataclass
class Bench:
    """A gateway, and what the world does to it."""

    gateway: Gateway
    pay: Callable[[str], object] = _cannot
    enable: Callable[[str], object] = _cannot
    fill: Callable[[int], object] = _cannot
    payment: Callable[[int], str] | None = None

    def open(self, amount: int = 39900, reference: str = "", key: str = "") -> Checkout:
        reference = reference or fresh("ORDER")
        return self.gateway.open_checkout(key or f"{reference}:1", request(reference, amount))

    def paid(self, amount: int = 39900) -> Checkout:
        opened = self.open(amount)
        self.pay(opened.id)
        return self.gateway.get_checkout(opened.id)

    def payment_of(self, amount: int) -> str:
        return self.payment(amount) if self.payment else str(self.paid(amount).payment_id)


def fresh(word: str) -> str:
    return f"{word}{next(_unique)}-{uuid4().hex[:8]}"


_EXPIRES = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=40)


def request(reference: str, amount: int = 39900) -> CheckoutRequest:
    return CheckoutRequest(
        reference=reference,
        attempt=1,
        title="7 天清晰写作营 第 3 期",
        amount_minor=amount,
        currency="CNY",
        language="zh",
        email="ada@example.com",
        expires_at=_EXPIRES,
        success_url="https://camp.example.com/orders/return?session={CHECKOUT_SESSION_ID}",
        cancel_url="https://camp.example.com/orders",
    )


def _fake() -> Bench:
    fake = FakeGateway()
    return Bench(fake, fake.pay, fake.enable, lambda _amount: None)


def _sandbox() -> Iterator[Bench]:
    app = create_sandbox(":memory:", webhook_url=None, webhook_secret="whsec_x", now=lambda: datetime.now(UTC))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True).start()
    hand = app.test_client()

    def do(path: str, **sent: object) -> None:
        assert hand.post(path, json=sent).status_code == 303

    def pay(checkout_id: str) -> None:
        assert hand.post(f"/c/pay/{checkout_id}", data={"method": "card", "outcome": "approve"}).status_code == 303

    base = f"http://127.0.0.1:{server.server_port}"
    yield Bench(
        StripeGateway(DEFAULT_KEY, api_base=base, payment_methods=("card", "alipay", "wechat_pay")),
        pay,
        lambda account_id: do(f"/_sandbox/accounts/{account_id}/enable"),
        lambda amount: do("/_sandbox/topups", amount=amount, currency="cny"),
    )
    server.shutdown()
    server.server_close()
    sandbox: Sandbox = app.extensions[EXTENSION]
    sandbox.close()


def _stripe() -> Bench:
    key = os.environ.get("STRIPE_TEST_KEY", "")
    if not key.startswith("sk_test_"):
        pytest.skip("STRIPE_TEST_KEY is not set")
    client = stripe.StripeClient(key)

    def payment(amount: int) -> str:
        means = {"enabled": True, "allow_redirects": "never"}
        asked = {"amount": amount, "currency": "cny", "payment_method": "pm_card_bypassPending", "confirm": True}
        return client.v1.payment_intents.create({**asked, "automatic_payment_methods": means}).id  # type: ignore[typeddict-item]

    gateway = StripeGateway(key, api_base="https://api.stripe.com", payment_methods=("card",))
    return Bench(gateway, payment=payment)


@pytest.fixture(params=["memory", "sandbox", "stripe"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    if request.param == "sandbox":
        yield from _sandbox()
    else:
        yield _fake() if request.param == "memory" else _stripe()


def test_a_checkout_opens_once_a_key(bench: Bench) -> None:
    reference = fresh("ORDER")
    first, again = bench.open(reference=reference), bench.open(reference=reference)
    assert first == again
    assert (first.state, first.reference, first.amount_minor, first.currency) == (
        CheckoutState.OPEN,
        reference,
        39900,
        "CNY",
    )
    assert first.url is not None and first.expires_at == _EXPIRES
    assert bench.gateway.get_checkout(first.id) == first


def test_one_key_for_two_things_is_not_sure(bench: Bench) -> None:
    key = fresh("key")
    bench.open(100, fresh("ORDER"), key)
    with pytest.raises(GatewayUnreachable):
        bench.open(200, fresh("ORDER"), key)


def test_a_checkout_is_ended_once_and_for_all(bench: Bench) -> None:
    opened = bench.open()
    for _ in range(2):
        ended = bench.gateway.expire_checkout(opened.id)
        assert (ended.state, ended.id, ended.url) == (CheckoutState.EXPIRED, opened.id, None)


def test_what_is_not_there_is_refused(bench: Bench) -> None:
    for ask in (bench.gateway.get_checkout, bench.gateway.get_refund, bench.gateway.get_account):
        with pytest.raises(GatewayRefused):
            ask("cs_test_nothing")


def test_a_paid_checkout_names_its_payment_and_cannot_be_ended(bench: Bench) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    paid = bench.paid()
    assert (paid.state, paid.amount_minor) == (CheckoutState.PAID, 39900) and paid.payment_id
    assert bench.gateway.expire_checkout(paid.id).state is CheckoutState.PAID
    assert [one.id for one in bench.gateway.list_paid(since)] == [paid.id]


def test_refunds_go_up_to_what_was_paid(bench: Bench) -> None:
    payment_id = bench.payment_of(10000)
    reference = fresh("REFUND")
    first = bench.gateway.refund(f"{reference}:a", payment_id, 4000, reference)
    assert (first.reference, first.amount_minor, first.payment_id) == (reference, 4000, payment_id)
    assert bench.gateway.refund(f"{reference}:a", payment_id, 4000, reference) == first
    with pytest.raises(GatewayRefused):
        bench.gateway.refund(f"{reference}:b", payment_id, 6001, reference)
    second = bench.gateway.refund(f"{reference}:c", payment_id, 6000, reference)
    assert second.id != first.id
    assert bench.gateway.get_refund(second.id).state in (RefundState.SUCCEEDED, RefundState.PENDING)
    with pytest.raises(GatewayRefused):
        bench.gateway.refund(f"{reference}:d", payment_id, 1, reference)
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert {first.id, second.id} <= {one.id for one in bench.gateway.list_refunds(since)}


def test_an_unknown_payment_is_not_refunded(bench: Bench) -> None:
    with pytest.raises(GatewayRefused):
        bench.gateway.refund(fresh("key"), "pi_nothing", 100, "REFUND")


def test_an_account_that_is_not_filled_in_gets_nothing(bench: Bench) -> None:
    account = bench.gateway.open_account(fresh("partner"), "mia@example.com", "US")
    assert not account.details_submitted and not account.payouts_enabled
    here = "https://camp.example.com/partner/wallet/destination"
    assert bench.gateway.account_link(account.id, here, here).startswith("http")
    with pytest.raises(GatewayRefused):
        bench.gateway.transfer(fresh("payout"), account.id, 5000, "CNY", fresh("PAYOUT"))


def test_a_transfer_is_made_once_and_found_by_its_reference(bench: Bench) -> None:
    account = bench.gateway.open_account(fresh("partner"), "mia@example.com", "US")
    bench.enable(account.id)
    bench.fill(20000)
    assert bench.gateway.get_account(account.id).payouts_enabled
    reference = fresh("PAYOUT")
    assert bench.gateway.find_transfer(reference) is None
    made = bench.gateway.transfer(f"{reference}:1", account.id, 5000, "CNY", reference)
    assert bench.gateway.transfer(f"{reference}:1", account.id, 5000, "CNY", reference) == made
    assert bench.gateway.find_transfer(reference) == made
    assert (made.destination, made.amount_minor, made.reversed_minor) == (account.id, 5000, 0)
    assert bench.gateway.find_transfer(f"{reference}x") is None
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert made in bench.gateway.list_transfers(since)


def test_the_balance_has_an_entry_for_each_movement(bench: Bench) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    paid = bench.paid(10000)
    bench.gateway.refund(fresh("key"), str(paid.payment_id), 4000, fresh("REFUND"))
    found = {one.kind: one for one in bench.gateway.list_balance(since)}
    assert set(found) == {"charge", "refund"}
    assert (found["charge"].amount_minor, found["refund"].amount_minor) == (10000, -4000)
    assert found["charge"].fee_minor > 0 and found["charge"].currency == "CNY"
