"""Disputes: opened by a buyer's bank, won or lost; the money leaves at once and may come back."""

from __future__ import annotations

from lms.sandbox.call import Call, page
from lms.sandbox.errors import ApiError, refused
from lms.sandbox.resources.balance import DAY, post
from lms.sandbox.state import Thing

# What Stripe takes for a dispute, won or lost, in minor units.
FEE = 1500


def open_dispute(call: Call, charge_id: str, reason: str = "fraudulent") -> Thing:
    """Let the buyer's bank take back what is left of a charge, and Stripe its fee."""
    charge = call.get("charge", charge_id)
    left = charge["amount"] - charge["amount_refunded"]
    if charge["status"] != "succeeded" or charge["disputed"] or left == 0:
        raise ApiError("This charge cannot be disputed: it is unpaid, refunded or disputed already.")
    dispute = call.make(
        "dispute",
        {
            "amount": left,
            "balance_transactions": [],
            "charge": charge_id,
            "currency": charge["currency"],
            "enhanced_eligibility_types": [],
            "evidence": {},
            "evidence_details": {
                "due_by": call.now + 9 * DAY,
                "enhanced_eligibility": {},
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
            },
            "is_charge_refundable": False,
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "payment_method_details": {"type": charge["payment_method_details"]["type"]},
            "reason": reason,
            "status": "needs_response",
        },
    )
    charge |= {"disputed": True, "_dispute_status": "needs_response"}
    call.state.save(charge)
    call.tell("charge.dispute.created", _move(call, dispute, -left, FEE, "dispute"))
    call.tell("charge.dispute.funds_withdrawn", dispute)
    return dispute


def _move(call: Call, dispute: Thing, amount: int, fee: int, category: str) -> Thing:
    words = "Chargeback withdrawal" if amount < 0 else "Chargeback reversal"
    moved = post(
        call,
        "adjustment",
        (amount, dispute["currency"]),
        dispute["id"],
        fee=fee,
        category=category,
        description=f"{words} for {dispute['charge']}",
    )
    dispute["balance_transactions"].append(moved)
    return call.state.save(dispute)


def settle(call: Call, id: str, outcome: str) -> Thing:
    """End a dispute: `won` brings the amount back, the fee stays with Stripe; `lost` moves nothing more."""
    dispute = call.get("dispute", id)
    if dispute["status"] in ("won", "lost"):
        raise refused("This dispute is already closed", param="id")
    before = {"status": dispute["status"]}
    dispute["status"] = outcome
    if outcome == "won":
        call.tell("charge.dispute.funds_reinstated", _move(call, dispute, dispute["amount"], 0, "dispute_reversal"))
    charge = call.get("charge", dispute["charge"])
    call.state.save({**charge, "_dispute_status": outcome})
    call.tell("charge.dispute.closed", call.state.save(dispute), before=before)
    return dispute


def close(call: Call, id: str) -> Thing:
    """Answer POST /v1/disputes/:id/close: give up, which loses it."""
    call.params.refuse_unread()
    return settle(call, id, "lost")


def list_disputes(call: Call) -> Thing:
    """Answer GET /v1/disputes: by charge or payment intent."""
    filters = {"charge": call.params.id("charge"), "payment_intent": call.params.id("payment_intent")}
    return page(call, "dispute", "/v1/disputes", filters)


def retrieve(call: Call, id: str) -> Thing:
    """Answer GET /v1/disputes/:id."""
    return call.get("dispute", id)
