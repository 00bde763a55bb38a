"""What the shop asks of the gateway outside any transaction: ends of checkouts, and refunds."""

from datetime import timedelta

from sqlalchemy import select

from lms.commerce.gateway import service as gateway
from lms.commerce.gateway.events import RefundMoved
from lms.commerce.gateway.rules import (
    Checkout,
    Gateway,
    GatewayRefund,
    GatewayRefused,
    GatewayUnreachable,
)
from lms.commerce.shop import models as tables
from lms.commerce.shop import service
from lms.commerce.shop.queries import is_disputed
from lms.commerce.shop.rules import LIVE_PAYMENTS, OrderState, RefundState
from lms.commerce.shop.service.asking import CLOSE, EXPIRE, REFUND
from lms.commerce.shop.service.refunding import note_refused
from lms.kernel.outbox import ErrandKind, Payload
from lms.kernel.parts import Parts
from lms.kernel.work import Read, Work

_UNKNOWN_THERE = "resource_missing"
_LONGEST_WAIT = timedelta(hours=1)


# --- An order whose hold ran out --------------------------------------------


def _prepare_expiry(read: Read, payload: Payload) -> Payload:
    order = read.session.get(tables.ShopOrder, payload["order_id"], populate_existing=True)
    if order is None or order.state != OrderState.OPEN or order.hold_until > read.now:
        return {"checkouts": [], "over": False}
    row = tables.Payment
    live = select(row.checkout_id).where(row.order_id == order.id, row.state.in_(LIVE_PAYMENTS))
    return {"checkouts": [one for one in read.session.scalars(live) if one is not None], "over": True}


def _perform_expiry(parts: Parts, key: str, prepared: Payload) -> Payload:
    try:
        found = [_ended(gateway.gateway_of(parts), checkout_id) for checkout_id in prepared["checkouts"]]
    except GatewayUnreachable:
        return {"over": prepared["over"], "checkouts": [], "reached": False}
    return {"over": prepared["over"], "checkouts": [one for one in found if one is not None], "reached": True}


def _ended(gate: Gateway, checkout_id: str) -> Checkout | None:
    """End a checkout and give what it came to; None for one that the gateway does not know."""
    try:
        return gate.expire_checkout(checkout_id)
    except GatewayRefused as refused:
        if refused.code == _UNKNOWN_THERE:
            return None
        # Not ours to judge: whatever it meant, the seat stays held until the gateway says more.
        raise GatewayUnreachable(str(refused)) from refused


def _record_expiry(work: Work, payload: Payload, result: Payload) -> None:
    if result["over"]:
        service.let_go(work, payload["order_id"], result["checkouts"], result["reached"])


# --- A checkout nobody is to pay any more -----------------------------------


def _prepare_close(read: Read, payload: Payload) -> Payload:
    return payload


def _perform_close(parts: Parts, key: str, prepared: Payload) -> Payload:
    return {"checkout": _ended(gateway.gateway_of(parts), prepared["checkout_id"])}


def _record_close(work: Work, payload: Payload, result: Payload) -> None:
    if result["checkout"] is not None:
        service.hear_checkout(work, result["checkout"])


# --- A refund ---------------------------------------------------------------


def _prepare_refund(read: Read, payload: Payload) -> Payload:
    row = read.session.get(tables.Refund, payload["refund_id"], populate_existing=True)
    if row is None or row.state != RefundState.REQUESTED or is_disputed(read, row.payment_id):
        # While the bank decides it would be refused; the end of the dispute asks anew.
        return {}
    payment = read.session.get_one(tables.Payment, row.payment_id, populate_existing=True)
    return {
        "code": row.code,
        "payment_id": payment.payment_id,
        "amount_minor": row.amount_minor,
        "since": row.created_at,
        "again": payload["attempt"] > 0,
    }


def _perform_refund(parts: Parts, key: str, prepared: Payload) -> Payload:
    if not prepared:
        return {}
    gate = gateway.gateway_of(parts)
    try:
        return {"refund": _find_sent(gate, prepared) or _send(gate, prepared)}
    except GatewayRefused as refused:
        return {"refused": refused.code or "refused"}
    except GatewayUnreachable:
        return {"unreachable": True}


def _send(gate: Gateway, prepared: Payload) -> GatewayRefund:
    code = prepared["code"]
    return gate.refund(f"refund:{code}", prepared["payment_id"], prepared["amount_minor"], code)


def _find_sent(gate: Gateway, prepared: Payload) -> GatewayRefund | None:
    """Ask before repeating: the gateway forgets keys after a day, a refund it made it does not."""
    if not prepared["again"]:
        return None
    made = gate.list_refunds(prepared["since"] - timedelta(minutes=10))
    return next((one for one in made if one.reference == prepared["code"]), None)


def _record_refund(work: Work, payload: Payload, result: Payload) -> None:
    if refund := result.get("refund"):
        service.move_refund(work, moved_by(work, refund))
    elif "refused" in result:
        note_refused(work, payload["refund_id"], result["refused"])
    elif "unreachable" in result:
        attempt = payload["attempt"] + 1
        row = work.session.get_one(tables.Refund, payload["refund_id"])
        wait = min(timedelta(seconds=10 * 2 ** min(attempt, 12)), _LONGEST_WAIT)
        work.errand(
            REFUND,
            key=f"refund:{row.code}:{attempt}",
            payload={"refund_id": row.id, "attempt": attempt},
            run_at=work.now + wait,
        )


def moved_by(work: Work, refund: GatewayRefund) -> RefundMoved:
    """Say what an answer about a refund lets us know, as a notice would."""
    return RefundMoved(
        happened_at=work.now,
        reference=refund.reference,
        refund_id=refund.id,
        payment_id=refund.payment_id,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        state=refund.state.value,
    )


EXPIRING = ErrandKind(name=EXPIRE, prepare=_prepare_expiry, perform=_perform_expiry, record=_record_expiry)
CLOSING = ErrandKind(name=CLOSE, prepare=_prepare_close, perform=_perform_close, record=_record_close)
REFUNDING = ErrandKind(name=REFUND, prepare=_prepare_refund, perform=_perform_refund, record=_record_refund)
