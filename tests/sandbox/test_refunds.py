"""Refunds: whole, in parts, too much, pending, failed."""

from __future__ import annotations

import pytest
import stripe

from tests.sandbox.conftest import Bench


def test_a_refund_of_everything_by_payment_intent(bench: Bench) -> None:
    session = bench.paid()
    refund = bench.client.v1.refunds.create(
        {"payment_intent": str(session.payment_intent), "reason": "requested_by_customer", "metadata": {"order": "7"}}
    )
    assert (refund.object, refund.amount, refund.status, refund.currency) == ("refund", 19900, "succeeded", "cny")
    assert refund.id.startswith("re_") and refund.metadata is not None and refund.metadata["order"] == "7"
    charge = bench.charge_of(session)
    assert (charge.refunded, charge.amount_refunded) == (True, 19900)
    assert bench.moves() == [("charge", 19900, 607, 19293), ("refund", -19900, 0, -19900)]


def test_refunds_in_parts_end_exactly_at_nothing_left(bench: Bench) -> None:
    charge = bench.charge_of(bench.paid())
    for amount in (5000, 4900):
        bench.client.v1.refunds.create({"charge": charge.id, "amount": amount})
    part = bench.client.v1.charges.retrieve(charge.id)
    assert (part.amount_refunded, part.refunded) == (9900, False)
    assert bench.client.v1.refunds.create({"charge": charge.id}).amount == 10000
    assert bench.client.v1.charges.retrieve(charge.id).refunded
    found = bench.client.v1.refunds.list({"charge": charge.id})
    assert [refund.amount for refund in found.data] == [10000, 4900, 5000]


def test_more_than_is_left_is_refused_and_moves_nothing(bench: Bench) -> None:
    charge = bench.charge_of(bench.paid())
    bench.client.v1.refunds.create({"charge": charge.id, "amount": 10000})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount") as refusal:
        bench.client.v1.refunds.create({"charge": charge.id, "amount": 9901})
    assert refusal.value.param == "amount"
    assert bench.client.v1.charges.retrieve(charge.id).amount_refunded == 10000


def test_a_refunded_charge_says_so(bench: Bench) -> None:
    charge = bench.charge_of(bench.paid())
    bench.client.v1.refunds.create({"charge": charge.id})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        bench.client.v1.refunds.create({"charge": charge.id})
    assert refusal.value.code == "charge_already_refunded"


@pytest.mark.parametrize("amount", [0, -5])
def test_an_amount_that_is_none_is_refused(bench: Bench, amount: int) -> None:
    charge = bench.charge_of(bench.paid())
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        bench.client.v1.refunds.create({"charge": charge.id, "amount": amount})
    assert refusal.value.code == "parameter_invalid_integer"


def test_what_was_not_paid_cannot_be_refunded(bench: Bench) -> None:
    intent = bench.client.v1.payment_intents.create({"amount": 1000, "currency": "cny"})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        bench.client.v1.refunds.create({"payment_intent": intent.id})
    assert refusal.value.code == "payment_intent_unexpected_state"
    with pytest.raises(stripe.InvalidRequestError) as missing:
        bench.client.v1.refunds.create({"charge": "ch_none"})
    assert (missing.value.code, missing.value.http_status) == ("resource_missing", 400)
    with pytest.raises(stripe.InvalidRequestError):
        bench.client.v1.refunds.create({})


def test_a_pending_refund_may_arrive(bench: Bench) -> None:
    bench.fault("refund_pending")
    refund = bench.client.v1.refunds.create({"payment_intent": str(bench.paid().payment_intent)})
    assert refund.status == "pending"
    bench.do(f"refunds/{refund.id}/succeed")
    assert bench.client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_a_failed_refund_brings_the_money_back(bench: Bench) -> None:
    session = bench.paid()
    refund = bench.client.v1.refunds.create({"payment_intent": str(session.payment_intent), "amount": 9900})
    bench.do(f"refunds/{refund.id}/fail")
    failed = bench.client.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert failed.failure_balance_transaction is not None
    assert bench.charge_of(session).amount_refunded == 0
    assert bench.moves()[-1] == ("refund_failure", 9900, 0, 9900)


def test_a_wallets_refund_is_written_as_a_payments_refund(bench: Bench) -> None:
    session = bench.session()
    bench.pay(session.id, "alipay")
    paid = bench.client.v1.checkout.sessions.retrieve(session.id)
    bench.client.v1.refunds.create({"payment_intent": str(paid.payment_intent)})
    found = bench.client.v1.balance_transactions.list().data[0]
    assert (found.type, found.reporting_category) == ("payment_refund", "refund")
