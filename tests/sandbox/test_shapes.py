"""What the sandbox sends are the fields that Stripe's own client knows, and no others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import Bench

KINDS: dict[str, type] = {
    "checkout.session": stripe.checkout.Session,
    "payment_intent": stripe.PaymentIntent,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "account": stripe.Account,
    "transfer": stripe.Transfer,
    "balance_transaction": stripe.BalanceTransaction,
    "payout": stripe.Payout,
    "event": stripe.Event,
}


def _known(kind: type) -> set[str]:
    return {name for base in kind.__mro__ for name in vars(base).get("__annotations__", {})}


@pytest.fixture
def season(bench: Bench) -> Bench:
    """A sandbox in which everything has happened once."""
    bench.do("topups", amount=90_000, currency="cny")
    session = bench.paid()
    charge = bench.charge_of(session)
    bench.client.v1.refunds.create({"charge": charge.id, "amount": 100})
    bench.do(f"charges/{charge.id}/dispute")
    transfer = bench.client.v1.transfers.create(
        {"amount": 900, "currency": "cny", "destination": bench.ready_account()}
    )
    bench.client.v1.transfers.reversals.create(transfer.id)
    bench.do("payouts", currency="cny")
    return bench


LISTS: dict[str, Callable[[Any], Any]] = {
    "checkout.session": lambda v1: v1.checkout.sessions,
    "payment_intent": lambda v1: v1.payment_intents,
    "charge": lambda v1: v1.charges,
    "refund": lambda v1: v1.refunds,
    "dispute": lambda v1: v1.disputes,
    "account": lambda v1: v1.accounts,
    "transfer": lambda v1: v1.transfers,
    "balance_transaction": lambda v1: v1.balance_transactions,
    "payout": lambda v1: v1.payouts,
    "event": lambda v1: v1.events,
}


@pytest.mark.parametrize("kind", LISTS)
def test_every_field_is_one_of_stripes(season: Bench, kind: str) -> None:
    found = LISTS[kind](season.client.v1).list()
    assert found.object == "list" and found.has_more in (True, False) and found.url.startswith("/v1/")
    first = found.data[0]
    assert first.object == kind
    assert isinstance(first, KINDS[kind])
    assert set(first.to_dict()) - _known(KINDS[kind]) == set()


def test_the_balance_and_reversals_too(season: Bench) -> None:
    balance = season.client.v1.balance.retrieve()
    assert set(balance.to_dict()) - _known(stripe.Balance) == set()
    transfer = season.client.v1.transfers.list().data[0]
    reversal = season.client.v1.transfers.reversals.list(transfer.id).data[0]
    assert set(reversal.to_dict()) - _known(type(reversal)) == set()


def test_amounts_are_whole_and_currencies_are_small(season: Bench) -> None:
    for service in LISTS.values():
        for thing in service(season.client.v1).list().data:
            said = thing.to_dict()
            for field in ("amount", "amount_total", "fee", "net", "created"):
                assert isinstance(said.get(field, 0), int)
            assert str(said.get("currency", "cny")).islower()
