"""What only the real client shows: pages of a list, faults on the wire, signatures."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from lms.commerce.gateway import stripe_gateway
from lms.commerce.gateway.comparing import has_place
from lms.commerce.gateway.events import (
    AccountMoved,
    CheckoutExpired,
    DisputeMoved,
    PaymentConfirmed,
    RefundMoved,
    TransferMoved,
)
from lms.commerce.gateway.notices import notice_of, read_notice
from lms.commerce.gateway.rules import CheckoutState, GatewayRefused, GatewayUnreachable, RefundState
from lms.commerce.gateway.stripe_gateway import BadSignature, StripeGateway, read_signed
from lms.sandbox.app import create_sandbox
from lms.sandbox.sandbox import DEFAULT_KEY, EXTENSION, Sandbox
from tests.commerce.gateway.telling import SECRET, body_of, notice, session, signed
from tests.commerce.gateway.test_contract import request

METHODS = ("card", "alipay", "wechat_pay")


@dataclass
class Wire:
    """The client, and the sandbox's control page."""

    gateway: StripeGateway
    hand: FlaskClient
    base: str

    def fault(self, kind: str, **over: Any) -> None:
        assert self.hand.post("/_sandbox/faults", json={"kind": kind, **over}).status_code == 303


@pytest.fixture
def wire() -> Iterator[Wire]:
    app = create_sandbox(":memory:", webhook_url=None, webhook_secret=SECRET, now=lambda: datetime.now(UTC))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    yield Wire(StripeGateway(DEFAULT_KEY, api_base=base, payment_methods=METHODS), app.test_client(), base)
    server.shutdown()
    server.server_close()
    sandbox: Sandbox = app.extensions[EXTENSION]
    sandbox.close()


@pytest.mark.parametrize("kind", ["rate_limit", "server_error", "saved_server_error", "dropped", "lost_answer"])
def test_no_clear_answer_is_unreachable(wire: Wire, kind: str) -> None:
    wire.fault(kind, method="POST")
    with pytest.raises(GatewayUnreachable):
        wire.gateway.open_checkout("order:1", request("ORDER001"))


@pytest.mark.parametrize("kind", ["rate_limit", "server_error", "dropped", "lost_answer"])
def test_the_same_key_after_no_answer_has_one_effect(wire: Wire, kind: str) -> None:
    wire.fault(kind, method="POST")
    with pytest.raises(GatewayUnreachable):
        wire.gateway.open_checkout("order:1", request("ORDER001"))
    opened = wire.gateway.open_checkout("order:1", request("ORDER001"))
    assert opened.state is CheckoutState.OPEN
    assert wire.hand.get(f"/c/pay/{opened.id}").status_code == 200
    assert wire.gateway.open_checkout("order:1", request("ORDER001")) == opened


def test_slower_than_the_time_out_is_unreachable(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe_gateway, "TIMEOUT_SECONDS", 0.2)
    hasty = StripeGateway(DEFAULT_KEY, api_base=wire.base, payment_methods=METHODS)
    wire.fault("slow", seconds=1)
    begun = time.monotonic()
    with pytest.raises(GatewayUnreachable):
        hasty.open_checkout("order:1", request("ORDER001"))
    assert time.monotonic() - begun < 0.9


def test_nobody_there_is_unreachable() -> None:
    lost = StripeGateway(DEFAULT_KEY, api_base="http://127.0.0.1:9", payment_methods=METHODS)
    with pytest.raises(GatewayUnreachable):
        lost.get_checkout("cs_1")
    with pytest.raises(GatewayUnreachable):
        lost.list_paid(datetime.now(UTC))


def test_a_wrong_key_is_refused(wire: Wire) -> None:
    stranger = StripeGateway("sk_test_wrong", api_base=wire.base, payment_methods=METHODS)
    with pytest.raises(GatewayRefused):
        stranger.get_checkout("cs_1")


def test_a_refusal_carries_the_gateways_word(wire: Wire) -> None:
    with pytest.raises(GatewayRefused) as refused:
        wire.gateway.get_checkout("cs_test_nothing")
    assert refused.value.code == "resource_missing"


def test_lists_are_read_to_their_last_page(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe_gateway, "_PAGE", 2)
    opened = [wire.gateway.open_checkout(f"order:{n}", request(f"ORDER{n}")) for n in range(5)]
    for one in opened:
        wire.hand.post(f"/c/pay/{one.id}", data={"method": "card", "outcome": "approve"})
    since = datetime.now(UTC) - timedelta(hours=1)
    assert {one.id for one in wire.gateway.list_paid(since)} == {one.id for one in opened}
    assert len(wire.gateway.list_balance(since)) == 5
    wire.fault("server_error", method="GET")
    with pytest.raises(GatewayUnreachable):
        wire.gateway.list_paid(since)


def test_a_payment_on_its_way_and_a_refund_that_fails(wire: Wire) -> None:
    opened = wire.gateway.open_checkout("order:1", request("ORDER001"))
    wire.hand.post(f"/c/pay/{opened.id}", data={"method": "alipay", "outcome": "later"})
    assert wire.gateway.get_checkout(opened.id).state is CheckoutState.CONFIRMING
    wire.hand.post(f"/_sandbox/sessions/{opened.id}/succeed")
    paid = wire.gateway.get_checkout(opened.id)
    assert paid.state is CheckoutState.PAID
    made = wire.gateway.refund("refund:1", str(paid.payment_id), 100, "REFUND01")
    wire.hand.post(f"/_sandbox/refunds/{made.id}/fail")
    assert wire.gateway.get_refund(made.id).state is RefundState.FAILED


def heard(wire: Wire) -> list[Any]:
    """Read every event of the sandbox's as a notice, oldest first; what is no concern of ours is left out."""
    events = stripe.StripeClient(DEFAULT_KEY, base_addresses={"api": wire.base}).v1.events.list({"limit": 100}).data
    now = datetime.now(UTC)
    found = [read_notice(notice_of(event.to_dict()), now) for event in reversed(events)]
    return [one for one in found if one is not None]


def test_notices_of_a_whole_story_are_understood(wire: Wire) -> None:
    opened = wire.gateway.open_checkout("order:1", request("ORDER001"))
    wire.hand.post(f"/c/pay/{opened.id}", data={"method": "card", "outcome": "approve"})
    paid = wire.gateway.get_checkout(opened.id)
    refund = wire.gateway.refund("refund:1", str(paid.payment_id), 10000, "REFUND01")
    left = wire.gateway.open_checkout("order:2", request("ORDER002"))
    wire.gateway.expire_checkout(left.id)
    account = wire.gateway.open_account("partner:1", "mia@example.com", "US")
    wire.hand.post(f"/_sandbox/accounts/{account.id}/enable")
    wire.hand.post("/_sandbox/topups", json={"amount": 20000, "currency": "cny"})
    made = wire.gateway.transfer("payout:1:1", account.id, 5000, "CNY", "PAYOUT01:1")
    told = heard(wire)
    paying = next(one for one in told if isinstance(one, PaymentConfirmed))
    assert (paying.reference, paying.payment_id, paying.amount_minor) == ("ORDER001", paid.payment_id, 39900)
    refunds = [one for one in told if isinstance(one, RefundMoved)]
    assert {(one.reference, one.refund_id) for one in refunds} == {("REFUND01", refund.id)}
    assert refunds[-1].state == "succeeded"
    assert [one.reference for one in told if isinstance(one, CheckoutExpired)] == ["ORDER002"]
    assert [one.payouts_enabled for one in told if isinstance(one, AccountMoved)][-1]
    assert [(one.reference, one.transfer_id) for one in told if isinstance(one, TransferMoved)] == [
        ("PAYOUT01:1", made.id)
    ]


@pytest.mark.parametrize(("verdict", "state"), [("win", "won"), ("lose", "lost")])
def test_notices_of_a_dispute_are_understood(wire: Wire, verdict: str, state: str) -> None:
    opened = wire.gateway.open_checkout("order:1", request("ORDER001"))
    wire.hand.post(f"/c/pay/{opened.id}", data={"method": "card", "outcome": "approve"})
    client = stripe.StripeClient(DEFAULT_KEY, base_addresses={"api": wire.base})
    charge = client.v1.charges.list().data[0]
    wire.hand.post(f"/_sandbox/charges/{charge.id}/dispute")
    wire.hand.post(f"/_sandbox/disputes/{client.v1.disputes.list().data[0].id}/{verdict}")
    moves = [one for one in heard(wire) if isinstance(one, DisputeMoved)]
    assert [one.state for one in moves][:1] == ["open"] and moves[-1].state == state
    assert {one.payment_id for one in moves} == {charge.payment_intent}
    since = datetime.now(UTC) - timedelta(hours=1)
    assert sum(one.amount_minor for one in wire.gateway.list_balance(since)) == (39900 if verdict == "win" else 0)
    assert all(has_place(one) for one in wire.gateway.list_balance(since))


# --- Signatures -------------------------------------------------------------

BODY = body_of(notice("checkout.session.completed", session(), "evt_1"))


def test_a_signed_notice_is_read() -> None:
    found = read_signed(BODY, signed(BODY), (SECRET,))
    assert (found.event_id, found.kind, found.object_id) == ("evt_1", "checkout.session.completed", "cs_1")
    assert found.payload == json.loads(BODY)


def test_any_of_several_secrets_will_do() -> None:
    assert read_signed(BODY, signed(BODY, "whsec_b"), ("whsec_a", "whsec_b")).event_id == "evt_1"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "ill",
        "t=,v1=",
        signed(BODY, "whsec_other"),
        signed(BODY + b" "),
        signed(BODY).replace("v1=", "v0="),
        signed(BODY, at=time.time() - 301 - 60),
    ],
    ids=["none", "ill", "empty", "foreign", "of another body", "of another scheme", "old"],
)
def test_a_wrong_or_old_signature_is_refused(header: str) -> None:
    with pytest.raises(BadSignature):
        read_signed(BODY, header, (SECRET,))


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff\xfe", b'{"object": "event"}', b'{"id": 5, "type": "x"}'])
def test_what_is_signed_but_no_notice_is_refused(body: bytes) -> None:
    text = body.decode("utf-8", "replace").encode()
    with pytest.raises(BadSignature):
        read_signed(body, signed(text), (SECRET,))


def test_without_a_secret_nothing_is_believed() -> None:
    with pytest.raises(BadSignature):
        read_signed(BODY, signed(BODY, ""), ())
