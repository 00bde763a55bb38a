"""Ends that nobody asked for: holds that ran out, cohorts that are canceled, lines that lead nowhere."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from lms.commerce.gateway.rules import Checkout, CheckoutState
from lms.commerce.shop import models as tables
from lms.commerce.shop.queries.orders import pending
from lms.commerce.shop.queries.seats import has_had_seat
from lms.commerce.shop.rules import (
    ASK_AGAIN,
    CONFIRMING,
    PAID_STATES,
    OrderState,
    RefundCause,
    SeatState,
    in_time,
)
from lms.commerce.shop.service.asking import ask_expiry, close_live_payments
from lms.commerce.shop.service.records import books_of, close_order, paid_payment
from lms.commerce.shop.service.requesting import request_refund
from lms.commerce.shop.service.settling import hear_checkout
from lms.commerce.shop.service.telling import tell_line_closed
from lms.kernel.db import lock
from lms.kernel.work import Work

_O = tables.ShopOrder
_AT_ONCE = 200


def ask_expired(work: Work) -> int:
    """Ask what became of the orders whose hold ran out; nothing is let go before the gateway has answered."""
    due = select(_O).where(_O.state == OrderState.OPEN, _O.hold_until <= work.now).order_by(_O.hold_until)
    orders = work.session.scalars(due.limit(_AT_ONCE).execution_options(populate_existing=True)).all()
    for order in orders:
        ask_expiry(work, order)
    return len(orders)


def let_go(work: Work, order_id: int, checkouts: Sequence[Checkout], reached: bool = True) -> None:
    """Take in what the gateway said of an order's checkouts after its hold ran out.

    Paid: it settles. On its way, or no answer: the seat stays held and it is asked again. Else the order
    expires and the seat goes on.
    """
    order = lock(work, _O, order_id)
    for checkout in checkouts:
        hear_checkout(work, checkout)
    if order.state != OrderState.OPEN or order.hold_until > work.now:
        return
    if not reached:
        order.hold_until = work.now + ASK_AGAIN
    elif any(checkout.state is CheckoutState.CONFIRMING for checkout in checkouts):
        order.hold_until = work.now + CONFIRMING
    else:
        close_order(work, order, OrderState.EXPIRED)
        close_live_payments(work, order)
    work.session.flush()


def refund_cohort(work: Work, cohort_id: int) -> int:
    """Give everybody's money back when a cohort is canceled; open orders end. Safe to repeat."""
    # All held before the first seat is let go: everywhere orders come before seats.
    orders = _held(work, _O.cohort_id == cohort_id, _O.state.in_({OrderState.OPEN, *PAID_STATES}))
    for order in orders:
        if order.state == OrderState.OPEN:
            close_order(work, order, OrderState.CANCELED)
            close_live_payments(work, order)
    return sum(_refund_rest(work, order, RefundCause.CANCELED) for order in orders if order.state in PAID_STATES)


def refund_line(work: Work, cohort_id: int) -> int:
    """Give the money back to those who paid and never got a seat when a cohort is over; gives how many.

    Of those who left a seat, came back and waited in vain, staff is told: an operator decides about their money.
    """
    waiting = _held(work, _O.cohort_id == cohort_id, _O.state.in_(PAID_STATES), _O.seat == SeatState.IN_LINE)
    refunded = 0
    for order in waiting:
        if not has_had_seat(work, order.id):
            refunded += _refund_rest(work, order, RefundCause.NO_SEAT)
        elif (left := books_of(order).left_minor - pending(work, order.id)) > 0:
            tell_line_closed(work, order, left)
    return refunded


def note_left(work: Work, cohort_id: int, person_id: int, at: datetime, *, own_wish: bool) -> None:
    """Keep that somebody left: the money of who had no seat yet goes back, and that of who gave one up in time.

    `at` is when they left: what they bought afterwards stays as it is. Without `own_wish` (staff took the seat)
    the money of a seat stays where it is until staff refunds it. Waiting again for a seat that was left counts
    as that seat.
    """
    mine = (_O.cohort_id == cohort_id, _O.buyer_id == person_id, _O.state.in_(PAID_STATES), _O.paid_at <= at)
    for order in _held(work, *mine):
        if order.seat == SeatState.IN_LINE and not has_had_seat(work, order.id):
            _refund_rest(work, order, RefundCause.NO_SEAT)
        elif own_wish and order.seat != SeatState.NONE and in_time(order.refund_until, at):
            _refund_rest(work, order, RefundCause.ASKED, by=person_id)
        order.seat = SeatState.NONE
    work.session.flush()


def note_seated(work: Work, cohort_id: int, person_id: int) -> None:
    """Keep that somebody who had paid and stood in line has got the seat."""
    mine = (_O.cohort_id == cohort_id, _O.buyer_id == person_id, _O.seat == SeatState.IN_LINE)
    work.session.execute(update(_O).where(*mine, _O.state.in_(PAID_STATES)).values(seat=SeatState.GIVEN))


def _held(work: Work, *where: ColumnElement[bool]) -> list[tables.ShopOrder]:
    mine = select(_O).where(*where).order_by(_O.id).with_for_update()
    return list(work.session.scalars(mine.execution_options(populate_existing=True)))


def _refund_rest(work: Work, order: tables.ShopOrder, cause: RefundCause, by: int | None = None) -> bool:
    left = books_of(order).left_minor - pending(work, order.id)
    payment = paid_payment(work, order.id)
    if left <= 0 or payment is None:
        return False
    request_refund(work, order, payment, left, cause, by=by)
    return True
