"""Payment intents and charges: what a buyer's attempt to pay comes to."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from lms.sandbox.call import Call, page
from lms.sandbox.errors import ApiError
from lms.sandbox.resources.balance import post
from lms.sandbox.state import Thing

METHODS = ("card", "alipay", "wechat_pay")
LEAST_AMOUNT = 50

# Fields that Stripe sends and that have no value here.
_EMPTY_IN_INTENT = (
    "application application_fee_amount canceled_at cancellation_reason client_secret customer description "
    "last_payment_error latest_charge next_action on_behalf_of payment_method processing receipt_email review "
    "setup_future_usage shipping statement_descriptor statement_descriptor_suffix transfer_data transfer_group"
).split()
_EMPTY_IN_CHARGE = (
    "application application_fee application_fee_amount balance_transaction customer failure_balance_transaction "
    "failure_code failure_message on_behalf_of receipt_number receipt_url review shipping source_transfer "
    "statement_descriptor statement_descriptor_suffix transfer_data"
).split()

# Fee in basis points and minor units, about what Stripe takes.
_FEES = {"card": (290, 30), "alipay": (220, 30), "wechat_pay": (220, 30)}
_DECLINES = {
    "generic_decline": ("card_declined", "Your card was declined."),
    "insufficient_funds": ("card_declined", "Your card has insufficient funds."),
    "expired_card": ("expired_card", "Your card has expired."),
}


@dataclass(frozen=True)
class Means:
    """How somebody tries to pay, and what the bank will say.

    `decline` is a key of the declines above (wallets do not say why); `later` leaves the payment in processing;
    `at_once` makes the money available without waiting; `disputed` opens a dispute right after.
    """

    method: str = "card"
    decline: str | None = None
    later: bool = False
    at_once: bool = False
    disputed: bool = False


# Stripe's own test payment methods.
TEST_METHODS = {
    "pm_card_visa": Means(),
    "pm_card_mastercard": Means(),
    "pm_card_bypassPending": Means(at_once=True),
    "pm_card_createDispute": Means(disputed=True),
    "pm_card_chargeDeclined": Means(decline="generic_decline"),
    "pm_card_visa_chargeDeclined": Means(decline="generic_decline"),
    "pm_card_chargeDeclinedInsufficientFunds": Means(decline="insufficient_funds"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Means(decline="insufficient_funds"),
    "pm_card_chargeDeclinedExpiredCard": Means(decline="expired_card"),
}


def fee_of(amount: int, method: str) -> int:
    """Compute the gateway's fee, rounded half up, never more than the amount."""
    bps, fixed = _FEES[method]
    return min((amount * bps + 5000) // 10000 + fixed, amount)


def check_amount(amount: int, param: str) -> None:
    """Refuse what is too little to be charged."""
    if amount < LEAST_AMOUNT:
        raise ApiError("Amount must be at least 50 minor units.", code="amount_too_small", param=param)


def allowed_methods(call: Call) -> list[str]:
    """Read which methods may be offered; the list of before 2026-09-30 is refused as Stripe refuses it."""
    if call.params.has("payment_method_types"):
        raise ApiError(
            "`payment_method_types` is no longer supported; use `allowed_payment_method_types`.",
            code="payment_method_types_no_longer_supported",
            param="payment_method_types",
        )
    allowed = call.params.texts("allowed_payment_method_types")
    excluded = call.params.texts("excluded_payment_method_types")
    found = [method for method in METHODS if (not allowed or method in allowed) and method not in excluded]
    if not found:
        raise ApiError("No valid payment method types for this payment.", param="allowed_payment_method_types")
    return found


def new_intent(call: Call, money: tuple[int, str], methods: list[str], **over: Any) -> Thing:
    """Keep a new payment intent. `over`: description, metadata, receipt_email, transfer_group, _session."""
    intent = call.make(
        "payment_intent",
        {
            **dict.fromkeys(_EMPTY_IN_INTENT),
            "amount": money[0],
            "amount_capturable": 0,
            "amount_received": 0,
            "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
            "capture_method": "automatic_async",
            "confirmation_method": "automatic",
            "currency": money[1],
            "metadata": {},
            "payment_method_options": {},
            "payment_method_types": methods,
            "status": "requires_payment_method",
            **over,
        },
    )
    intent["client_secret"] = f"{intent['id']}_secret_{secrets.token_hex(12)}"
    call.tell("payment_intent.created", call.state.save(intent))
    return intent


def attempt(call: Call, intent: Thing, means: Means) -> Thing:
    """Try to pay; the intent ends succeeded, processing, or where it was with the reason in `last_payment_error`."""
    intent |= {"payment_method": f"pm_{secrets.token_hex(12)}", "last_payment_error": None}
    if means.later:
        intent |= {"status": "processing", "_means": means.method}
        call.tell("payment_intent.processing", call.state.save(intent))
        return intent
    if means.decline:
        return _decline(call, intent, means)
    return succeed(call, intent, means)


def succeed(call: Call, intent: Thing, means: Means) -> Thing:
    """Charge the buyer: charge, balance transaction, intent, in that order."""
    charge = _new_charge(call, intent, means, "succeeded")
    # Stripe writes what is not a card as a payment.
    kind = "charge" if means.method == "card" else "payment"
    moved = post(
        call,
        kind,
        (charge["amount"], charge["currency"]),
        charge["id"],
        fee=fee_of(charge["amount"], means.method),
        available_on=call.now + (0 if means.at_once else call.settle_seconds),
        description=charge["description"],
    )
    charge["balance_transaction"] = moved["id"]
    call.tell("charge.succeeded", call.state.save(charge))
    intent |= {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"]}
    call.tell("payment_intent.succeeded", call.state.save(intent))
    return intent


def _decline(call: Call, intent: Thing, means: Means) -> Thing:
    reason = means.decline or "generic_decline"
    is_card = means.method == "card"
    code, message = _DECLINES[reason] if is_card else ("payment_intent_payment_attempt_failed", "The payment failed.")
    charge = _new_charge(call, intent, means, "failed")
    charge |= {"failure_code": code, "failure_message": message}
    charge["outcome"] |= {
        "network_status": "declined_by_network",
        "reason": reason,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }
    call.tell("charge.failed", call.state.save(charge))
    intent |= {
        "status": "requires_payment_method",
        "latest_charge": charge["id"],
        "payment_method": None,
        "last_payment_error": {
            "charge": charge["id"],
            "code": code,
            "decline_code": reason if code == "card_declined" else None,
            "message": message,
            "type": "card_error" if is_card else "invalid_request_error",
        },
    }
    call.tell("payment_intent.payment_failed", call.state.save(intent))
    return intent


def _new_charge(call: Call, intent: Thing, means: Means, status: str) -> Thing:
    done = status == "succeeded"
    details: Thing = {"type": means.method, means.method: {}}
    if means.method == "card":
        details["card"] = {"brand": "visa", "country": "US", "funding": "credit", "last4": "4242", "network": "visa"}
    outcome = {"network_status": "approved_by_network", "reason": None, "risk_level": "normal", "type": "authorized"}
    return call.make(
        "charge",
        {
            **dict.fromkeys(_EMPTY_IN_CHARGE),
            "amount": intent["amount"],
            "amount_captured": intent["amount"] if done else 0,
            "amount_refunded": 0,
            "billing_details": {"address": None, "email": intent["receipt_email"], "name": None, "phone": None},
            "calculated_statement_descriptor": "ENCAMP",
            "captured": done,
            "currency": intent["currency"],
            "description": intent["description"],
            "disputed": False,
            "fraud_details": {},
            "metadata": dict(intent["metadata"]),
            "outcome": {**outcome, "seller_message": "Payment complete."},
            "paid": done,
            "payment_intent": intent["id"],
            "payment_method": intent["payment_method"],
            "payment_method_details": details,
            "receipt_email": intent["receipt_email"],
            "refunded": False,
            "status": status,
            "transfer_group": intent["transfer_group"],
        },
        id_kind="charge" if means.method == "card" else "payment",
    )


# --- Charges ---


def list_charges(call: Call) -> Thing:
    """Answer GET /v1/charges: by payment intent or transfer group."""
    filters = {"payment_intent": call.params.id("payment_intent"), "transfer_group": call.params.text("transfer_group")}
    return page(call, "charge", "/v1/charges", filters)


def retrieve_charge(call: Call, id: str) -> Thing:
    """Answer GET /v1/charges/:id."""
    return call.get("charge", id)
