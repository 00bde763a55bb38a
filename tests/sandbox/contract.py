"""What the sandbox and Stripe's test mode must both do. Each case is a plain function over a client.

What only a person or the sandbox can do comes in as a function: paying on the hosted page, making an account ready.
A case that needs one which is not there skips loudly.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import stripe


@dataclass
class Counter:
    """One side of the contract. `run` keeps keys and groups of one run apart from all others."""

    client: stripe.StripeClient
    pay_on_page: Callable[[str], None] | None = None
    ready_account: Callable[[], str] | None = None
    currency: str = "usd"
    run: str = field(default_factory=lambda: secrets.token_hex(6))

    def charge(self, method: str = "pm_card_bypassPending", amount: int = 2000, **over: Any) -> stripe.PaymentIntent:
        params: dict[str, Any] = {
            "amount": amount,
            "currency": self.currency,
            "confirm": True,
            "payment_method": method,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            **over,
        }
        return self.client.v1.payment_intents.create(params)  # type: ignore[arg-type]

    def session(self, **over: Any) -> stripe.checkout.Session:
        price = {"currency": self.currency, "unit_amount": 2500, "product_data": {"name": "Seven days"}}
        params: dict[str, Any] = {
            "mode": "payment",
            "line_items": [{"price_data": price, "quantity": 2}],
            "success_url": "https://example.com/done?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://example.com/left",
            "client_reference_id": self.run,
            "metadata": {"run": self.run},
            **over,
        }
        return self.client.v1.checkout.sessions.create(params)  # type: ignore[arg-type]


def _refusal(call: Callable[[], Any]) -> stripe.StripeError:
    with pytest.raises(stripe.StripeError) as refusal:
        call()
    return refusal.value


# --- Checkout ---


def a_session_is_open_and_unpaid(counter: Counter) -> None:
    session = counter.session()
    assert (session.object, session.status, session.payment_status) == ("checkout.session", "open", "unpaid")
    assert (session.amount_total, session.currency, session.livemode) == (5000, counter.currency, False)
    assert session.id.startswith("cs_test_") and session.url
    assert session.metadata is not None and session.metadata["run"] == counter.run
    again = counter.client.v1.checkout.sessions.retrieve(session.id)
    assert (again.client_reference_id, again.amount_total) == (counter.run, 5000)


def a_session_expires_once(counter: Counter) -> None:
    session = counter.session()
    assert counter.client.v1.checkout.sessions.expire(session.id).status == "expired"
    refusal = _refusal(lambda: counter.client.v1.checkout.sessions.expire(session.id))
    assert isinstance(refusal, stripe.InvalidRequestError) and refusal.http_status == 400


def a_session_cannot_end_too_soon(counter: Counter) -> None:
    refusal = _refusal(lambda: counter.session(expires_at=int(time.time()) + 20 * 60))
    assert isinstance(refusal, stripe.InvalidRequestError) and refusal.param == "expires_at"


def the_old_list_of_methods_is_refused(counter: Counter) -> None:
    assert _refusal(lambda: counter.session(payment_method_types=["card"])).http_status == 400


def a_session_without_lines_is_refused(counter: Counter) -> None:
    refusal = _refusal(lambda: counter.session(line_items=[]))
    assert isinstance(refusal, stripe.InvalidRequestError) and refusal.http_status == 400


def a_paid_session_leads_to_its_money(counter: Counter) -> None:
    if counter.pay_on_page is None:
        pytest.skip("the hosted page can only be paid by a person here")
    session = counter.session(payment_intent_data={"transfer_group": counter.run, "metadata": {"order": "7"}})
    counter.pay_on_page(session.id)
    found = counter.client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    )
    assert (found.status, found.payment_status) == ("complete", "paid")
    intent = found.payment_intent
    assert isinstance(intent, stripe.PaymentIntent) and intent.transfer_group == counter.run
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge) and charge.metadata["order"] == "7"
    moved = charge.balance_transaction
    assert isinstance(moved, stripe.BalanceTransaction) and moved.net == moved.amount - moved.fee


# --- Payments ---


def a_card_is_charged_with_a_fee(counter: Counter) -> None:
    intent = counter.charge("pm_card_visa", metadata={"run": counter.run})
    assert (intent.status, intent.amount_received) == ("succeeded", 2000)
    charge = counter.client.v1.charges.retrieve(str(intent.latest_charge), {"expand": ["balance_transaction"]})
    assert charge.paid and charge.metadata["run"] == counter.run
    moved = charge.balance_transaction
    assert isinstance(moved, stripe.BalanceTransaction)
    assert moved.fee > 0 and moved.net == moved.amount - moved.fee
    assert (moved.type, moved.reporting_category, moved.source) == ("charge", "charge", charge.id)


def a_declined_card_is_a_card_error(counter: Counter) -> None:
    refusal = _refusal(lambda: counter.charge("pm_card_chargeDeclined"))
    assert isinstance(refusal, stripe.CardError)
    assert (refusal.http_status, refusal.code) == (402, "card_declined")


def an_unknown_parameter_is_refused(counter: Counter) -> None:
    assert _refusal(lambda: counter.charge(colour="red")).code == "parameter_unknown"


def what_is_not_there_is_missing(counter: Counter) -> None:
    refusal = _refusal(lambda: counter.client.v1.payment_intents.retrieve("pi_none"))
    assert (refusal.http_status, refusal.code) == (404, "resource_missing")


# --- Keys ---


def one_key_pays_once(counter: Counter) -> None:
    params: Any = {"amount": 700, "currency": counter.currency}
    options: Any = {"idempotency_key": f"{counter.run}-once"}
    create = counter.client.v1.payment_intents.create
    assert create(params, options).id == create(params, options).id
    refusal = _refusal(lambda: create({**params, "amount": 701}, options))
    assert isinstance(refusal, stripe.IdempotencyError)


# --- Refunds ---


def refunds_in_parts_end_at_nothing_left(counter: Counter) -> None:
    intent = counter.charge()
    create = counter.client.v1.refunds.create
    part = create({"payment_intent": intent.id, "amount": 500, "metadata": {"run": counter.run}})
    assert (part.amount, part.charge, part.payment_intent) == (500, intent.latest_charge, intent.id)
    assert part.status in ("succeeded", "pending")
    assert create({"payment_intent": intent.id}).amount == 1500
    charge = counter.client.v1.charges.retrieve(str(intent.latest_charge))
    assert (charge.refunded, charge.amount_refunded) == (True, 2000)
    refusal = _refusal(lambda: create({"payment_intent": intent.id}))
    assert refusal.code == "charge_already_refunded"
    assert len(counter.client.v1.refunds.list({"charge": charge.id}).data) == 2


def more_than_is_left_cannot_be_refunded(counter: Counter) -> None:
    intent = counter.charge()
    refusal = _refusal(lambda: counter.client.v1.refunds.create({"payment_intent": intent.id, "amount": 2001}))
    assert isinstance(refusal, stripe.InvalidRequestError) and refusal.param == "amount"
    charge = counter.client.v1.charges.retrieve(str(intent.latest_charge))
    assert charge.amount_refunded == 0


# --- Transfers ---


def a_new_account_cannot_receive(counter: Counter) -> None:
    counter.charge()
    account = counter.client.v1.accounts.create({"type": "express", "country": "US"})
    assert (account.details_submitted, account.payouts_enabled) == (False, False)
    refusal = _refusal(lambda: _send(counter, account.id, 100))
    assert refusal.code == "insufficient_capabilities_for_transfer"


def an_account_link_leads_to_a_page(counter: Counter) -> None:
    account = counter.client.v1.accounts.create({"type": "express", "country": "US"})
    back = "https://example.com/wallet"
    link = counter.client.v1.account_links.create(
        {"account": account.id, "type": "account_onboarding", "refresh_url": back, "return_url": back}
    )
    assert link.object == "account_link" and link.url and link.expires_at > link.created


def _send(counter: Counter, account: str, amount: int) -> stripe.Transfer:
    params: Any = {"amount": amount, "currency": counter.currency, "destination": account}
    return counter.client.v1.transfers.create({**params, "transfer_group": counter.run})


def _account(counter: Counter) -> str:
    if counter.ready_account is None:
        pytest.skip("no connected account that may receive transfers was named")
    return counter.ready_account()


def a_transfer_is_sent_and_brought_back(counter: Counter) -> None:
    account = _account(counter)
    counter.charge()
    transfer = _send(counter, account, 1000)
    assert (transfer.amount, transfer.destination, transfer.reversed) == (1000, account, False)
    listed = counter.client.v1.transfers.list({"transfer_group": counter.run}).data
    assert [found.id for found in listed] == [transfer.id]
    part = counter.client.v1.transfers.reversals.create(transfer.id, {"amount": 400})
    assert (part.object, part.amount) == ("transfer_reversal", 400)
    refusal = _refusal(lambda: counter.client.v1.transfers.reversals.create(transfer.id, {"amount": 601}))
    assert isinstance(refusal, stripe.InvalidRequestError)
    counter.client.v1.transfers.reversals.create(transfer.id)
    found = counter.client.v1.transfers.retrieve(transfer.id)
    assert (found.reversed, found.amount_reversed) == (True, 1000)


def more_than_the_balance_cannot_be_sent(counter: Counter) -> None:
    account = _account(counter)
    counter.charge()
    assert _refusal(lambda: _send(counter, account, 90_000_000)).code == "balance_insufficient"


CASES: tuple[Callable[[Counter], None], ...] = (
    a_session_is_open_and_unpaid,
    a_session_expires_once,
    a_session_cannot_end_too_soon,
    the_old_list_of_methods_is_refused,
    a_session_without_lines_is_refused,
    a_paid_session_leads_to_its_money,
    a_card_is_charged_with_a_fee,
    a_declined_card_is_a_card_error,
    an_unknown_parameter_is_refused,
    what_is_not_there_is_missing,
    one_key_pays_once,
    refunds_in_parts_end_at_nothing_left,
    more_than_is_left_cannot_be_refunded,
    a_new_account_cannot_receive,
    an_account_link_leads_to_a_page,
    a_transfer_is_sent_and_brought_back,
    more_than_the_balance_cannot_be_sent,
)
