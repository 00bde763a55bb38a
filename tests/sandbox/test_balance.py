"""The balance, its transactions, payouts to the platform's bank."""

from __future__ import annotations

import pytest
import stripe

from tests.sandbox.conftest import DAY, Bench


def _amounts(bench: Bench) -> tuple[int, int]:
    found = bench.client.v1.balance.retrieve()
    return found.available[0].amount, found.pending[0].amount


def test_money_is_pending_for_two_days(bench: Bench) -> None:
    bench.paid()
    assert _amounts(bench) == (0, 19293)
    bench.clock.advance(2 * DAY)
    assert _amounts(bench) == (19293, 0)
    assert bench.client.v1.balance_transactions.list().data[0].status == "available"


def test_currencies_do_not_mix(bench: Bench) -> None:
    bench.do("topups", amount=5000, currency="cny")
    bench.do("topups", amount=700, currency="usd")
    found = bench.client.v1.balance.retrieve().available
    assert [(money.currency, money.amount) for money in found] == [("cny", 5000), ("usd", 700)]


def test_transactions_are_listed_by_time_type_and_source(bench: Bench) -> None:
    first = bench.charge_of(bench.paid())
    bench.clock.advance(DAY)
    middle = int(bench.clock.now().timestamp())
    bench.client.v1.refunds.create({"charge": first.id, "amount": 100})
    listed = bench.client.v1.balance_transactions.list
    assert [txn.type for txn in listed({"created": {"gte": middle}}).data] == ["refund"]
    assert [txn.type for txn in listed({"created": {"lt": middle}}).data] == ["charge"]
    assert [txn.type for txn in listed({"created": middle}).data] == ["refund"]
    assert [txn.type for txn in listed({"type": "charge"}).data] == ["charge"]
    assert [txn.amount for txn in listed({"source": first.id}).data] == [19900]


def test_long_lists_come_in_pages(bench: Bench) -> None:
    for amount in range(1, 26):
        bench.do("topups", amount=amount, currency="cny")
    page = bench.client.v1.balance_transactions.list({"limit": 10})
    assert page.has_more and len(page.data) == 10 and page.url == "/v1/balance_transactions"
    assert [txn.amount for txn in page.auto_paging_iter()] == list(range(25, 0, -1))
    back = bench.client.v1.balance_transactions.list({"limit": 2, "ending_before": page.data[5].id})
    assert [txn.amount for txn in back.data] == [page.data[3].amount, page.data[4].amount]
    with pytest.raises(stripe.InvalidRequestError):
        bench.client.v1.balance_transactions.list({"starting_after": "txn_none"})


def test_a_payout_takes_all_that_is_available_and_names_it(bench: Bench) -> None:
    session = bench.paid()
    bench.clock.advance(2 * DAY)
    bench.client.v1.refunds.create({"payment_intent": str(session.payment_intent), "amount": 900})
    made = bench.do("payouts", currency="cny")
    payout = bench.client.v1.payouts.retrieve(made["id"])
    assert (payout.object, payout.amount, payout.status, payout.automatic) == ("payout", 18393, "in_transit", True)
    assert _amounts(bench) == (0, 0)
    inside = bench.client.v1.balance_transactions.list({"payout": payout.id}).data
    assert [(txn.type, txn.net) for txn in inside] == [("payout", -18393), ("refund", -900), ("charge", 19293)]
    bench.clock.advance(DAY)
    assert bench.client.v1.payouts.list().data[0].status == "paid"


def test_there_is_no_payout_of_nothing(bench: Bench) -> None:
    bench.paid()
    assert bench.do("payouts", currency="cny").json["error"]["code"] == "balance_insufficient"


def test_a_payout_that_comes_back_is_on_the_balance_again(bench: Bench) -> None:
    bench.do("topups", amount=5000, currency="cny")
    payout = bench.do("payouts", currency="cny")
    bench.do(f"payouts/{payout['id']}/fail")
    failed = bench.client.v1.payouts.retrieve(payout["id"])
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    assert _amounts(bench) == (5000, 0)


def test_stripe_takes_fees_of_its_own(bench: Bench) -> None:
    bench.do("fees", amount=300, currency="cny")
    found = bench.client.v1.balance_transactions.list({"type": "stripe_fee"}).data[0]
    assert (found.amount, found.net, found.reporting_category) == (-300, -300, "fee")


def test_a_connected_accounts_payout_is_not_the_platforms(bench: Bench) -> None:
    account = bench.ready_account()
    made = bench.do(f"accounts/{account}/payout", amount=500, currency="cny")
    bench.do(f"payouts/{made['id']}/fail")
    assert bench.client.v1.payouts.list().data == []
    event = bench.client.v1.events.list({"type": "payout.failed"}).data[0]
    assert event.account == account
    assert bench.moves() == []
