"""Connected accounts, transfers to them, reversals."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import DAY, Bench


def _send(bench: Bench, account: str, amount: int = 5000, **over: Any) -> stripe.Transfer:
    return bench.client.v1.transfers.create(
        {"amount": amount, "currency": "cny", "destination": account, **over}  # type: ignore[arg-type]
    )


def _fund(bench: Bench, amount: int = 100_000) -> None:
    bench.do("topups", amount=amount, currency="cny")


def test_a_new_account_waits_for_its_owner(bench: Bench) -> None:
    account = bench.client.v1.accounts.create(
        {"type": "express", "country": "CN", "email": "ada@example.com", "metadata": {"partner": "A7"}}
    )
    assert account.id.startswith("acct_") and account.default_currency == "cny"
    assert account.requirements is not None and account.requirements.currently_due
    assert bench.client.v1.accounts.retrieve(account.id).metadata.to_dict() == {"partner": "A7"}  # type: ignore[union-attr]
    _fund(bench)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        _send(bench, account.id)
    assert refusal.value.code == "insufficient_capabilities_for_transfer"


def test_an_unknown_account_is_a_question_of_permission(bench: Bench) -> None:
    with pytest.raises(stripe.PermissionError):
        bench.client.v1.accounts.retrieve("acct_none")
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        _send(bench, "acct_none")
    assert (refusal.value.code, refusal.value.param) == ("resource_missing", "destination")


def test_a_transfer_takes_from_the_balance(bench: Bench) -> None:
    _fund(bench)
    account = bench.ready_account()
    transfer = _send(bench, account, 30_000, transfer_group="payout:7", metadata={"attempt": "1"})
    assert (transfer.object, transfer.amount, transfer.reversed) == ("transfer", 30_000, False)
    assert (transfer.destination, transfer.transfer_group) == (account, "payout:7")
    assert transfer.id.startswith("tr_") and transfer.metadata["attempt"] == "1"
    assert bench.client.v1.balance.retrieve().available[0].amount == 70_000
    assert bench.moves()[-1] == ("transfer", -30_000, 0, -30_000)


def test_transfers_are_found_by_their_group(bench: Bench) -> None:
    _fund(bench)
    account = bench.ready_account()
    kept = _send(bench, account, transfer_group="payout:7")
    _send(bench, account, transfer_group="payout:8")
    assert [t.id for t in bench.client.v1.transfers.list({"transfer_group": "payout:7"}).data] == [kept.id]
    assert len(bench.client.v1.transfers.list({"destination": account}).data) == 2


def test_what_is_not_there_cannot_be_sent(bench: Bench) -> None:
    account = bench.ready_account()
    bench.paid()
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        _send(bench, account, 10_000)
    assert (refusal.value.code, refusal.value.http_status) == ("balance_insufficient", 400)
    bench.clock.advance(2 * DAY)
    assert _send(bench, account, 10_000).amount == 10_000


def test_a_charge_may_be_the_source_before_its_money_is_there(bench: Bench) -> None:
    account = bench.ready_account()
    charge = bench.charge_of(bench.paid(payment_intent_data={"transfer_group": "order-7"}))
    transfer = _send(bench, account, 10_000, source_transaction=charge.id)
    assert transfer.transfer_group == "order-7"
    with pytest.raises(stripe.InvalidRequestError, match="must not exceed"):
        _send(bench, account, 9_901, source_transaction=charge.id)
    assert _send(bench, account, 9_900, source_transaction=charge.id).amount == 9_900


def test_a_transfer_is_reversed_in_parts_and_never_beyond(bench: Bench) -> None:
    _fund(bench)
    transfer = _send(bench, bench.ready_account(), 5000)
    first = bench.client.v1.transfers.reversals.create(transfer.id, {"amount": 2000})
    assert (first.object, first.amount, first.transfer) == ("transfer_reversal", 2000, transfer.id)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        bench.client.v1.transfers.reversals.create(transfer.id, {"amount": 3001})
    assert refusal.value.param == "amount"
    assert bench.client.v1.transfers.reversals.create(transfer.id).amount == 3000
    found = bench.client.v1.transfers.retrieve(transfer.id)
    assert (found.amount_reversed, found.reversed, len(found.reversals.data)) == (5000, True, 2)
    with pytest.raises(stripe.InvalidRequestError, match="fully reversed"):
        bench.client.v1.transfers.reversals.create(transfer.id)
    assert len(bench.client.v1.transfers.reversals.list(transfer.id).data) == 2
    assert bench.client.v1.transfers.reversals.retrieve(transfer.id, first.id).amount == 2000
    assert bench.moves()[-2:] == [("transfer_refund", 2000, 0, 2000), ("transfer_refund", 3000, 0, 3000)]


def test_a_restricted_account_receives_nothing(bench: Bench) -> None:
    _fund(bench)
    account = bench.ready_account()
    bench.do(f"accounts/{account}/restrict")
    assert not bench.client.v1.accounts.retrieve(account).payouts_enabled
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        _send(bench, account)
    assert refusal.value.code == "insufficient_capabilities_for_transfer"


def test_accounts_are_express_and_links_need_a_way_back(bench: Bench) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        bench.client.v1.accounts.create({"type": "custom"})
    account = bench.client.v1.accounts.create({"type": "express"})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        bench.client.v1.account_links.create({"account": account.id, "type": "account_onboarding"})
    assert refusal.value.code == "parameter_missing"
    assert [one.id for one in bench.client.v1.accounts.list().data] == [account.id]
