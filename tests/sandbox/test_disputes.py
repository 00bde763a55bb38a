"""Disputes: the money leaves at once, comes back when won, stays away when lost."""

from __future__ import annotations

import pytest
import stripe

from tests.sandbox.conftest import Bench


def _open(bench: Bench) -> tuple[stripe.Charge, stripe.Dispute]:
    charge = bench.charge_of(bench.paid())
    opened = bench.do(f"charges/{charge.id}/dispute")
    return charge, bench.client.v1.disputes.retrieve(opened["id"])


def test_an_opened_dispute_takes_the_money_and_a_fee(bench: Bench) -> None:
    charge, dispute = _open(bench)
    assert (dispute.object, dispute.status, dispute.amount) == ("dispute", "needs_response", 19900)
    assert (dispute.charge, dispute.payment_intent) == (charge.id, charge.payment_intent)
    assert [moved.net for moved in dispute.balance_transactions] == [-21400]
    assert bench.moves()[-1] == ("adjustment", -19900, 1500, -21400)
    assert bench.client.v1.charges.retrieve(charge.id).disputed
    newest = bench.client.v1.balance_transactions.list({"source": dispute.id}).data[0]
    assert newest.reporting_category == "dispute"


def test_a_won_dispute_brings_the_amount_back_but_not_the_fee(bench: Bench) -> None:
    charge, dispute = _open(bench)
    bench.do(f"disputes/{dispute.id}/win")
    won = bench.client.v1.disputes.retrieve(dispute.id)
    assert (won.status, [moved.net for moved in won.balance_transactions]) == ("won", [-21400, 19900])
    assert bench.moves()[-1] == ("adjustment", 19900, 0, 19900)
    assert bench.client.v1.refunds.create({"charge": charge.id}).amount == 19900


def test_a_lost_dispute_moves_nothing_more(bench: Bench) -> None:
    charge, dispute = _open(bench)
    before = bench.moves()
    bench.do(f"disputes/{dispute.id}/lose")
    assert bench.client.v1.disputes.retrieve(dispute.id).status == "lost"
    assert bench.moves() == before
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        bench.client.v1.refunds.create({"charge": charge.id})
    assert refusal.value.code == "charge_disputed"


def test_giving_up_loses(bench: Bench) -> None:
    _charge, dispute = _open(bench)
    assert bench.client.v1.disputes.close(dispute.id).status == "lost"
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        bench.client.v1.disputes.close(dispute.id)


def test_a_partly_refunded_charge_is_disputed_for_the_rest(bench: Bench) -> None:
    charge = bench.charge_of(bench.paid())
    bench.client.v1.refunds.create({"charge": charge.id, "amount": 9900})
    bench.do(f"charges/{charge.id}/dispute")
    found = bench.client.v1.disputes.list({"charge": charge.id}).data
    assert [dispute.amount for dispute in found] == [10000]


def test_a_charge_is_disputed_once(bench: Bench) -> None:
    charge, _dispute = _open(bench)
    assert bench.do(f"charges/{charge.id}/dispute").status_code == 400


def test_stripes_test_card_opens_a_dispute_by_itself(bench: Bench) -> None:
    intent = bench.client.v1.payment_intents.create(
        {"amount": 5000, "currency": "usd", "confirm": True, "payment_method": "pm_card_createDispute"}
    )
    assert bench.client.v1.disputes.list({"payment_intent": intent.id}).data[0].amount == 5000
