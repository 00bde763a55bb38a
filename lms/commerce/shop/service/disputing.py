"""Payments that the buyer's bank takes back: for now when opened, for good when lost."""

from dataclasses import replace

from sqlalchemy import func, select

from lms.commerce.gateway.events import DisputeMoved
from lms.commerce.ledger.rules import Account, credit, debit
from lms.commerce.ledger.service import post
from lms.commerce.shop import models as tables
from lms.commerce.shop.events import DisputeClosed, DisputeOpened
from lms.commerce.shop.rules import DisputeState, OrderState, PaymentState, refund_split, state_after
from lms.commerce.shop.service.closing import close_covered, send_waiting
from lms.commerce.shop.service.parking import park
from lms.commerce.shop.service.records import books_of
from lms.commerce.shop.service.refunding import take_seat_back
from lms.commerce.shop.service.telling import tell_dispute, tell_dispute_lost
from lms.kernel.db import insert_once, lock
from lms.kernel.work import Work
from lms.learning.enrollments.rules import WithdrawCause

_D = tables.Dispute


def move_dispute(work: Work, moved: DisputeMoved) -> None:
    """Take in what is told of a dispute; any order, any repetition. Decided is decided.

    While it is open the buyer keeps the seat and no refund is sent; won, those that waited are, and lost, the
    seat goes with the money. Of a payment that is not known yet it is kept until it is.
    """
    paid = select(tables.Payment).where(tables.Payment.payment_id == moved.payment_id)
    payment = work.session.scalars(paid).one_or_none()
    if payment is None or payment.state not in (PaymentState.PAID, PaymentState.SURPLUS):
        park(work, "dispute", moved.dispute_id, moved.state, moved.payment_id, moved)
        return
    order = lock(work, tables.ShopOrder, payment.order_id)
    if insert_once(
        work,
        _D,
        ["provider_id"],
        provider_id=moved.dispute_id,
        order_id=order.id,
        payment_id=payment.id,
        amount_minor=moved.amount_minor,
        state=DisputeState.OPEN,
        opened_at=work.now,
    ):
        _open(work, order, payment, _read(work, moved.dispute_id))
    row = _read(work, moved.dispute_id)
    to = DisputeState(moved.state)
    if row.state == DisputeState.OPEN and to is not DisputeState.OPEN:
        _close(work, order, payment, row, to)


def _read(work: Work, provider_id: str) -> tables.Dispute:
    fresh = select(_D).where(_D.provider_id == provider_id).execution_options(populate_existing=True)
    return work.session.scalars(fresh).one()


def _open(work: Work, order: tables.ShopOrder, payment: tables.Payment, row: tables.Dispute) -> None:
    entries = [debit(Account.DISPUTE_RECEIVABLE, row.amount_minor), credit(Account.PSP_CLEARING, row.amount_minor)]
    post(work, f"order:{order.id}", f"dispute:{row.id}:opened", payment.currency, entries)
    if payment.state == PaymentState.PAID:
        opened = DisputeOpened(
            happened_at=work.now, order_id=order.id, dispute_id=row.id, amount_minor=row.amount_minor
        )
        work.tell(opened)
    tell_dispute(work, order, row, payment.currency)


def _close(work: Work, order: tables.ShopOrder, payment: tables.Payment, row: tables.Dispute, to: DisputeState) -> None:
    row.state, row.closed_at = to, work.now
    work.session.flush()
    back = credit(Account.DISPUTE_RECEIVABLE, row.amount_minor)
    step = f"dispute:{row.id}:{to.value}"
    if to is DisputeState.WON:
        post(work, f"order:{order.id}", step, payment.currency, [debit(Account.PSP_CLEARING, row.amount_minor), back])
    elif payment.state == PaymentState.SURPLUS:
        owed = min(row.amount_minor, _not_refunded(work, payment))
        entries = [debit(Account.DEFERRED_TUITION, owed), debit(Account.REFUNDS, row.amount_minor - owed), back]
        post(work, f"order:{order.id}", step, payment.currency, entries)
    else:
        books = books_of(order)
        split = refund_split(row.amount_minor, books)
        lost = [debit(Account.DEFERRED_TUITION, split.deferred_minor), debit(Account.REFUNDS, split.refunds_minor)]
        post(work, f"order:{order.id}", step, order.currency, [*lost, back])
        order.deferred_refunded_minor += split.deferred_minor
        order.disputed_minor += row.amount_minor
        order.state = state_after(replace(books, lost_minor=order.disputed_minor))
        work.session.flush()
    if payment.state == PaymentState.PAID:
        _tell_closed(work, order, row, to)
    if to is DisputeState.LOST:
        close_covered(work, order, payment)
    else:
        send_waiting(work, payment, row)
    tell_dispute(work, order, row, payment.currency)


def _tell_closed(work: Work, order: tables.ShopOrder, row: tables.Dispute, to: DisputeState) -> None:
    work.tell(
        DisputeClosed(
            happened_at=work.now,
            order_id=order.id,
            dispute_id=row.id,
            amount_minor=row.amount_minor,
            won=to is DisputeState.WON,
        )
    )
    if to is DisputeState.LOST:
        whole = order.state == OrderState.REFUNDED
        tell_dispute_lost(work, order, row, whole=whole)
        if whole:
            take_seat_back(work, order, WithdrawCause.DISPUTE_LOST)


def _not_refunded(work: Work, payment: tables.Payment) -> int:
    row = tables.Refund
    booked = select(func.coalesce(func.sum(row.amount_minor), 0)).where(
        row.payment_id == payment.id, row.booked_at.is_not(None)
    )
    return max(0, payment.amount_minor - int(work.session.scalar(booked) or 0))
