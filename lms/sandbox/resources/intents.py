"""Payment intents called directly, as tests against Stripe's test mode do; buyers come through checkout."""

from __future__ import annotations

from lms.sandbox.call import Call, page
from lms.sandbox.errors import ApiError, refused, unknown_object
from lms.sandbox.resources.disputes import open_dispute
from lms.sandbox.resources.payments import TEST_METHODS, Means, allowed_methods, attempt, check_amount, new_intent
from lms.sandbox.state import Thing

_OPEN = ("requires_payment_method", "requires_confirmation")


def create(call: Call) -> Thing:
    """Answer POST /v1/payment_intents, confirmed at once where `confirm` says so."""
    asked = call.params
    amount, currency = asked.amount("amount"), asked.currency()
    check_amount(amount, "amount")
    methods = allowed_methods(call)
    automatic = asked.below("automatic_payment_methods")
    automatic.flag("enabled")
    automatic.choice("allow_redirects", ("always", "never"))
    asked.ignore("return_url", "off_session", "error_on_requires_action", "statement_descriptor_suffix")
    asked.choice("capture_method", ("automatic", "automatic_async"))
    method, confirm = asked.text("payment_method"), asked.flag("confirm")
    over = {
        "description": asked.text("description"),
        "metadata": asked.metadata(),
        "receipt_email": asked.text("receipt_email"),
        "transfer_group": asked.text("transfer_group"),
    }
    asked.refuse_unread()
    intent = new_intent(call, (amount, currency), methods, **over)
    if method is not None:
        _means(method)
        intent |= {"payment_method": method, "status": "requires_confirmation"}
        call.state.save(intent)
    return _confirm(call, intent, method) if confirm else intent


def confirm(call: Call, id: str) -> Thing:
    """Answer POST /v1/payment_intents/:id/confirm."""
    intent = call.get("payment_intent", id)
    method = call.params.text("payment_method") or intent["payment_method"]
    call.params.ignore("return_url", "off_session")
    call.params.refuse_unread()
    return _confirm(call, intent, method)


def _confirm(call: Call, intent: Thing, method: str | None) -> Thing:
    if intent["status"] not in _OPEN or intent.get("_session"):
        raise _wrong_state(intent, "confirm")
    if method is None:
        raise ApiError(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    means = _means(method)
    intent = attempt(call, intent, means)
    error = intent["last_payment_error"]
    if error is not None:
        raise ApiError(**{**error, "status": 402, "kept": True, "payment_intent": intent})
    if means.disputed:
        open_dispute(call, intent["latest_charge"])
    return intent


def _means(method: str) -> Means:
    if method not in TEST_METHODS:
        raise unknown_object("PaymentMethod", method, "payment_method")
    return TEST_METHODS[method]


def _wrong_state(intent: Thing, verb: str) -> ApiError:
    return refused(
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
    )


def cancel(call: Call, id: str) -> Thing:
    """Answer POST /v1/payment_intents/:id/cancel; one that belongs to a session is expired with it."""
    intent = call.get("payment_intent", id)
    reasons = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
    reason = call.params.choice("cancellation_reason", reasons)
    call.params.refuse_unread()
    if intent["status"] not in _OPEN or intent.get("_session"):
        raise _wrong_state(intent, "cancel")
    intent |= {"status": "canceled", "canceled_at": call.now, "cancellation_reason": reason}
    call.tell("payment_intent.canceled", call.state.save(intent))
    return intent


def retrieve(call: Call, id: str) -> Thing:
    """Answer GET /v1/payment_intents/:id."""
    return call.get("payment_intent", id)


def list_intents(call: Call) -> Thing:
    """Answer GET /v1/payment_intents."""
    return page(call, "payment_intent", "/v1/payment_intents")
