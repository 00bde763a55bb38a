"""Errands of the shop: what is asked of the gateway, each wish once."""

from lms.commerce.shop import models as tables
from lms.commerce.shop.rules import LIVE_PAYMENTS, PaymentState
from lms.commerce.shop.service.records import payments_of
from lms.kernel.work import Work

EXPIRE = "shop.expire"
CLOSE = "shop.close"
REFUND = "shop.refund"


def ask_to_close(work: Work, payment: tables.Payment) -> None:
    """Ask the gateway to end a checkout nobody is to pay any more."""
    if payment.checkout_id is not None:
        work.errand(CLOSE, key=f"close:{payment.checkout_id}", payload={"checkout_id": payment.checkout_id})


def close_live_payments(work: Work, order: tables.ShopOrder, but: int | None = None) -> None:
    """End every checkout of a held order that could still be paid, but for one payment."""
    for payment in payments_of(work, order.id):
        if payment.state not in LIVE_PAYMENTS or payment.id == but:
            continue
        if payment.checkout_id is None:
            # Nobody was ever given its address.
            payment.state = PaymentState.EXPIRED
        ask_to_close(work, payment)
    work.session.flush()


def ask_expiry(work: Work, order: tables.ShopOrder) -> None:
    """Ask what became of an order whose hold ran out; once for each time it runs out."""
    key = f"expire:{order.code}:{int(order.hold_until.timestamp())}"
    work.errand(EXPIRE, key=key, payload={"order_id": order.id})


def ask_to_send(work: Work, refund: tables.Refund, attempt: int = 0) -> None:
    """Ask the gateway for a refund; again after no answer, always with the key `refund:<code>`."""
    key = f"refund:{refund.code}" if attempt == 0 else f"refund:{refund.code}:{attempt}"
    work.errand(REFUND, key=key, payload={"refund_id": refund.id, "attempt": attempt})
