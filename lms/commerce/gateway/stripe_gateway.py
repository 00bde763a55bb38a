"""Stripe as a gateway: the only file that knows its library."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

import stripe

from lms.commerce.gateway.notices import Notice, id_of, notice_of, reference_of, refund_state
from lms.commerce.gateway.rules import (
    BalanceEntry,
    Checkout,
    CheckoutRequest,
    CheckoutState,
    ConnectedAccount,
    GatewayRefund,
    GatewayRefused,
    GatewayUnreachable,
    Transfer,
)

TIMEOUT_SECONDS = 10
NOTICE_TOLERANCE_SECONDS = 300
LONGEST_CHECKOUT = timedelta(hours=24)
_PAGE = 100
_REFUSED_FROM, _REFUSED_BELOW = 400, 500
_UNCLEAR = (408, 409, 429)

T = TypeVar("T")
Thing = Mapping[str, Any]


class BadSignature(Exception):
    """A notice that is not the gateway's: wrong signature, too old, or no notice at all."""


def read_signed(payload: bytes, header: str, secrets: Sequence[str]) -> Notice:
    """Read a notice that one of the secrets signed within the last five minutes; raises BadSignature.

    The time is the machine's, as it is at the gateway, wherever the product's clock stands.
    """
    for secret in secrets:
        try:
            stripe.Webhook.construct_event(payload, header, secret, NOTICE_TOLERANCE_SECONDS)
            return notice_of(json.loads(payload))
        except (stripe.SignatureVerificationError, ValueError, AttributeError):
            continue
    raise BadSignature


class StripeGateway:
    """rules.Gateway by Stripe's API, one client for the process. Without retries of its own.

    A repetition is the caller's, with the same key, so that a call ends within ten seconds.
    """

    def __init__(self, key: str, *, api_base: str, payment_methods: Sequence[str]) -> None:
        self._client = stripe.StripeClient(
            key,
            base_addresses={"api": api_base},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        )
        self._payment_methods = list(payment_methods)

    # --- Paying ---

    def open_checkout(self, key: str, request: CheckoutRequest) -> Checkout:
        """Open a hosted checkout; it ends between 30 minutes and a day from now."""
        asked = self._checkout_params(request)
        sessions = self._client.v1.checkout.sessions
        return _checkout(_ask(lambda: sessions.create(asked, {"idempotency_key": key})))

    def _checkout_params(self, request: CheckoutRequest) -> Any:
        metadata = {"reference": request.reference, "attempt": str(request.attempt)}
        price = {
            "currency": request.currency.lower(),
            "unit_amount": request.amount_minor,
            "product_data": {"name": request.title},
        }
        asked: dict[str, Any] = {
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": price}],
            "client_reference_id": request.reference,
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata, "transfer_group": request.reference},
            "customer_email": request.email,
            "expires_at": int(request.expires_at.timestamp()),
            "locale": request.language,
            "success_url": request.success_url,
            "cancel_url": request.cancel_url,
            "allowed_payment_method_types": self._payment_methods,
        }
        if "wechat_pay" in self._payment_methods:
            asked["payment_method_options"] = {"wechat_pay": {"client": "web"}}
        return asked

    def get_checkout(self, checkout_id: str) -> Checkout:
        """Ask how far a checkout is."""
        return _checkout(_ask(lambda: self._client.v1.checkout.sessions.retrieve(checkout_id)))

    def expire_checkout(self, checkout_id: str) -> Checkout:
        """End a checkout; one that is paid or over already is given as it is."""
        try:
            return _checkout(_ask(lambda: self._client.v1.checkout.sessions.expire(checkout_id)))
        except GatewayRefused:
            return self.get_checkout(checkout_id)

    def refund(self, key: str, payment_id: str, amount_minor: int, reference: str) -> GatewayRefund:
        """Give a part of a payment back."""
        asked: Any = {"payment_intent": payment_id, "amount": amount_minor, "metadata": {"reference": reference}}
        return _refund(_ask(lambda: self._client.v1.refunds.create(asked, {"idempotency_key": key})))

    def get_refund(self, refund_id: str) -> GatewayRefund:
        """Ask how far a refund is."""
        return _refund(_ask(lambda: self._client.v1.refunds.retrieve(refund_id)))

    # --- Paying out ---

    def open_account(self, key: str, email: str, country: str) -> ConnectedAccount:
        """Open an account that money can be transferred to, to be filled in by its owner on the gateway's pages."""
        asked: Any = {
            "type": "express",
            "country": country,
            "email": email,
            "capabilities": {"transfers": {"requested": True}},
        }
        return _account(_ask(lambda: self._client.v1.accounts.create(asked, {"idempotency_key": key})))

    def account_link(self, account_id: str, refresh_url: str, return_url: str) -> str:
        """Give the address of the page where an account is filled in; it works once and for minutes."""
        asked: Any = {
            "account": account_id,
            "type": "account_onboarding",
            "refresh_url": refresh_url,
            "return_url": return_url,
        }
        return str(_ask(lambda: self._client.v1.account_links.create(asked))["url"])

    def get_account(self, account_id: str) -> ConnectedAccount:
        """Ask whether an account may receive money."""
        return _account(_ask(lambda: self._client.v1.accounts.retrieve(account_id)))

    def transfer(self, key: str, destination: str, amount_minor: int, currency: str, reference: str) -> Transfer:
        """Move money to a connected account, apart from any charge; found again by its reference."""
        asked: Any = {
            "amount": amount_minor,
            "currency": currency.lower(),
            "destination": destination,
            "transfer_group": reference,
            "metadata": {"reference": reference},
        }
        return _transfer(_ask(lambda: self._client.v1.transfers.create(asked, {"idempotency_key": key})))

    def find_transfer(self, reference: str) -> Transfer | None:
        """Find the transfer made for a reference (a payout attempt): what to ask before anything is repeated."""
        found = self._all(lambda: self._client.v1.transfers.list({"transfer_group": reference, "limit": _PAGE}))
        return next((_transfer(thing) for thing in found if reference_of(thing) == reference), None)

    # --- Reconciling ---

    def list_paid(self, since: datetime) -> list[Checkout]:
        """List what was paid since; asked from a day earlier, since a checkout may live that long."""
        asked: Any = {"status": "complete", **_created(since - LONGEST_CHECKOUT)}
        found = [_checkout(thing) for thing in self._all(lambda: self._client.v1.checkout.sessions.list(asked))]
        return [one for one in found if one.state is CheckoutState.PAID]

    def list_refunds(self, since: datetime) -> list[GatewayRefund]:
        """List the refunds made since, whatever became of them."""
        asked: Any = _created(since)
        return [_refund(thing) for thing in self._all(lambda: self._client.v1.refunds.list(asked))]

    def list_transfers(self, since: datetime) -> list[Transfer]:
        """List the transfers made since, with what came back of them."""
        asked: Any = _created(since)
        return [_transfer(thing) for thing in self._all(lambda: self._client.v1.transfers.list(asked))]

    def list_balance(self, since: datetime) -> list[BalanceEntry]:
        """List what moved our balance since."""
        asked: Any = _created(since)
        return [_entry(thing) for thing in self._all(lambda: self._client.v1.balance_transactions.list(asked))]

    def _all(self, first_page: Callable[[], Any]) -> list[Thing]:
        """Read all pages of a list, each asked for with its own time-out."""
        try:
            return [cast(Thing, thing.to_dict()) for thing in first_page().auto_paging_iter()]
        except stripe.StripeError as error:
            raise _translated(error) from error


def _created(since: datetime) -> dict[str, Any]:
    return {"created": {"gte": int(since.timestamp())}, "limit": _PAGE}


# --- Answers ----------------------------------------------------------------


def _ask(call: Callable[[], Any]) -> Thing:
    try:
        return cast(Thing, call().to_dict())
    except stripe.StripeError as error:
        raise _translated(error) from error


def _translated(error: stripe.StripeError) -> GatewayRefused | GatewayUnreachable:
    """Tell a no from not knowing: only a clear answer in the four hundreds says that nothing happened.

    A key in use, or used before for something else, means that something may have.
    """
    status = error.http_status or 0
    unclear = isinstance(error, stripe.RateLimitError | stripe.IdempotencyError) or status in _UNCLEAR
    if unclear or not _REFUSED_FROM <= status < _REFUSED_BELOW:
        cause = type(error.__cause__).__name__ if error.__cause__ else error.user_message
        return GatewayUnreachable(f"{type(error).__name__}: {cause}")
    return GatewayRefused(error.code or type(error).__name__, str(error.user_message))


def _checkout(thing: Thing) -> Checkout:
    return Checkout(
        id=str(thing["id"]),
        state=_checkout_state(thing),
        reference=reference_of(thing),
        amount_minor=int(thing.get("amount_total") or 0),
        currency=str(thing.get("currency") or "").upper(),
        url=thing.get("url"),
        payment_id=id_of(thing.get("payment_intent")) or None,
        expires_at=datetime.fromtimestamp(int(thing["expires_at"]), UTC),
    )


def _checkout_state(thing: Thing) -> CheckoutState:
    if thing.get("payment_status") == "paid":
        return CheckoutState.PAID
    if thing.get("status") == "expired":
        return CheckoutState.EXPIRED
    return CheckoutState.CONFIRMING if thing.get("status") == "complete" else CheckoutState.OPEN


def _refund(thing: Thing) -> GatewayRefund:
    return GatewayRefund(
        id=str(thing["id"]),
        payment_id=id_of(thing.get("payment_intent")),
        state=refund_state(str(thing.get("status"))),
        amount_minor=int(thing["amount"]),
        currency=str(thing["currency"]).upper(),
        reference=reference_of(thing),
    )


def _account(thing: Thing) -> ConnectedAccount:
    return ConnectedAccount(str(thing["id"]), bool(thing.get("details_submitted")), bool(thing.get("payouts_enabled")))


def _transfer(thing: Thing) -> Transfer:
    return Transfer(
        id=str(thing["id"]),
        reference=reference_of(thing),
        destination=id_of(thing.get("destination")),
        amount_minor=int(thing["amount"]),
        reversed_minor=int(thing.get("amount_reversed") or 0),
        currency=str(thing["currency"]).upper(),
    )


def _entry(thing: Thing) -> BalanceEntry:
    return BalanceEntry(
        id=str(thing["id"]),
        # The type differs between cards and wallets, the category does not.
        kind=str(thing.get("reporting_category") or thing.get("type") or ""),
        source_id=id_of(thing.get("source")),
        amount_minor=int(thing["amount"]),
        fee_minor=int(thing.get("fee") or 0),
        currency=str(thing["currency"]).upper(),
        at=datetime.fromtimestamp(int(thing["created"]), UTC),
    )
