"""Payment intents confirmed directly, with Stripe's own test payment methods."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import Bench


def _intent(bench: Bench, **over: Any) -> stripe.PaymentIntent:
    params: dict[str, Any] = {"amount": 2000, "currency": "usd", **over}
    return bench.client.v1.payment_intents.create(params)  # type: ignore[arg-type]


def test_an_intent_is_made_then_confirmed(bench: Bench) -> None:
    intent = _intent(bench, metadata={"order": "7"})
    assert (intent.status, intent.latest_charge) == ("requires_payment_method", None)
    done = bench.client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert (done.status, done.amount_received) == ("succeeded", 2000)
    charge = bench.client.v1.charges.retrieve(str(done.latest_charge))
    assert charge.metadata.to_dict() == {"order": "7"}
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        bench.client.v1.payment_intents.confirm(intent.id)
    assert refusal.value.code == "payment_intent_unexpected_state"


@pytest.mark.parametrize(
    ("method", "code", "decline"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
    ],
)
def test_a_declined_card_is_a_card_error(bench: Bench, method: str, code: str, decline: str | None) -> None:
    with pytest.raises(stripe.CardError) as refusal:
        _intent(bench, confirm=True, payment_method=method)
    error = refusal.value.error
    assert (refusal.value.http_status, refusal.value.code) == (402, code)
    assert error is not None and error.payment_intent is not None
    assert getattr(error, "decline_code", None) == decline
    found = bench.client.v1.payment_intents.retrieve(error.payment_intent.id)
    assert found.status == "requires_payment_method" and found.last_payment_error is not None


def test_money_may_skip_the_wait(bench: Bench) -> None:
    _intent(bench, confirm=True, payment_method="pm_card_bypassPending")
    assert bench.client.v1.balance.retrieve().available[0].amount == 1912


def test_an_intent_can_be_canceled_once(bench: Bench) -> None:
    intent = _intent(bench)
    assert bench.client.v1.payment_intents.cancel(intent.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        bench.client.v1.payment_intents.cancel(intent.id)


def test_a_sessions_intent_is_the_sessions(bench: Bench) -> None:
    session = bench.session()
    bench.pay(session.id, outcome="generic_decline")
    intent = str(bench.client.v1.checkout.sessions.retrieve(session.id).payment_intent)
    with pytest.raises(stripe.InvalidRequestError):
        bench.client.v1.payment_intents.confirm(intent, {"payment_method": "pm_card_visa"})
    bench.client.v1.checkout.sessions.expire(session.id)
    assert bench.client.v1.payment_intents.retrieve(intent).status == "canceled"


def test_unknown_test_cards_are_missing(bench: Bench) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        _intent(bench, confirm=True, payment_method="pm_card_none")
    assert refusal.value.code == "resource_missing"
    assert bench.client.v1.payment_intents.list().data == []
