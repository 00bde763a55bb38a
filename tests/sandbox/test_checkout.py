"""Checkout sessions over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import Bench


def _soon(bench: Bench, **over: float) -> int:
    return int((bench.clock.now() + timedelta(**over)).timestamp())


def test_a_session_has_the_shape_that_stripe_documents(bench: Bench) -> None:
    session = bench.session(
        client_reference_id="order-7",
        metadata={"order": "7"},
        customer_email="maya@example.com",
        locale="zh",
        expires_at=_soon(bench, minutes=40),
    )
    assert session.id.startswith("cs_test_")
    assert session.object == "checkout.session"
    assert (session.amount_total, session.currency, session.livemode) == (19900, "cny", False)
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.client_reference_id, session.metadata.to_dict()) == ("order-7", {"order": "7"})
    assert session.payment_method_types == ["card", "alipay", "wechat_pay"]
    assert session.expires_at == _soon(bench, minutes=40)
    assert session.url == f"{bench.url}/c/pay/{session.id}"


def test_a_session_is_found_again_and_listed_newest_first(bench: Bench) -> None:
    first, second = bench.session(), bench.session(5000)
    assert bench.client.v1.checkout.sessions.retrieve(first.id).amount_total == 19900
    assert [one.id for one in bench.client.v1.checkout.sessions.list().data] == [second.id, first.id]


def test_without_an_end_a_session_lives_a_day(bench: Bench) -> None:
    assert bench.session().expires_at == _soon(bench, hours=24)


@pytest.mark.parametrize("minutes", [29.9, 24 * 60 + 1])
def test_an_end_too_soon_or_too_late_is_refused(bench: Bench, minutes: float) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        bench.session(expires_at=_soon(bench, minutes=minutes))
    assert refusal.value.param == "expires_at"


def test_lines_are_summed_and_can_be_read(bench: Bench) -> None:
    items = [
        {"price_data": {"currency": "CNY", "unit_amount": 19900, "product_data": {"name": "营"}}, "quantity": 1},
        {"price_data": {"currency": "cny", "unit_amount": 2500, "product_data": {"name": "书"}}, "quantity": 2},
    ]
    session = bench.session(line_items=items)
    assert session.amount_total == 24900
    lines = bench.client.v1.checkout.sessions.line_items.list(session.id)
    assert [(line.description, line.amount_total, line.quantity) for line in lines.data] == [
        ("营", 19900, 1),
        ("书", 5000, 2),
    ]
    again = bench.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items"]})
    assert again.line_items is not None and len(again.line_items.data) == 2


@pytest.mark.parametrize(
    ("over", "code", "param"),
    [
        ({"success_url": None}, "parameter_missing", "success_url"),
        ({"success_url": "javascript:alert(1)"}, "url_invalid", "success_url"),
        ({"line_items": []}, "parameter_missing", "line_items"),
        ({"sucess_url": "http://x.example"}, "parameter_unknown", "sucess_url"),
        ({"payment_intent_data": {"transfergroup": "x"}}, "parameter_unknown", "payment_intent_data[transfergroup]"),
        ({"payment_method_types": ["card"]}, "payment_method_types_no_longer_supported", "payment_method_types"),
        ({"locale": ""}, "parameter_invalid_empty", "locale"),
        ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        ({"metadata": {"k" * 41: "v"}}, None, "metadata"),
    ],
)
def test_wrong_parameters_are_refused(bench: Bench, over: dict[str, Any], code: str | None, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        bench.session(**over)
    assert (refusal.value.code, refusal.value.param, refusal.value.http_status) == (code, param, 400)
    assert bench.client.v1.checkout.sessions.list().data == []


def test_an_amount_too_small_is_refused(bench: Bench) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        bench.session(49)
    assert refusal.value.code == "amount_too_small"


def test_allowed_methods_limit_what_is_offered(bench: Bench) -> None:
    session = bench.session(allowed_payment_method_types=["alipay", "wechat_pay"])
    assert session.payment_method_types == ["alipay", "wechat_pay"]
    assert bench.pay(session.id, "card").status_code == 422


def test_an_open_session_can_be_expired_once(bench: Bench) -> None:
    session = bench.session()
    expired = bench.client.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    with pytest.raises(stripe.InvalidRequestError, match="status of `expired`"):
        bench.client.v1.checkout.sessions.expire(session.id)


def test_a_paid_session_cannot_be_expired(bench: Bench) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="status of `complete`"):
        bench.client.v1.checkout.sessions.expire(bench.paid().id)


def test_time_expires_a_session(bench: Bench) -> None:
    session = bench.session(expires_at=_soon(bench, minutes=30))
    bench.clock.advance(timedelta(minutes=31))
    assert bench.client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert bench.pay(session.id).status_code == 410


def test_a_paid_session_expands_to_its_charge_and_fee(bench: Bench) -> None:
    session = bench.paid(payment_intent_data={"metadata": {"order": "7"}, "transfer_group": "order-7"})
    found = bench.client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    )
    assert (found.status, found.payment_status, found.url) == ("complete", "paid", None)
    intent = found.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert (intent.status, intent.amount_received, intent.transfer_group) == ("succeeded", 19900, "order-7")
    assert intent.metadata.to_dict() == {"order": "7"}
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert (charge.paid, charge.transfer_group, charge.payment_method_details.type) == (True, "order-7", "card")  # type: ignore[union-attr]
    moved = charge.balance_transaction
    assert isinstance(moved, stripe.BalanceTransaction)
    assert (moved.amount, moved.fee, moved.net, moved.type, moved.status) == (19900, 607, 19293, "charge", "pending")


def test_what_cannot_be_expanded_is_refused(bench: Bench) -> None:
    session = bench.session()
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        bench.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["currency"]})


def test_an_unknown_session_is_missing(bench: Bench) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        bench.client.v1.checkout.sessions.retrieve("cs_test_none")
    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")
    assert refusal.value.request_id and refusal.value.request_id.startswith("req_")
