"""Refunds: whole or in parts, never more than was paid, pending or failing on demand."""

from __future__ import annotations

from lms.sandbox.call import Call, page
from lms.sandbox.errors import ApiError, refused
from lms.sandbox.faults import take
from lms.sandbox.resources.balance import post
from lms.sandbox.state import Thing

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(call: Call) -> Thing:
    """Answer POST /v1/refunds, by charge or payment intent."""
    asked = call.params
    charge = _charge(call)
    left = charge["amount"] - charge["amount_refunded"]
    amount = asked.number("amount")
    reason = asked.choice("reason", REASONS)
    metadata = asked.metadata()
    asked.refuse_unread()
    _check(charge, amount)
    return _refund(call, charge, amount or left, {"reason": reason, "metadata": metadata})


def _charge(call: Call) -> Thing:
    charge, intent = call.params.id("charge"), call.params.id("payment_intent")
    if charge is None and intent is None:
        raise ApiError(
            "One of the following params should be provided for this request: payment_intent or charge.",
            code="parameter_missing",
        )
    if intent is not None:
        found = call.get("payment_intent", intent, "payment_intent")
        if found["status"] != "succeeded":
            raise refused(
                f"This PaymentIntent ({intent}) does not have a successful charge to refund.",
                code="payment_intent_unexpected_state",
                param="payment_intent",
            )
        if charge not in (None, found["latest_charge"]):
            raise ApiError("The charge does not belong to this PaymentIntent.", param="charge")
        charge = found["latest_charge"]
    return call.get("charge", str(charge), "charge")


def _check(charge: Thing, amount: int | None) -> None:
    left = charge["amount"] - charge["amount_refunded"]
    if charge["status"] != "succeeded":
        raise refused(
            f"Charge {charge['id']} has not succeeded, so it cannot be refunded.", code="charge_not_refundable"
        )
    if charge["disputed"] and charge.get("_dispute_status") != "won":
        raise refused(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
            param="charge",
        )
    if left == 0:
        raise refused(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded", param="charge"
        )
    if amount is not None and amount > left:
        raise refused(
            f"Refund amount ({_written(amount)}) is greater than unrefunded amount on charge ({_written(left)})",
            param="amount",
        )


def _written(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02}"


def _refund(call: Call, charge: Thing, amount: int, over: Thing) -> Thing:
    is_pending = take(call.state, "refund_pending") is not None
    refund = call.make(
        "refund",
        {
            "amount": amount,
            "balance_transaction": None,
            "charge": charge["id"],
            "currency": charge["currency"],
            "destination_details": {"type": charge["payment_method_details"]["type"]},
            "metadata": over["metadata"],
            "payment_intent": charge["payment_intent"],
            "reason": over["reason"],
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": "pending" if is_pending else "succeeded",
            "transfer_reversal": None,
        },
    )
    kind = "refund" if charge["payment_method_details"]["type"] == "card" else "payment_refund"
    moved = post(call, kind, (-amount, charge["currency"]), refund["id"], description=f"REFUND FOR {charge['id']}")
    refund["balance_transaction"] = moved["id"]
    call.tell("refund.created", call.state.save(refund))
    before = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    call.tell("charge.refunded", call.state.save(charge), before=before)
    return refund


def succeed(call: Call, id: str) -> Thing:
    """Let a pending refund arrive at the buyer."""
    refund = call.get("refund", id)
    if refund["status"] != "pending":
        raise ApiError(f"This refund is {refund['status']}, not pending.")
    refund["status"] = "succeeded"
    _tell_updated(call, call.state.save(refund), {"status": "pending"})
    return refund


def fail(call: Call, id: str) -> Thing:
    """Let a refund come back; Stripe fails even ones that had succeeded. The money is on the balance again."""
    refund = call.get("refund", id)
    before = {"status": refund["status"]}
    if refund["status"] not in ("pending", "succeeded"):
        raise ApiError(f"This refund is {refund['status']} already.")
    back = post(call, "refund_failure", (refund["amount"], refund["currency"]), refund["id"])
    refund |= {
        "status": "failed",
        "failure_reason": "expired_or_canceled_card",
        "failure_balance_transaction": back["id"],
    }
    charge = call.get("charge", refund["charge"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    call.state.save(charge)
    _tell_updated(call, call.state.save(refund), before)
    call.tell("refund.failed", refund)
    return refund


def _tell_updated(call: Call, refund: Thing, before: Thing) -> None:
    call.tell("refund.updated", refund, before=before)
    call.tell("charge.refund.updated", refund, before=before)


def list_refunds(call: Call) -> Thing:
    """Answer GET /v1/refunds: by charge or payment intent."""
    filters = {"charge": call.params.id("charge"), "payment_intent": call.params.id("payment_intent")}
    return page(call, "refund", "/v1/refunds", filters)


def retrieve(call: Call, id: str) -> Thing:
    """Answer GET /v1/refunds/:id."""
    return call.get("refund", id)
