"""Refunds that end without being paid: the bank gave the money back already, or staff lets go of them."""

from sqlalchemy import or_, select

from lms.commerce.ledger.rules import Account, credit, debit
from lms.commerce.ledger.service import post
from lms.commerce.shop import models as tables
from lms.commerce.shop.errors import RefundOwed, RefundSettled
from lms.commerce.shop.queries import Refund
from lms.commerce.shop.queries.disputes import lost_of
from lms.commerce.shop.queries.orders import refund_value
from lms.commerce.shop.rules import DISPUTE_LOST, PENDING_REFUNDS, RefundState
from lms.commerce.shop.service.asking import ask_to_send
from lms.commerce.shop.service.requesting import locked_refund
from lms.kernel.work import Actor, Work

_R = tables.Refund
_ATTEMPTS = 1000
"""More than a refund is ever repeated for want of an answer: the attempts after a dispute have numbers of their own."""


def dismiss_refund(work: Work, who: Actor, refund_code: str, reason: str) -> Refund:
    """Let go of a refund that failed before anything was sent; nothing moves. Twice is once.

    Refuses RefundSettled, and RefundOwed for one that went out and came back.
    """
    row, order, _ = locked_refund(work, refund_code)
    if row.state == RefundState.FAILED and row.ended_at is not None:
        return refund_value(row)
    if row.state != RefundState.FAILED:
        raise RefundSettled
    if row.booked_at is not None:
        raise RefundOwed
    row.ended_at = work.now
    row.reason = "\n".join(part for part in (row.reason, reason.strip()) if part)
    work.session.flush()
    work.audit(
        "refund.dismissed",
        subject=f"order:{order.code}",
        after={"amount_minor": row.amount_minor, "reason": reason.strip()},
    )
    return refund_value(row)


def close_covered(work: Work, order: tables.ShopOrder, payment: tables.Payment) -> None:
    """Close the refunds of a held order's payment that a lost dispute has made good for already.

    Those that still fit into what is left stay; one that went out and came back is owed no more.
    """
    lost = lost_of(work, payment.id)
    if not lost:
        return
    rows = _rows(work, payment)
    gone = sum(row.amount_minor for row in rows if row.booked_at is not None)
    left = payment.amount_minor - lost - gone
    waiting = [row for row in rows if row.ended_at is None]
    for row in waiting:
        if row.booked_at is None and row.state != RefundState.SUBMITTED:
            if row.amount_minor > left:
                _close(work, row)
            else:
                left -= row.amount_minor
        elif row.booked_at is not None and row.state == RefundState.FAILED and row.amount_minor <= -left:
            entries = [debit(Account.DEFERRED_TUITION, row.amount_minor), credit(Account.REFUNDS, row.amount_minor)]
            post(work, f"order:{order.id}", f"refund:{row.id}:closed", payment.currency, entries)
            left += row.amount_minor
            _close(work, row)
    work.session.flush()


def _rows(work: Work, payment: tables.Payment) -> list[tables.Refund]:
    mine = select(_R).where(_R.payment_id == payment.id, or_(_R.ended_at.is_(None), _R.booked_at.is_not(None)))
    return list(work.session.scalars(mine.order_by(_R.id).execution_options(populate_existing=True)))


def _close(work: Work, row: tables.Refund) -> None:
    row.state, row.failure, row.ended_at = RefundState.FAILED, DISPUTE_LOST, work.now


def send_waiting(work: Work, payment: tables.Payment, dispute: tables.Dispute) -> None:
    """Ask the gateway for the refunds that waited for the bank, now that the money is ours again."""
    waiting = select(_R).where(_R.payment_id == payment.id, _R.state.in_(PENDING_REFUNDS), _R.provider_id.is_(None))
    for row in work.session.scalars(waiting.order_by(_R.id)):
        ask_to_send(work, row, _ATTEMPTS * dispute.id)
