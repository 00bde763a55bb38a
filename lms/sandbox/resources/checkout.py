"""Checkout sessions: an offer to pay on a hosted page, open until it is paid, expired or taken back."""

from __future__ import annotations

from typing import Any

from lms.sandbox.call import Call, listed, page
from lms.sandbox.errors import ApiError, missing, refused
from lms.sandbox.params import Params
from lms.sandbox.resources.disputes import open_dispute
from lms.sandbox.resources.payments import Means, allowed_methods, attempt, check_amount, new_intent, succeed
from lms.sandbox.state import Thing, new_id

LEAST_SECONDS = 30 * 60
MOST_SECONDS = 24 * 60 * 60
PLACE = "{CHECKOUT_SESSION_ID}"


def create(call: Call) -> Thing:
    """Answer POST /v1/checkout/sessions: mode payment, prices in the call itself, hosted page."""
    asked = call.params
    if asked.choice("mode", ("payment", "setup", "subscription")) != "payment":
        raise ApiError("The sandbox knows checkout sessions in payment mode only.", param="mode")
    asked.choice("ui_mode", ("hosted_page",))
    items = _line_items(asked)
    currency, total = items[0]["currency"], sum(item["amount_total"] for item in items)
    check_amount(total, "line_items")
    success_url = asked.need_url("success_url")
    fields: Thing = {
        "amount_subtotal": total,
        "amount_total": total,
        "cancel_url": asked.url("cancel_url"),
        "client_reference_id": _reference(asked),
        "currency": currency,
        "customer_email": asked.text("customer_email"),
        "expires_at": _expiry(call),
        "locale": asked.text("locale"),
        "metadata": asked.metadata(),
        "payment_method_types": allowed_methods(call),
        "submit_type": asked.choice("submit_type", ("auto", "book", "donate", "pay")),
        "success_url": success_url,
        "_intent": _intent_data(asked.below("payment_intent_data")),
    }
    asked.ignore("payment_method_options", "billing_address_collection", "customer_creation", "phone_number_collection")
    asked.refuse_unread()
    return _new_session(call, fields, items)


def _line_items(asked: Params) -> list[Thing]:
    found = [_line_item(item) for item in asked.items("line_items")]
    if not found:
        raise missing("line_items")
    if len({item["currency"] for item in found}) > 1:
        raise ApiError("All line items must have the same currency.", param="line_items")
    return found


def _line_item(asked: Params) -> Thing:
    if not asked.has("price_data"):
        raise ApiError(
            "The sandbox takes prices by price_data only.", code="resource_missing", param=asked.name("price")
        )
    price, quantity = asked.below("price_data"), asked.number("quantity") or 1
    currency, unit = price.currency(), price.number("unit_amount", least=0)
    product = price.below("product_data")
    name = product.need("name")
    product.ignore("description", "images", "metadata", "tax_code")
    if unit is None:
        raise missing(price.name("unit_amount"))
    total = unit * quantity
    return {
        "id": new_id("line_item"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": currency,
        "description": name,
        "metadata": {},
        "price": {"object": "price", "currency": currency, "type": "one_time", "unit_amount": unit},
        "quantity": quantity,
    }


def _reference(asked: Params) -> str | None:
    reference = asked.text("client_reference_id")
    if reference is not None and len(reference) > 200:
        raise ApiError("Invalid string: it must be at most 200 characters", param="client_reference_id")
    return reference


def _expiry(call: Call) -> int:
    wanted = call.params.number("expires_at", call.now + MOST_SECONDS) or 0
    if wanted < call.now + LEAST_SECONDS:
        raise ApiError(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", param="expires_at"
        )
    if wanted > call.now + MOST_SECONDS:
        raise ApiError(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", param="expires_at"
        )
    return wanted


def _intent_data(asked: Params) -> Thing:
    asked.choice("capture_method", ("automatic", "automatic_async"))
    asked.ignore("statement_descriptor_suffix")
    return {
        "description": asked.text("description"),
        "metadata": asked.metadata(),
        "receipt_email": asked.text("receipt_email"),
        "transfer_group": asked.text("transfer_group"),
    }


def _new_session(call: Call, fields: Thing, items: list[Thing]) -> Thing:
    new = new_id("checkout.session")
    return call.make(
        "checkout.session",
        {
            "id": new,
            "adaptive_pricing": {"enabled": False},
            "after_expiration": None,
            "allow_promotion_codes": None,
            "allowed_payment_method_types": fields["payment_method_types"],
            "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
            "billing_address_collection": None,
            "client_secret": None,
            "consent": None,
            "custom_fields": [],
            "customer": None,
            "customer_creation": "if_required",
            "customer_details": None,
            "discounts": [],
            "invoice": None,
            "invoice_creation": {"enabled": False},
            "mode": "payment",
            "payment_intent": None,
            "payment_link": None,
            "payment_method_collection": "if_required",
            "payment_method_options": {},
            "payment_status": "unpaid",
            "setup_intent": None,
            "shipping_options": [],
            "status": "open",
            "subscription": None,
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
            "ui_mode": "hosted_page",
            "url": f"{call.base_url}/c/pay/{new}",
            "_line_items": listed(f"/v1/checkout/sessions/{new}/line_items", items),
            **fields,
        },
    )


def retrieve(call: Call, id: str) -> Thing:
    """Answer GET /v1/checkout/sessions/:id."""
    return call.get("checkout.session", id)


def list_sessions(call: Call) -> Thing:
    """Answer GET /v1/checkout/sessions: by payment intent or status."""
    filters = {"payment_intent": call.params.id("payment_intent"), "status": call.params.text("status")}
    return page(call, "checkout.session", "/v1/checkout/sessions", filters)


def list_line_items(call: Call, id: str) -> Thing:
    """Answer GET /v1/checkout/sessions/:id/line_items."""
    found: Thing = call.get("checkout.session", id)["_line_items"]
    call.params.ignore("limit")
    return found


def expire(call: Call, id: str) -> Thing:
    """Answer POST /v1/checkout/sessions/:id/expire: only an open one."""
    session = call.get("checkout.session", id)
    call.params.refuse_unread()
    if session["status"] != "open":
        raise refused(
            'Only Checkout Sessions with a status in ["open"] can be expired.'
            f" This Checkout Session has a status of `{session['status']}`."
        )
    return _expire(call, session)


def expire_due(call: Call) -> None:
    """Expire every open session whose time is over."""
    for session in call.state.due("thing_open", call.now):
        _expire(call, session)


def _expire(call: Call, session: Thing) -> Thing:
    session |= {"status": "expired", "url": None}
    if session["payment_intent"]:
        intent = call.get("payment_intent", session["payment_intent"])
        intent |= {"status": "canceled", "canceled_at": call.now, "cancellation_reason": "automatic"}
        call.tell("payment_intent.canceled", call.state.save(intent))
    call.tell("checkout.session.expired", call.state.save(session))
    return session


# --- What the buyer does on the hosted page ---


def pay(call: Call, session: Thing, means: Means) -> Thing:
    """Try to pay an open session; a declined one stays open with the reason on its intent."""
    if session["status"] != "open" or means.method not in session["payment_method_types"]:
        raise ApiError("This session cannot be paid this way.")
    intent = attempt(call, _intent_of(call, session), means)
    if intent["status"] == "requires_payment_method":
        return session
    session |= {
        "status": "complete",
        "payment_status": "paid" if intent["status"] == "succeeded" else "unpaid",
        "url": None,
        "customer_details": _buyer(session),
    }
    call.tell("checkout.session.completed", call.state.save(session))
    if means.disputed:
        open_dispute(call, intent["latest_charge"])
    return session


def _buyer(session: Thing) -> dict[str, Any]:
    names = ("address", "business_name", "individual_name", "name", "phone", "tax_exempt", "tax_ids")
    return {**dict.fromkeys(names), "email": session["customer_email"]}


def _intent_of(call: Call, session: Thing) -> Thing:
    if session["payment_intent"]:
        return call.get("payment_intent", session["payment_intent"])
    data = dict(session["_intent"])
    data["receipt_email"] = data["receipt_email"] or session["customer_email"]
    money = (session["amount_total"], session["currency"])
    intent = new_intent(call, money, session["payment_method_types"], _session=session["id"], **data)
    session["payment_intent"] = intent["id"]
    call.state.save(session)
    return intent


def come_in(call: Call, id: str, is_paid: bool) -> Thing:
    """End a payment that was left in processing: the money comes, or it does not."""
    session = call.get("checkout.session", id)
    intent = call.get("payment_intent", str(session["payment_intent"]))
    if intent["status"] != "processing":
        raise ApiError("Nothing is being processed for this session.")
    if is_paid:
        succeed(call, intent, Means(method=intent["_means"]))
        session["payment_status"] = "paid"
    else:
        attempt(call, intent, Means(method=intent["_means"], decline="generic_decline"))
    outcome = "succeeded" if is_paid else "failed"
    call.tell(f"checkout.session.async_payment_{outcome}", call.state.save(session))
    return session
